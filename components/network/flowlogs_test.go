package network_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/internal/golden"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestFlowLog(t *testing.T) {
	t.Parallel()
	net := build(t)
	flow := net.One(t, cloud.FlowLog, "net-flow-logs")
	in := net.Readable(flow)
	for property, want := range map[string]string{
		"vpcId": "vpc:net", "trafficType": "ALL", "logDestinationType": "cloud-watch-logs",
		"logDestination": "arn:logGroup:net-flow-logs", "iamRoleArn": "arn:role:net-flow-logs",
	} {
		if got := in.Str(property); got != want {
			t.Errorf("%s is %q, want %q", property, got, want)
		}
	}
	// Without the packet's own address a pod cannot be told from its node.
	for _, field := range []string{"${pkt-srcaddr}", "${pkt-dstaddr}"} {
		if !strings.Contains(in.Str("logFormat"), field) {
			t.Errorf("log format lacks %s", field)
		}
	}
	if !flow.WaitsFor(net.One(t, cloud.IAMRolePolicy, "net-flow-logs")) {
		t.Error("flow log does not wait for its role's permission")
	}
	group := net.inputs(t, cloud.LogGroup, "net-flow-logs")
	if group.Str("name") != "/vpc/net/flow-logs" || group.Int("retentionInDays") != 90 || group.Str("kmsKeyId") != "arn:key:net-flow-logs" {
		t.Errorf("log group: %v", group)
	}
	key := net.inputs(t, cloud.KMSKey, "net-flow-logs")
	if !key.Bool("enableKeyRotation") || key.Int("deletionWindowInDays") != 30 {
		t.Errorf("key: %v", key)
	}
	const context = `"kms:EncryptionContext:aws:logs:arn":["arn:aws:logs:eu-central-1:111122223333:log-group:/vpc/net/flow-logs"]`
	if !strings.Contains(key.Str("policy"), context) {
		t.Errorf("key is not bound to the group: %s", key.Str("policy"))
	}
}

// Into a bucket, AWS takes neither role nor log group.
func TestFlowLogIntoABucket(t *testing.T) {
	t.Parallel()
	account := open(t)
	put := func(kind string, props cloud.Props) {
		if _, err := account.Create(cloud.Session{Region: "eu-central-1"}, kind, kind, props); err != nil {
			t.Fatal(err)
		}
	}
	put(cloud.Bucket, cloud.Props{"bucket": "audit-4711"})
	put(cloud.BucketPolicy, cloud.Props{"bucket": "audit-4711", "policy": `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
		"Principal": {"Service": "delivery.logs.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::audit-4711/*"}]}`})
	net := buildIn(t, account, func(a *network.Args) { a.FlowLogBucket = pulumi.String("audit-4711") })
	in := net.inputs(t, cloud.FlowLog, "net-flow-logs")
	if in.Str("logDestinationType") != "s3" || in.Str("logDestination") != "arn:aws:s3:::audit-4711" || in.Has("iamRoleArn") {
		t.Errorf("flow log: %v", in)
	}
	for _, kind := range []string{cloud.LogGroup, cloud.KMSKey, cloud.IAMRole} {
		if n := len(net.Of(kind)); n != 0 {
			t.Errorf("there are %d of %s, want none", n, kind)
		}
	}
}

func TestFlowLogPoliciesAreTheGoldens(t *testing.T) {
	t.Parallel()
	net := build(t)
	golden.Equal(t, "testdata/trust.golden.json", indent(t, net.inputs(t, cloud.IAMRole, "net-flow-logs").Str("assumeRolePolicy")))
	golden.Equal(t, "testdata/delivery.golden.json", indent(t, net.inputs(t, cloud.IAMRolePolicy, "net-flow-logs").Str("policy")))
}

func TestPoliciesFollowThePartition(t *testing.T) {
	t.Parallel()
	net := build(t, func(a *network.Args) { a.Region, a.Zones = "cn-north-1", []string{"cn-north-1a", "cn-north-1b"} })
	all := net.inputs(t, cloud.KMSKey, "net-flow-logs").Str("policy") +
		net.inputs(t, cloud.IAMRole, "net-flow-logs").Str("assumeRolePolicy") +
		net.inputs(t, cloud.IAMRolePolicy, "net-flow-logs").Str("policy")
	if strings.Contains(all, "arn:aws:") || !strings.Contains(all, `"logs.cn-north-1.amazonaws.com.cn"`) {
		t.Errorf("policies of another partition: %s", all)
	}
}

func TestOwnKeyAndRetention(t *testing.T) {
	t.Parallel()
	account := open(t)
	key, err := account.Create(cloud.Session{Region: "eu-central-1"}, cloud.KMSKey, "own", cloud.Props{"policy": `{
		"Version": "2012-10-17",
		"Statement": [
			{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"},
			{"Effect": "Allow", "Principal": {"Service": "logs.eu-central-1.amazonaws.com"}, "Action": "kms:*", "Resource": "*"}
		]}`})
	if err != nil {
		t.Fatal(err)
	}
	net := buildIn(t, account, func(a *network.Args) {
		a.LogKeyARN, a.FlowLogRetentionDays = pulumi.String(key.Props.Str("arn")), 365
	})
	group := net.inputs(t, cloud.LogGroup, "net-flow-logs")
	if group.Str("kmsKeyId") != key.Props.Str("arn") || group.Int("retentionInDays") != 365 {
		t.Errorf("log group: %v", group)
	}
	if n := len(net.Of(cloud.KMSKey)); n != 0 {
		t.Errorf("%d keys made beside the one given", n)
	}
}

func indent(t *testing.T, document string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(document), "", "  "); err != nil {
		t.Fatal(err)
	}
	return b.String() + "\n"
}
