package fault

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Call is one call of the engine that reaches AWS or a cluster.
type Call struct {
	// Verb says what it does.
	Verb Verb
	// URN of the resource; the token of a function.
	URN string
	// AWS tells a call to AWS from one to a cluster, which throttles nothing.
	AWS bool
}

// Decision is what happens to a call.
type Decision struct {
	// Fault that decided; nil when the call is left alone.
	Fault *Fault
	// Surfaces tells a throttled request that was tried too often from one
	// that a retry mended.
	Surfaces bool
}

// Injection is a fault that happened.
type Injection struct {
	// Fault that was asked for.
	Fault Fault
	// Step is the number of the call among those that change something.
	Step int
	// Call it happened to.
	Call Call
}

// String says what happened where.
func (i Injection) String() string {
	return fmt.Sprintf("%s: %s of %s, step %d", i.Fault, i.Call.Verb, i.Call.URN, i.Step)
}

// Plan decides about calls, one after the other. The same calls in the same
// order are decided alike.
type Plan struct {
	faults []Fault

	mu       sync.Mutex
	counts   map[Verb]int
	requests int          // Requests to AWS, each attempt counted.
	done     map[int]bool // Faults that have happened, where they happen once.
	injected []Injection
}

// NewPlan makes a plan of faults. Where several meet, the first wins.
func NewPlan(faults ...Fault) *Plan {
	return &Plan{faults: faults, counts: map[Verb]int{}, done: map[int]bool{}}
}

// Injected lists what has happened so far.
func (p *Plan) Injected() []Injection {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Injection(nil), p.injected...)
}

// Missed lists the faults that have not happened.
func (p *Plan) Missed() []Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	var missed []Fault
	for _, f := range p.faults {
		if !slices.ContainsFunc(p.injected, func(i Injection) bool { return i.Fault == f }) {
			missed = append(missed, f)
		}
	}
	return missed
}

// Steps is how many calls that change something were decided about.
func (p *Plan) Steps() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts[Step]
}

// Decide counts a call and says what happens to it.
func (p *Plan) Decide(c Call) Decision {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts[c.Verb]++
	if c.Verb != Ask {
		p.counts[Step]++
	}
	for i := range p.faults {
		f := &p.faults[i]
		if f.Every == 0 && !p.done[i] && p.chosen(f, c) {
			p.done[i] = true
			return p.inject(f, c, f.Kind == Throttle && f.Times >= MaxAttempts)
		}
	}
	if !c.AWS {
		return Decision{}
	}
	return p.request(c)
}

// chosen tells whether a call is the one that a fault is for.
func (p *Plan) chosen(f *Fault, c Call) bool {
	if c.Verb == Ask || f.On != Step && f.On != c.Verb || f.Kind == Throttle && !c.AWS {
		return false
	}
	if n := f.nth(); n > 0 {
		return p.counts[f.On] == n
	}
	return Named(c.URN, f.At)
}

// request sends a request to AWS as often as it is throttled.
func (p *Plan) request(c Call) Decision {
	var by *Fault
	for range MaxAttempts {
		p.requests++
		f := p.throttling()
		if f == nil {
			if by == nil {
				return Decision{}
			}
			return p.inject(by, c, false)
		}
		by = f
	}
	return p.inject(by, c, true)
}

// throttling is the fault that refuses the request that was just counted.
func (p *Plan) throttling() *Fault {
	for i := range p.faults {
		if f := &p.faults[i]; f.Every > 0 && p.requests%f.Every == 0 {
			return f
		}
	}
	return nil
}

func (p *Plan) inject(f *Fault, c Call, surfaces bool) Decision {
	p.injected = append(p.injected, Injection{Fault: *f, Step: p.counts[Step], Call: c})
	return Decision{Fault: f, Surfaces: surfaces}
}

// Named tells whether a URN has a logical name, written alone or after its type:
// vpc, or aws:ec2/vpc:Vpc::vpc.
func Named(urn, name string) bool {
	rest, ok := strings.CutSuffix(urn, name)
	return ok && name != "" && (strings.HasSuffix(rest, "::") || strings.HasSuffix(rest, "$"))
}
