package iam

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// The default quotas of an account, and the sizes that IAM allows. White space
// in a document does not count.
const (
	maxRoles           = 1000
	maxPolicies        = 1500
	maxProfiles        = 1000
	maxOIDCProviders   = 100
	maxPoliciesPerRole = 10
	maxTrustPolicy     = 2048
	maxInlinePolicies  = 10240
	maxManagedPolicy   = 6144
	maxPath            = 512
	maxDescription     = 1000
)

var (
	nameForm = regexp.MustCompile(`^[\w+=,.@-]+$`)
	nameText = cloud.Text{Want: "letters, digits and +=,.@-_ only", Example: "example", Good: nameForm.MatchString}
	pathForm = regexp.MustCompile(`^/([!-~]*/)?$`)
)

// nameProblem is what is wrong with the name of a role, policy or profile.
func nameProblem(property, name string, most int) []cloud.Problem {
	switch {
	case len(name) > most:
		return []cloud.Problem{{Property: property, Reason: "is too long: " + name + ": IAM allows " + strconv.Itoa(most) + " characters"}}
	case !nameForm.MatchString(name):
		return []cloud.Problem{{Property: property, Reason: "may have only letters, digits and +=,.@-_: " + name}}
	}
	return nil
}

// checkNames finds what the provider refuses in a name, a path and a
// description; values may be unknown.
func checkNames(p cloud.Props, most int) []cloud.Problem {
	var problems []cloud.Problem
	if p.Str("name") != "" {
		problems = append(problems, nameProblem("name", p.Str("name"), most)...)
	}
	if len(p.Str("description")) > maxDescription {
		problems = append(problems, cloud.Problem{Property: "description", Reason: "has more than " + strconv.Itoa(maxDescription) + " characters"})
	}
	return problems
}

func checkPath(p cloud.Props) error {
	if path := p.Str("path"); path != "" && (len(path) > maxPath || !pathForm.MatchString(path)) {
		return invalid.Refuse("The specified value for path is invalid. It must begin and end with / and contain only characters from ! to ~, at most %d: %q", maxPath, path)
	}
	return nil
}

// size is how many characters IAM counts.
func size(document string) int {
	return len(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, document))
}

func checkCount(tx *cloud.Tx, kind string, most int, quota string) error {
	if n := tx.Count(kind); n >= most {
		return limitExceeded.Refuse("Cannot exceed quota for %s: %d", quota, most)
	}
	return nil
}

// named finds a resource by its name as IAM compares them: without case.
func named(tx *cloud.Tx, kind, name string) *cloud.Resource {
	return tx.One(kind, func(r *cloud.Resource) bool { return strings.EqualFold(r.Props.Str("name"), name) })
}
