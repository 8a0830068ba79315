package timeline

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/latency"
)

// builder makes the plan of one update.
type builder struct {
	before, after *state
	plan          *plan

	made  map[string][]Step // Creations and changes, by URN.
	first map[string]Step   // Deletions that come before a replacement, by URN.
	last  []Step            // The other deletions.
}

func (b *builder) build(steps []Step) error {
	b.sort(steps)
	deleted, err := b.deleteFirst()
	if err != nil {
		return err
	}
	ended, err := b.make(deleted)
	if err != nil {
		return err
	}
	return b.deleteLast(ended)
}

// sort tells deletions that come before their replacement from the others.
func (b *builder) sort(steps []Step) {
	b.made, b.first = map[string][]Step{}, map[string]Step{}
	for i, s := range steps {
		again := func(later Step) bool { return later.URN == s.URN && later.Verb == latency.Create }
		switch {
		case s.Verb != latency.Delete:
			b.made[s.URN] = append(b.made[s.URN], s)
		case slices.ContainsFunc(steps[i:], again):
			b.first[s.URN] = s
		default:
			b.last = append(b.last, s)
		}
	}
}

// deleteFirst plans the deletions that come before replacements, and returns
// their tasks by URN.
func (b *builder) deleteFirst() (map[string]int, error) {
	tasks := map[string]int{}
	users := b.users(func(i int) bool { _, goes := b.first[b.before.resources[i].URN]; return goes })
	// Dependents come later in the state than what they depend on, and go first.
	for i, r := range slices.Backward(b.before.resources) {
		s, goes := b.first[r.URN]
		if !goes || r.ID != s.ID {
			continue
		}
		time, err := estimate(s)
		if err != nil {
			return nil, err
		}
		t := task{urn: r.URN, verb: latency.Delete, takes: time}
		for _, u := range users[i] {
			if on, planned := tasks[b.before.resources[u.resource].URN]; planned {
				t.after = append(t.after, wait{on, "in use", u.forced})
			}
		}
		tasks[r.URN] = b.plan.add(t)
	}
	return tasks, nil
}

// user is a resource that depends on another.
type user struct {
	resource int
	forced   bool
}

// users are, of those resources of the state before that go, the ones that
// depend on each.
func (b *builder) users(goes func(int) bool) map[int][]user {
	out := map[int][]user{}
	for i, r := range b.before.resources {
		if !goes(i) {
			continue
		}
		for _, d := range b.before.dependencies(i) {
			out[d.on] = append(out[d.on], user{i, forced(r, b.before.resources[d.on], d)})
		}
	}
	return out
}

// make plans all resources of the state after the update, those that nothing
// was done to as well, since others wait for them. It returns their tasks.
func (b *builder) make(deleted map[string]int) ([]int, error) {
	tasks := map[int]int{}
	var all []int
	for i, r := range b.after.resources {
		if r.Delete {
			continue
		}
		t := task{urn: r.URN}
		for _, s := range b.made[r.URN] {
			time, err := estimate(s)
			if err != nil {
				return nil, err
			}
			t.verb, t.takes = s.Verb, t.plus(time)
		}
		for _, d := range b.after.dependencies(i) {
			if on, planned := tasks[d.on]; planned {
				t.after = append(t.after, wait{on, d.because(), forced(r, b.after.resources[d.on], d)})
			}
		}
		if on, found := deleted[r.URN]; found {
			t.after = append(t.after, wait{on, "replaces it", true})
		}
		tasks[i] = b.plan.add(t)
		all = append(all, tasks[i])
	}
	return all, nil
}

func (d dependency) because() string {
	switch {
	case d.kind == throughProvider:
		return "provider"
	case d.kind == below:
		return "parent"
	case len(d.properties) == 0:
		return "dependsOn"
	}
	return slices.Min(d.properties)
}
