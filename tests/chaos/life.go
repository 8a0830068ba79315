package chaos

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"github.com/slipway-iac/slipway/sandbox/fault"
)

// Life is the undisturbed life of an environment, from an empty account to one
// that holds what a destroy leaves, with the world as it was before each step.
// It is where the disturbed lives begin, and to where they come back: see
// [Life.Prove].
type Life struct {
	Program *Program
	// Declared is what AWS made on its own in the whole environment.
	Declared map[string]int

	ups   []*World // Before each of the program's resources, and the whole.
	downs []*World // Before each deletion, and the end.

	mu     sync.Mutex
	proved map[string]map[sum]bool // By verb, what comes to a good end by it; and what leaves no more than it should.
}

// Live lives the undisturbed life.
func Live(p *Program) (*Life, error) {
	l := &Life{Program: p, proved: map[string]map[sum]bool{up: {}, destroy: {}, leaving: {}, recklessly: {}}}
	w, err := NewWorld(p)
	if err != nil {
		return nil, err
	}
	w.reached = func(w *World, _ int) error {
		// A copy knows what its original has computed, and the next world is nearly the same.
		_, err := w.fingerprint(goingOn)
		l.ups = append(l.ups, w.Fork())
		return err
	}
	if err := w.Up(fault.NewPlan()); err != nil {
		return nil, fmt.Errorf("%s, undisturbed: %w", p.Name, err)
	}
	l.Declared = Census(w.account)
	steps := -1
	w.reached = func(w *World, _ int) error {
		_, err := w.fingerprint(goingOn)
		if w.plan.Steps() > steps {
			l.downs, steps = append(l.downs, w.Fork()), w.plan.Steps()
			return err
		}
		l.downs[len(l.downs)-1] = w.Fork() // What was no step is gone as well.
		return err
	}
	if err := w.Destroy(fault.NewPlan()); err != nil {
		return nil, fmt.Errorf("%s, undisturbed: destroy: %w", p.Name, err)
	}
	return l, SameCounts(Left(w.account, w.kept), p.Retained)
}

// Whole is the world when everything is up.
func (l *Life) Whole() *World { return l.ups[len(l.ups)-1].Fork() }

// Begun is the world after as many steps of an up.
func (l *Life) Begun(steps int) *World {
	if steps >= l.Program.Steps() {
		return l.Whole()
	}
	return l.ups[l.before(steps+1)].Fork()
}

// before is the place of the resource that a step of an up makes.
func (l *Life) before(step int) int {
	return slices.IndexFunc(l.Program.Resources, func(r apitype.ResourceV3) bool {
		if calls(r) {
			step--
		}
		return step == 0
	})
}

// Prove holds that each world of the undisturbed life goes on to the next when
// it is recovered and the verb begins anew, as it does after a fault: a recovery
// finds nothing and changes nothing, and what is there is not touched. By
// induction each then comes to the same end: the whole environment, in which there
// is nothing left to do and nothing wrong, and what a destroy leaves. A disturbed
// life that comes to one of these worlds is decided.
//
// It proves every so many-th world, so that first is one of them, and the last
// ones; it takes the others on trust.
func (l *Life) Prove(every, first int) error {
	all := l.Program.Resources
	for at := range l.ups {
		if at > 0 && at < len(all) && !calls(all[at-1]) && !calls(all[at]) {
			continue // Between two components, where no fault can be.
		}
		if (at-first)%every != 0 && at < len(all) {
			if err := l.trust(l.ups[at], up); err != nil {
				return err
			}
			continue
		}
		if err := l.goesOn(l.ups[at], up); err != nil {
			return fmt.Errorf("%s, up to resource %d of %d: %w", l.Program.Name, at, len(all), err)
		}
	}
	whole := l.Whole()
	if _, err := whole.converged(l.Declared); err != nil {
		return fmt.Errorf("%s, undisturbed: %w", l.Program.Name, err)
	}
	for at, w := range slices.Backward(l.downs) {
		prove := l.goesOn
		if (at-first)%every != 0 && at < len(l.downs)-1 {
			prove = l.trust
		}
		if err := prove(w, destroy); err != nil {
			return fmt.Errorf("%s, after %d deletions: %w", l.Program.Name, at, err)
		}
		without, err := w.fingerprint(leaving)
		if err != nil {
			return err
		}
		l.prove(leaving, without)
	}
	return nil
}

// trust takes a world for proved.
func (l *Life) trust(w *World, verb string) error {
	s, err := w.fingerprint(goingOn)
	l.prove(verb, s)
	return err
}

// errEnough ends an up or a destroy of which enough is known.
var errEnough = errors.New("enough is known")

// goesOn proves a world by the next one.
func (l *Life) goesOn(w *World, verb string) error {
	before, err := w.fingerprint(goingOn)
	if err != nil {
		return err
	}
	w = w.Fork()
	if err := w.Recover(); err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	recovered, err := w.fingerprint(goingOn)
	switch {
	case err != nil:
		return err
	case recovered != before && verb == up:
		return errors.New("a recovery of what is whole changes it")
	}
	// A destroy forgets what it keeps, and a recovery finds that again.
	found := recovered != before
	w.reached = func(w *World, at int) error {
		switch steps := w.plan.Steps(); {
		case steps > 1 && !found:
			return errors.New("what should be one step is more")
		case steps == 0 && !found:
			return nil
		}
		next, err := l.passes(w, verb, at)
		if err == nil && next {
			err = errEnough
		}
		return err
	}
	switch err := w.do(verb, fault.NewPlan()); {
	case errors.Is(err, errEnough):
	case err != nil:
		return err
	default:
		if err := l.ends(w, verb); err != nil {
			return err
		}
	}
	l.prove(verb, before)
	l.prove(verb, recovered)
	return nil
}

// ends holds that a verb has come to its end.
func (l *Life) ends(w *World, verb string) error {
	if verb == destroy {
		return SameCounts(Left(w.account, w.kept), l.Program.Retained)
	}
	if end, err := l.passes(w, up, len(l.ups)-1); err != nil || !end {
		return errors.Join(errors.New("it goes on to another world than the next"), err)
	}
	return nil
}

// passes tells whether a world is the undisturbed one at a place of a verb.
func (l *Life) passes(w *World, verb string, at int) (bool, error) {
	here, err := w.fingerprint(goingOn)
	if err != nil {
		return false, err
	}
	if verb == destroy {
		return l.has(verb, here), nil
	}
	there, err := l.ups[at].fingerprint(goingOn)
	return here == there, err
}

func (l *Life) prove(verb string, worlds ...sum) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range worlds {
		l.proved[verb][s] = true
	}
}

func (l *Life) has(verb string, s sum) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.proved[verb][s]
}
