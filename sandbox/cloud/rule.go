package cloud

import (
	"fmt"
	"slices"
	"strings"
)

// Tag tells how well a rule is proven.
type Tag string

// How well a rule is proven.
const (
	// Verified rules were read in the source they name.
	Verified Tag = "verified"
	// Derived rules follow from verified ones.
	Derived Tag = "derived"
	// Memory rules are general knowledge: likely, but nowhere read.
	Memory Tag = "memory"
)

// Rule is one thing that AWS refuses. Rules are declared once, as package
// variables, so that they can be listed.
type Rule struct {
	// Name says what is refused, in a few words with hyphens.
	Name string
	// Code is AWS's error code.
	Code string
	// Status is the HTTP status of the answer; 400 when left out.
	Status int
	// Source says where the rule was read.
	Source string
	// Tag says how well it is proven; Verified when left out.
	Tag Tag
}

var rules []*Rule

// Declare registers a rule.
func Declare(r Rule) *Rule {
	if r.Status == 0 {
		r.Status = 400
	}
	if r.Tag == "" {
		r.Tag = Verified
	}
	rules = append(rules, &r)
	return &r
}

// Rules lists every rule of the packages linked in, sorted by code and name.
func Rules() []Rule {
	out := make([]Rule, len(rules))
	for i, r := range rules {
		out[i] = *r
	}
	slices.SortFunc(out, func(a, b Rule) int { return strings.Compare(a.Code+a.Name, b.Code+b.Name) })
	return out
}

// Refuse is the error with which AWS refuses a call.
func (r *Rule) Refuse(format string, args ...any) error {
	return &Refusal{Rule: r, Message: fmt.Sprintf(format, args...)}
}

// Refusal is a call that AWS refused.
type Refusal struct {
	Rule    *Rule
	Message string

	service, operation string
	doing              string
}

// Code is AWS's error code.
func (r *Refusal) Code() string { return r.Rule.Code }

// Error has the form in which the AWS provider reports a refused call.
func (r *Refusal) Error() string {
	if r.operation == "" {
		return fmt.Sprintf("api error %s: %s", r.Rule.Code, r.Message)
	}
	return fmt.Sprintf("%s: operation error %s: %s, https response error StatusCode: %d, api error %s: %s",
		r.doing, r.service, r.operation, r.Rule.Status, r.Rule.Code, r.Message)
}

// Late is a failure after a resource came into being: it exists, but did not
// become what was asked for. AWS charges for it and Pulumi keeps it in its
// state.
type Late struct {
	// Code is the status or health issue that AWS reports, such as
	// NodeCreationFailure.
	Code string
	// Message says what is at fault and what would mend it.
	Message string
}

func (l *Late) Error() string { return l.Code + ": " + l.Message }
