package iam

import (
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	actionForm  = regexp.MustCompile(`^[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+$`)
	sidForm     = regexp.MustCompile(`^[0-9A-Za-z]*$`)
	serviceForm = regexp.MustCompile(`^[a-z0-9.-]+\.(amazonaws\.com|amazonaws\.com\.cn|amazon\.com|aws\.internal)$`)
	accountForm = regexp.MustCompile(`^\d{12}$`)
	stsActions  = []string{
		"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity",
		"sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext",
	}
)

// checkIdentityPolicy refuses a document that cannot be attached to a role.
func checkIdentityPolicy(tx *cloud.Tx, text string) error {
	d, err := ParseDocument(text)
	if err != nil {
		return malformed.Refuse("Syntax errors in policy. (%s)", err)
	}
	sids := map[string]bool{}
	for _, s := range d.Statements {
		switch {
		case len(s.Principals)+len(s.NotPrincipals) > 0:
			return malformed.Refuse("Policy document should not specify a principal.")
		case len(s.Resources)+len(s.NotResources) == 0:
			return malformed.Refuse("Policy statement must contain resources.")
		case !sidForm.MatchString(s.Sid):
			return malformed.Refuse("Statement IDs (SID) must be alpha-numeric: %q", s.Sid)
		case s.Sid != "" && sids[s.Sid]:
			return malformed.Refuse("Statement IDs (SID) in a single policy must be unique: %q", s.Sid)
		}
		sids[s.Sid] = true
		if err := checkActions(s); err != nil {
			return err
		}
		for _, r := range slices.Concat(s.Resources, s.NotResources) {
			if err := checkResource(tx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkActions(s Statement) error {
	actions := slices.Concat(s.Actions, s.NotActions)
	if len(actions) == 0 {
		return malformed.Refuse("Policy statement must contain actions.")
	}
	for _, a := range actions {
		if a != "*" && !actionForm.MatchString(a) {
			return malformed.Refuse("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: %q", a)
		}
	}
	return nil
}

func checkResource(tx *cloud.Tx, r string) error {
	if r == "*" {
		return nil
	}
	parts := strings.SplitN(r, ":", 6)
	switch {
	case len(parts) < 6 || parts[0] != "arn":
		return malformed.Refuse("Resource %s must be in ARN format or \"*\".", r)
	case parts[1] != "*" && parts[1] != partition(tx):
		return malformed.Refuse("Partition %q is not valid for resource %q.", parts[1], r)
	}
	return nil
}

// checkTrustPolicy refuses a document that cannot say who may assume a role.
func checkTrustPolicy(tx *cloud.Tx, text string) error {
	d, err := ParseDocument(text)
	if err != nil {
		return malformed.Refuse("Syntax errors in policy. (%s)", err)
	}
	if n := size(text); n > maxTrustPolicy {
		return limitExceeded.Refuse("Cannot exceed quota for ACLSizePerRole: %d (the trust policy has %d characters)", maxTrustPolicy, n)
	}
	for _, s := range d.Statements {
		switch {
		case len(s.Resources)+len(s.NotResources) > 0:
			return malformed.Refuse("Has prohibited field Resource")
		case len(s.Principals)+len(s.NotPrincipals) == 0:
			return malformed.Refuse("Missing required field Principal")
		}
		if err := checkActions(s); err != nil {
			return err
		}
		for _, a := range s.Actions {
			if !slices.ContainsFunc(stsActions, func(known string) bool { return Match(strings.ToLower(a), strings.ToLower(known)) }) {
				return malformed.Refuse("AssumeRole policy may only specify STS AssumeRole actions, not %q", a)
			}
		}
		if err := CheckPrincipals(tx, s); err != nil {
			return malformed.Refuse("%s", err)
		}
	}
	return nil
}

type badPrincipal struct{ kind, name string }

func (b badPrincipal) Error() string {
	return `Invalid principal in policy: "` + strings.ToUpper(b.kind) + `":"` + b.name + `"`
}

// CheckPrincipals finds a principal of a statement that does not exist: a
// service of another form, an account number of another length, or a role that
// this account does not have. Identities of other accounts are believed.
func CheckPrincipals(tx *cloud.Tx, s Statement) error {
	for _, set := range []map[string][]string{s.Principals, s.NotPrincipals} {
		for kind, names := range set {
			for _, name := range names {
				if !principalExists(tx, kind, name) {
					return badPrincipal{kind, name}
				}
			}
		}
	}
	return nil
}

func principalExists(tx *cloud.Tx, kind, name string) bool {
	switch {
	case kind == "Service":
		return serviceForm.MatchString(name)
	case kind != "AWS" || name == "*" || accountForm.MatchString(name):
		return true
	}
	parts := strings.SplitN(name, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[1] != partition(tx) || parts[2] != "iam" && parts[2] != "sts" {
		return false
	}
	local := parts[4] == tx.AccountID() && strings.HasPrefix(parts[5], "role/")
	if !local || strings.HasPrefix(parts[5], "role/aws-service-role/") || name == tx.Session.Caller {
		return true
	}
	return RoleByARN(tx, name) != nil
}

func partition(tx *cloud.Tx) string { return cloud.Partition(tx.Session.Region) }
