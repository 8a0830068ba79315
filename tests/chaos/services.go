package chaos

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
	"github.com/slipway-iac/slipway/sandbox/provider"
)

// amazon is AWS, as one provider sees it.
type amazon struct {
	account *cloud.Account
	session cloud.Session
}

func (a amazon) create(r apitype.ResourceV3) (string, cloud.Props, error) {
	made, err := a.account.Create(a.session, string(r.Type), string(r.URN), props(r.Inputs))
	if made == nil {
		return "", nil, err
	}
	return made.ID, made.Props, err
}

func (a amazon) update(id string, r apitype.ResourceV3) (cloud.Props, error) {
	changed, err := a.account.Update(a.session, string(r.Type), id, props(r.Inputs))
	if changed == nil {
		return nil, err
	}
	return changed.Props, err
}

func (a amazon) delete(r apitype.ResourceV3) error {
	return a.account.Delete(a.session, string(r.Type), string(r.ID))
}

func (a amazon) read(r apitype.ResourceV3) (now, inputs cloud.Props, err error) {
	there, err := a.account.Read(a.session, string(r.Type), string(r.ID))
	if err != nil || there == nil {
		return nil, nil, err
	}
	olds := props(r.Inputs)
	changes, err := a.account.Diff(a.session, string(r.Type), olds, there.Props, olds)
	for _, c := range changes {
		if ignored(r, c.Path) {
			continue
		}
		if inputs == nil {
			inputs = olds.Clone()
		}
		if name := c.Property(); inputs.Has(name) {
			inputs[name] = a.account.Inputs(there)[name]
		}
	}
	return there.Props, inputs, err
}

func (a amazon) diff(have, goal apitype.ResourceV3) (change, error) {
	changes, err := a.account.Diff(a.session, string(goal.Type), props(have.Inputs), props(have.Outputs), props(goal.Inputs))
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

// cluster is the API of a cluster, for objects of one type.
type cluster struct {
	client           *kube.Client
	apiVersion, kind string
}

func (c cluster) create(r apitype.ResourceV3) (string, cloud.Props, error) {
	inputs := props(r.Inputs)
	made, err := c.client.Create(c.apiVersion, c.kind, string(r.URN), inputs, provider.PatchForced(inputs))
	return objects.NameOf(made).ID(), made, err
}

func (c cluster) update(_ string, r apitype.ResourceV3) (cloud.Props, error) {
	return c.client.Update(c.apiVersion, c.kind, props(r.Inputs))
}

func (c cluster) delete(r apitype.ResourceV3) error {
	return c.client.Delete(c.apiVersion, c.kind, objects.ParseID(string(r.ID)))
}

// read sees of what was changed by hand the labels, which is what drifts.
func (c cluster) read(r apitype.ResourceV3) (now, inputs cloud.Props, err error) {
	now, err = c.client.Get(c.apiVersion, c.kind, objects.ParseID(string(r.ID)))
	if errors.Is(err, kube.ErrNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	olds := props(r.Inputs)
	if labels := now.Obj("metadata")["labels"]; !cloud.Equal(labels, olds.Obj("metadata")["labels"]) {
		inputs = olds.Clone()
		inputs.Obj("metadata")["labels"] = labels
	}
	return now, inputs, nil
}

func (c cluster) diff(have, goal apitype.ResourceV3) (change, error) {
	return inputsDiffer(have, goal), nil
}

func inputsDiffer(have, goal apitype.ResourceV3) change {
	if cloud.Equal(map[string]any(props(have.Inputs)), map[string]any(props(goal.Inputs))) {
		return same
	}
	return updates
}

// helm is Helm in a cluster.
type helm struct{ client *kube.Client }

func (h helm) create(r apitype.ResourceV3) (string, cloud.Props, error) {
	inputs := props(r.Inputs)
	added, err := h.client.Install(string(r.URN), inputs)
	return objects.At(inputs.Str("namespace"), inputs.Str("name")).ID(), inputs.With(added), err
}

func (h helm) update(_ string, r apitype.ResourceV3) (cloud.Props, error) {
	inputs := props(r.Inputs)
	added, err := h.client.Upgrade(string(r.URN), inputs)
	return inputs.With(added), err
}

func (h helm) delete(r apitype.ResourceV3) error {
	return h.client.Uninstall(objects.ParseID(string(r.ID)))
}

func (h helm) read(r apitype.ResourceV3) (now, inputs cloud.Props, err error) {
	given, added, err := h.client.Release(objects.ParseID(string(r.ID)))
	if errors.Is(err, kube.ErrNotFound) {
		return nil, nil, nil
	}
	return given.With(added), nil, err
}

func (h helm) diff(have, goal apitype.ResourceV3) (change, error) {
	return inputsDiffer(have, goal), nil
}
