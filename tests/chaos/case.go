package chaos

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox/drift"
	"github.com/slipway-iac/slipway/sandbox/fault"
)

// Case is one life of an environment in which one thing goes wrong.
type Case struct {
	// Environment that lives it.
	Environment string
	// Verb is what is disturbed: up or destroy.
	Verb string
	// Fault that disturbs it.
	Fault fault.Fault
	// Reckless tries again before it recovers, as people do.
	Reckless bool
	// Seed chooses the drift.
	Seed uint64
}

// String writes a case as [ParseCase] reads it.
func (c Case) String() string {
	return fmt.Sprintf("%s/%s/%s/%s/%d", c.Environment, c.Verb, c.Fault, map[bool]string{true: "reckless", false: "careful"}[c.Reckless], c.Seed)
}

// ParseCase reads a case.
func ParseCase(text string) (Case, error) {
	parts := strings.Split(text, "/")
	if len(parts) != 5 {
		return Case{}, fmt.Errorf("case %q: want environment/verb/fault/careful or reckless/seed", text)
	}
	c := Case{Environment: parts[0], Verb: parts[1], Reckless: parts[3] == "reckless"}
	var err error
	if c.Fault, err = fault.Parse(parts[2]); err != nil {
		return c, err
	}
	c.Seed, err = strconv.ParseUint(parts[4], 10, 64)
	return c, err
}

// Cases are every fault at every step of a program's up and destroy.
func Cases(p *Program) []Case {
	var cases []Case
	for _, verb := range []string{"up", "destroy"} {
		for step := 1; step <= p.Steps(); step++ {
			for _, f := range faultsAt(step) {
				if f.Kind == fault.Throttle && !p.throttled(verb, step) {
					continue
				}
				careful := Case{Environment: p.Name, Verb: verb, Fault: f, Seed: uint64(len(cases) + 1)}
				cases = append(cases, careful)
				if f.Kind == fault.Lost || f.Kind == fault.Kill {
					careful.Reckless = true
					cases = append(cases, careful)
				}
			}
		}
	}
	return cases
}

func faultsAt(step int) []fault.Fault {
	at := fault.Fault{On: fault.Step, At: strconv.Itoa(step)}
	with := func(k fault.Kind) fault.Fault { f := at; f.Kind = k; return f }
	throttle, before := with(fault.Throttle), with(fault.Kill)
	throttle.Times, before.Before = fault.MaxAttempts, true
	return []fault.Fault{throttle, with(fault.Fail), with(fault.Lost), with(fault.Kill), before}
}

// The verbs that are disturbed.
const up, destroy = "up", "destroy"

// do does a verb from its beginning.
func (w *World) do(verb string, plan *fault.Plan) error {
	if verb == destroy {
		return w.Destroy(plan)
	}
	return w.Up(plan)
}

// Run lives a case on the model, from an empty account to its end.
func (c Case) Run(l *Life) (Judgement, error) {
	w, err := NewWorld(l.Program)
	if err != nil {
		return Judgement{}, err
	}
	if c.Verb == destroy {
		if err := w.Up(fault.NewPlan()); err != nil {
			return Judgement{}, fmt.Errorf("up: %w", err)
		}
	}
	s := &scene{Case: c, l: l, w: w}
	if err := s.disturbed(fault.NewPlan(c.Fault)); err != nil {
		return Judgement{}, err
	}
	return s.rest()
}

// Decide lives a case on the model only as long as it goes another way than the
// undisturbed life: it begins before the step of the fault, and it is decided
// when it comes to a world that is proved to come to a good end. It tells
// whether that happened; otherwise the case was lived to its end.
func (c Case) Decide(l *Life) (decided bool, j Judgement, err error) {
	step, plan := c.step(), fault.NewPlan(c.first())
	s := &scene{Case: c, l: l, short: true}
	switch {
	case c.Verb == up:
		s.w = l.ups[l.before(step)].Fork()
	case step >= len(l.downs):
		return true, j, nil // What is kept on purpose makes a destroy shorter than an up.
	default:
		s.w = l.downs[step-1].Fork()
	}
	err = s.disturbed(plan)
	if err == nil {
		j, err = s.rest()
	}
	if errors.Is(err, errEnough) {
		return true, Judgement{}, nil
	}
	return false, j, err
}

// step is the number of the step at which the fault is.
func (c Case) step() int {
	n, _ := strconv.Atoi(c.Fault.At)
	return n
}

// first is the fault at the first step.
func (c Case) first() fault.Fault {
	f := c.Fault
	f.At = "1"
	return f
}

// scene is a case that is being lived.
type scene struct {
	Case
	l *Life
	w *World
	// short ends the life where its end is known.
	short bool
	// through are the worlds, each at its place, that the reckless up came through.
	through []sum
}

// disturbed does the verb against the fault, again if somebody is reckless, and
// recovers.
func (s *scene) disturbed(plan *fault.Plan) error {
	err := s.w.do(s.Verb, plan)
	if len(plan.Injected()) == 0 && err == nil && s.Verb == destroy {
		return nil // What is kept on purpose makes a destroy shorter than an up.
	}
	if err := atFault(plan, err); err != nil {
		return err
	}
	if s.Reckless {
		if err := named(s.again(true)); err != nil {
			return fmt.Errorf("a second %s: %w", s.Verb, err)
		}
	}
	if err := s.w.Recover(); err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	return nil
}

// mending is after how many resources it is looked whether a fault is mended.
const mending = 3

// again does the verb without a fault. Where it comes to what the undisturbed
// life has at the same place, the rest of it is known; of a reckless one also
// where another has been.
func (s *scene) again(reckless bool) error {
	if s.short {
		from := s.l.before(s.step())
		s.w.reached = func(w *World, at int) error {
			// What is not mended soon after the fault is mended at the end, if at all.
			if s.Verb == up && (at <= from || at > from+mending && at < len(s.l.Program.Resources)) {
				return nil
			}
			known, err := s.l.passes(w, s.Verb, at)
			if err == nil && !known && reckless && s.Verb == up {
				known, err = s.passed(at)
			}
			if err == nil && known {
				err = errEnough
			}
			return err
		}
		defer func() { s.w.reached = nil }()
	}
	return s.w.do(s.Verb, fault.NewPlan())
}

// passed tells whether another reckless up has come to a good end from the same
// world at the same place.
func (s *scene) passed(at int) (bool, error) {
	here, err := s.w.fingerprint(goingOn)
	here = sha256.Sum256(binary.BigEndian.AppendUint64(here[:], uint64(at)))
	s.through = append(s.through, here)
	return err == nil && s.l.has(recklessly, here), err
}

// rest is what comes after a recovery. What has come to a good end is proved.
func (s *scene) rest() (Judgement, error) {
	recovered, err := s.w.fingerprint(goingOn)
	if err != nil {
		return Judgement{}, err
	}
	if s.short && s.l.has(s.Verb, recovered) {
		s.l.prove(recklessly, s.through...)
		return Judgement{}, errEnough
	}
	j, err := s.mended()
	if err == nil || errors.Is(err, errEnough) {
		s.l.prove(s.Verb, recovered)
		s.l.prove(recklessly, s.through...)
	}
	return j, err
}

// mended does the verb again, and after an up a drift and a destroy.
func (s *scene) mended() (Judgement, error) {
	if err := s.again(false); err != nil {
		return Judgement{}, fmt.Errorf("%s after recover: %w", s.Verb, err)
	}
	if s.Verb == up {
		if j, err := s.w.converged(s.l.Declared); err != nil {
			return j, err
		}
		if j, err := s.drifted(); err != nil {
			return j, err
		}
		if err := s.destroyed(); err != nil {
			return Judgement{}, fmt.Errorf("destroy: %w", err)
		}
	}
	return Judgement{}, s.left()
}

func (s *scene) left() error { return SameCounts(Left(s.w.account, s.w.kept), s.l.Program.Retained) }

// converged holds that there is nothing left to do, and nothing wrong.
func (w *World) converged(declared map[string]int) (Judgement, error) {
	again := fault.NewPlan()
	if err := w.Up(again); err != nil || again.Steps() > 0 {
		return Judgement{}, fmt.Errorf("an up with nothing to do made %d steps: %w", again.Steps(), err)
	}
	if found, err := w.Refresh(); err != nil || len(found) > 0 {
		return Judgement{}, fmt.Errorf("a refresh with nothing to find found %v: %w", found, err)
	}
	j := Judge(w.account, w.state, declared, w.kept)
	return j, j.Err()
}

// atFault holds that an update against a fault ended as the fault has it, and
// that its error names the resource.
func atFault(plan *fault.Plan, err error) error {
	injected := plan.Injected()
	if len(injected) != 1 {
		return fmt.Errorf("%d faults happened, want one: %w", len(injected), err)
	}
	if injected[0].Fault.Kind == fault.Kill {
		if !errors.Is(err, ErrKilled) {
			return fmt.Errorf("a killed run ended with %w", err)
		}
		return nil
	}
	var failed *Failed
	if !errors.As(err, &failed) || string(failed.URN) != injected[0].Call.URN {
		return fmt.Errorf("the error does not name %s: %w", injected[0].Call.URN, err)
	}
	return nil
}

// named holds that an update ended well or with an error that names a resource
// and what AWS says of it.
func named(err error) error {
	var failed *Failed
	if err == nil || errors.As(err, &failed) && failed.URN != "" && failed.Err.Error() != "" {
		return nil
	}
	return err
}

// drifted changes something by hand: a refresh finds exactly that, and an up
// mends it.
func (s *scene) drifted() (Judgement, error) {
	target, ok := Mendable(s.w.state, s.Seed, s.w.account)
	if !ok {
		return Judgement{}, errors.New("nothing can drift")
	}
	return s.w.drifted(target)
}

func (w *World) drifted(target drift.Target) (Judgement, error) {
	ignored := drift.Ignored{}
	for _, r := range w.state.Resources {
		ignored[string(r.URN)] = r.IgnoreChanges
	}
	seen, err := drift.Make(w.account, target, ignored)
	if err != nil {
		return Judgement{}, err
	}
	want := Reported(seen)
	found, err := w.Refresh()
	if err != nil || !slices.Equal(found, want) {
		return Judgement{}, fmt.Errorf("after %s a refresh found %v, want %v: %w", target, found, want, err)
	}
	if err := w.Up(fault.NewPlan()); err != nil {
		return Judgement{}, fmt.Errorf("up after %s: %w", target, err)
	}
	// What the program neither gives nor ignores stays as it drifted; AWS's own
	// things, such as another node, may be more.
	j, err := w.converged(nil)
	if err != nil {
		return j, fmt.Errorf("after %s: %w", target, err)
	}
	return j, nil
}

// Reported are the URNs that a refresh reports, in order.
func Reported(seen []drift.Seen) []resource.URN {
	var urns []resource.URN
	for _, s := range seen {
		if s.Reported {
			urns = append(urns, resource.URN(s.URN))
		}
	}
	slices.Sort(urns)
	return urns
}
