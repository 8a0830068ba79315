package key

import (
	"regexp"
	"strings"

	"github.com/slipway-iac/slipway/internal/check"
)

var (
	namePattern    = regexp.MustCompile(`^[A-Za-z0-9]+$`)
	servicePattern = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*$`)
)

// validate reports every problem at once, each naming the field to fix.
func (a Args) validate() error {
	var e check.Errors
	e.Require(a.Region != "", "Region", "write the region of the key")
	e.That(check.IsAccount(a.AccountID), "AccountID", a.AccountID, "the 12 digits of the account")
	e.Require(a.Description != "", "Description", "say what the key is for")
	e.That(a.DeletionDays >= 7 && a.DeletionDays <= 30, "DeletionDays", a.DeletionDays, "7 to 30")
	seen := map[string]bool{}
	for _, u := range a.Users {
		e.That(namePattern.MatchString(u.Name), "Users.Name", u.Name, "letters and digits")
		e.That(!seen[u.Name], "Users.Name", u.Name, "each name once")
		seen[u.Name] = true
		e.In("Users."+u.Name, u.validate())
	}
	return e.Err()
}

func (u User) validate() error {
	var e check.Errors
	others := len(u.Principals)+len(u.Through) > 0
	e.Require(others || u.Service != "", "Principals", "say who uses the key, here, in Through or in Service")
	if others && u.Service != "" {
		e.Add("Service is %q: want it alone; write Principals and Through as a user of their own", u.Service)
	}
	for _, p := range u.Principals {
		e.Require(p != nil, "Principals", "pass the ARN of a role")
	}
	if u.Service != "" {
		e.That(short(u.Service), "Service", u.Service, "the service without .amazonaws.com, such as delivery.logs")
	}
	for _, s := range u.Through {
		e.That(short(s), "Through", s, "the service without region and .amazonaws.com, such as rds")
	}
	return e.Err()
}

func short(service string) bool {
	return servicePattern.MatchString(service) && !strings.Contains(service, "amazonaws")
}
