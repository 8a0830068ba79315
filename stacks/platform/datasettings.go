package platform

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/data/bucket"
	"github.com/slipway-iac/slipway/components/data/postgres"
	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/check"
)

// Database configures PostgreSQL on RDS; package postgres has the reasons behind
// it.
type Database struct {
	// Enabled makes a database. Without it nothing else here counts.
	Enabled bool `json:"enabled"`
	// Identifier is its name in RDS. A change replaces the database.
	Identifier string `json:"identifier"`
	// Version is the major version of PostgreSQL, in quotes. It rises with upgrade
	// and never falls.
	Version string `json:"version"`
	// Upgrade lets version change: in-place. The database stands still meanwhile.
	Upgrade string `json:"upgrade"`
	// Shape is instance, or cluster where more is read than one instance can serve: a
	// Multi-AZ DB cluster of a writer and two readers, for which multiAz and
	// maxStorageGiB do not count. A change replaces the database.
	Shape string `json:"shape"`
	// InstanceClass is such as db.m7g.large, of a cluster db.m6gd.large.
	InstanceClass string `json:"instanceClass"`
	// MultiAZ keeps a standby in a second zone.
	MultiAZ bool `json:"multiAz"`
	// StorageType is gp3 or io2, which is dearer, faster and more durable.
	StorageType string `json:"storageType"`
	// GiB is the storage to begin with: 20 to 65536, with io2 100 or more.
	GiB int `json:"storageGiB"`
	// IOPS are how many operations there are in a second. With gp3 they can be chosen
	// from 400 GiB on, 12000 to 64000; with io2 they must be, 1000 to 256000 and half a
	// one to 50 for each GiB. 0 leaves it to RDS.
	IOPS int `json:"iops"`
	// MaxGiB is what the storage may grow to by itself.
	MaxGiB int `json:"maxStorageGiB"`
	// Connections are the most at once: 20 or more, as memory allows.
	Connections int `json:"connections"`
	// BackupDays is how far back RDS itself can restore it: 1 to 35.
	BackupDays int `json:"backupDays"`
	// AdvancedInsights keeps Database Insights for 15 months instead of seven
	// days, at a price per vCPU.
	AdvancedInsights bool `json:"advancedInsights"`
	// Alarms makes alarms, and the topic that they and the database's events go to.
	Alarms bool `json:"alarms"`
	// Subscribers hear of the alarms: names of yours to e-mail addresses, or to https
	// addresses. Each is asked to confirm, and forgotten when it has not after two days.
	Subscribers map[string]string `json:"subscribers"`
	// FinalSnapshot leaves a snapshot when the database is deleted. One of an earlier
	// database of that name must be deleted or renamed before.
	FinalSnapshot bool `json:"finalSnapshot"`
}

// Buckets configures the buckets; package bucket has the reasons behind it.
type Buckets struct {
	// LogDays is how long logs are kept.
	LogDays int `json:"logDays"`
	// KeepDays is how long an old version of media and backups is kept.
	KeepDays int `json:"keepDays"`
	// ForceDestroy deletes the objects with the buckets. Without it the bucket of
	// logs outlives the environment, and the others have to be emptied first.
	ForceDestroy bool `json:"forceDestroy"`
}

// Backup configures AWS Backup; package backup has the reasons behind it.
type Backup struct {
	// Enabled backs up every day what has the tag slipway:backup with the cluster's
	// name: the database, the media, and the volumes of the default class.
	Enabled bool `json:"enabled"`
	// KeepDays is how long each day's backup is kept.
	KeepDays int `json:"keepDays"`
	// MonthlyKeepDays is how long that of the first of a month is kept; 0 as the
	// others.
	MonthlyKeepDays int `json:"monthlyKeepDays"`
	// Lock keeps anybody from deleting a backup before its time. Three days after it
	// was made nobody can take the lock back.
	Lock bool `json:"lock"`
	// ForceDestroy deletes the backups with their vault.
	ForceDestroy bool `json:"forceDestroy"`
}

// dataDefaults are a tier's choices for what keeps data.
func (t Tier) dataDefaults(e *Environment, stack string) {
	e.Database = Database{
		Enabled: true, Identifier: "slipway-" + stack, Version: versions.Postgres, InstanceClass: "db.t4g.medium", MultiAZ: true,
		Shape: string(postgres.Instance), StorageType: string(postgres.GP3),
		GiB: 20, MaxGiB: 100, Connections: 200, BackupDays: 7, Alarms: true,
	}
	e.Buckets = Buckets{LogDays: 90, KeepDays: 30}
	e.Backup = Backup{Enabled: true, KeepDays: 14}
	switch t {
	case Dev:
		// 1 GiB of memory, of which each connection takes some.
		e.Database.InstanceClass, e.Database.Connections = "db.t4g.micro", 80
		e.Database.MultiAZ, e.Database.Alarms, e.Database.BackupDays = false, false, 1
		e.Buckets = Buckets{LogDays: 7, KeepDays: 7, ForceDestroy: true}
		e.Backup.KeepDays, e.Backup.ForceDestroy = 3, true
	case Prod:
		e.Database.InstanceClass, e.Database.Connections = "db.m7g.large", 400
		e.Database.GiB, e.Database.MaxGiB = 100, 1000
		e.Database.BackupDays, e.Database.AdvancedInsights, e.Database.FinalSnapshot = 35, true, true
		e.Buckets = Buckets{LogDays: 365, KeepDays: 90}
		e.Backup.KeepDays, e.Backup.MonthlyKeepDays, e.Backup.Lock = 35, 400, true
	}
}

// checkData has each part check its section of the configuration.
func (e Environment) checkData(p *check.Errors) {
	// What belongs to the environment as a whole is reported elsewhere.
	e.Region, e.AccountID, e.Cluster.LogRetentionDays, e.Cluster.KeyDeletionDays = "us-east-1", "123456789012", 0, 0
	if e.Database.Enabled {
		p.Join(renamed("database", Database{}, e.databaseArgs(pending, pulumi.StringArray{pending}, pending, pending).Validate(databaseName)))
		p.That(e.Database.Alarms || len(e.Database.Subscribers) == 0, "database.alarms", e.Database.Alarms, "true, or there is nothing to tell database.subscribers")
		p.Join(renamed("database", Database{}, e.alertsArgs(pending).Validate()))
	}
	if e.Backup.Enabled {
		p.Join(renamed("backup", Backup{}, e.backupArgs(pending).Validate(backupsName)))
	}
	p.Join(renamed("buckets", Buckets{}, e.bucketArgs(bucket.Media, pending, pending).Validate()))
	p.That(e.Buckets.LogDays > 0, "buckets.logDays", e.Buckets.LogDays, "1 or more")
}
