package zone

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/internal/loggroup"
	"github.com/slipway-iac/slipway/internal/naming"
	"github.com/slipway-iac/slipway/internal/outputs"
)

// home is the region in which Route 53 wants the log groups and keys of zones,
// wherever those are used.
const home = "us-east-1"

// logQueries records every question that Route 53 answers for the zone. See
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html
func (a Args) logQueries(ctx *pulumi.Context, name string, zone *route53.Zone, parent pulumi.Resource) error {
	called, east := name+"-queries", pulumi.Composite(pulumi.Parent(parent), pulumi.Provider(a.East))
	group, err := loggroup.New(ctx, called, loggroup.Args{
		Group: naming.QueryLogGroup(a.Domain), Region: home, AccountID: a.AccountID,
		RetentionDays: a.QueryLogDays, KeyDeletionDays: a.KeyDeletionDays,
	}, parent, pulumi.Provider(a.East))
	if err != nil {
		return err
	}
	// CloudWatch Logs has ten of these in a region, of all services together.
	policy, err := cloudwatch.NewLogResourcePolicy(ctx, called, &cloudwatch.LogResourcePolicyArgs{
		PolicyName:     pulumi.String("route53-" + a.Domain),
		PolicyDocument: outputs.Strings([]pulumi.StringInput{group.Arn, zone.Arn}, a.delivery),
	}, east)
	if err != nil {
		return fmt.Errorf("permitting the delivery of query logs: %w", err)
	}
	if _, err := route53.NewQueryLog(ctx, called, &route53.QueryLogArgs{
		ZoneId: zone.ZoneId, CloudwatchLogGroupArn: group.Arn,
	}, pulumi.Parent(parent), pulumi.DependsOn([]pulumi.Resource{policy})); err != nil {
		return fmt.Errorf("logging queries: %w", err)
	}
	return nil
}

// delivery lets Route 53 write into the group, for this zone.
func (a Args) delivery(arns []string) (string, error) {
	return iampolicy.Document{iampolicy.AllowService("QueryLogs", "route53.amazonaws.com",
		[]string{"logs:CreateLogStream", "logs:PutLogEvents"}, []string{arns[0] + ":*"}, ofZone(a.AccountID, arns[1]))}.JSON()
}

// ofZone holds when Route 53 acts for one zone of the account.
func ofZone(account, arn string) iampolicy.Conditions {
	return iampolicy.Conditions{
		"StringEquals": {"aws:SourceAccount": {account}}, "ArnEquals": {"aws:SourceArn": {arn}},
	}
}
