package chaos

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/fault"
)

// World is an environment's account and what Pulumi believes of it.
type World struct {
	program *Program
	account *cloud.Account
	state   *apitype.DeploymentV3
	plan    *fault.Plan
	names   names
	kept    Kept
	// reached is told how far an up or a destroy is before it goes on, and ends it
	// with an error; nil lets it go on.
	reached func(w *World, at int) error
}

// now is the time in every world: whatever happens, happens at once, so that
// worlds in which the same has happened are the same.
var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// NewWorld is an empty account and an empty state.
func NewWorld(p *Program) (*World, error) {
	account, err := sandbox.Open("", p.AccountID, sandbox.WithClock(func() time.Time { return now }))
	if err != nil {
		return nil, err
	}
	return &World{
		program: p, account: account, state: &apitype.DeploymentV3{}, plan: fault.NewPlan(),
		names: names{book: &p.book, byURN: map[resource.URN]map[string]string{}}, kept: Kept{},
	}, nil
}

// Fork is a world like this one that goes its own way. Nothing in a state is
// changed in place, so that the two can share it.
func (w *World) Fork() *World {
	f := *w
	f.account = w.account.Fork()
	f.state = &apitype.DeploymentV3{
		Resources: slices.Clone(w.state.Resources), PendingOperations: slices.Clone(w.state.PendingOperations),
	}
	f.plan, f.reached = fault.NewPlan(), nil
	f.names.byURN, f.kept = maps.Clone(w.names.byURN), maps.Clone(w.kept)
	return &f
}

// Account is the world's account.
func (w *World) Account() *cloud.Account { return w.account }

// ErrKilled is what a killed run says.
var ErrKilled = errors.New("killed")

// Failed is a step that did not succeed.
type Failed struct {
	URN resource.URN
	Err error
}

func (f *Failed) Error() string { return fmt.Sprintf("%s: %v", f.URN, f.Err) }

func (f *Failed) Unwrap() error { return f.Err }

// Up brings the world to the program; the first failure ends it.
func (w *World) Up(plan *fault.Plan) error {
	w.plan = plan
	for at, recorded := range w.program.Resources {
		if err := w.at(at); err != nil {
			return err
		}
		if err := w.register(recorded); err != nil {
			return err
		}
	}
	if err := w.at(len(w.program.Resources)); err != nil {
		return err
	}
	return w.deleteReplaced()
}

func (w *World) at(at int) error {
	if w.reached == nil {
		return nil
	}
	return w.reached(w, at)
}

// goal is what the program asks for, in today's names.
func (w *World) goal(recorded apitype.ResourceV3) apitype.ResourceV3 {
	goal := recorded
	goal.ID, goal.Outputs, goal.Protect = "", nil, false
	goal.Inputs = w.names.inputs(recorded)
	return goal
}

func (w *World) register(recorded apitype.ResourceV3) error {
	goal := w.goal(recorded)
	have := w.live(goal.URN)
	if !calls(goal) {
		goal.ID, goal.Outputs = recorded.ID, w.names.outputs(recorded)
		w.put(goal)
		return nil
	}
	if have == nil {
		return w.create(recorded, goal)
	}
	change, err := w.diff(*have, goal)
	if err != nil {
		return &Failed{goal.URN, err}
	}
	switch {
	case change == replaces:
		if err := w.delete(*have); err != nil {
			return err
		}
		return w.create(recorded, goal)
	case change == updates || len(have.InitErrors) > 0:
		return w.update(recorded, *have, goal)
	}
	goal.ID, goal.Outputs = have.ID, have.Outputs
	w.put(goal)
	return nil
}

// live finds a resource in the state that is not to be deleted.
func (w *World) live(urn resource.URN) *apitype.ResourceV3 {
	for i := range w.state.Resources {
		if r := &w.state.Resources[i]; r.URN == urn && !r.Delete {
			return r
		}
	}
	return nil
}

// put writes a resource into the state.
func (w *World) put(r apitype.ResourceV3) {
	if have := w.live(r.URN); have != nil {
		*have = r
		return
	}
	w.state.Resources = append(w.state.Resources, r)
}

// drop takes a resource out of the state, and out of what others depend on.
func (w *World) drop(gone apitype.ResourceV3) {
	w.state.Resources = slices.DeleteFunc(w.state.Resources, func(r apitype.ResourceV3) bool {
		return r.URN == gone.URN && r.ID == gone.ID
	})
	for i := range w.state.Resources {
		if r := &w.state.Resources[i]; slices.Contains(r.Dependencies, gone.URN) {
			r.Dependencies = slices.DeleteFunc(slices.Clone(r.Dependencies), func(urn resource.URN) bool { return urn == gone.URN })
		}
	}
}

// step makes one call as the engine does: it writes down that the call is
// pending, makes it, and crosses that out again unless it is killed.
func (w *World) step(verb fault.Verb, op apitype.OperationType, r apitype.ResourceV3, do func() error) error {
	w.state.PendingOperations = append(w.state.PendingOperations, apitype.OperationV2{Resource: r, Type: op})
	call := fault.Call{Verb: verb, URN: string(r.URN), AWS: r.Type.Package() == "aws"}
	f := w.plan.Decide(call)
	var err error
	switch {
	case f.Fault == nil || f.Fault.Kind == fault.Throttle && !f.Surfaces:
		err = do()
	case f.Fault.Kind == fault.Kill:
		if !f.Fault.Before {
			_ = do()
		}
		return ErrKilled
	case f.Fault.Kind == fault.Lost:
		_ = do()
		err = fault.ErrLost
	default:
		err = (&fault.Injector{Kind: w.account.Kind}).Refusal(*f.Fault, call)
	}
	w.state.PendingOperations = slices.DeleteFunc(w.state.PendingOperations, func(o apitype.OperationV2) bool { return o.Resource.URN == r.URN })
	if err != nil {
		return &Failed{r.URN, err}
	}
	return nil
}
