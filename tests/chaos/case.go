package chaos

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/drift"
	"github.com/slipway-iac/slipway/sandbox/fault"
	"github.com/slipway-iac/slipway/sandbox/recovery"
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

// Run lives a case on the model.
func (c Case) Run(p *Program, declared map[string]int) (Judgement, error) {
	w, err := NewWorld(p)
	if err != nil {
		return Judgement{}, err
	}
	plan := fault.NewPlan(c.Fault)
	if c.Verb == "destroy" {
		if err := w.Up(fault.NewPlan()); err != nil {
			return Judgement{}, fmt.Errorf("up: %w", err)
		}
		return c.destroyed(w, plan)
	}
	if j, err := c.disturbed(w, plan, declared); err != nil {
		return j, err
	}
	if j, err := c.drifted(w); err != nil {
		return j, err
	}
	if err := w.Destroy(fault.NewPlan()); err != nil {
		return Judgement{}, fmt.Errorf("destroy: %w", err)
	}
	return Judgement{}, SameCounts(Left(w.account, w.kept), p.Retained)
}

// disturbed brings the world up against the fault, recovers, and brings it up
// again.
func (c Case) disturbed(w *World, plan *fault.Plan, declared map[string]int) (Judgement, error) {
	if err := atFault(plan, w.Up(plan)); err != nil {
		return Judgement{}, err
	}
	if c.Reckless {
		if err := named(w.Up(fault.NewPlan())); err != nil {
			return Judgement{}, fmt.Errorf("a second up: %w", err)
		}
	}
	if err := w.Recover(); err != nil {
		return Judgement{}, fmt.Errorf("recover: %w", err)
	}
	if err := w.Up(fault.NewPlan()); err != nil {
		return Judgement{}, fmt.Errorf("up after recover: %w", err)
	}
	return w.converged(declared)
}

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
func (c Case) drifted(w *World) (Judgement, error) {
	target, ok := Mendable(w.state, c.Seed, w.account)
	if !ok {
		return Judgement{}, errors.New("nothing can drift")
	}
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

// Mendable chooses a drift that an up can mend without replacing what others
// depend on, and that does not lock the engine out of the cluster. Twins that a
// recovery left alone it leaves alone too: no refresh looks at them.
func Mendable(state *apitype.DeploymentV3, seed uint64, account *cloud.Account) (drift.Target, bool) {
	used := map[resource.URN]bool{}
	for _, r := range state.Resources {
		for _, urn := range r.Dependencies {
			used[urn] = true
		}
	}
	random := rand.New(rand.NewPCG(seed, 0))
	for range 100 {
		t, ok := drift.Choose(account, random)
		if !ok {
			return t, false
		}
		lockout := t.Resource.Kind == cloud.EKSAccessPolicyAssociation
		mendable := t.Kind.Name != "deleted" || !used[resource.URN(t.Resource.MadeBy)] && !lockout
		if mendable && recovery.Knows(state, t.Resource) {
			return t, true
		}
	}
	return drift.Target{}, false
}

// destroyed destroys the world against the fault, recovers, and destroys it
// again.
func (c Case) destroyed(w *World, plan *fault.Plan) (Judgement, error) {
	err := w.Destroy(plan)
	if len(plan.Injected()) == 0 && err == nil {
		// What is kept on purpose makes a destroy shorter than an up.
		return Judgement{}, SameCounts(Left(w.account, w.kept), w.program.Retained)
	}
	if err := atFault(plan, err); err != nil {
		return Judgement{}, err
	}
	if c.Reckless {
		if err := named(w.Destroy(fault.NewPlan())); err != nil {
			return Judgement{}, fmt.Errorf("a second destroy: %w", err)
		}
	}
	if err := w.Recover(); err != nil {
		return Judgement{}, fmt.Errorf("recover: %w", err)
	}
	if err := w.Destroy(fault.NewPlan()); err != nil {
		return Judgement{}, fmt.Errorf("destroy after recover: %w", err)
	}
	return Judgement{}, SameCounts(Left(w.account, w.kept), w.program.Retained)
}
