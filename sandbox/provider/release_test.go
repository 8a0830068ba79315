package provider

import (
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube"
)

// definitions is a release that brings definitions and no pods.
func definitions(more cloud.Props) cloud.Props {
	return cloud.Props{"chart": "oci://public.ecr.aws/karpenter/karpenter-crd", "namespace": "kube-system"}.With(more)
}

func TestCompletedReleases(t *testing.T) {
	t.Parallel()
	e := kubernetes(t)
	got := e.check(kube.ReleaseToken, "crds", nil, definitions(cloud.Props{
		"skipAwait": false, "atomic": false, "compat": "true", "values": object{"additionalAnnotations": object{"a": "b"}},
	}))
	name := got.Str("name")
	want := definitions(cloud.Props{"name": name, "version": "1.14.1", "timeout": 300.0, "values": object{"additionalAnnotations": object{"a": "b"}}})
	if diff := cmp.Diff(want, got); diff != "" || !regexp.MustCompile(`^crds-[0-9a-f]{8}$`).MatchString(name) {
		t.Errorf("%s: %s", name, diff)
	}
	if again := e.check(kube.ReleaseToken, "renamed", got, definitions(nil)); again.Str("name") != name {
		t.Errorf("the name %s became %s", name, again.Str("name"))
	}
	if quick := e.check(kube.ReleaseToken, "quick", nil, definitions(cloud.Props{"skipAwait": true})); quick.Has("timeout") {
		t.Errorf("a release that does not wait waits for %v s", quick["timeout"])
	}
	unknown := e.check(kube.ReleaseToken, "x", nil, definitions(cloud.Props{"values": object{"a": cloud.Unknown}}))
	if unknown.Has("version") || unknown.Obj("values")["a"] != cloud.Unknown {
		t.Errorf("with unknown values it is %v", unknown)
	}
	for property, news := range map[string]cloud.Props{
		"chart":      definitions(cloud.Props{"version": "0.0.1"}),
		"valueFiles": definitions(cloud.Props{"valueFiles": "x"}),
		"skipCrds":   definitions(cloud.Props{"skipCrds": "yes"}),
	} {
		r, err := e.Check(t.Context(), &pulumirpc.CheckRequest{Urn: urnOf(kube.ReleaseToken, "x"), News: e.wire(news)})
		if err != nil {
			t.Fatal(err)
		}
		if f := r.GetFailures(); len(f) != 1 || f[0].GetProperty() != property {
			t.Errorf("%s: the failures are %v", property, f)
		}
	}
}

func TestReleaseLife(t *testing.T) {
	t.Parallel()
	e := kubernetes(t)
	inputs := e.check(kube.ReleaseToken, "crds", nil, definitions(cloud.Props{"name": "crds"}))
	for _, preview := range []bool{true, false} {
		r, err := e.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urnOf(kube.ReleaseToken, "crds"), Properties: e.wire(inputs), Preview: preview})
		if err != nil {
			t.Fatal(err)
		}
		if unknown := e.props(r.GetProperties())["status"] == cloud.Unknown; unknown != preview {
			t.Errorf("the status is unknown: %v, in a preview: %v", unknown, preview)
		}
	}
	m := made{token: kube.ReleaseToken, name: "crds", id: "kube-system/crds", inputs: inputs}
	read := e.read(m)
	m.state = e.props(read.GetProperties())
	status := m.state.Obj("status")
	if read.GetId() != m.id || status.Str("status") != "deployed" || status.Int("revision") != 1 {
		t.Fatalf("read %s: %v", read.GetId(), status)
	}
	if diff := cmp.Diff(inputs, e.props(read.GetInputs())); diff != "" {
		t.Errorf("a refresh finds a drift: %s", diff)
	}
	for name, tc := range map[string]struct {
		news     cloud.Props
		diffs    []string
		replaces []string
	}{
		"nothing":   {nil, nil, nil},
		"values":    {cloud.Props{"values": object{"additionalAnnotations": object{"a": "b"}}}, []string{"values"}, nil},
		"name":      {cloud.Props{"name": "other"}, []string{"name"}, []string{"name"}},
		"namespace": {cloud.Props{"namespace": "default"}, []string{"namespace"}, []string{"namespace"}},
	} {
		got := e.diff(m, inputs.With(tc.news))
		if !slices.Equal(got.GetDiffs(), tc.diffs) || !slices.Equal(got.GetReplaces(), tc.replaces) || got.GetDeleteBeforeReplace() {
			t.Errorf("%s: %v", name, got)
		}
	}
	news := inputs.With(cloud.Props{"values": object{"additionalAnnotations": object{"a": "b"}}})
	u, err := e.Update(t.Context(), &pulumirpc.UpdateRequest{Id: m.id, Urn: urnOf(m.token, m.name), Olds: e.wire(m.state), News: e.wire(news)})
	if err != nil || e.props(u.GetProperties()).Obj("status").Int("revision") != 2 {
		t.Errorf("updated to %v, %v", u, err)
	}
	if _, err := e.Delete(t.Context(), &pulumirpc.DeleteRequest{Id: m.id, Urn: urnOf(m.token, m.name)}); err != nil {
		t.Fatal(err)
	}
	if r := e.read(m); r.GetId() != "" {
		t.Errorf("a read finds %v", r)
	}
}

// A custom resource gets a namespace until its definition says that it has none,
// and that is no change.
func TestCustomResourceLife(t *testing.T) {
	t.Parallel()
	e := kubernetes(t)
	const token = "kubernetes:example.com/v1:Fleet"
	inputs := cloud.Props{"metadata": object{"name": "f"}, "spec": object{"size": 1.0}}
	before := e.check(token, "f", nil, inputs)
	if before.Obj("metadata").Str("namespace") != "default" {
		t.Errorf("before its definition it is completed to %v", before)
	}
	_, err := e.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urnOf(token, "f"), Properties: e.wire(before)})
	wantError(t, err, "was not successfully created by the Kubernetes API server", `no matches for kind "Fleet" in version "example.com/v1": ensure CRDs are installed first`)
	e.create("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", "fleets", cloud.Props{
		"metadata": object{"name": "fleets.example.com"},
		"spec": object{
			"group": "example.com", "scope": "Cluster", "names": object{"kind": "Fleet", "plural": "fleets"},
			"versions": list{object{"name": "v1", "served": true, "storage": true, "schema": object{"openAPIV3Schema": object{"type": "object"}}}},
		},
	})
	m := e.create(token, "f", inputs)
	if m.id != "f" || m.inputs.Obj("metadata").Has("namespace") {
		t.Errorf("made %+v", m)
	}
	m.inputs = before
	if got := e.diff(m, e.check(token, "f", before, inputs)); got.GetChanges() != pulumirpc.DiffResponse_DIFF_NONE {
		t.Errorf("the namespace is a change: %v", got)
	}
	if got := e.diff(m, before.With(cloud.Props{"spec": object{"size": 2.0}})); !slices.Equal(got.GetDiffs(), []string{"spec"}) || len(got.GetReplaces()) > 0 {
		t.Errorf("another size is %v", got)
	}
	if got := e.props(e.read(m).GetProperties()).Obj("spec").Int("size"); got != 1 {
		t.Errorf("the size is %d", got)
	}
}

// What exists and does not run stays in the state.
func TestObjectThatFailsLate(t *testing.T) {
	t.Parallel()
	e := kubernetes(t)
	inputs := e.check("kubernetes:apps/v1:Deployment", "web", nil, cloud.Props{
		"metadata": object{"name": "web"},
		"spec": object{
			"selector": object{"matchLabels": object{"app": "web"}},
			"template": object{"metadata": object{"labels": object{"app": "web"}}, "spec": object{"containers": list{object{"name": "web", "image": "nginx"}}}},
		},
	})
	_, err := e.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urnOf("kubernetes:apps/v1:Deployment", "web"), Properties: e.wire(inputs)})
	wantError(t, err, "was successfully created, but the Kubernetes API server reported that it failed to fully initialize or become live",
		"'web' timed out waiting to be Ready", "0/0 nodes are available")
	m := made{token: "kubernetes:apps/v1:Deployment", name: "web", id: "default/web", inputs: inputs}
	if r := e.read(m); r.GetId() != m.id {
		t.Errorf("a read finds %v", r)
	}
	// The selector never changes in place, and the name stays.
	news := inputs.Clone()
	news.Obj("spec").Obj("selector")["matchLabels"] = object{"app": "other"}
	if got := e.diff(m, news); !slices.Equal(got.GetReplaces(), []string{"spec.selector"}) || !got.GetDeleteBeforeReplace() {
		t.Errorf("another selector is %v", got)
	}
}

func TestPathsThroughLists(t *testing.T) {
	t.Parallel()
	e := kubernetes(t)
	pod := func(image string) cloud.Props {
		return cloud.Props{"metadata": object{"name": "p", "namespace": "default"}, "spec": object{"containers": list{object{"name": "a", "image": image}}}}
	}
	m := made{token: "kubernetes:core/v1:Pod", name: "p", id: "default/p", inputs: pod("a"), state: pod("a")}
	if got := e.diff(m, pod("b")); !slices.Equal(got.GetReplaces(), []string{"spec.containers[*].image"}) {
		t.Errorf("another image is %v", got)
	}
}

// What the server fills in is no drift, and what changes behind Pulumi's back is.
func TestRefreshKeepsToWhatTheProgramSaid(t *testing.T) {
	t.Parallel()
	e := kubernetes(t)
	const token = "kubernetes:core/v1:Service"
	said := cloud.Props{
		"metadata": object{"name": "web", "namespace": "default"},
		"spec":     object{"ports": list{object{"port": 80.0}}, "selector": object{"app": "web"}},
	}
	m := e.create(token, "web", said)
	change := func(spec object) {
		news := said.With(cloud.Props{"spec": object(said.Obj("spec").With(cloud.Props(spec)))})
		if _, err := e.Update(t.Context(), &pulumirpc.UpdateRequest{Id: m.id, Urn: urnOf(token, "web"), Olds: e.wire(said), News: e.wire(news)}); err != nil {
			t.Fatal(err)
		}
	}
	change(object{"clusterIP": "172.20.1.0"})
	if diff := cmp.Diff(m.inputs, e.props(e.read(m).GetInputs())); diff != "" {
		t.Errorf("a refresh finds a drift: %s", diff)
	}
	change(object{"selector": object{"app": "other"}})
	if got := e.props(e.read(m).GetInputs()).Obj("spec").Obj("selector").Str("app"); got != "other" {
		t.Errorf("a refresh finds the selector %s", got)
	}
}
