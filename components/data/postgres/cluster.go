package postgres

import (
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/check"
)

// Shape is what a database consists of. Another shape is another database.
type Shape string

// The shapes.
const (
	// Instance is one instance, with MultiAZ a standby that nobody reads from.
	Instance Shape = "instance"
	// Cluster is a Multi-AZ DB cluster, which is not Aurora: a writer and two readers
	// in three zones, for three times the price. One of the readers takes over within
	// about 35 seconds. See
	// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/multi-az-db-clusters-concepts.html
	Cluster Shape = "cluster"
)

// members is how many instances a cluster has.
const members = 3

// clusterClasses have a disk of their own, as the d in their names says: that is
// where a cluster writes first.
var clusterClasses = regexp.MustCompile(`^db\.[a-z]+[0-9]+[a-z]*d[a-z]*\.`)

// maxClusterIdentifier leaves room for the names of the instances.
const maxClusterIdentifier = 52

func (a Args) validateShape(e *check.Errors) {
	switch a.Shape {
	case Instance:
	case Cluster:
		e.That(clusterClasses.MatchString(a.InstanceClass), "InstanceClass", a.InstanceClass, "of a cluster, a class with disks of its own such as db.m6gd.large")
		e.That(a.MaxGiB == 0, "MaxGiB", a.MaxGiB, "0 of a cluster, whose storage RDS does not let grow by itself")
		e.That(a.MiBps == 0, "MiBps", a.MiBps, "0 of a cluster, where it follows from the IOPS")
		e.That(len(a.Identifier) <= maxClusterIdentifier, "Identifier", a.Identifier, "up to 52 characters of a cluster, as -instance-1 is added for what it consists of")
	default:
		e.That(false, "Shape", string(a.Shape), "instance or cluster")
	}
}

// instances are the names of what the database consists of. RDS calls those of a
// cluster after it.
func (a Args) instances() []string {
	if a.Shape != Cluster {
		return []string{a.Identifier}
	}
	var names []string
	for n := range members {
		names = append(names, fmt.Sprintf("%s-instance-%d", a.Identifier, n+1))
	}
	return names
}

// cluster makes the database, after what it would otherwise make itself.
func (b *builder) cluster(role *iam.Role, before []pulumi.Resource) (*database, error) {
	subnets, err := b.subnets()
	if err != nil {
		return nil, err
	}
	engine, err := versions.FindEngine(b.args.Version)
	if err != nil {
		return nil, err
	}
	parameters := rds.ClusterParameterGroupParameterArray{}
	for _, p := range b.args.parameters() {
		parameters = append(parameters, rds.ClusterParameterGroupParameterArgs{
			Name: pulumi.String(p.name), Value: pulumi.String(p.value), ApplyMethod: pulumi.String(p.apply),
		})
	}
	group, err := rds.NewClusterParameterGroup(b.ctx, b.name+"-"+engine.Major, &rds.ClusterParameterGroupArgs{
		Family: pulumi.String(engine.Family()), Parameters: parameters, Tags: b.tags(),
	}, b.child)
	if err != nil {
		return nil, fmt.Errorf("creating parameter group: %w", err)
	}
	args := b.args.clusterSettings()
	args.DbSubnetGroupName, args.DbClusterParameterGroupName = subnets.Name, group.Name
	args.VpcSecurityGroupIds = pulumi.StringArray{b.group.ID()}
	args.MonitoringRoleArn = role.Arn
	args.Tags = b.tags()
	made, err := rds.NewCluster(b.ctx, b.name, args, b.child, pulumi.DependsOn(before))
	if err != nil {
		return nil, fmt.Errorf("creating cluster: %w", err)
	}
	return &database{made.Endpoint, made.ReaderEndpoint, made.ClusterIdentifier, made.Arn, made.ClusterResourceId}, nil
}

// clusterSettings are all that does not come out of another part. Each is that of
// an instance, under the name that it has on a cluster.
func (a Args) clusterSettings() *rds.ClusterArgs {
	i := a.settings()
	return &rds.ClusterArgs{
		ClusterIdentifier: i.Identifier, DatabaseName: i.DbName, Port: i.Port, Engine: pulumi.String("postgres"), EngineVersion: i.EngineVersion,
		DbClusterInstanceClass: pulumi.String(a.InstanceClass), EngineLifecycleSupport: i.EngineLifecycleSupport, AllowMajorVersionUpgrade: i.AllowMajorVersionUpgrade,

		MasterUsername: i.Username, ManageMasterUserPassword: i.ManageMasterUserPassword, MasterUserSecretKmsKeyId: i.MasterUserSecretKmsKeyId,
		IamDatabaseAuthenticationEnabled: i.IamDatabaseAuthenticationEnabled,

		StorageType: i.StorageType, StorageEncrypted: i.StorageEncrypted, KmsKeyId: i.KmsKeyId, AllocatedStorage: i.AllocatedStorage, Iops: i.Iops,

		BackupRetentionPeriod: i.BackupRetentionPeriod, PreferredBackupWindow: i.BackupWindow, PreferredMaintenanceWindow: i.MaintenanceWindow,
		CopyTagsToSnapshot: i.CopyTagsToSnapshot, DeletionProtection: i.DeletionProtection, SkipFinalSnapshot: i.SkipFinalSnapshot,
		DeleteAutomatedBackups: i.DeleteAutomatedBackups, FinalSnapshotIdentifier: i.FinalSnapshotIdentifier,

		MonitoringInterval: i.MonitoringInterval, EnabledCloudwatchLogsExports: i.EnabledCloudwatchLogsExports,
		DatabaseInsightsMode: i.DatabaseInsightsMode, PerformanceInsightsEnabled: i.PerformanceInsightsEnabled,
		PerformanceInsightsKmsKeyId: i.PerformanceInsightsKmsKeyId, PerformanceInsightsRetentionPeriod: i.PerformanceInsightsRetentionPeriod,
	}
}
