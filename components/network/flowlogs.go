package network

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/loggroup"
	"github.com/slipway-iac/slipway/internal/partition"
)

// flowLogFormat is AWS's default format and the fields without which a flow
// cannot be told: the packet's own addresses, which are the pod's where those of
// the interface are the node's or the NAT gateway's, and the way it took.
// https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
const flowLogFormat = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} " +
	"${packets} ${bytes} ${start} ${end} ${action} ${log-status} " +
	"${vpc-id} ${subnet-id} ${instance-id} ${tcp-flags} ${pkt-srcaddr} ${pkt-dstaddr} ${flow-direction} ${traffic-path}"

const (
	// flowLogs is what everything about the flow logs is named after.
	flowLogs = "flow-logs"

	// aggregationSeconds is the longest of the two intervals, and the cheaper.
	// Nitro instances report each minute all the same.
	aggregationSeconds = 600
)

// flowLogs records all traffic of the VPC.
func (b *builder) flowLogs(c *Network, vpc *ec2.Vpc) error {
	args := &ec2.FlowLogArgs{
		VpcId:                  vpc.ID(),
		TrafficType:            pulumi.String("ALL"),
		LogFormat:              pulumi.String(flowLogFormat),
		MaxAggregationInterval: pulumi.Int(aggregationSeconds),
		Tags:                   b.tagged(flowLogs),
	}
	c.FlowLogGroupARN, c.FlowLogGroupName = none(), none()
	opts := []pulumi.ResourceOption{b.child}
	if b.args.FlowLogBucket != nil {
		// AWS takes no role for a bucket: its policy is what admits the service.
		args.LogDestinationType = pulumi.String("s3")
		args.LogDestination = pulumi.Sprintf("arn:%s:s3:::%s", partition.Of(b.args.Region), b.args.FlowLogBucket)
	} else {
		group, role, permission, err := b.flowLogGroup(c)
		if err != nil {
			return err
		}
		c.FlowLogGroupARN, c.FlowLogGroupName = group.Arn, group.Name
		args.LogDestinationType, args.LogDestination = pulumi.String("cloud-watch-logs"), group.Arn
		args.IamRoleArn = role.Arn
		// Until the role may write, the flow log is in the state "access error"
		// and loses what it sees.
		opts = append(opts, pulumi.DependsOn([]pulumi.Resource{permission}))
	}
	if _, err := ec2.NewFlowLog(b.ctx, b.named(flowLogs), args, opts...); err != nil {
		return fmt.Errorf("creating flow log: %w", err)
	}
	return nil
}

// flowLogGroup makes an encrypted log group, and the role that writes to it.
func (b *builder) flowLogGroup(parent pulumi.Resource) (*cloudwatch.LogGroup, *iam.Role, *iam.RolePolicy, error) {
	scope := flowLogScope{b.args.FlowLogGroup, b.args.Region, b.args.AccountID}
	group, err := loggroup.New(b.ctx, b.named(flowLogs), loggroup.Args{
		Group:           b.args.FlowLogGroup,
		Region:          b.args.Region,
		AccountID:       b.args.AccountID,
		RetentionDays:   b.args.FlowLogRetentionDays,
		KeyARN:          b.args.LogKeyARN,
		KeyDeletionDays: b.args.KeyDeletionDays,
	}, parent)
	if err != nil {
		return nil, nil, nil, err
	}
	role, permission, err := b.flowLogRole(scope)
	return group, role, permission, err
}

// flowLogRole makes the role that delivers the logs, and returns with it the
// permission that makes it able to.
func (b *builder) flowLogRole(scope flowLogScope) (*iam.Role, *iam.RolePolicy, error) {
	trust, err := scope.trust().JSON()
	if err != nil {
		return nil, nil, fmt.Errorf("writing trust policy of flow log role: %w", err)
	}
	delivery, err := scope.delivery().JSON()
	if err != nil {
		return nil, nil, fmt.Errorf("writing policy of flow log role: %w", err)
	}
	role, err := iam.NewRole(b.ctx, b.named(flowLogs), &iam.RoleArgs{
		Description:      pulumi.String("Delivers the flow logs of network " + b.name),
		AssumeRolePolicy: pulumi.String(trust),
		Tags:             b.tagged(flowLogs),
	}, b.child)
	if err != nil {
		return nil, nil, fmt.Errorf("creating role of flow logs: %w", err)
	}
	permission, err := iam.NewRolePolicy(b.ctx, b.named(flowLogs), &iam.RolePolicyArgs{
		Role:   role.Name,
		Policy: pulumi.String(delivery),
	}, b.child)
	if err != nil {
		return nil, nil, fmt.Errorf("permitting delivery of flow logs: %w", err)
	}
	return role, permission, nil
}
