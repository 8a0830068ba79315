package chaos

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/fault"
	"github.com/slipway-iac/slipway/sandbox/kube"
	"github.com/slipway-iac/slipway/sandbox/provider"
	"github.com/slipway-iac/slipway/sandbox/recovery"
)

// service is where a resource lives: AWS, a cluster, or Helm in a cluster.
type service interface {
	create(r apitype.ResourceV3) (id string, outputs cloud.Props, err error)
	update(id string, r apitype.ResourceV3) (outputs cloud.Props, err error)
	delete(r apitype.ResourceV3) error
	// read is nil when the resource is gone. The inputs are nil while they are
	// what the program gave.
	read(r apitype.ResourceV3) (now, inputs cloud.Props, err error)
	diff(have, goal apitype.ResourceV3) (change, error)
}

func (w *World) service(r apitype.ResourceV3) (service, error) {
	if r.Type.Package() == "aws" {
		session, err := provider.NewSession(w.account, w.program.Caller, w.config(r))
		return amazon{w.account, session}, err
	}
	apiVersion, kind, err := kube.GroupKind(string(r.Type))
	if err != nil {
		return nil, err
	}
	client, err := kube.NewClient(w.account, w.program.Engine, w.program.Caller, w.config(r).Str("kubeconfig"))
	if string(r.Type) == kube.ReleaseToken {
		return helm{client}, err
	}
	return cluster{client, apiVersion, kind}, err
}

// config is what the resource's provider is configured with.
func (w *World) config(r apitype.ResourceV3) cloud.Props {
	if p := w.provider(r); p != nil {
		return props(p.Inputs)
	}
	return nil
}

func (w *World) provider(r apitype.ResourceV3) *apitype.ResourceV3 {
	for i := range w.state.Resources {
		if p := &w.state.Resources[i]; strings.HasPrefix(r.Provider, string(p.URN)+"::") {
			return p
		}
	}
	return nil
}

func (w *World) create(recorded, goal apitype.ResourceV3) error {
	made := goal
	err := w.step(fault.Create, apitype.OperationTypeCreating, goal, func() error {
		s, err := w.service(goal)
		if err != nil {
			return err
		}
		id, outputs, err := s.create(goal)
		made.ID, made.Outputs = resource.ID(id), outputs
		return err
	})
	return w.keep(recorded, made, err)
}

func (w *World) update(recorded, have, goal apitype.ResourceV3) error {
	changed := goal
	changed.ID = have.ID
	err := w.step(fault.Update, apitype.OperationTypeUpdating, changed, func() error {
		s, err := w.service(goal)
		if err != nil {
			return err
		}
		changed.Outputs, err = s.update(string(have.ID), goal)
		return err
	})
	return w.keep(recorded, changed, err)
}

// keep writes down what a call came to: also one that failed late.
func (w *World) keep(recorded, r apitype.ResourceV3, err error) error {
	var late *cloud.Late
	switch {
	case errors.As(err, &late):
		r.InitErrors = []string{err.Error()}
	case err != nil:
		return err
	}
	w.put(r)
	w.names.learn(recorded, r)
	return err
}

func (w *World) delete(r apitype.ResourceV3) error {
	if calls(r) && !r.RetainOnDelete {
		err := w.step(fault.Delete, apitype.OperationTypeDeleting, r, func() error {
			s, err := w.service(r)
			if err != nil {
				return err
			}
			return s.delete(r)
		})
		if err != nil {
			return err
		}
	}
	w.drop(r)
	return nil
}

// deleteReplaced deletes what was replaced.
func (w *World) deleteReplaced() error {
	for _, r := range slices.Backward(slices.Clone(w.state.Resources)) {
		if r.Delete {
			if err := w.delete(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// Destroy deletes everything: what was replaced, and then what comes last in the
// program first. The state has another order once something was imported.
func (w *World) Destroy(plan *fault.Plan) error {
	w.plan = plan
	if err := w.deleteReplaced(); err != nil {
		return err
	}
	place := map[resource.URN]int{}
	for i, r := range w.program.Resources {
		place[r.URN] = i
	}
	left := slices.SortedStableFunc(slices.Values(w.state.Resources), func(a, b apitype.ResourceV3) int { return place[a.URN] - place[b.URN] })
	for i, r := range slices.Backward(left) {
		if err := w.at(i + 1); err != nil {
			return err
		}
		if err := w.delete(r); err != nil {
			return err
		}
	}
	return w.at(0)
}

// change is what a difference asks for.
type change int

const (
	same change = iota
	updates
	replaces
)

// diff compares what is with what should be. The same question is answered once.
func (w *World) diff(have, goal apitype.ResourceV3) (change, error) {
	p := w.provider(goal)
	if p == nil {
		return same, fmt.Errorf("%s has no provider", goal.URN)
	}
	values := diffed{configuration: p.Inputs, inputs: have.Inputs, outputs: have.Outputs, goal: goal.Inputs}
	key := values.key(goal.URN)
	if known, ok := w.program.book.diffs.get(key); ok {
		return known.change, nil
	}
	s, err := w.service(goal)
	if err != nil {
		return same, err
	}
	if values.change, err = s.diff(have, goal); err == nil {
		w.program.book.diffs.put(key, values)
	}
	return values.change, err
}

func ignored(r apitype.ResourceV3, path string) bool {
	return slices.ContainsFunc(r.IgnoreChanges, func(i string) bool {
		rest, ok := strings.CutPrefix(path, i)
		return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

// Refresh brings the state to what exists and returns the URNs that it reports.
func (w *World) Refresh() ([]resource.URN, error) {
	var found []resource.URN
	for _, r := range slices.Clone(w.state.Resources) {
		if !calls(r) {
			continue
		}
		now, inputs, err := w.read(r)
		switch {
		case err != nil:
			return nil, &Failed{r.URN, err}
		case now == nil:
			w.drop(r)
			found = append(found, r.URN)
			continue
		case inputs != nil:
			found = append(found, r.URN)
			r.Inputs = inputs
		}
		if !cloud.Equal(map[string]any(now), r.Outputs) {
			r.Outputs = now
		}
		for i := range w.state.Resources {
			if x := &w.state.Resources[i]; x.URN == r.URN && x.ID == r.ID {
				*x = r
			}
		}
	}
	slices.Sort(found)
	return found, nil
}

func (w *World) read(r apitype.ResourceV3) (now, inputs cloud.Props, err error) {
	s, err := w.service(r)
	if err != nil {
		return nil, nil, err
	}
	return s.read(r)
}

// Recover makes the world whole, as the sandbox's verb does.
func (w *World) Recover() error {
	w.plan = fault.NewPlan()
	recovery.Settle(w.state, w.account)
	left := recovery.Orphans(w.state, w.account, Project, w.program.Name)
	for n := -1; len(left) > 0 && len(left) != n; {
		n = len(left)
		goals := recovery.Goals{}
		for _, recorded := range w.program.Resources {
			if calls(recorded) && w.live(recorded.URN) == nil {
				goals[recorded.URN] = w.goal(recorded)
			}
		}
		var actions []recovery.Action
		actions, left = recovery.Adopt(w.state, w.account, left, goals)
		for _, a := range actions {
			if have := w.live(a.URN); a.Outcome == recovery.Kept && have != nil && have.RetainOnDelete {
				w.kept[string(a.URN)+" "+a.ID] = true
			}
		}
		w.learnAll()
	}
	w.learnAll()
	_, err := w.Refresh()
	return err
}

// learnAll learns the names of what was imported.
func (w *World) learnAll() {
	for _, recorded := range w.program.Resources {
		if have := w.live(recorded.URN); have != nil && calls(recorded) {
			w.names.learn(recorded, *have)
		}
	}
}
