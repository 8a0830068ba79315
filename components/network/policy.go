package network

import (
	"fmt"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/internal/partition"
)

// flowLogScope is where the flow logs are in AWS, from which all their documents are written.
// Everything in it is plain, so the documents stand in the first preview.
type flowLogScope struct{ logGroup, region, account string }

// arn is the name of something of the account in the region.
func (s flowLogScope) arn(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", partition.Of(s.region), service, s.region, s.account, resource)
}

func (s flowLogScope) group() string {
	return s.arn("logs", "log-group:"+s.logGroup)
}

// trust lets the flow log service assume the role for flow logs of this account
// and region and nobody else's.
// https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
func (s flowLogScope) trust() iampolicy.Document {
	d := iampolicy.TrustService("vpc-flow-logs.amazonaws.com")
	d[0].Condition = iampolicy.Conditions{
		"StringEquals": {"aws:SourceAccount": {s.account}},
		"ArnLike":      {"aws:SourceArn": {s.arn("ec2", "vpc-flow-log/*")}},
	}
	return d
}

// delivery is what the role may do: write to its group. It may not create
// groups, or a delivery that is still under way while the network is destroyed
// would bring the group back, unencrypted and without an end.
func (s flowLogScope) delivery() iampolicy.Document {
	return iampolicy.Document{
		iampolicy.Allow("WriteFlowLogs",
			[]string{"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
			[]string{s.group(), s.group() + ":*"}),
		iampolicy.Allow("FindLogGroup", // Listing cannot be narrowed to one group.
			[]string{"logs:DescribeLogGroups"}, []string{s.arn("logs", "log-group:*")}),
	}
}
