package kube

import (
	"fmt"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/charts"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// The states of a release.
const (
	deployed = "deployed"
	failed   = "failed"
)

// Install installs a chart. inputs are the properties of Pulumi's Release; the
// answer is what it adds to them. When the error is a [cloud.Late], the release
// exists and has failed.
func (c *Client) Install(seed string, inputs cloud.Props) (cloud.Props, error) {
	var state cloud.Props
	err := c.do(seed, func(call call) error {
		r, err := call.newRelease("create", inputs)
		if err != nil {
			return err
		}
		state, err = r.install()
		return err
	})
	return state, err
}

func (r *release) install() (cloud.Props, error) {
	if !releaseNames.MatchString(r.name.Name) || len(r.name.Name) > maxReleaseName {
		if err := releaseNameForm.Refuse("invalid release name %q: want at most %d lower case letters, digits, hyphens and dots", r.name.Name, maxReleaseName); err != nil {
			return nil, err
		}
	}
	if r.find() != nil {
		if err := releaseExists.Refuse("cannot re-use a name that is still in use: release %s", r.name.ID()); err != nil {
			return nil, err
		}
	}
	if err := r.render(); err != nil {
		return nil, err
	}
	if err := r.define(); err != nil {
		return nil, err
	}
	if err := r.admit("create"); err != nil {
		return nil, err
	}
	if err := r.makeNamespace(); err != nil {
		return nil, err
	}
	return r.roll(1)
}

// roll makes the objects of a revision, in their order, and waits for them. What
// stops it leaves the release behind as failed, or, where the release is atomic,
// nothing.
func (r *release) roll(revision int) (cloud.Props, error) {
	err := r.applyAll()
	if err == nil {
		err = r.await()
	}
	if err != nil && r.inputs.Bool("atomic") {
		if err := releaseUndone.Refuse("release %s failed, and has been uninstalled due to atomic being set: %v", r.name.Name, err); err != nil {
			return nil, err
		}
	}
	status := deployed
	if err != nil {
		status = failed
	}
	state := r.state(status, revision)
	r.keep(state)
	return state, err
}

func (r *release) applyAll() error {
	for _, o := range r.objects {
		if err := r.apply(o); err != nil {
			return releaseStopped.Late("Helm Release %s: failed to create resource: %v", r.name.ID(), worded(err))
		}
	}
	return nil
}

// define installs the definitions of the chart's folder crds/ that are missing.
func (r *release) define() error {
	if r.inputs.Bool("skipCrds") {
		return nil
	}
	for _, d := range r.chart.Definitions {
		if err := r.defineOne(d); err != nil {
			return err
		}
	}
	return nil
}

func (r *release) defineOne(d charts.CRD) error {
	o := d.Object()
	apiVersion, kind := objects.TypeOf(o)
	if objects.Find(r.tx, r.cluster, apiVersion, kind, objects.NameOf(o)) != nil {
		return nil
	}
	t, err := r.served("create", apiVersion, kind, "")
	if err != nil {
		return err
	}
	_, err = r.create(t, o)
	return err
}

// makeNamespace makes the release's namespace where it is told to. The
// namespace belongs to nobody and stays when the release goes.
func (r *release) makeNamespace() error {
	name := objects.Name{Name: r.name.Namespace}
	if objects.Find(r.tx, r.cluster, "v1", "Namespace", name) != nil {
		return nil
	}
	if !r.inputs.Bool("createNamespace") {
		return namespaceMissing.Refuse("create: failed to create: namespaces %q not found; make the namespace before the release, or set createNamespace", r.name.Namespace)
	}
	t, err := r.served("create", "v1", "Namespace", "")
	if err != nil {
		return err
	}
	_, err = r.create(t, cloud.Props{
		"apiVersion": "v1", "kind": "Namespace",
		"metadata": map[string]any{"name": r.name.Namespace, "labels": map[string]any{"name": r.name.Namespace}},
	})
	return err
}

// apply makes an object of the release, or changes it to what it is now.
func (r *release) apply(o cloud.Props) error {
	apiVersion, kind := objects.TypeOf(o)
	t, _ := objects.Served(r.tx, r.cluster, apiVersion, kind)
	there := objects.Find(r.tx, r.cluster, apiVersion, kind, objects.NameOf(o))
	var err error
	switch {
	case there == nil:
		_, err = r.create(t, o)
	case !cloud.Equal(map[string]any(withoutServer(there.Props)), map[string]any(o)):
		_, err = r.update(t, there, o)
	}
	return err
}

// Upgrade brings a release to new properties. When the error is a
// [cloud.Late], it has failed.
func (c *Client) Upgrade(seed string, inputs cloud.Props) (cloud.Props, error) {
	var state cloud.Props
	err := c.do(seed, func(call call) error {
		r, err := call.newRelease("update", inputs)
		if err != nil {
			return err
		}
		state, err = r.upgrade()
		return err
	})
	return state, err
}

func (r *release) upgrade() (cloud.Props, error) {
	old := r.find()
	if old == nil {
		return nil, fmt.Errorf("release %s: %w", r.name.ID(), ErrNotFound)
	}
	// Helm keeps the old values when it is given none at all.
	if len(r.values) == 0 && !r.inputs.Bool("resetValues") {
		r.values = old.Props.Obj("values")
	}
	if err := r.render(); err != nil {
		return nil, err
	}
	if err := r.admit("update"); err != nil {
		return nil, err
	}
	if err := r.prune(r.objects); err != nil {
		return nil, err
	}
	return r.roll(old.Props.Obj("status").Int("revision") + 1)
}

// prune deletes what the release made and no longer has, in the opposite of the
// order of installation. What says so stays, and belongs to nobody from then on.
func (r *release) prune(wanted []cloud.Props) error {
	made := objects.All(r.tx, r.cluster, objects.OfRelease(r.name))
	slices.SortStableFunc(made, func(a, b *cloud.Resource) int { return installsBefore(b.Props.Str("kind"), a.Props.Str("kind")) })
	for _, o := range made {
		apiVersion, kind := objects.TypeOf(o.Props)
		same := func(w cloud.Props) bool {
			v, k := objects.TypeOf(w)
			return v == apiVersion && k == kind && objects.NameOf(w) == objects.NameOf(o.Props)
		}
		kept := o.Props.Obj("metadata").Obj("annotations").Str(charts.KeepAnnotation) == "keep"
		if kept || slices.ContainsFunc(wanted, same) {
			continue
		}
		t, ok := objects.Served(r.tx, r.cluster, apiVersion, kind)
		if !ok {
			continue // It went with its definition.
		}
		if err := r.delete(t, o); err != nil {
			return err
		}
	}
	return nil
}

// Uninstall removes a release and what it made.
func (c *Client) Uninstall(name objects.Name) error {
	return c.do("", func(call call) error {
		r := &release{call: call, name: name}
		if err := (request{"delete", releaseType, name.Namespace}).authorise(call.tx, call.cluster); err != nil {
			return err
		}
		stored := r.find()
		if stored == nil {
			return releaseMissing.Refuse("uninstall: Release not loaded: %s: release: not found", name.Name)
		}
		if err := r.prune(nil); err != nil {
			return err
		}
		call.tx.Remove(stored)
		return nil
	})
}

// Release finds a release: its properties, and what [Client.Install] added to
// them. The error is [ErrNotFound] when there is none.
func (c *Client) Release(name objects.Name) (inputs, state cloud.Props, err error) {
	err = c.do("", func(call call) error {
		if err := (request{"get", releaseType, name.Namespace}).authorise(call.tx, call.cluster); err != nil {
			return err
		}
		stored := (&release{call: call, name: name}).find()
		if stored == nil {
			return fmt.Errorf("release %s: %w", name.ID(), ErrNotFound)
		}
		inputs = stored.Props.Obj("inputs")
		state = cloud.Props{"status": stored.Props["status"], "resourceNames": stored.Props["resourceNames"]}
		return nil
	})
	return inputs, state, err
}
