package backup

import (
	"cmp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/check"
)

// Args configures a Backup.
type Args struct {
	// Region and AccountID are where the vault is. Required.
	Region, AccountID string

	// KeyARN encrypts the recovery points. Required. A recovery point of RDS or of
	// a volume keeps the key of its source.
	KeyARN pulumi.StringInput

	// Plan is the value of [tags.Backup] on what is backed up; two plans in one
	// account and region must differ. Defaults to the component's name.
	Plan string

	// Hour is when backups begin, in UTC: 1 to 23. Keep it outside of the windows of
	// databases and the hour before, when RDS takes none. Defaults to 5.
	Hour int

	// KeepDays is how long each day's recovery points are kept. Defaults to 35.
	KeepDays int

	// MonthlyKeepDays is how long those of the first of a month are kept. Without it
	// they are kept as the others.
	MonthlyKeepDays int

	// Lock keeps anybody from deleting a recovery point before its time. Three days
	// after it was made a lock is there for good, and so is what it keeps.
	Lock bool

	// Keep leaves the vault, its lock and the role in the account when the plan is
	// destroyed: as that role AWS Backup deletes recovery points when their time has
	// come.
	Keep bool

	// ForceDestroy deletes the recovery points with the vault. Without it a vault
	// that holds any cannot be destroyed.
	ForceDestroy bool
}

const (
	defaultHour     = 5
	defaultKeepDays = 35
)

func (a Args) withDefaults(name string) Args {
	a.Plan = cmp.Or(a.Plan, name)
	a.Hour = cmp.Or(a.Hour, defaultHour)
	a.KeepDays = cmp.Or(a.KeepDays, defaultKeepDays)
	return a
}

// Validate reports every problem of the decisions at once, each naming the field
// to fix, as [New] does before it makes anything.
func (a Args) Validate(name string) error { return a.withDefaults(name).validate() }

// validate reports every problem at once, each naming the field to fix.
func (a Args) validate() error {
	var e check.Errors
	e.Require(a.Region != "", "Region", "write the region of the vault")
	e.That(check.IsAccount(a.AccountID), "AccountID", a.AccountID, "the 12 digits of the account")
	e.Require(a.KeyARN != nil, "KeyARN", "pass the key that encrypts the recovery points")
	e.That(len(a.Plan) <= 256, "Plan", a.Plan, "the value of a tag: at most 256 characters")
	e.That(a.Hour >= 1 && a.Hour <= 23, "Hour", a.Hour, "1 to 23")
	e.That(a.KeepDays >= 1 && a.KeepDays <= 36500, "KeepDays", a.KeepDays, "1 to 36500")
	e.That(a.MonthlyKeepDays == 0 || a.MonthlyKeepDays > a.KeepDays && a.MonthlyKeepDays <= 36500,
		"MonthlyKeepDays", a.MonthlyKeepDays, "more than KeepDays, 36500 at most, or nothing")
	if a.Lock && a.ForceDestroy {
		e.Add("ForceDestroy is true: leave it out, what a lock keeps is not deleted with its vault")
	}
	return e.Err()
}

// kept is how long recovery points are kept, the shortest and the longest.
func (a Args) kept() (least, most int) { return a.KeepDays, max(a.KeepDays, a.MonthlyKeepDays) }
