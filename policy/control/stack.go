package control

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"
)

// Stack is all resources of a stack as a check sees them.
type Stack struct {
	run   *run
	given []policyx.AnalyzerResource
	// made are the resources that the check has asked for.
	made []*Resource
	*index
}

// index is where the resources of a stack are; all checks share it.
type index struct {
	byType map[string][]int
	byURN  map[string]int
}

func (r *run) stack(resources []policyx.AnalyzerResource) *Stack {
	s := &Stack{run: r, given: resources, made: make([]*Resource, len(resources))}
	s.index = s.Once("index", func() any { return newIndex(resources) }).(*index)
	return s
}

func newIndex(resources []policyx.AnalyzerResource) *index {
	x := &index{byType: map[string][]int{}, byURN: map[string]int{}}
	for i, r := range resources {
		x.byURN[r.URN] = i
		x.byType[Canonical(r.Type)] = append(x.byType[Canonical(r.Type)], i)
	}
	return x
}

func (s *Stack) at(i int) *Resource {
	if s.made[i] == nil {
		s.made[i] = s.run.resource(s.given[i])
	}
	return s.made[i]
}

// All are all resources in the order in which Pulumi sent them.
func (s *Stack) All() []*Resource {
	for i := range s.given {
		s.at(i)
	}
	return s.made
}

// Find is the resource with a URN; nil when it is not in the stack.
func (s *Stack) Find(urn string) *Resource {
	if i, ok := s.byURN[urn]; ok {
		return s.at(i)
	}
	return nil
}

// Of lists the resources of some types, under any of their names.
func (s *Stack) Of(tokens ...string) []*Resource {
	var found []*Resource
	for _, t := range tokens {
		for _, i := range s.byType[Canonical(t)] {
			found = append(found, s.at(i))
		}
	}
	return found
}

// Each checks the resources of a type one by one. One whose check reads an
// unknown value is left, and the next one is checked.
func (s *Stack) Each(token string, check func(*Resource)) { s.EachOf([]string{token}, check) }

// EachOf is [Stack.Each] for several types.
func (s *Stack) EachOf(tokens []string, check func(*Resource)) {
	for _, r := range s.Of(tokens...) {
		s.run.guard(func() { check(r) })
	}
}

// Flag reads a setting that is a boolean.
func (s *Stack) Flag(setting string) bool { return s.run.setting(setting).(bool) }

// Number reads a setting that is a whole number.
func (s *Stack) Number(setting string) int { return s.run.setting(setting).(int) }

// Words reads a setting that is a list of texts.
func (s *Stack) Words(setting string) []string { return s.run.setting(setting).([]string) }

// Refers tells whether a property of one resource names another one: by
// Pulumi's record of what the property was made of, which is there in a first
// preview too, or else by the other's ID, ARN or name.
func (s *Stack) Refers(from *Resource, property string, to *Resource) bool {
	if slices.Contains(from.PropertyDependencies[top(property)], to.URN) {
		return true
	}
	v := from.Get(property)
	if !v.IsKnown() {
		return false
	}
	for _, item := range v.Items() {
		if item.IsKnown() && item.IsText() && to.named(item.Text()) {
			return true
		}
	}
	return false
}

// Referred lists the resources of some types that a property names.
func (s *Stack) Referred(from *Resource, property string, tokens ...string) []*Resource {
	var found []*Resource
	for _, to := range s.Of(tokens...) {
		if s.Refers(from, property, to) {
			found = append(found, to)
		}
	}
	return found
}

// Referring lists the resources of a type with a property that names a resource.
func (s *Stack) Referring(token, property string, to *Resource) []*Resource {
	var found []*Resource
	for _, from := range s.Of(token) {
		if s.Refers(from, property, to) {
			found = append(found, from)
		}
	}
	return found
}

// named tells whether a text is the resource's ID, ARN or name.
func (r *Resource) named(text string) bool {
	if text == "" {
		return false
	}
	for _, key := range []string{"id", "arn", "name", "bucket"} {
		if v := r.Get(key); v.IsKnown() && v.IsSet() && v.Text() == text {
			return true
		}
	}
	return false
}

// top is the first part of a dotted path, by which Pulumi records dependencies.
func top(path string) string {
	for i, c := range path {
		if c == '.' || c == '[' {
			return path[:i]
		}
	}
	return path
}

// String names the resource in a message about another one.
func (r *Resource) String() string { return fmt.Sprintf("%s %q", r.Kind(), r.Name) }

// Guard runs a part of a check. When it reads an unknown value it is left, and
// what follows it is checked.
func (s *Stack) Guard(part func()) { s.run.guard(part) }

// Wait notes facts that are not known yet: as far as they go, the control has not
// been evaluated. It is for answers that are not read off a single value.
func (s *Stack) Wait(facts ...string) { s.run.unknown = append(s.run.unknown, facts...) }

// After tells whether one resource is made after another one, and so deleted
// before it: it or its parents depend on it, whatever is in between.
func (s *Stack) After(r, other *Resource) bool {
	seen := map[string]bool{}
	var visit func(urn string) bool
	visit = func(urn string) bool {
		if urn == other.URN {
			return true
		}
		if urn == "" || seen[urn] {
			return false
		}
		seen[urn] = true
		x := s.Find(urn)
		if x == nil {
			return false
		}
		if visit(x.Parent) || visit(x.Provider.URN) || slices.ContainsFunc(x.Dependencies, visit) {
			return true
		}
		for _, urns := range x.PropertyDependencies {
			if slices.ContainsFunc(urns, visit) {
				return true
			}
		}
		return false
	}
	return r != other && visit(r.URN)
}

// Once is what other controls have worked out of the same stack under a name, or
// else what the function makes, which must not depend on settings.
func (s *Stack) Once(name string, work func() any) any {
	if known, ok := s.run.memo[name]; ok {
		return known
	}
	v := work()
	if s.run.memo != nil {
		s.run.memo[name] = v
	}
	return v
}
