package tests

import (
	"maps"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/enginetest"
)

// keepsData is a program with a database, buckets and a secret. It names types by
// their tokens, which spares the compilation of three SDKs.
func keepsData(ctx *pulumi.Context) error {
	var failed error
	add := func(name, token string, p pulumi.Map, after ...pulumi.Resource) *thing {
		r := &thing{}
		if err := ctx.RegisterResource(token, name, p, r, pulumi.DependsOn(after)); err != nil && failed == nil {
			failed = err
		}

		return r
	}
	text := func(s string) pulumi.String { return pulumi.String(s) }
	vpc := add("net", cloud.VPC, pulumi.Map{"cidrBlock": text("10.0.0.0/16")})
	var subnets pulumi.Array
	for _, zone := range []string{"a", "b"} {
		s := add("data-"+zone, cloud.Subnet, pulumi.Map{
			"vpcId": vpc.ID(), "availabilityZone": text("us-west-2" + zone), "cidrBlock": text(map[string]string{"a": "10.0.0.0/24", "b": "10.0.1.0/24"}[zone]),
		})
		subnets = append(subnets, s.ID())
	}
	group := add("db", cloud.SecurityGroup, pulumi.Map{"vpcId": vpc.ID()})
	add("app", cloud.DBInstance, pulumi.Map{
		"identifier": text("app"), "engine": text("postgres"), "engineVersion": text("17.10"), "instanceClass": text("db.m6g.large"),
		"allocatedStorage": pulumi.Int(50), "multiAz": pulumi.Bool(true), "username": text("app"), "manageMasterUserPassword": pulumi.Bool(true),
		"storageEncrypted": pulumi.Bool(true), "finalSnapshotIdentifier": text("app-last"),
		"dbSubnetGroupName":            add("subnets", cloud.DBSubnetGroup, pulumi.Map{"subnetIds": subnets}).ID(),
		"parameterGroupName":           add("parameters", cloud.DBParameterGroup, pulumi.Map{"family": text("postgres17")}).ID(),
		"vpcSecurityGroupIds":          pulumi.Array{group.ID()},
		"enabledCloudwatchLogsExports": pulumi.ToStringArray([]string{"postgresql"}),
	}, add("postgresql", cloud.LogGroup, pulumi.Map{"name": text("/aws/rds/instance/app/postgresql")}))

	bucket := add("media", cloud.Bucket, pulumi.Map{"bucket": text("media-0123"), "forceDestroy": pulumi.Bool(true)})
	of := func(name, token string, p pulumi.Map) {
		p["bucket"] = bucket.ID()
		add(name, token, p)
	}
	of("block", cloud.BucketPublicAccessBlock, pulumi.Map{"blockPublicAcls": pulumi.Bool(true), "blockPublicPolicy": pulumi.Bool(true)})
	of("owner", cloud.BucketOwnershipControls, pulumi.Map{"rule": pulumi.Map{"objectOwnership": text("BucketOwnerEnforced")}})
	of("versions", cloud.BucketVersioning, pulumi.Map{"versioningConfiguration": pulumi.Map{"status": text("Enabled")}})
	of("encryption", cloud.BucketEncryption, pulumi.Map{"rules": pulumi.Array{pulumi.Map{
		"applyServerSideEncryptionByDefault": pulumi.Map{"sseAlgorithm": text("aws:kms")},
	}}})
	of("lifecycle", cloud.BucketLifecycle, pulumi.Map{"rules": pulumi.Array{pulumi.Map{
		"id": text("old"), "status": text("Enabled"), "noncurrentVersionExpiration": pulumi.Map{"noncurrentDays": pulumi.Int(30)},
	}}})
	of("policy", cloud.BucketPolicy, pulumi.Map{"policy": text(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*",` +
		`"Resource":["arn:aws:s3:::media-0123","arn:aws:s3:::media-0123/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`)})
	of("object", cloud.BucketObject, pulumi.Map{"key": text("hello"), "content": text("hello")})
	secret := add("secret", cloud.Secret, pulumi.Map{})
	add("version", cloud.SecretVersion, pulumi.Map{"secretId": secret.ID(), "secretString": pulumi.ToSecret(text("quiet"))})
	return failed
}

func TestWhatKeepsDataComesAndGoes(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t, enginetest.Options{Pulumi: pulumiCLI, Config: map[string]string{"aws:region": "us-west-2"}}, keepsData)
	e.Up()
	if n := len(e.Resources(cloud.NetworkInterface)); n != 2 {
		t.Errorf("the database has %d interfaces, want one in each of two zones", n)
	}
	if changes := e.Preview().ChangeSummary; changes["same"] == 0 || len(changes) != 1 {
		t.Errorf("a second preview has changes: %v", changes)
	}
	if changes := *e.Refresh().Summary.ResourceChanges; changes["same"] == 0 || len(changes) != 1 {
		t.Errorf("a refresh finds changes: %v", changes)
	}
	e.Destroy()
	// The final snapshot stays, and the secret until its window ends.
	left := map[string]bool{}
	for _, r := range e.Account.Resources() {
		left[r.Kind] = r.Scheduled != ""
	}
	if want := map[string]bool{cloud.DBSnapshot: false, cloud.Secret: true}; !maps.Equal(left, want) {
		t.Errorf("left, and whether only until a deletion that is scheduled: %v, want %v", left, want)
	}
}
