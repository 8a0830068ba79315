package ec2

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// The checks below are the AWS provider's own: they fail a preview, before EC2
// is asked.

// exactlyOne wants one property of several; one that is not known yet counts.
func exactlyOne(p cloud.Props, names ...string) []cloud.Problem {
	set := given(p, names)
	if len(set) == 1 {
		return nil
	}
	return []cloud.Problem{{Property: names[0], Reason: fmt.Sprintf("exactly one of %s must be set, not %d", strings.Join(names, ", "), len(set))}}
}

// atMostOne wants no two properties of several.
func atMostOne(p cloud.Props, names ...string) []cloud.Problem {
	set := given(p, names)
	if len(set) < 2 {
		return nil
	}
	return []cloud.Problem{{Property: set[0], Reason: "conflicts with " + strings.Join(set[1:], ", ")}}
}

// with wants other properties beside one that is given.
func with(p cloud.Props, name string, others ...string) []cloud.Problem {
	missing := slices.DeleteFunc(slices.Clone(others), p.Has)
	if !p.Has(name) || len(missing) == 0 {
		return nil
	}
	return []cloud.Problem{{Property: name, Reason: "needs " + strings.Join(missing, " and ")}}
}

func given(p cloud.Props, names []string) []string {
	var set []string
	for _, n := range names {
		if l, ok := p[n].([]any); p[n] != nil && p[n] != "" && p[n] != false && (!ok || len(l) > 0) {
			set = append(set, n)
		}
	}
	return set
}

// oneOf wants a value of a fixed list; an unset one is fine.
func oneOf(p cloud.Props, name string, values ...string) []cloud.Problem {
	s := p.Str(name)
	if s == "" || slices.Contains(values, s) {
		return nil
	}
	return []cloud.Problem{{Property: name, Reason: fmt.Sprintf("is %q, want one of %s", s, strings.Join(values, ", "))}}
}

// under names the object in which problems were found.
func under(path string, problems []cloud.Problem) []cloud.Problem {
	for i := range problems {
		problems[i].Property = path + "." + problems[i].Property
	}
	return problems
}
