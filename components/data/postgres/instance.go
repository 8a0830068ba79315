package postgres

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/tags"
	"github.com/slipway-iac/slipway/components/versions"
)

// Port is where the database listens.
const Port = 5432

const (
	// master is the user that RDS makes. Nobody needs it every day.
	master = "dbadmin"

	// monitoringSeconds is how often the operating system is measured.
	monitoringSeconds = 60

	// Database Insights keeps seven days, or in its advanced mode 15 months; RDS
	// refuses that mode with any less.
	// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.html
	standardDays = 7
	advancedDays = 465
)

// exports are the logs that go to CloudWatch.
var exports = []string{"postgresql", "upgrade"}

// subnets makes the group of subnets that the database is in.
func (b *builder) subnets() (*rds.SubnetGroup, error) {
	subnets, err := rds.NewSubnetGroup(b.ctx, b.name, &rds.SubnetGroupArgs{
		SubnetIds: b.args.SubnetIDs, Tags: b.tags(),
	}, b.child)
	if err != nil {
		return nil, fmt.Errorf("creating subnet group: %w", err)
	}
	return subnets, nil
}

// instance makes the database, after what it would otherwise make itself.
func (b *builder) instance(role *iam.Role, before []pulumi.Resource) (*database, error) {
	subnets, err := b.subnets()
	if err != nil {
		return nil, err
	}
	parameters, err := b.parameters()
	if err != nil {
		return nil, err
	}
	args := b.args.settings()
	args.DbSubnetGroupName, args.ParameterGroupName = subnets.Name, parameters.Name
	args.VpcSecurityGroupIds = pulumi.StringArray{b.group.ID()}
	args.MonitoringRoleArn = role.Arn
	args.Tags = b.tags()
	made, err := rds.NewInstance(b.ctx, b.name, args, b.child, pulumi.DependsOn(before))
	if err != nil {
		return nil, fmt.Errorf("creating instance: %w", err)
	}
	return &database{made.Address, pulumi.String("").ToStringOutput(), made.Identifier, made.Arn, made.ResourceId}, nil
}

// settings are all that does not come out of another part.
func (a Args) settings() *rds.InstanceArgs {
	key := a.KeyARN.ToStringOutput()
	s := &rds.InstanceArgs{
		Identifier: pulumi.String(a.Identifier), DbName: pulumi.String(a.Database), Port: pulumi.Int(Port),
		Engine: pulumi.String("postgres"), EngineVersion: pulumi.String(a.Version), InstanceClass: pulumi.String(a.InstanceClass),
		// Without it AWS bills extended support from the day on which standard
		// support ends.
		EngineLifecycleSupport:   pulumi.String("open-source-rds-extended-support-disabled"),
		AutoMinorVersionUpgrade:  pulumi.Bool(true),
		AllowMajorVersionUpgrade: pulumi.Bool(a.Upgrade == InPlace),

		Username: pulumi.String(master), ManageMasterUserPassword: pulumi.Bool(true), MasterUserSecretKmsKeyId: key,
		IamDatabaseAuthenticationEnabled: pulumi.Bool(true),
		PubliclyAccessible:               pulumi.Bool(false),
		MultiAz:                          pulumi.Bool(a.MultiAZ),

		StorageType: pulumi.String(a.StorageType), Iops: given(a.IOPS), StorageThroughput: given(a.MiBps), StorageEncrypted: pulumi.Bool(true), KmsKeyId: key,
		AllocatedStorage: pulumi.Int(a.GiB), MaxAllocatedStorage: pulumi.Int(a.MaxGiB),

		BackupRetentionPeriod: pulumi.Int(a.BackupDays), BackupWindow: pulumi.String(a.BackupWindow),
		MaintenanceWindow: pulumi.String(a.MaintenanceWindow), CopyTagsToSnapshot: pulumi.Bool(true),
		DeletionProtection: pulumi.Bool(a.Protect), SkipFinalSnapshot: pulumi.Bool(!a.FinalSnapshot), DeleteAutomatedBackups: pulumi.Bool(!a.FinalSnapshot),

		MonitoringInterval: pulumi.Int(monitoringSeconds), EnabledCloudwatchLogsExports: pulumi.ToStringArray(exports),
		DatabaseInsightsMode: pulumi.String("standard"), PerformanceInsightsEnabled: pulumi.Bool(true),
		PerformanceInsightsKmsKeyId: key, PerformanceInsightsRetentionPeriod: pulumi.Int(standardDays),
	}
	if a.AdvancedInsights {
		s.DatabaseInsightsMode, s.PerformanceInsightsRetentionPeriod = pulumi.String("advanced"), pulumi.Int(advancedDays)
	}
	if a.FinalSnapshot {
		s.FinalSnapshotIdentifier = pulumi.String(a.Identifier + "-final")
	}
	return s
}

// parameters makes the parameter group. Its name has the major version, so that
// an upgrade makes a new one beside it.
func (b *builder) parameters() (*rds.ParameterGroup, error) {
	engine, err := versions.FindEngine(b.args.Version)
	if err != nil {
		return nil, err
	}
	parameters := rds.ParameterGroupParameterArray{}
	for _, p := range b.args.parameters() {
		parameters = append(parameters, rds.ParameterGroupParameterArgs{
			Name: pulumi.String(p.name), Value: pulumi.String(p.value), ApplyMethod: pulumi.String(p.apply),
		})
	}
	group, err := rds.NewParameterGroup(b.ctx, b.name+"-"+engine.Major, &rds.ParameterGroupArgs{
		Family: pulumi.String(engine.Family()), Parameters: parameters, Tags: b.tags(),
	}, b.child)
	if err != nil {
		return nil, fmt.Errorf("creating parameter group: %w", err)
	}
	return group, nil
}

// parameter is one parameter, and when it applies.
type parameter struct{ name, value, apply string }

// parameters are those that differ from RDS's own.
func (a Args) parameters() []parameter {
	const now, reboot = "immediate", "pending-reboot"
	return []parameter{
		{"rds.force_ssl", "1", now},
		{"log_connections", "1", now},
		{"log_disconnections", "1", now},
		{"log_lock_waits", "1", now},
		{"log_min_duration_statement", "1000", now},
		// Statements that change the database, not those with its data.
		{"log_statement", "ddl", now},
		{"max_connections", strconv.Itoa(a.Connections), reboot},
	}
}

func (b *builder) tags() pulumi.StringMap { return pulumi.ToStringMap(tags.Named(b.name, b.args.Tags)) }
