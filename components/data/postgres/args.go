package postgres

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/tags"
	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/check"
	"github.com/slipway-iac/slipway/internal/loggroup"
	"github.com/slipway-iac/slipway/internal/partition"
)

// Upgrade is how the major version may change.
type Upgrade string

const (
	// NoUpgrade refuses another major version.
	NoUpgrade Upgrade = ""
	// InPlace upgrades the instance while it stands still.
	InPlace Upgrade = "in-place"
	// BlueGreen is refused: it does not go with a master password that RDS manages.
	BlueGreen Upgrade = "blue-green"
)

// Args configures a Postgres.
type Args struct {
	// Region and AccountID are where the database is. Required.
	Region, AccountID string

	// VPCID is its network, and SubnetIDs subnets there in two zones or more,
	// without a route to the internet. Required.
	VPCID     pulumi.StringInput
	SubnetIDs pulumi.StringArrayInput

	// Clients are the security groups that reach the database, by what they are,
	// such as "pods". Required.
	Clients map[string]pulumi.StringInput

	// KeyARN encrypts the storage, the snapshots, the insights and the master
	// password. Required.
	KeyARN pulumi.StringInput

	// Identifier is the instance's name. Defaults to the component's name.
	Identifier string

	// Database is made with the instance. Defaults to "app".
	Database string

	// Version is the major version of PostgreSQL. Defaults to versions.Postgres.
	Version string

	// Upgrade lets Version change. Defaults to NoUpgrade.
	Upgrade Upgrade

	// Shape defaults to Instance.
	Shape Shape

	// InstanceClass is such as db.m7g.large; of a Cluster one with disks of its own,
	// such as db.m6gd.large. Required.
	InstanceClass string

	// MultiAZ keeps a standby of an Instance in a second zone. A Cluster is in three
	// in any case.
	MultiAZ bool

	// Replicas is how many read replicas there are. None can be: RDS makes none
	// for an instance whose master password it manages.
	Replicas int

	// GiB is the storage, and MaxGiB what it may grow to. Default to 20, 100 with
	// IO2, and five times GiB. The storage of a Cluster does not grow by itself.
	GiB, MaxGiB int

	// StorageType defaults to GP3.
	StorageType StorageType

	// IOPS are how many operations there are in a second. Required with IO2: 1000 or
	// more, half a one to 50 for each GiB. With GP3 from 400 GiB on, 12000 to 64000,
	// and 12000 when it is 0.
	IOPS int

	// MiBps is how much is read and written in a second. With GP3 from 400 GiB on,
	// 500 to 4000, and 500 when it is 0.
	MiBps int

	// Connections are the most at once. Defaults to 200.
	Connections int

	// BackupDays is how long automated backups are kept: 1 to 35. Defaults to 7.
	BackupDays int

	// BackupWindow and MaintenanceWindow are in UTC and do not overlap. Default to
	// 02:00-03:00 and sun:03:30-sun:04:30.
	BackupWindow, MaintenanceWindow string

	// AdvancedInsights keeps Database Insights for 15 months instead of seven
	// days, at a price per vCPU.
	AdvancedInsights bool

	// LogRetentionDays is how long logs are kept. Defaults to 30.
	LogRetentionDays int

	// KeyDeletionDays is how long the logs' keys wait once deleted. Defaults to 30.
	KeyDeletionDays int

	// AlarmTopicARN is the SNS topic that alarms and events go to. Optional:
	// without it there are none.
	AlarmTopicARN pulumi.StringInput

	// Tags are on everything besides the names, such as the tag by which package
	// backup selects. Optional.
	Tags tags.Set

	// Protect refuses to delete the database.
	Protect bool

	// FinalSnapshot leaves a snapshot, <identifier>-final, and the automated
	// backups when the database is deleted. It must not exist already.
	FinalSnapshot bool
}

func (a Args) withDefaults(name string) Args {
	a.Identifier = cmp.Or(a.Identifier, name)
	a.Database = cmp.Or(a.Database, "app")
	a.Version = cmp.Or(a.Version, versions.Postgres)
	a.StorageType = cmp.Or(a.StorageType, GP3)
	a.GiB = cmp.Or(a.GiB, a.StorageType.leastGiB())
	a.Shape = cmp.Or(a.Shape, Instance)
	if a.Shape == Instance {
		a.MaxGiB = cmp.Or(a.MaxGiB, 5*a.GiB)
	}
	a.Connections = cmp.Or(a.Connections, 200)
	a.BackupDays = cmp.Or(a.BackupDays, 7)
	a.BackupWindow = cmp.Or(a.BackupWindow, "02:00-03:00")
	a.MaintenanceWindow = cmp.Or(a.MaintenanceWindow, "sun:03:30-sun:04:30")
	a.LogRetentionDays = cmp.Or(a.LogRetentionDays, 30)
	a.KeyDeletionDays = cmp.Or(a.KeyDeletionDays, 30)
	return a
}

var (
	identifierPattern = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	databasePattern   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,62}$`)
	classPattern      = regexp.MustCompile(`^db\.[a-z0-9-]+\.[a-z0-9]+$`)
)

// Validate reports every problem of the decisions at once, each naming the field
// to fix, as [New] does before it makes anything.
func (a Args) Validate(name string) error { return a.withDefaults(name).validate() }

// validate reports every problem at once, each naming the field to fix.
func (a Args) validate() error {
	var e check.Errors
	e.Require(a.Region != "", "Region", "write the region of the database")
	e.That(check.IsAccount(a.AccountID), "AccountID", a.AccountID, "the 12 digits of the account")
	e.Require(a.VPCID != nil, "VPCID", "pass the network's")
	e.Require(a.SubnetIDs != nil, "SubnetIDs", "pass the subnets of the data tier")
	e.Require(len(a.Clients) > 0, "Clients", "name the security groups that may connect")
	for _, name := range slices.Sorted(maps.Keys(a.Clients)) {
		e.Require(a.Clients[name] != nil, "Clients."+name, "pass the ID of a security group")
	}
	e.Require(a.KeyARN != nil, "KeyARN", "pass the key that encrypts the database")
	e.That(identifierPattern.MatchString(a.Identifier) && len(a.Identifier) <= 57, "Identifier", a.Identifier,
		"up to 57 lower-case letters, digits and single hyphens, the first a letter; -final is added for the last snapshot")
	e.That(databasePattern.MatchString(a.Database), "Database", a.Database, "up to 63 letters, digits and underscores, the first a letter")
	e.That(classPattern.MatchString(a.InstanceClass), "InstanceClass", a.InstanceClass, "a class such as db.m7g.large")
	if _, err := versions.FindEngine(a.Version); err != nil {
		e.Add("Version: %w", err)
	}
	a.validateShape(&e)
	a.validateSizes(&e)
	a.validateExcluded(&e)
	return e.Err()
}

func (a Args) validateSizes(e *check.Errors) {
	a.validateStorage(e)
	if a.Shape == Instance {
		e.That(a.MaxGiB*10 >= a.GiB*11 && a.MaxGiB <= mostGiB, "MaxGiB", a.MaxGiB, "a tenth more than GiB at least, and 65536 at most")
	}
	e.That(a.Connections >= 20, "Connections", a.Connections, "20 or more, of which RDS keeps some")
	e.That(a.BackupDays >= 1 && a.BackupDays <= 35, "BackupDays", a.BackupDays, "1 to 35")
	e.That(loggroup.Retains(a.LogRetentionDays), "LogRetentionDays", a.LogRetentionDays, "a retention of CloudWatch Logs, such as 30")
	e.That(a.KeyDeletionDays >= 7 && a.KeyDeletionDays <= 30, "KeyDeletionDays", a.KeyDeletionDays, "7 to 30")
}

// validateExcluded refuses what RDS does not do together with a master password
// that it manages. See
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
func (a Args) validateExcluded(e *check.Errors) {
	switch a.Upgrade {
	case NoUpgrade, InPlace:
	case BlueGreen:
		e.Add("Upgrade is %q: want %q, RDS has no blue/green deployments of an instance whose master password it manages", BlueGreen, InPlace)
	default:
		e.That(false, "Upgrade", string(a.Upgrade), `"" or in-place`)
	}
	if a.Replicas != 0 {
		e.Add("Replicas is %d: want 0, RDS makes no PostgreSQL read replicas of an instance whose master password it manages", a.Replicas)
	}
}

func (a Args) connectARN(id, user string) string {
	return fmt.Sprintf("arn:%s:rds-db:%s:%s:dbuser:%s/%s", partition.Of(a.Region), a.Region, a.AccountID, id, user)
}
