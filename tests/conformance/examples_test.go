package conformance

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// withExamples adds to a stack what no environment has but the account models:
// kinds, and other forms of kinds.
func withExamples(t *testing.T, s stack) stack {
	t.Helper()
	e := &exampleMaker{t: t, stack: s, session: s.resources[0].session}
	vpc, group := e.one(cloud.VPC), e.one(cloud.SecurityGroup)
	cluster, role := e.one(cloud.EKSCluster), e.named(cloud.IAMRole, "addons-before-nodes-vpc-cni")

	e.make(cloud.IAMPolicy, "policy", cloud.Props{"name": "example", "policy": readOnly})
	e.make(cloud.IAMInstanceProfile, "profile", cloud.Props{"name": "example", "role": role.id})
	e.make(cloud.IAMOpenIDConnectProvider, "oidc", cloud.Props{
		"url":           cluster.state["identities"].([]any)[0].(map[string]any)["oidcs"].([]any)[0].(map[string]any)["issuer"],
		"clientIdLists": []any{"sts.amazonaws.com"}, "thumbprintLists": []any{"9e99a48a9960b14926bb7f3b02e22da2b0ab7280"},
	})
	e.make(cloud.EKSPodIdentityAssociation, "association", cloud.Props{
		"clusterName": cluster.id, "namespace": "example", "serviceAccount": "example", "roleArn": role.state["arn"],
	})
	acl := e.make(cloud.NetworkACL, "acl", cloud.Props{"vpcId": vpc.id})
	e.make(cloud.NetworkACLRule, "acl-rule", cloud.Props{
		"networkAclId": acl.id, "ruleNumber": 900.0, "protocol": "tcp", "ruleAction": "deny",
		"cidrBlock": "192.0.2.0/24", "fromPort": 22.0, "toPort": 22.0,
	})
	e.make(cloud.SecurityGroupRule, "group-rule", cloud.Props{
		"securityGroupId": group.id, "type": "ingress", "protocol": "tcp", "fromPort": 8443.0, "toPort": 8443.0,
		"cidrBlocks": []any{"10.0.0.0/16"}, "description": "example",
	})
	e.make(cloud.SecurityGroup, "inline", cloud.Props{
		"vpcId": vpc.id, "name": "example", "description": "example",
		"ingress": []any{map[string]any{"protocol": "tcp", "fromPort": 443.0, "toPort": 443.0, "cidrBlocks": []any{"10.0.0.0/16"}}},
	})
	e.make(cloud.RouteTable, "inline", cloud.Props{
		"vpcId":  vpc.id,
		"routes": []any{map[string]any{"cidrBlock": "0.0.0.0/0", "gatewayId": e.one(cloud.InternetGateway).id}},
	})
	e.make(cloud.VPCEndpoint, "interface", cloud.Props{
		"vpcId": vpc.id, "serviceName": "com.amazonaws." + e.session.Region + ".sts", "vpcEndpointType": "Interface",
		"subnetIds": []any{e.one(cloud.Subnet).id}, "securityGroupIds": []any{group.id}, "privateDnsEnabled": true,
	})
	zone := e.make(cloud.Route53Zone, "zone", cloud.Props{"name": "example.org"})
	e.make(cloud.Route53Record, "record", cloud.Props{
		"zoneId": zone.id, "name": "www.example.org", "type": "A", "ttl": 300.0, "records": []any{"192.0.2.7"},
	})
	e.buckets()
	e.secrets()
	e.databases()
	e.backups()
	e.services(zone)
	return e.stack
}

// buckets are a bucket with every setting, and one that takes its access logs.
func (e *exampleMaker) buckets() {
	logs := e.make(cloud.Bucket, "logs", cloud.Props{"bucket": "example-logs-0123", "forceDestroy": true})
	e.make(cloud.BucketPolicy, "logs", cloud.Props{"bucket": logs.id, "policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
		`"Principal":{"Service":"logging.s3.amazonaws.com"},"Action":["s3:PutObject"],"Resource":["arn:aws:s3:::example-logs-0123/*"]}]}`})
	bucket := e.make(cloud.Bucket, "bucket", cloud.Props{"bucket": "example-0123", "objectLockEnabled": true, "forceDestroy": true})
	of := func(more cloud.Props) cloud.Props { return more.With(cloud.Props{"bucket": bucket.id}) }
	object := func(more cloud.Props) []any { return []any{map[string]any(more)} }
	e.make(cloud.BucketOwnershipControls, "ownership", of(cloud.Props{"rule": map[string]any{"objectOwnership": "BucketOwnerPreferred"}}))
	e.make(cloud.BucketACL, "acl", of(cloud.Props{"acl": "private"}))
	e.make(cloud.BucketPublicAccessBlock, "block", of(cloud.Props{"blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true, "restrictPublicBuckets": true}))
	e.make(cloud.BucketVersioning, "versions", of(cloud.Props{"versioningConfiguration": map[string]any{"status": "Enabled"}}))
	e.make(cloud.BucketEncryption, "encryption", of(cloud.Props{"rules": object(cloud.Props{
		"bucketKeyEnabled": true, "applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": "aws:kms", "kmsMasterKeyId": e.one(cloud.KMSKey).state["arn"]},
	})}))
	e.make(cloud.BucketLifecycle, "lifecycle", of(cloud.Props{"rules": object(cloud.Props{
		"id": "all", "status": "Enabled", "filter": map[string]any{"prefix": "a/"}, "expiration": map[string]any{"days": 90.0},
		"transitions": object(cloud.Props{"days": 30.0, "storageClass": "STANDARD_IA"}),
	})}))
	lock := e.make(cloud.BucketObjectLock, "lock", of(cloud.Props{"rule": map[string]any{"defaultRetention": map[string]any{"mode": "GOVERNANCE", "days": 1.0}}}))
	e.make(cloud.BucketLogging, "logging", of(cloud.Props{"targetBucket": logs.id, "targetPrefix": "access/"}))
	e.make(cloud.BucketNotification, "notification", of(cloud.Props{"eventbridge": true}))
	e.make(cloud.BucketTiering, "tiering", of(cloud.Props{"name": "all", "tierings": object(cloud.Props{"accessTier": "ARCHIVE_ACCESS", "days": 125.0})}))
	e.makeAfter(lock, cloud.BucketObject, "object", of(cloud.Props{"key": "hello", "content": "hello"}))
}

// secrets are a secret with everything about it.
func (e *exampleMaker) secrets() {
	secret := e.make(cloud.Secret, "secret", cloud.Props{"name": "example-secret"})
	e.make(cloud.SecretVersion, "version", cloud.Props{"secretId": secret.id, "secretString": "example"})
	e.make(cloud.SecretPolicy, "secret", cloud.Props{"secretArn": secret.id, "policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
		`"Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":["secretsmanager:GetSecretValue"],"Resource":["*"]}]}`})
	e.make(cloud.SecretRotation, "rotation", cloud.Props{
		"secretId": secret.id, "rotationLambdaArn": "arn:aws:lambda:us-west-2:123456789012:function:example",
		"rotationRules": map[string]any{"automaticallyAfterDays": 30.0},
	})
}

// databases are a database in two subnets, and what belongs to it.
func (e *exampleMaker) databases() {
	var subnets []any
	zones := map[any]bool{}
	for _, m := range e.stack.resources {
		if zone := m.state["availabilityZone"]; m.token() == cloud.Subnet && m.state["vpcId"] == e.one(cloud.VPC).id && !zones[zone] {
			subnets, zones[zone] = append(subnets, m.id), true
		}
	}
	// A cluster of databases is in three zones, of which dev has two.
	subnets = append(subnets, e.make(cloud.Subnet, "third", cloud.Props{
		"vpcId": e.one(cloud.VPC).id, "availabilityZone": "us-west-2c", "cidrBlock": "10.0.64.0/24",
	}).id)
	group := e.make(cloud.DBSubnetGroup, "database", cloud.Props{"name": "example-subnets", "subnetIds": subnets, "description": "example"})
	parameters := e.make(cloud.DBParameterGroup, "database", cloud.Props{
		"name": "example-parameters", "family": "postgres17", "description": "example", "parameters": []any{map[string]any{"name": "log_statement", "value": "ddl"}},
	})
	e.make(cloud.DBInstance, "database", cloud.Props{
		"identifier": "example-database", "engine": "postgres", "engineVersion": "17.10", "instanceClass": "db.m6g.large", "allocatedStorage": 50.0,
		"username": "example", "manageMasterUserPassword": true, "dbSubnetGroupName": group.id, "parameterGroupName": parameters.id,
		"vpcSecurityGroupIds": []any{e.one(cloud.SecurityGroup).id}, "storageEncrypted": true, "skipFinalSnapshot": true,
	})
	e.make(cloud.DBSnapshot, "database", cloud.Props{"dbInstanceIdentifier": "example-database", "dbSnapshotIdentifier": "example-snapshot"})
	clusters := e.make(cloud.DBClusterParameterGroup, "database", cloud.Props{
		"name": "example-cluster-parameters", "family": "postgres17", "description": "example", "parameters": []any{map[string]any{"name": "log_statement", "value": "ddl"}},
	})
	cluster := e.make(cloud.DBCluster, "database", cloud.Props{
		"clusterIdentifier": "example-cluster", "engine": "postgres", "engineVersion": "17.10", "dbClusterInstanceClass": "db.m6gd.large",
		"allocatedStorage": 100.0, "storageType": "io2", "iops": 1000.0, "masterUsername": "example", "manageMasterUserPassword": true,
		"dbSubnetGroupName": group.id, "dbClusterParameterGroupName": clusters.id, "vpcSecurityGroupIds": []any{e.one(cloud.SecurityGroup).id},
		"storageEncrypted": true, "skipFinalSnapshot": true, "engineLifecycleSupport": "open-source-rds-extended-support",
	})
	e.make(cloud.DBClusterSnapshot, "database", cloud.Props{"dbClusterIdentifier": cluster.id, "dbClusterSnapshotIdentifier": "example-cluster-snapshot"})
	topic := e.topics()
	e.make(cloud.DBEventSubscription, "database", cloud.Props{"name": "example-events", "snsTopic": topic.id})
}

const readOnly = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::example/*"]}]}`

// exampleName is what the names of examples begin with.
const exampleName = "example-"

type exampleMaker struct {
	t       *testing.T
	stack   stack
	session cloud.Session
}

// one is the first resource of a kind in the stack.
func (e *exampleMaker) one(token string) made { return e.named(token, "") }

// named is the first resource of a kind whose name begins so.
func (e *exampleMaker) named(token, prefix string) made {
	e.t.Helper()
	for _, m := range e.stack.resources {
		if m.token() == token && strings.HasPrefix(m.urn.Name(), prefix) {
			return m
		}
	}
	e.t.Fatalf("the stack has no %s %s", token, prefix)
	return made{}
}

// makeAfter makes what another one's presence changes for AWS, though it does not
// name it.
func (e *exampleMaker) makeAfter(before made, token, name string, inputs cloud.Props) {
	e.make(token, name, inputs)
	e.stack.resources[len(e.stack.resources)-1].after = []string{string(before.urn)}
}

func (e *exampleMaker) make(token, name string, inputs cloud.Props) made {
	e.t.Helper()
	urn := resource.URN("urn:pulumi:dev::slipway::" + token + "::" + exampleName + name)
	r, err := e.stack.account.Create(e.session, token, string(urn), inputs)
	if err != nil {
		e.t.Fatalf("example %s: %v", name, err)
	}
	m := made{urn, r.ID, inputs, r.Props, e.session, nil}
	e.stack.resources = append(e.stack.resources, m)
	return m
}
