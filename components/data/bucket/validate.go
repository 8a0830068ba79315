package bucket

import (
	"slices"

	"github.com/slipway-iac/slipway/internal/check"
)

const (
	defaultKeepDays = 90
	defaultLogDays  = 365
)

func (a Args) withDefaults() Args {
	if a.KeepDays == 0 {
		a.KeepDays = defaultKeepDays
		if a.Kind == Logs {
			a.KeepDays = defaultLogDays
		}
	}
	return a
}

// Validate reports every problem of the decisions at once, each naming the field
// to fix, as [New] does before it makes anything.
func (a Args) Validate() error { return a.withDefaults().validate() }

// validate reports every problem at once, each naming the field to fix.
func (a Args) validate() error {
	var e check.Errors
	e.Require(a.Region != "", "Region", "write the region of the bucket")
	e.That(check.IsAccount(a.AccountID), "AccountID", a.AccountID, "the 12 digits of the account")
	e.That(slices.Contains([]Kind{Media, Backups, Logs}, a.Kind), "Kind", string(a.Kind), "media, backups or logs")
	e.That(a.KeepDays > 0, "KeepDays", a.KeepDays, "1 or more")
	if a.Kind != Logs {
		e.Require(a.KeyARN != nil, "KeyARN", "pass the key that encrypts the objects")
		return e.Err()
	}
	if a.KeyARN != nil {
		e.Add("KeyARN is set: leave it out, load balancers deliver their logs to no bucket with a KMS key")
	}
	if a.AccessLogs != nil {
		e.Add("AccessLogs is set: leave it out, each record of a log would make another record")
	}
	return e.Err()
}
