package provider

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const (
	configMapType = "kubernetes:core/v1:ConfigMap"
	classType     = "kubernetes:storage.k8s.io/v1:StorageClass"
	quotaType     = "kubernetes:core/v1:ResourceQuota"
)

// kubernetes is a connection to one cluster.
func kubernetes(t *testing.T) engine {
	t.Helper()
	const caller = "arn:aws:iam::123456789012:role/ci"
	account, servers := open(t, Options{Caller: caller})
	return configured(t, servers, "kubernetes", cloud.Props{"kubeconfig": clusters(t, account, caller)[0]})
}

func TestCompletedObjects(t *testing.T) {
	t.Parallel()
	e := kubernetes(t)
	got := e.check(configMapType, "settings", nil, cloud.Props{"data": object{"a": "b"}})
	metadata := got.Obj("metadata")
	name := metadata.Str("name")
	want := cloud.Props{
		"apiVersion": "v1", "kind": "ConfigMap", "data": object{"a": "b"},
		"metadata": object{"name": name, "namespace": "default", "annotations": object{"pulumi.com/autonamed": "true"}},
	}
	if diff := cmp.Diff(want, got); diff != "" || !regexp.MustCompile(`^settings-[0-9a-f]{8}$`).MatchString(name) {
		t.Errorf("%s: %s", name, diff)
	}
	// The name is kept, a name that was given and is no longer is not.
	if again := e.check(configMapType, "renamed", got, cloud.Props{}); again.Obj("metadata").Str("name") != name {
		t.Errorf("the name %s became %v", name, again["metadata"])
	}
	given := e.check(configMapType, "settings", nil, cloud.Props{"metadata": object{"name": "mine", "namespace": "x"}})
	if diff := cmp.Diff(any(object{"name": "mine", "namespace": "x"}), given["metadata"]); diff != "" {
		t.Error(diff)
	}
	if again := e.check(configMapType, "settings", given, cloud.Props{}); again.Obj("metadata").Str("name") != name {
		t.Errorf("without its given name it is %v", again["metadata"])
	}
	if class := e.check(classType, "fast", nil, cloud.Props{"metadata": object{"name": "fast"}}); class.Obj("metadata").Has("namespace") {
		t.Errorf("a type without namespaces got one: %v", class)
	}
	if unknown := e.check(configMapType, "x", nil, cloud.Props{"metadata": cloud.Unknown}); unknown["metadata"] != cloud.Unknown {
		t.Errorf("unknown metadata became %v", unknown["metadata"])
	}
	if unknown := e.check(configMapType, "x", nil, cloud.Props{"metadata": object{"name": cloud.Unknown}}); unknown.Obj("metadata")["name"] != cloud.Unknown {
		t.Errorf("an unknown name became %v", unknown["metadata"])
	}
	_, err := completion{"v1", "ConfigMap", true, resource.URN(urnOf(configMapType, "x")), nil, nil, cloud.Props{"metadata": object{"generateName": "x-"}}}.completed()
	wantError(t, err, "metadata.generateName")
}

func TestObjectDiff(t *testing.T) {
	t.Parallel()
	e := kubernetes(t)
	object := func(token string, metadata object, more cloud.Props) made {
		p := cloud.Props{"metadata": metadata}.With(more)
		return made{token: token, name: "x", id: "x", inputs: p, state: p}
	}
	named := object(configMapType, map[string]any{"name": "a", "namespace": "n"}, cloud.Props{"data": map[string]any{"k": "1"}})
	autonamed := object(configMapType, map[string]any{"name": "a", "namespace": "n", "annotations": map[string]any{"pulumi.com/autonamed": "true"}}, cloud.Props{"data": map[string]any{"k": "1"}})
	quota := object(quotaType, map[string]any{"name": "a"}, cloud.Props{"spec": map[string]any{"hard": map[string]any{"pods": "1"}}})
	tests := map[string]struct {
		m        made
		news     cloud.Props
		ignore   []string
		diffs    []string
		replaces []string
		before   bool
	}{
		"nothing":         {named, nil, nil, nil, nil, false},
		"labels":          {named, cloud.Props{"metadata": map[string]any{"name": "a", "namespace": "n", "labels": map[string]any{"a": "b"}}}, nil, []string{"metadata"}, nil, false},
		"name":            {named, cloud.Props{"metadata": map[string]any{"name": "b", "namespace": "n"}}, nil, []string{"metadata"}, []string{"metadata.name"}, false},
		"namespace":       {named, cloud.Props{"metadata": map[string]any{"name": "a", "namespace": "m"}}, nil, []string{"metadata"}, []string{"metadata.namespace"}, false},
		"data":            {named, cloud.Props{"data": map[string]any{"k": "2"}}, nil, []string{"data"}, []string{"data"}, true},
		"data, made name": {autonamed, cloud.Props{"data": map[string]any{"k": "2"}}, nil, []string{"data"}, []string{"data"}, false},
		"data, ignored":   {named, cloud.Props{"data": map[string]any{"k": "2"}}, []string{"data"}, nil, nil, false},
		"hard limits":     {quota, cloud.Props{"spec": map[string]any{"hard": map[string]any{"pods": "2"}}}, nil, []string{"spec"}, nil, false},
		"scopes":          {quota, cloud.Props{"spec": map[string]any{"scopes": list{"BestEffort"}}}, nil, []string{"spec"}, []string{"spec.scopes"}, true},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := e.diff(tc.m, tc.m.inputs.With(tc.news), tc.ignore...)
			if diff := cmp.Diff(tc.diffs, got.GetDiffs()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tc.replaces, got.GetReplaces()); diff != "" {
				t.Error(diff)
			}
			if got.GetDeleteBeforeReplace() != tc.before {
				t.Errorf("deleted before it is replaced: %v", got.GetDeleteBeforeReplace())
			}
		})
	}
}

func TestObjectLife(t *testing.T) {
	t.Parallel()
	e := kubernetes(t)
	m := e.create(namespaceType, "shop", cloud.Props{"metadata": object{"name": "shop", "labels": object{"a": "1"}}})
	if m.id != "shop" || m.state.Obj("status").Str("phase") != "Active" {
		t.Fatalf("made %+v", m)
	}
	r := e.read(m)
	if diff := cmp.Diff(m.inputs, e.props(r.GetInputs())); diff != "" {
		t.Errorf("a refresh finds a drift: %s", diff)
	}
	news := m.inputs.With(cloud.Props{"metadata": object{"name": "shop", "labels": object{"a": "2"}}})
	for _, preview := range []bool{true, false} {
		u, err := e.Update(t.Context(), &pulumirpc.UpdateRequest{Id: m.id, Urn: urnOf(m.token, m.name), Olds: e.wire(m.state), News: e.wire(news), Preview: preview})
		if err != nil {
			t.Fatal(err)
		}
		if got := e.props(u.GetProperties()).Obj("metadata").Obj("labels").Str("a"); got != "2" {
			t.Errorf("updated (preview %v), the label is %s", preview, got)
		}
		if got := e.props(e.read(m).GetProperties()).Obj("metadata").Obj("labels").Str("a"); (got == "2") == preview {
			t.Errorf("after an update (preview %v) the cluster has %s", preview, got)
		}
	}
	if _, err := e.Delete(t.Context(), &pulumirpc.DeleteRequest{Id: m.id, Urn: urnOf(m.token, m.name)}); err != nil {
		t.Fatal(err)
	}
	if r := e.read(m); r.GetId() != "" {
		t.Errorf("a read finds %v", r)
	}
	// A program can take over what exists only if it says so.
	system := cloud.Props{"metadata": object{"name": "kube-system", "labels": object{"a": "b"}}}
	_, err := e.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urnOf(namespaceType, "system"), Properties: e.wire(system)})
	wantError(t, err, "already exists")
	system["metadata"].(map[string]any)["annotations"] = object{"pulumi.com/patchForce": "true"}
	if m := e.create(namespaceType, "system", system); m.id != "kube-system" {
		t.Errorf("took over %+v", m)
	}
}

// The engine is left to track secrets, which the account does not know.
func TestSecretsAreTheEngines(t *testing.T) {
	t.Parallel()
	_, servers := open(t, Options{})
	for _, name := range []string{"aws", "kubernetes"} {
		e := connect(t, servers, name)
		r, err := e.Configure(t.Context(), &pulumirpc.ConfigureRequest{Args: e.wire(nil)})
		if err != nil || r.GetAcceptSecrets() || !r.GetSupportsPreview() {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
}
