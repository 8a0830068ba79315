package timeline

import (
	"cmp"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/latency"
)

// Step is one thing that a provider was asked to do and did.
type Step struct {
	Verb latency.Verb
	// URN and ID are those of the resource; a creation's ID is not needed.
	URN, ID string
	// Inputs are the resource's properties: the new ones, or a deleted
	// resource's last ones.
	Inputs cloud.Props
	// Changed are the top-level properties that an update changed.
	Changed []string
}

// Timeline is how long AWS would have taken for an update.
type Timeline struct {
	// Expected is the time with everything taking what is most common; Shortest
	// and Longest with everything taking its shortest and its longest.
	Expected Duration `json:"expected"`
	Shortest Duration `json:"shortest"`
	Longest  Duration `json:"longest"`
	// Bound is the time that AWS forces, whatever the order of the program.
	Bound Duration `json:"bound"`
	// Widest is the largest number of operations at the same time.
	Widest int `json:"widest"`
	// Operations are all that was done, by their start.
	Operations []Operation `json:"operations"`
}

// Operation is one creation, change or deletion.
type Operation struct {
	URN  string       `json:"urn"`
	Type string       `json:"type"`
	Name string       `json:"name"`
	Verb latency.Verb `json:"verb"`
	// Start and End are counted from the beginning of the update.
	Start Duration `json:"start"`
	End   Duration `json:"end"`
	// Shortest and Longest are how long it may take.
	Shortest Duration `json:"shortest"`
	Longest  Duration `json:"longest"`
	// Slack is how much later it could end without making the update longer.
	Slack Duration `json:"slack"`
	// WaitedFor is the URN of what it waited for last; empty when it started at
	// once, or waited for more than one resource.
	WaitedFor string `json:"waitedFor,omitempty"`
	// Because is why it waited: the property that refers to the other resource,
	// or a word such as dependsOn.
	Because string `json:"because,omitempty"`
	// Critical operations are on the chain that makes the update as long as it
	// is.
	Critical bool `json:"critical,omitempty"`
}

// Took is how long the operation takes.
func (o Operation) Took() Duration { return o.End - o.Start }

// CriticalPath is the chain of operations that makes the update as long as it
// is, first to last.
func (t *Timeline) CriticalPath() []Operation {
	path := slices.DeleteFunc(slices.Clone(t.Operations), func(o Operation) bool { return !o.Critical })
	slices.SortStableFunc(path, func(a, b Operation) int { return cmp.Compare(a.End, b.End) })
	return path
}

// Compute schedules the steps of one update in the order in which they were
// done. before and after are Pulumi's state before and after it.
func Compute(before, after []Resource, steps []Step) (*Timeline, error) {
	b := builder{before: newState(before), after: newState(after), plan: &plan{}}
	if err := b.build(steps); err != nil {
		return nil, err
	}
	all := func(wait) bool { return true }
	usual, err := b.plan.run(takes.usual, all)
	if err != nil {
		return nil, err
	}
	shortest, err := b.plan.run(takes.shortest, all)
	if err != nil {
		return nil, err
	}
	longest, err := b.plan.run(takes.longest, all)
	if err != nil {
		return nil, err
	}
	bound, err := b.plan.run(takes.usual, func(w wait) bool { return w.forced })
	if err != nil {
		return nil, err
	}
	t := &Timeline{
		Expected: Duration(usual.total), Shortest: Duration(shortest.total), Longest: Duration(longest.total),
		Bound: Duration(bound.total), Operations: b.plan.operations(usual),
	}
	t.Widest = widest(t.Operations)
	return t, nil
}

// operations are the tasks that take time, as they are scheduled.
func (p *plan) operations(s *schedule) []Operation {
	slack := p.slack(s, takes.usual)
	critical := map[int]bool{}
	for i := p.last(s); i >= 0; {
		critical[i] = true
		if s.cause[i] < 0 {
			break
		}
		i = p.tasks[i].after[s.cause[i]].on
	}
	var out []Operation
	for i, t := range p.tasks {
		if t.verb == "" {
			continue
		}
		o := Operation{
			URN: t.urn, Type: typeOf(t.urn), Name: nameOf(t.urn), Verb: t.verb,
			Start: Duration(s.start[i]), End: Duration(s.end[i]), Slack: Duration(slack[i]),
			Shortest: Duration(t.min), Longest: Duration(t.max), Critical: critical[i],
		}
		if s.cause[i] >= 0 && s.start[i] > 0 {
			w := t.after[s.cause[i]]
			o.WaitedFor, o.Because = p.tasks[w.on].urn, w.because
		}
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b Operation) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.URN, b.URN), cmp.Compare(a.Verb, b.Verb))
	})
	return out
}

// widest is the largest number of operations at the same time.
func widest(operations []Operation) int {
	change := map[Duration]int{}
	for _, o := range operations {
		change[o.Start]++
		change[o.End]--
	}
	now, most := 0, 0
	for _, at := range sortedKeys(change) {
		now += change[at]
		most = max(most, now)
	}
	return most
}

func sortedKeys(m map[Duration]int) []Duration {
	var keys []Duration
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func estimate(s Step) (takes, error) {
	e, err := latency.Of(latency.Operation{Verb: s.Verb, Token: typeOf(s.URN), Inputs: s.Inputs, Changed: s.Changed})
	return takes{e.Min, e.Mode, e.Max}, err
}

func (t takes) plus(u takes) takes {
	return takes{t.min + u.min, t.mode + u.mode, t.max + u.max}
}
