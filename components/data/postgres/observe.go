package postgres

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/internal/loggroup"
	"github.com/slipway-iac/slipway/internal/naming"
	"github.com/slipway-iac/slipway/internal/partition"
)

// logs makes the log groups that the instance exports to. RDS would make its own,
// unencrypted and kept for ever.
func (b *builder) logs() ([]pulumi.Resource, error) {
	var groups []pulumi.Resource
	for _, log := range exports {
		group, err := loggroup.New(b.ctx, b.name+"-"+log, loggroup.Args{
			Group: b.args.logGroup(log), Region: b.args.Region, AccountID: b.args.AccountID,
			RetentionDays: b.args.LogRetentionDays, KeyDeletionDays: b.args.KeyDeletionDays,
		}, b.parent)
		if err != nil {
			return nil, err
		}
		groups = append(groups, group)
	}
	return groups, nil
}

func (a Args) logGroup(log string) string {
	if a.Shape == Cluster {
		return naming.DatabaseClusterLogGroup(a.Identifier, log)
	}
	return naming.DatabaseLogGroup(a.Identifier, log)
}

// monitoring makes the role by which RDS reports on the operating system, and
// returns with it the permission that makes it able to.
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
func (b *builder) monitoring() (*iam.Role, pulumi.Resource, error) {
	trust, err := b.args.monitoringTrust().JSON()
	if err != nil {
		return nil, nil, fmt.Errorf("writing trust policy of monitoring role: %w", err)
	}
	role, err := iam.NewRole(b.ctx, b.name+"-monitoring", &iam.RoleArgs{
		Description: pulumi.String("Monitors database " + b.args.Identifier), AssumeRolePolicy: pulumi.String(trust), Tags: b.tags(),
	}, b.child)
	if err != nil {
		return nil, nil, fmt.Errorf("creating monitoring role: %w", err)
	}
	permission, err := iam.NewRolePolicyAttachment(b.ctx, b.name+"-monitoring", &iam.RolePolicyAttachmentArgs{
		Role:      role.Name,
		PolicyArn: pulumi.String("arn:" + partition.Of(b.args.Region) + ":iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"),
	}, b.child)
	if err != nil {
		return nil, nil, fmt.Errorf("permitting monitoring: %w", err)
	}
	return role, permission, nil
}

// monitoringTrust lets RDS assume the role for this database and no other.
func (a Args) monitoringTrust() iampolicy.Document {
	arn := "arn:" + partition.Of(a.Region) + ":rds:" + a.Region + ":" + a.AccountID + ":"
	var sources []string
	for _, name := range a.instances() {
		sources = append(sources, arn+"db:"+name)
	}
	if a.Shape == Cluster {
		sources = append(sources, arn+"cluster:"+a.Identifier)
	}
	d := iampolicy.TrustService("monitoring.rds.amazonaws.com")
	d[0].Condition = iampolicy.Conditions{
		"StringEquals": {"aws:SourceAccount": {a.AccountID}},
		"ArnLike":      {"aws:SourceArn": sources},
	}
	return d
}

// alarm is one metric of an instance that somebody looks at.
type alarm struct {
	name, metric, comparison, says string
	threshold                      float64
}

const (
	above = "GreaterThanThreshold"
	below = "LessThanThreshold"
)

func (a Args) watched() []alarm {
	const gib = 1 << 30
	return []alarm{
		{"cpu", "CPUUtilization", above, "uses more than 80 % of its processors", 80},
		{"storage", "FreeStorageSpace", below, "has less than a tenth of its first storage free", float64(a.GiB) * gib / 10},
		{"connections", "DatabaseConnections", above, "has more than four fifths of the connections it may have", float64(a.Connections) * 4 / 5},
	}
}

// alarms tell the topic what the instance lacks and what happens to it.
func (b *builder) alarms(of *database) error {
	if b.args.AlarmTopicARN == nil {
		return nil
	}
	topic := b.args.AlarmTopicARN.ToStringOutput()
	for n, instance := range b.args.instances() {
		name, dimension := b.name, of.identifier
		if b.args.Shape == Cluster {
			name, dimension = fmt.Sprintf("%s-%d", b.name, n+1), pulumi.Sprintf("%s-instance-%d", of.identifier, n+1)
		}
		if err := b.watch(name, instance, dimension, topic); err != nil {
			return err
		}
	}
	source, categories := "db-instance", []string{"failover", "failure", "low storage", "maintenance"}
	if b.args.Shape == Cluster {
		source, categories = "db-cluster", []string{"failover", "failure", "maintenance"}
	}
	if _, err := rds.NewEventSubscription(b.ctx, b.name, &rds.EventSubscriptionArgs{
		SnsTopic: topic, SourceType: pulumi.String(source), SourceIds: pulumi.StringArray{of.identifier},
		EventCategories: pulumi.ToStringArray(categories), Tags: b.tags(),
	}, b.child); err != nil {
		return fmt.Errorf("subscribing to events: %w", err)
	}
	return nil
}

// watch makes the alarms of one instance.
func (b *builder) watch(name, instance string, dimension, topic pulumi.StringOutput) error {
	for _, w := range b.args.watched() {
		if _, err := cloudwatch.NewMetricAlarm(b.ctx, name+"-"+w.name, &cloudwatch.MetricAlarmArgs{
			AlarmDescription: pulumi.String("Database " + instance + " " + w.says),
			Namespace:        pulumi.String("AWS/RDS"), MetricName: pulumi.String(w.metric), Statistic: pulumi.String("Average"),
			Dimensions:         pulumi.StringMap{"DBInstanceIdentifier": dimension},
			ComparisonOperator: pulumi.String(w.comparison), Threshold: pulumi.Float64(w.threshold),
			Period: pulumi.Int(300), EvaluationPeriods: pulumi.Int(3),
			// A database that reports nothing is worth a look.
			TreatMissingData: pulumi.String("breaching"),
			AlarmActions:     pulumi.Array{topic}, OkActions: pulumi.Array{topic}, Tags: b.tags(),
		}, b.child); err != nil {
			return fmt.Errorf("creating alarm %s: %w", w.name, err)
		}
	}
	return nil
}
