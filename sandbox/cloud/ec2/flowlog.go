package ec2

import (
	"path"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/s3"
)

const (
	toLogs     = "cloud-watch-logs"
	toS3       = "s3"
	toFirehose = "kinesis-data-firehose"

	flowLogsToS3 = "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3.html"

	// flowLogService is who takes the role that writes the records.
	flowLogService = "vpc-flow-logs.amazonaws.com"

	defaultLogFormat = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} " +
		"${packets} ${bytes} ${start} ${end} ${action} ${log-status}"
)

var (
	flowLogExists = cloud.Declare(cloud.Rule{
		Name: "flow-log-exists", Code: "FlowLogAlreadyExists", Source: moto,
	})
	flowLogParameter = cloud.Declare(cloud.Rule{
		Name: "flow-log-without-destination-or-role", Code: "InvalidParameter", Source: moto,
	})
	flowLogRole = cloud.Declare(cloud.Rule{
		Name: "flow-log-role-cannot-be-assumed", Code: "InvalidParameter",
		Source: "hashicorp/terraform-provider-aws, internal/service/ec2/vpc_flow_log.go",
	})
	flowLogDestination = cloud.Declare(cloud.Rule{
		Name: "flow-log-destination-does-not-exist", Code: "LogDestinationNotFound", Source: ec2API, Tag: cloud.Memory,
	})
	flowLogNeedless = cloud.Declare(cloud.Rule{
		Name: "flow-log-to-s3-with-role", Code: "InvalidParameter", Source: flowLogsToS3, Tag: cloud.Verified,
	})
	// Where the deployer may change the bucket's policy, AWS writes a statement of
	// its own into it, which Pulumi takes out again with the policy's next change.
	flowLogDenied = cloud.Declare(cloud.Rule{
		Name: "flow-log-not-delivered", Code: "LogDestinationPermissionIssueException", Source: flowLogsToS3, Tag: cloud.Derived,
	})
)

var flowLogSubjects = []string{"vpcId", "subnetId", "eniId", "transitGatewayId", "transitGatewayAttachmentId"}

func flowLogKind() cloud.Kind {
	fields := cloud.Fields{
		"deliverCrossAccountRole": cloud.String.Like(cloud.ARNText).ForceNew(),
		"destinationOptions": cloud.Object(cloud.Fields{
			"fileFormat":               cloud.String.Default("plain-text").OneOf("plain-text", "parquet").ForceNew(),
			"hiveCompatiblePartitions": cloud.Bool.Default(false).ForceNew(),
			"perHourPartition":         cloud.Bool.Default(false).ForceNew(),
		}).ForceNew(),
		"iamRoleArn":             cloud.String.Like(cloud.ARNText).ForceNew(),
		"logDestination":         cloud.String.Like(cloud.ARNText).Computed().ForceNew(),
		"logDestinationType":     cloud.String.Default(toLogs).OneOf(toLogs, toS3, toFirehose).ForceNew(),
		"logFormat":              cloud.String.Computed().ForceNew(),
		"logGroupName":           cloud.String.Computed().ForceNew(),
		"maxAggregationInterval": cloud.Number.Default(600).ForceNew(),
		"trafficType":            cloud.String.OneOf("ACCEPT", "REJECT", "ALL").ForceNew(),
		"arn":                    cloud.String.Output(),
	}
	for _, name := range flowLogSubjects {
		fields[name] = cloud.String.ForceNew()
	}
	return cloud.Kind{
		Token: cloud.FlowLog, Noun: "Flow Log", Service: "EC2", Tagged: true,
		CreateCall: "CreateFlowLogs", UpdateCall: "CreateTags", DeleteCall: "DeleteFlowLogs",
		Fields: fields,
		Check: func(p cloud.Props) []cloud.Problem {
			problems := exactlyOne(p, flowLogSubjects...)
			problems = append(problems, atMostOne(p, "logDestination", "logGroupName")...)
			if n := p["maxAggregationInterval"]; n != 60.0 && n != 600.0 && !cloud.IsUnknown(n) {
				problems = append(problems, cloud.Problem{Property: "maxAggregationInterval", Reason: "want 60 or 600 seconds"})
			}
			return problems
		},
		Create: createFlowLog,
	}
}

func createFlowLog(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	subject := firstOf(p, flowLogSubjects)
	for _, ref := range []struct {
		field string
		to    reference
	}{{"vpcId", vpcs}, {"subnetId", subnets}, {"eniId", interfaces}} {
		if id := p.Str(ref.field); id != "" {
			if _, err := ref.to.find(tx, id); err != nil {
				return err
			}
		}
	}
	if p.Has("transitGatewayId") || p.Has("transitGatewayAttachmentId") {
		return transitMissing.Refuse("The transitGateway ID '%s' does not exist", subject)
	}
	if !p.Has("trafficType") {
		return missingParameter.Refuse("The request must contain the parameter trafficType")
	}
	if err := checkDelivery(tx, p); err != nil {
		return err
	}
	destination := strings.TrimSuffix(p.Str("logDestination"), ":*")
	for _, other := range tx.List(cloud.FlowLog) {
		if firstOf(other.Props, flowLogSubjects) == subject && other.Props.Str("logDestination") == destination {
			return flowLogExists.Refuse("Error. There is an existing Flow Log with the same configuration and log destination. (%s)", other.ID)
		}
	}
	r.ID = tx.ID("fl-")
	p["arn"] = tx.ARN("ec2", "vpc-flow-log/"+r.ID)
	p["logDestination"] = destination
	if !p.Has("logFormat") {
		p["logFormat"] = defaultLogFormat
	}
	return nil
}

// checkDelivery wants a place for the records and, for CloudWatch Logs, a role
// that may put them there.
func checkDelivery(tx *cloud.Tx, p cloud.Props) error {
	if to := p.Str("logDestinationType"); to != toLogs {
		switch {
		case !p.Has("logDestination"):
			return flowLogParameter.Refuse("LogDestination can't be empty if LogDestinationType is %s.", to)
		case to == toS3 && p.Has("iamRoleArn"):
			return flowLogNeedless.Refuse("DeliverLogsPermissionArn is not applicable for s3 delivery")
		case to == toS3:
			return deliverToS3(tx, p.Str("logDestination"))
		}
		return nil
	}
	if !p.Has("logDestination") && !p.Has("logGroupName") {
		return flowLogParameter.Refuse("LogDestination can't be empty if LogGroupName is not provided.")
	}
	if !p.Has("iamRoleArn") {
		return flowLogParameter.Refuse("DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.")
	}
	if role := iam.RoleByARN(tx, p.Str("iamRoleArn")); role == nil || !iam.Trusts(role, flowLogService) {
		return flowLogRole.Refuse("Unable to assume given IAM role: %s does not exist, or does not trust %s", p.Str("iamRoleArn"), flowLogService)
	}
	if name := p.Str("logGroupName"); name != "" && !p.Has("logDestination") {
		// A group given by its name is made with the first record.
		p["logDestination"] = tx.ARN("logs", "log-group:"+name)
		return nil
	}
	destination := strings.TrimSuffix(p.Str("logDestination"), ":*")
	if tx.One(cloud.LogGroup, cloud.Prop("arn", destination)) == nil {
		return flowLogDestination.Refuse("LogDestination: %s does not exist.", destination)
	}
	if _, name, ok := strings.Cut(destination, ":log-group:"); ok {
		p["logGroupName"] = name
	}
	return nil
}

// deliverToS3 writes the first record into a bucket.
func deliverToS3(tx *cloud.Tx, destination string) error {
	_, place, _ := strings.Cut(destination, ":::")
	bucket, folder, _ := strings.Cut(place, "/")
	if s3.Bucket(tx, bucket) == nil {
		return flowLogDestination.Refuse("LogDestination: %s does not exist.", bucket)
	}
	err := s3.Deliver(tx, s3.Delivery{
		Service: "delivery.logs.amazonaws.com", Source: tx.ARN("logs", "*"), Bucket: bucket, KMS: true,
		Key: path.Join(folder, "AWSLogs", tx.AccountID(), "vpcflowlogs", tx.Session.Region, "1"),
	})
	if err != nil {
		return flowLogDenied.Refuse("Access Denied for LogDestination: %s. Please check LogDestination permission (%s)", bucket, err)
	}
	return nil
}
