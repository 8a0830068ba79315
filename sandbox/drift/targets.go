package drift

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Target is a drift that can be made.
type Target struct {
	// Kind of drift.
	Kind Kind
	// Resource that it changes.
	Resource *cloud.Resource
}

// String says what it is, in the form that [Pick] reads.
func (t Target) String() string { return t.Kind.Name + ":" + name(t.Resource) }

// name is the logical name of a resource.
func name(r *cloud.Resource) string { return r.MadeBy[strings.LastIndex(r.MadeBy, "::")+2:] }

// managed are the resources that Pulumi made, by URN: what an engine makes at
// the same time has no order that a second run would repeat.
func managed(a *cloud.Account) []*cloud.Resource {
	resources := slices.DeleteFunc(a.Resources(), func(r *cloud.Resource) bool {
		return r.Scheduled != "" || !strings.HasPrefix(r.MadeBy, "urn:pulumi:")
	})
	slices.SortStableFunc(resources, func(x, y *cloud.Resource) int { return strings.Compare(x.MadeBy, y.MadeBy) })
	return resources
}

// Possible lists what can drift in an account: in the order of [Kinds], and for
// each kind by URN.
func Possible(a *cloud.Account) []Target {
	var targets []Target
	for _, k := range Kinds() {
		targets = append(targets, k.targets(a)...)
	}
	return targets
}

func (k Kind) targets(a *cloud.Account) []Target {
	var targets []Target
	for _, r := range managed(a) {
		if k.applies(a, r) {
			targets = append(targets, Target{k, r})
		}
	}
	return targets
}

// Find finds a kind by its name.
func Find(name string) (Kind, error) {
	var names []string
	for _, k := range Kinds() {
		if k.Name == name {
			return k, nil
		}
		names = append(names, k.Name)
	}
	return Kind{}, fmt.Errorf("%q is no kind of drift: want one of %s", name, strings.Join(names, ", "))
}

// Pick finds the drift that a text names: a kind, and after a colon the
// resource, by its logical name (also type::name) or its ID. Without one it is
// the first that the kind applies to.
func Pick(a *cloud.Account, text string) (Target, error) {
	kindName, which, _ := strings.Cut(text, ":")
	k, err := Find(kindName)
	if err != nil {
		return Target{}, err
	}
	possible := k.targets(a)
	if len(possible) == 0 {
		return Target{}, fmt.Errorf("drift %q: nothing in the account is such that %s %s", text, k.Name, k.Does)
	}
	if which == "" {
		return possible[0], nil
	}
	chosen := slices.DeleteFunc(slices.Clone(possible), func(t Target) bool { return !called(t.Resource, which) })
	switch len(chosen) {
	case 1:
		return chosen[0], nil
	case 0:
		return Target{}, fmt.Errorf("drift %q: %q is none of the %d resources that %s applies to; --list %s lists them",
			text, which, len(possible), k.Name, k.Name)
	}
	var names []string
	for _, t := range chosen {
		names = append(names, t.Resource.Kind+"::"+name(t.Resource))
	}
	return Target{}, fmt.Errorf("drift %q: more than one has that name; write %s", text, strings.Join(names, " or "))
}

func called(r *cloud.Resource, which string) bool {
	return r.ID == which || strings.HasSuffix(r.MadeBy, "::"+which) || strings.HasSuffix(r.MadeBy, "$"+which)
}

// Choose picks a drift by chance: each kind is as likely as any other. The same
// random numbers choose the same among the same resources. It returns
// false when nothing can drift.
func Choose(a *cloud.Account, random *rand.Rand) (Target, bool) {
	kinds := Kinds()
	random.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	for _, k := range kinds {
		if possible := k.targets(a); len(possible) > 0 {
			return possible[random.IntN(len(possible))], true
		}
	}
	return Target{}, false
}
