package tests

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/ingress"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/enginetest"
	"github.com/slipway-iac/slipway/stacks/sample"
	"github.com/slipway-iac/slipway/tests/fixture"
)

// The sample application in a cluster with all that it needs, and a database of
// somebody else's.
func sampleProgram(ctx *pulumi.Context) error {
	g, inside, err := fixture.Serving(ctx)
	if err != nil {
		return err
	}
	made, err := sample.New(ctx, "shop", sample.Args{
		Cluster: inside, Region: fixture.Region, ServiceCIDR: g.Cluster.ServiceCIDR,
		Host: "shop.example.com", CertificateARN: pulumi.String(fixture.Certificate), Scheme: ingress.InternetFacing,
		LoadBalancerCIDRs: []string{"10.0.0.0/22"},
		Bucket:            sample.Bucket{ARN: pulumi.String("arn:aws:s3:::media"), KeyARN: pulumi.String("arn:aws:kms:us-west-2:123456789012:key/media")},
		Database: sample.Database{
			Host: pulumi.String("db.example.com"), User: "sample", CIDRs: []string{"10.0.48.0/20"},
			ConnectARN: pulumi.String("arn:aws:rds-db:us-west-2:123456789012:dbuser:db-ABCDEFGHIJKL/sample"),
		},
	})
	if err != nil {
		return err
	}
	ctx.Export("address", made.Address)
	return nil
}

func TestSampleComesAndGoesOnTheEngine(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t, enginetest.Options{
		Pulumi: pulumiCLI, Config: map[string]string{"aws:region": fixture.Region}, AccountID: fixture.AccountID, Caller: fixture.Deployer,
	}, sampleProgram)
	fixture.Prepare(t, e.Account)
	e.Up()
	if got := e.Output("address"); got != "https://shop.example.com" {
		t.Errorf("the address is %v", got)
	}
	if balancers := e.Resources(cloud.LoadBalancer); len(balancers) != 1 {
		t.Errorf("there are %d load balancers, want one", len(balancers))
	}
	if changes := e.Preview().ChangeSummary; changes["same"] == 0 || len(changes) != 1 {
		t.Errorf("a second preview has changes: %v\n%s", changes, e.Log())
	}
	if changes := *e.Refresh().Summary.ResourceChanges; changes["same"] == 0 || len(changes) != 1 {
		t.Errorf("a refresh finds changes: %v\n%s", changes, e.Log())
	}
	e.Destroy()
	left := map[string]int{}
	for _, r := range e.Resources("") {
		left[r.Kind]++
	}
	if left[cloud.IAMRole] != 1 || left[cloud.Certificate] != 1 || len(left) != 2 {
		t.Errorf("left, besides what was there before: %v", left)
	}
}
