package zone

import (
	"github.com/slipway-iac/slipway/internal/check"
	"github.com/slipway-iac/slipway/internal/loggroup"
)

// Validate reports every problem at once, each naming the field to fix. New does
// the same; a program that makes more than a zone calls it before its first
// resource.
func (a Args) Validate() error {
	a = a.withDefaults()
	var e check.Errors
	e.That(check.IsDomain(a.Domain), "Domain", a.Domain,
		"a domain in lower case without a dot at the end, such as dev.example.com")
	if len(a.VPCIDs) > 0 && a.ParentZoneID != nil {
		e.Add("ParentZoneID is given for a private zone: leave it out, a private zone is not delegated to")
	}
	for _, id := range a.VPCIDs {
		e.Require(id != nil, "VPCIDs", "pass a VPC, or leave the list empty for a public zone")
	}
	seen := map[string]bool{}
	for _, r := range a.Records {
		e.That(!seen[r.key()], "Records", r.key(), "each name and type once")
		seen[r.key()] = true
		e.In("Records."+r.key(), r.validate())
	}
	a.validateEast(&e)
	return e.Err()
}

// validateEast looks at what needs something in us-east-1.
func (a Args) validateEast(e *check.Errors) {
	e.That(a.DNSSEC == Unsigned || a.DNSSEC == Signed || a.DNSSEC == Trusted, "DNSSEC", string(a.DNSSEC), "signed, trusted or nothing")
	e.Require(a.DNSSEC != Trusted || a.ParentZoneID != nil, "ParentZoneID",
		"pass the zone above, which is to vouch for this one, or have it signed alone and pass DSRecord on to whoever has that zone")
	e.That(a.QueryLogDays == 0 || loggroup.Retains(a.QueryLogDays), "QueryLogDays", a.QueryLogDays, "a time that CloudWatch Logs keeps events for, such as 7, 30 or 365")
	e.That(a.KeyDeletionDays >= 7 && a.KeyDeletionDays <= 30, "KeyDeletionDays", a.KeyDeletionDays, "7 to 30")
	if a.QueryLogDays == 0 && a.DNSSEC == Unsigned {
		return
	}
	if len(a.VPCIDs) > 0 {
		e.Add("VPCIDs is given with QueryLogDays or DNSSEC: leave those out, Route 53 has them for public zones only")
	}
	e.Require(a.East != nil, "East", "pass an AWS provider for us-east-1")
	e.That(check.IsAccount(a.AccountID), "AccountID", a.AccountID, "the twelve digits of the account")
}
