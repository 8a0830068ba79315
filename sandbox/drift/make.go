package drift

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Seen is what has become different about one resource.
type Seen struct {
	// URN of the resource, and its ID.
	URN, ID string
	// Gone tells that it no longer exists.
	Gone bool
	// Changes are the properties that are different, by path.
	Changes []Change
	// Reported tells that a refresh says so: the resource is gone, or differs in
	// what the program gave and does not ignore. Anything else, such as a rule in
	// a security group whose rules are resources of their own, a refresh takes
	// into the state without a word.
	Reported bool
}

// Change is one property.
type Change struct {
	Path    string
	Was, Is any
}

// Ignored are the properties that the program ignores changes of, by URN.
type Ignored map[string][]string

// Make makes a drift and tells what a refresh finds of it. Nothing is changed
// when it fails.
func Make(a *cloud.Account, t Target, ignored Ignored) ([]Seen, error) {
	before := managed(a)
	views := map[string]cloud.Props{}
	for _, r := range before {
		views[key(r)] = view(a, r)
	}
	if err := t.Kind.make(a, t.Resource); err != nil {
		return nil, fmt.Errorf("drift %s: %w", t, err)
	}
	var seen []Seen
	for _, r := range before {
		s := Seen{URN: r.MadeBy, ID: r.ID}
		if now := view(a, r); now == nil {
			s.Gone, s.Reported = true, true
		} else if s.Changes = compare("", views[key(r)], now); len(s.Changes) > 0 {
			var err error
			if s.Reported, err = reported(a, r, now, s.Changes, ignored[r.MadeBy]); err != nil {
				return nil, err
			}
		}
		if s.Gone || len(s.Changes) > 0 {
			seen = append(seen, s)
		}
	}
	if len(seen) == 0 {
		return nil, fmt.Errorf("bug in the sandbox: the drift %s changed nothing that can be seen; please report it", t)
	}
	return seen, nil
}

// reported tells whether what has changed about a resource is the program's.
func reported(a *cloud.Account, r *cloud.Resource, now cloud.Props, changes []Change, ignored []string) (bool, error) {
	if r.Kind == cloud.KubernetesObject {
		return slices.ContainsFunc(changes, func(c Change) bool { return !slices.Contains(serverFields, c.Path) }), nil
	}
	diff, err := a.Diff(session(r), r.Kind, r.Given, now, r.Given)
	return slices.ContainsFunc(diff, func(c cloud.Change) bool {
		return !slices.ContainsFunc(ignored, func(path string) bool { return within(c.Path, path) })
	}), err
}

// within tells whether a property is another or lies in it.
func within(path, outer string) bool {
	rest, ok := strings.CutPrefix(path, outer)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// serverFields are what an API server says of an object.
var serverFields = []string{"metadata.resourceVersion", "metadata.generation", "status"}

func key(r *cloud.Resource) string { return strings.Join([]string{r.Kind, r.Region, r.ID}, " ") }

// view is a resource as its provider reads it; nil when it is gone.
func view(a *cloud.Account, r *cloud.Resource) cloud.Props {
	session := cloud.Session{Region: r.Region}
	if r.Kind != cloud.KubernetesObject {
		if now, err := a.Read(session, r.Kind, r.ID); err == nil && now != nil {
			return now.Props
		}
		return nil
	}
	var props cloud.Props
	_ = a.Change(session, "drift", func(tx *cloud.Tx) error {
		if now := tx.Get(r.Kind, r.ID); now != nil {
			props = now.Props
		}
		return errTried
	})
	return props
}

// compare lists what is different, down to the values in objects.
func compare(path string, was, is cloud.Props) []Change {
	var changes []Change
	names := append(was.Names(), is.Names()...)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		at := strings.TrimPrefix(path+"."+name, ".")
		if cloud.Equal(was[name], is[name]) {
			continue
		}
		if len(was.Obj(name)) > 0 && len(is.Obj(name)) > 0 {
			changes = append(changes, compare(at, was.Obj(name), is.Obj(name))...)
			continue
		}
		changes = append(changes, Change{at, was[name], is[name]})
	}
	return changes
}
