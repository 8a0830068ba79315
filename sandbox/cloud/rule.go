package cloud

import (
	"runtime"
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

// Effect tells what AWS does when a rule is broken.
type Effect string

// What AWS does when a rule is broken.
const (
	// Refuses: the call fails and nothing has changed.
	Refuses Effect = "refuses"
	// FailsLate: the call succeeds, and what it made or changed does not work.
	FailsLate Effect = "fails late"
	// Warns: the sandbox is not sure that AWS refuses at all, so it only says
	// that it might. See the package comment for which rules do.
	Warns Effect = "warns"
)

// Rule is one thing that AWS refuses. Rules are declared once, as package
// variables, so that they can be listed.
type Rule struct {
	// Name says what is refused, in a few words with hyphens. No two rules have
	// the same.
	Name string
	// Code is AWS's error code, or the health issue of a late failure.
	Code string
	// Status is the HTTP status of the answer; 400 when left out.
	Status int
	// Source says where the rule was read.
	Source string
	// Tag says how well it is proven; Verified when left out.
	Tag Tag
	// Effect is what comes of breaking it; Refuses when left out.
	Effect Effect
	// Package is the import path of the package that declares the rule.
	Package string
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
	if r.Effect == "" {
		r.Effect = Refuses
	}
	r.Package = caller()
	if slices.ContainsFunc(rules, func(o *Rule) bool { return o.Name == r.Name }) {
		panic("bug in the sandbox: two rules are called " + r.Name)
	}
	rules = append(rules, &r)
	return &r
}

// caller is the import path of the package that calls Declare.
func caller() string {
	pc, _, _, _ := runtime.Caller(2)
	name := runtime.FuncForPC(pc).Name()
	folder := strings.LastIndex(name, "/") + 1
	element, _, _ := strings.Cut(name[folder:], ".")
	return name[:folder] + element
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

// must holds a rule to its declaration, which is what users read.
func (r *Rule) must(e Effect) {
	if r.Effect != e {
		panic("bug in the sandbox: the rule " + r.Name + " is declared as one that " + string(r.Effect) + ", and now " + string(e))
	}
}
