package platform

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/data/alerts"
	"github.com/slipway-iac/slipway/components/data/backup"
	"github.com/slipway-iac/slipway/components/data/bucket"
	"github.com/slipway-iac/slipway/components/data/key"
	"github.com/slipway-iac/slipway/components/data/postgres"
	"github.com/slipway-iac/slipway/components/tags"
)

// The logical names of what keeps data. Other names would be other resources.
const (
	dataName     = "data"
	logsName     = "logs"
	mediaName    = "media"
	backupsName  = "backups"
	alarmsName   = "alarms"
	databaseName = "database"
)

// data is what keeps the environment's state.
type data struct {
	key *key.Key
	// logs takes what AWS services write, media what users upload, backups what
	// is written once.
	logs, media, backups *bucket.Bucket
	// database and alarms are nil where the environment has none, as is plan.
	database *postgres.Postgres
	alarms   *alerts.Alerts
	plan     *backup.Backup
}

// buildStores makes what keeps data and needs no network: the network's flow logs
// go there.
func (e Environment) buildStores(ctx *pulumi.Context, b *blocks, opts pulumi.ResourceOption) (err error) {
	d := &data{}
	b.data = d
	// What outlives a destroy needs its key.
	if d.key, err = key.New(ctx, dataName, e.keyArgs(), retained(opts, e.keeps())); err != nil {
		return err
	}
	if err := e.buildBuckets(ctx, d, opts); err != nil {
		return err
	}
	if e.Backup.Enabled {
		d.plan, err = backup.New(ctx, backupsName, e.backupArgs(d.key.ARN), opts)
	}
	return err
}

func (e Environment) buildBuckets(ctx *pulumi.Context, d *data, opts pulumi.ResourceOption) (err error) {
	// S3 has written logs by the time that anything is destroyed: without
	// ForceDestroy their bucket could not go.
	if d.logs, err = bucket.New(ctx, logsName, e.bucketArgs(bucket.Logs, nil, nil), retained(opts, !e.Buckets.ForceDestroy)); err != nil {
		return err
	}
	stay := retained(opts, e.keeps())
	if d.media, err = bucket.New(ctx, mediaName, e.bucketArgs(bucket.Media, d.key.ARN, d.logs.Name), stay); err != nil {
		return err
	}
	d.backups, err = bucket.New(ctx, backupsName, e.bucketArgs(bucket.Backups, d.key.ARN, d.logs.Name), stay)
	return err
}

// buildDatabase makes the database. Of the cluster it needs the security group of
// pods, for one rule; the database does not wait for it.
func (e Environment) buildDatabase(ctx *pulumi.Context, b *blocks, opts pulumi.ResourceOption) (err error) {
	if !e.Database.Enabled {
		return nil
	}
	args := e.databaseArgs(b.network.VPCID, b.network.DataSubnetIDs, b.cluster.PodSecurityGroupID, b.data.key.ARN)
	if e.Database.Alarms {
		if b.data.alarms, err = alerts.New(ctx, alarmsName, e.alertsArgs(b.data.key.ARN), opts); err != nil {
			return err
		}
		args.AlarmTopicARN = b.data.alarms.TopicARN
	}
	b.data.database, err = postgres.New(ctx, databaseName, args, opts)
	return err
}

func (e Environment) keyArgs() key.Args {
	args := key.Args{
		Region: e.Region, AccountID: e.AccountID, Description: "Data of " + e.Cluster.ClusterName, DeletionDays: e.Cluster.KeyDeletionDays,
	}
	if e.Database.Enabled && e.Database.Alarms {
		args.Users = alerts.Users()
	}
	return args
}

func (e Environment) bucketArgs(kind bucket.Kind, keyARN, logs pulumi.StringInput) bucket.Args {
	args := bucket.Args{
		Region: e.Region, AccountID: e.AccountID, Kind: kind, KeyARN: keyARN, AccessLogs: logs, ForceDestroy: e.Buckets.ForceDestroy,
		KeepDays: e.Buckets.KeepDays,
	}
	switch kind {
	case bucket.Logs:
		args.KeepDays = e.Buckets.LogDays
	case bucket.Media:
		args.Tags = e.backedUp()
	}
	return args
}

// backedUp is the tag of what the plan backs up. Its value is the environment's:
// another environment in the account has a plan of its own.
func (e Environment) backedUp() tags.Set {
	if !e.Backup.Enabled {
		return nil
	}
	return tags.Set{tags.Backup: e.Cluster.ClusterName}
}

func (e Environment) backupArgs(keyARN pulumi.StringInput) backup.Args {
	return backup.Args{
		Region: e.Region, AccountID: e.AccountID, KeyARN: keyARN, Plan: e.Cluster.ClusterName, KeepDays: e.Backup.KeepDays,
		MonthlyKeepDays: e.Backup.MonthlyKeepDays, Lock: e.Backup.Lock, Keep: e.keeps(), ForceDestroy: e.Backup.ForceDestroy,
	}
}

func (e Environment) databaseArgs(vpc pulumi.StringInput, subnets pulumi.StringArrayInput, pods, keyARN pulumi.StringInput) postgres.Args {
	d := e.Database
	if d.Shape == string(postgres.Cluster) {
		d.MaxGiB = 0
	}
	return postgres.Args{
		Region: e.Region, AccountID: e.AccountID, VPCID: vpc, SubnetIDs: subnets, KeyARN: keyARN,
		Clients:    map[string]pulumi.StringInput{"pods": pods},
		Identifier: d.Identifier, Version: d.Version, Upgrade: postgres.Upgrade(d.Upgrade), InstanceClass: d.InstanceClass, MultiAZ: d.MultiAZ,
		Shape: postgres.Shape(d.Shape), StorageType: postgres.StorageType(d.StorageType), IOPS: d.IOPS,
		GiB: d.GiB, MaxGiB: d.MaxGiB, Connections: d.Connections, BackupDays: d.BackupDays, AdvancedInsights: d.AdvancedInsights,
		LogRetentionDays: e.Cluster.LogRetentionDays, KeyDeletionDays: e.Cluster.KeyDeletionDays,
		Protect: e.Protect, FinalSnapshot: d.FinalSnapshot, Tags: e.backedUp(),
	}
}

func (e Environment) alertsArgs(keyARN pulumi.StringInput) alerts.Args {
	return alerts.Args{Region: e.Region, AccountID: e.AccountID, KeyARN: keyARN, Subscribers: e.Database.Subscribers}
}

// exportData publishes where the environment's data is. No secret is among it.
func (e Environment) exportData(ctx *pulumi.Context, d *data) {
	ctx.Export("logsBucket", d.logs.Name)
	ctx.Export("mediaBucket", d.media.Name)
	ctx.Export("backupsBucket", d.backups.Name)
	ctx.Export("dataKeyArn", d.key.ARN)
	if d.plan != nil {
		ctx.Export("backupVault", d.plan.VaultName)
	}
	if d.alarms != nil {
		ctx.Export("alarmTopicArn", d.alarms.TopicARN)
	}
	if d.database != nil {
		ctx.Export("databaseEndpoint", d.database.Endpoint)
		if e.Database.Shape == string(postgres.Cluster) {
			ctx.Export("databaseReaderEndpoint", d.database.ReaderEndpoint)
		}
		ctx.Export("databasePort", pulumi.Int(postgres.Port))
		ctx.Export("databaseSecurityGroupId", d.database.SecurityGroupID)
		ctx.Export("databaseResourceId", d.database.ResourceID)
	}
}
