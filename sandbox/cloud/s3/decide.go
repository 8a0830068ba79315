package s3

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
)

// Request is a request to S3, as a bucket policy sees it.
type Request struct {
	// Kind and Principal say who asks: "AWS" and an ARN, or "Service" and a name
	// such as delivery.logs.amazonaws.com.
	Kind, Principal string
	// Action is what it asks for, such as s3:PutObject.
	Action string
	// Resource is the ARN of the bucket or the object.
	Resource string
	// Context are the condition keys of the request, such as aws:SecureTransport.
	// A key that is missing is not in the request.
	Context map[string]string
}

// Decision is what a policy says about a request.
type Decision string

// What a policy says about a request.
const (
	// Allowed by a statement, and denied by none.
	Allowed Decision = "allowed"
	// Denied by a statement.
	Denied Decision = "denied"
	// Silent policies leave it to the caller's own permissions.
	Silent Decision = "silent"
)

// Decide evaluates a bucket policy for a request: every statement with its
// principals, actions, resources and conditions. A condition with an operator
// that it does not know never holds for a statement that allows, and always for
// one that denies.
func Decide(policy string, r Request) (Decision, error) {
	d, err := iam.ParseDocument(policy)
	if err != nil {
		return Denied, err
	}
	decision := Silent
	for _, s := range d.Statements {
		switch {
		case !speaksOf(s, r):
		case s.Effect == "Deny":
			return Denied, nil
		default:
			decision = Allowed
		}
	}
	return decision, nil
}

func speaksOf(s iam.Statement, r Request) bool {
	who := s.Names(r.Kind, r.Principal) || r.Kind == "AWS" && s.Names("AWS", rootOf(r.Principal))
	if len(s.NotPrincipals) > 0 {
		who = !slices.Contains(s.NotPrincipals[r.Kind], r.Principal)
	}
	fits := func(pattern string) bool { return iam.Match(pattern, r.Resource) }
	what := slices.ContainsFunc(s.Resources, fits)
	if len(s.NotResources) > 0 {
		what = !slices.ContainsFunc(s.NotResources, fits)
	}
	return who && what && s.Covers(r.Action) && conditionsHold(s, r.Context)
}

// rootOf is the account of a principal, which stands for all of its identities.
func rootOf(principal string) string {
	parts := strings.SplitN(principal, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	return "arn:" + parts[1] + ":iam::" + parts[4] + ":root"
}

func conditionsHold(s iam.Statement, context map[string]string) bool {
	for operator, keys := range s.Conditions {
		for key, want := range keys {
			have, given := iam.Lookup(context, key)
			if !holds(s, operator, have, given, want) {
				return false
			}
		}
	}
	return true
}

// holds evaluates one condition. The negated operators hold without the key, the
// others do not, unless they end in IfExists.
func holds(s iam.Statement, operator, have string, given bool, want []string) bool {
	if operator == "Null" {
		return slices.Contains(want, strconv.FormatBool(!given))
	}
	base, ifExists := strings.CutSuffix(operator, "IfExists")
	positive := strings.Replace(base, "Not", "", 1)
	negated := positive != base
	compare, known := comparisons[positive]
	switch {
	case !known:
		return s.Effect == "Deny"
	case !given:
		return ifExists || negated
	}
	return slices.ContainsFunc(want, func(w string) bool { return compare(w, have) }) != negated
}

// comparisons are the operators by their positive names: what is wanted, what
// there is.
var comparisons = map[string]func(want, have string) bool{
	"StringEquals":           func(w, h string) bool { return w == h },
	"StringEqualsIgnoreCase": strings.EqualFold,
	"StringLike":             iam.Match,
	"ArnEquals":              iam.Match,
	"ArnLike":                iam.Match,
	"Bool":                   strings.EqualFold,
	"IpAddress":              inRange,
	"NumericEquals":          numbers(func(w, h float64) bool { return h == w }),
	"NumericLessThan":        numbers(func(w, h float64) bool { return h < w }),
	"NumericLessThanEquals":  numbers(func(w, h float64) bool { return h <= w }),
	"NumericGreaterThan":     numbers(func(w, h float64) bool { return h > w }),
}

func inRange(want, have string) bool {
	a, err := netip.ParseAddr(have)
	if err != nil {
		return false
	}
	if p, err := netip.ParsePrefix(want); err == nil {
		return p.Contains(a)
	}
	return want == have
}

func numbers(compare func(want, have float64) bool) func(want, have string) bool {
	return func(want, have string) bool {
		w, err1 := strconv.ParseFloat(want, 64)
		h, err2 := strconv.ParseFloat(have, 64)
		return err1 == nil && err2 == nil && compare(w, h)
	}
}
