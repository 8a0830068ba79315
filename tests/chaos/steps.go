package chaos

import (
	"errors"
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

// session is that of the resource's AWS provider.
func (w *World) session(r apitype.ResourceV3) (cloud.Session, error) {
	return provider.NewSession(w.account, w.program.Caller, w.config(r))
}

// config is what the resource's provider is configured with.
func (w *World) config(r apitype.ResourceV3) cloud.Props {
	for _, p := range w.state.Resources {
		if strings.HasPrefix(r.Provider, string(p.URN)+"::") {
			return props(p.Inputs)
		}
	}
	return nil
}

// cluster is the API of the cluster that an object is in.
func (w *World) cluster(r apitype.ResourceV3) (client *kube.Client, apiVersion, kind string, err error) {
	if apiVersion, kind, err = kube.GroupKind(string(r.Type)); err != nil {
		return nil, "", "", err
	}
	client, err = kube.NewClient(w.account, w.program.Engine, w.program.Caller, w.config(r).Str("kubeconfig"))
	return client, apiVersion, kind, err
}

func isObject(r apitype.ResourceV3) bool { return strings.HasPrefix(string(r.Type), "kubernetes:") }

func (w *World) create(recorded, goal apitype.ResourceV3) error {
	made := goal
	err := w.step(fault.Create, apitype.OperationTypeCreating, goal, func() error {
		if isObject(goal) {
			client, apiVersion, kind, err := w.cluster(goal)
			if err != nil {
				return err
			}
			inputs := props(goal.Inputs)
			object, err := client.Create(apiVersion, kind, string(goal.URN), inputs, provider.PatchForced(inputs))
			made.ID, made.Outputs = recorded.ID, object
			return err
		}
		session, err := w.session(goal)
		if err != nil {
			return err
		}
		r, err := w.account.Create(session, string(goal.Type), string(goal.URN), props(goal.Inputs))
		if r != nil {
			made.ID, made.Outputs = resource.ID(r.ID), r.Props
		}
		return err
	})
	return w.keep(recorded, made, err)
}

func (w *World) update(recorded, have, goal apitype.ResourceV3) error {
	changed := goal
	changed.ID = have.ID
	err := w.step(fault.Update, apitype.OperationTypeUpdating, changed, func() error {
		if isObject(goal) {
			client, apiVersion, kind, err := w.cluster(goal)
			if err != nil {
				return err
			}
			object, err := client.Update(apiVersion, kind, props(goal.Inputs))
			changed.Outputs = object
			return err
		}
		session, err := w.session(goal)
		if err != nil {
			return err
		}
		r, err := w.account.Update(session, string(goal.Type), string(have.ID), props(goal.Inputs))
		if r != nil {
			changed.Outputs = r.Props
		}
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
			if isObject(r) {
				client, apiVersion, kind, err := w.cluster(r)
				if err != nil {
					return err
				}
				return client.Delete(apiVersion, kind, kube.ParseID(string(r.ID)))
			}
			session, err := w.session(r)
			if err != nil {
				return err
			}
			return w.account.Delete(session, string(r.Type), string(r.ID))
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

// Destroy deletes everything, what came last first.
func (w *World) Destroy(plan *fault.Plan) error {
	w.plan = plan
	for _, r := range slices.Backward(slices.Clone(w.state.Resources)) {
		if err := w.delete(r); err != nil {
			return err
		}
	}
	return nil
}

// change is what a difference asks for.
type change int

const (
	same change = iota
	updates
	replaces
)

func (w *World) diff(have, goal apitype.ResourceV3) (change, error) {
	olds, news := props(have.Inputs), props(goal.Inputs)
	if isObject(goal) {
		if cloud.Equal(map[string]any(olds), map[string]any(news)) {
			return same, nil
		}
		return updates, nil
	}
	session, err := w.session(goal)
	if err != nil {
		return same, err
	}
	changes, err := w.account.Diff(session, string(goal.Type), olds, props(have.Outputs), news)
	what := same
	for _, c := range changes {
		switch {
		case ignored(goal, c.Path):
		case c.Replace:
			what = replaces
		default:
			what = max(what, updates)
		}
	}
	return what, err
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
		r.Outputs = now
		for i := range w.state.Resources {
			if x := &w.state.Resources[i]; x.URN == r.URN && x.ID == r.ID {
				*x = r
			}
		}
	}
	slices.Sort(found)
	return found, nil
}

// read is what a resource is now, nil when it is gone, and its inputs when they
// are not what the program gave.
func (w *World) read(r apitype.ResourceV3) (now, inputs cloud.Props, err error) {
	olds := props(r.Inputs)
	if isObject(r) {
		client, apiVersion, kind, err := w.cluster(r)
		if err != nil {
			return nil, nil, err
		}
		now, err = client.Get(apiVersion, kind, kube.ParseID(string(r.ID)))
		if errors.Is(err, kube.ErrNotFound) {
			return nil, nil, nil
		}
		if is := now.Obj("metadata").Obj("labels"); err == nil && !cloud.Equal(map[string]any(is), map[string]any(olds.Obj("metadata").Obj("labels"))) {
			inputs = olds.Clone()
			inputs.Obj("metadata")["labels"] = map[string]any(is)
		}
		return now, inputs, err
	}
	session, err := w.session(r)
	if err != nil {
		return nil, nil, err
	}
	there, err := w.account.Read(session, string(r.Type), string(r.ID))
	if err != nil || there == nil {
		return nil, nil, err
	}
	changes, err := w.account.Diff(session, string(r.Type), olds, there.Props, olds)
	for _, c := range changes {
		if ignored(r, c.Path) {
			continue
		}
		if inputs == nil {
			inputs = olds.Clone()
		}
		if inputs.Has(c.Property()) {
			inputs[c.Property()] = w.account.Inputs(there)[c.Property()]
		}
	}
	return there.Props, inputs, err
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
		_, left = recovery.Adopt(w.state, w.account, left, goals)
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
