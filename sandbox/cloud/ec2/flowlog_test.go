package ec2

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const (
	roleARN  = "arn:aws:iam::123456789012:role/flow-logs"
	groupARN = "arn:aws:logs:us-west-2:123456789012:log-group:/aws/vpc/flow-logs"
)

// trust is a role's document for a service.
func trust(service string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"sts:AssumeRole"}]}`
}

// flowLog makes role and log group, and is what a flow log to them needs.
func (w *world) flowLog(vpcID string) cloud.Props {
	w.make(cloud.IAMRole, cloud.Props{"name": "flow-logs", "assumeRolePolicy": trust(flowLogService)})
	w.make(cloud.LogGroup, cloud.Props{"name": "/aws/vpc/flow-logs"})
	return cloud.Props{"vpcId": vpcID, "trafficType": "ALL", "iamRoleArn": roleARN, "logDestination": groupARN}
}

func flowLogWith(more cloud.Props) func(w *world) error {
	return func(w *world) error { return w.refused(cloud.FlowLog, w.flowLog(w.vpc().ID).With(more)) }
}

var flowLogRefusals = refusals{
	"missing VPC":       {vpcs.rule, flowLogWith(cloud.Props{"vpcId": "vpc-0"})},
	"missing subnet":    {subnets.rule, flowLogWith(cloud.Props{"vpcId": nil, "subnetId": "subnet-0"})},
	"missing interface": {interfaces.rule, flowLogWith(cloud.Props{"vpcId": nil, "eniId": "eni-0"})},
	"transit gateway":   {transitMissing, flowLogWith(cloud.Props{"vpcId": nil, "transitGatewayId": "tgw-0"})},
	"no traffic type":   {missingParameter, flowLogWith(cloud.Props{"trafficType": nil})},
	"no role":           {flowLogParameter, flowLogWith(cloud.Props{"iamRoleArn": nil})},
	"no destination":    {flowLogParameter, flowLogWith(cloud.Props{"logDestination": nil})},
	"S3 without bucket": {flowLogParameter, flowLogWith(cloud.Props{"logDestination": nil, "logDestinationType": "s3"})},
	"S3 with a role":    {flowLogNeedless, flowLogWith(cloud.Props{"logDestination": "arn:aws:s3:::logs", "logDestinationType": "s3"})},
	"missing bucket":    {flowLogDestination, toBucket("none", "")},
	"closed bucket":     {flowLogDenied, toBucket("own-logs", "")},
	"another folder":    {flowLogDenied, toBucket("own-logs", "/pods")},
	"missing role":      {flowLogRole, flowLogWith(cloud.Props{"iamRoleArn": roleARN + "-2"})},
	"role of another service": {flowLogRole, func(w *world) error {
		w.make(cloud.IAMRole, cloud.Props{"name": "nodes", "assumeRolePolicy": trust("ec2.amazonaws.com")})
		return flowLogWith(cloud.Props{"iamRoleArn": "arn:aws:iam::123456789012:role/nodes"})(w)
	}},
	"missing log group": {flowLogDestination, flowLogWith(cloud.Props{"logDestination": groupARN + "-2"})},
	"same flow log twice": {flowLogExists, func(w *world) error {
		p := w.flowLog(w.vpc().ID)
		w.make(cloud.FlowLog, p)
		return w.refused(cloud.FlowLog, p)
	}},
}

func TestFlowLogRefusals(t *testing.T) { t.Parallel(); flowLogRefusals.run(t) }

func TestFlowLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	props := w.flowLog(w.vpc().ID).With(cloud.Props{"logDestination": groupARN + ":*"})
	fl := w.make(cloud.FlowLog, props)
	for name, want := range map[string]any{
		"arn": "arn:aws:ec2:us-west-2:123456789012:vpc-flow-log/" + fl.ID, "logDestination": groupARN,
		"logGroupName": "/aws/vpc/flow-logs", "maxAggregationInterval": 600, "logFormat": defaultLogFormat,
	} {
		if !cloud.Equal(fl.Props[name], want) {
			t.Errorf("%s is %v, want %v", name, fl.Props[name], want)
		}
	}
	if got := w.problem(cloud.FlowLog, props.With(cloud.Props{"maxAggregationInterval": 300.0})); got != "maxAggregationInterval" {
		t.Errorf("an interval of 300 seconds: problem with %q", got)
	}
	if got := w.problem(cloud.FlowLog, props.With(cloud.Props{"subnetId": "subnet-0"})); got != "vpcId" {
		t.Errorf("two subjects: problem with %q", got)
	}
	w.mustDelete(fl)
	byName := w.make(cloud.FlowLog, props.With(cloud.Props{"logDestination": nil, "logGroupName": "new"}))
	if want := "arn:aws:logs:us-west-2:123456789012:log-group:new"; byName.Props.Str("logDestination") != want {
		t.Errorf("by name it logs to %s, want %s", byName.Props.Str("logDestination"), want)
	}
	w.make(cloud.Bucket, cloud.Props{"bucket": "own-logs"})
	w.admit("own-logs")
	toS3 := w.make(cloud.FlowLog, cloud.Props{"vpcId": props["vpcId"], "trafficType": "ALL", "logDestinationType": "s3", "logDestination": "arn:aws:s3:::own-logs"})
	w.mustDelete(toS3)
	w.must(func(tx *cloud.Tx) error {
		if tx.Get(cloud.BucketObject, "own-logs/AWSLogs/123456789012/vpcflowlogs/us-west-2/1") == nil {
			t.Error("the bucket has no record")
		}
		return nil
	})
}

// admit lets flow logs of the account into the bucket's folder AWSLogs.
func (w *world) admit(bucket string) {
	w.t.Helper()
	w.make(cloud.BucketPolicy, cloud.Props{"bucket": bucket, "policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
		`"Principal":{"Service":"delivery.logs.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::` + bucket + `/AWSLogs/*",` +
		`"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:logs:us-west-2:123456789012:*"}}}]}`})
}

// toBucket makes a flow log to a folder of a bucket; the bucket own-logs admits flow
// logs where there is a folder.
func toBucket(bucket, folder string) func(w *world) error {
	return func(w *world) error {
		w.make(cloud.Bucket, cloud.Props{"bucket": "own-logs"})
		if folder != "" {
			w.admit("own-logs")
		}
		return w.refused(cloud.FlowLog, cloud.Props{
			"vpcId": w.vpc().ID, "trafficType": "ALL", "logDestinationType": "s3", "logDestination": "arn:aws:s3:::" + bucket + folder,
		})
	}
}
