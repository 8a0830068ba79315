package kube

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/charts"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// release is one release while Helm works on it.
type release struct {
	call
	name objects.Name
	// inputs are the properties of Pulumi's resource.
	inputs  cloud.Props
	chart   *charts.Chart
	values  cloud.Props
	objects []cloud.Props
}

var releaseType = objects.Type{APIVersion: objects.ReleaseAPIVersion, Kind: objects.ReleaseKind, Resource: "secrets"}

// newRelease finds the chart and renders it.
func (c call) newRelease(verb string, inputs cloud.Props) (*release, error) {
	r := &release{call: c, name: objects.Name{Namespace: inputs.Str("namespace"), Name: inputs.Str("name")}, inputs: inputs}
	var err error
	if r.chart, err = ChartOf(inputs); err != nil {
		return nil, err
	}
	r.values = inputs.Obj("values")
	return r, request{verb, releaseType, r.name.Namespace}.authorise(c.tx, c.cluster)
}

// ChartOf finds the chart that a release's properties name.
func ChartOf(inputs cloud.Props) (*charts.Chart, error) {
	chart, err := charts.Find(inputs.Str("chart"), inputs.Obj("repositoryOpts").Str("repo"), inputs.Str("version"))
	if err != nil {
		return nil, fmt.Errorf("%w; check the chart name and repository configuration", err)
	}
	return chart, nil
}

var releaseNames = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)

// maxReleaseName is Helm's limit, which leaves room in the names of objects.
const maxReleaseName = 53

// render lists the objects of the release in the order in which Helm makes
// them. It refuses what keeps Helm from beginning.
func (r *release) render() error {
	unknown, err := r.chart.UnknownValue(r.values)
	if err != nil {
		return err
	}
	if unknown != "" {
		if err := valueUnknown.Refuse("chart %s %s has no value %s", r.chart.Name, r.chart.Version, unknown); err != nil {
			return err
		}
	}
	if missing := r.chart.MissingValue(r.values); missing != "" {
		if err := valueMissing.Refuse("execution error in chart %s %s: it cannot be installed without the value %s", r.chart.Name, r.chart.Version, missing); err != nil {
			return err
		}
	}
	r.objects = charts.Install{Chart: r.chart, Name: r.name.Name, Namespace: r.name.Namespace, Values: r.values}.Objects()
	for _, o := range r.objects {
		objects.Mark(o, r.name)
	}
	slices.SortStableFunc(r.objects, func(a, b cloud.Props) int { return installsBefore(a.Str("kind"), b.Str("kind")) })
	return nil
}

// installOrder is the order in which Helm makes objects; kinds that it does not
// know come last, by name. See InstallOrder in pkg/releaseutil/kind_sorter.go.
var installOrder = []string{
	"PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodDisruptionBudget", "ServiceAccount", "Secret", "ConfigMap",
	"StorageClass", "PersistentVolume", "PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding", "Role",
	"RoleBinding", "Service", "DaemonSet", "Pod", "Deployment", "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob", "IngressClass", "Ingress",
}

// installsBefore orders objects by their kinds as Helm does.
func installsBefore(a, b string) int {
	place := func(kind string) int {
		if i := slices.Index(installOrder, kind); i >= 0 {
			return i
		}
		return len(installOrder)
	}
	if c := cmp.Compare(place(a), place(b)); c != 0 || place(a) < len(installOrder) {
		return c
	}
	return strings.Compare(a, b)
}

// admit lets Helm begin only if the cluster serves every type, the caller may
// make each object, and none belongs to somebody else.
func (r *release) admit(verb string) error {
	for _, o := range r.objects {
		apiVersion, kind := objects.TypeOf(o)
		name := objects.NameOf(o)
		t, ok := objects.Served(r.tx, r.cluster, apiVersion, kind)
		if !ok {
			if err := typeOfRelease.Refuse("unable to build kubernetes objects from release manifest: resource mapping not found for name: %q namespace: %q from \"\": no matches for kind %q in version %q\nensure CRDs are installed first", name.Name, name.Namespace, kind, apiVersion); err != nil {
				return err
			}
		}
		if err := (request{verb, t, name.Namespace}).authorise(r.tx, r.cluster); err != nil {
			return err
		}
		there := objects.Find(r.tx, r.cluster, apiVersion, kind, name)
		if there == nil || objects.MadeBy(there.Props) == r.name {
			continue
		}
		if err := releaseForeign.Refuse("Unable to continue with install: %s %q in namespace %q exists and cannot be imported into the current release: "+
			"invalid ownership metadata; annotation validation error: key %q must equal %q: current value is %q",
			kind, name.Name, name.Namespace, "meta.helm.sh/release-name", r.name.Name, objects.MadeBy(there.Props).Name); err != nil {
			return err
		}
	}
	return nil
}

// state is what Pulumi learns of a release.
func (r *release) state(status string, revision int) cloud.Props {
	names := map[string]any{}
	for _, o := range r.objects {
		apiVersion, kind := objects.TypeOf(o)
		key := objects.Type{APIVersion: apiVersion, Kind: kind}.Singular() + "/" + apiVersion
		l, _ := names[key].([]any)
		names[key] = append(l, objects.NameOf(o).ID())
	}
	for _, l := range names {
		slices.SortFunc(l.([]any), func(a, b any) int { return cmp.Compare(a.(string), b.(string)) })
	}
	return cloud.Props{
		"resourceNames": names,
		"status": map[string]any{
			"appVersion": r.chart.AppVersion, "chart": r.chart.Name, "name": r.name.Name, "namespace": r.name.Namespace,
			"revision": float64(revision), "status": status, "version": r.chart.Version,
		},
	}
}

// keep writes the release down.
func (r *release) keep(state cloud.Props) {
	stored := objects.New(r.cluster, cloud.Props{
		"apiVersion": objects.ReleaseAPIVersion, "kind": objects.ReleaseKind,
		"metadata": map[string]any{"namespace": r.name.Namespace, "name": r.name.Name},
		"inputs":   map[string]any(r.inputs), "values": map[string]any(r.values),
	}.With(state))
	stored.MadeBy = r.tx.Seed()
	if old := r.find(); old != nil {
		stored.Seq, stored.MadeBy = old.Seq, old.MadeBy
	}
	r.tx.Put(stored)
}

func (r *release) find() *cloud.Resource {
	return objects.Find(r.tx, r.cluster, objects.ReleaseAPIVersion, objects.ReleaseKind, r.name)
}
