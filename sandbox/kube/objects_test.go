package kube

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

func TestCreate(t *testing.T) {
	t.Parallel()
	c := client(t, world(t), deployer)
	if _, err := c.Create("v1", "ConfigMap", "seed", named("default", "taken", nil), false); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		apiVersion, kind string
		object           cloud.Props
		err              string
	}{
		"good":                      {"v1", "ConfigMap", named("default", "a", nil), ""},
		"taken":                     {"v1", "ConfigMap", named("default", "taken", nil), `configmaps "taken" already exists`},
		"same name, another kind":   {"v1", "Secret", named("default", "taken", nil), ""},
		"same name, other space":    {"v1", "ConfigMap", named("kube-system", "taken", nil), ""},
		"no such namespace":         {"v1", "ConfigMap", named("shop", "a", nil), `namespaces "shop" not found`},
		"comes with the cluster":    {"v1", "Namespace", named("", "kube-system", nil), `namespaces "kube-system" already exists`},
		"no name":                   {"v1", "ConfigMap", named("default", "", nil), "metadata.name"},
		"no metadata":               {"v1", "ConfigMap", cloud.Props{}, "metadata.name"},
		"capital letters":           {"v1", "ConfigMap", named("default", "A", nil), "metadata.name"},
		"dots in a name":            {"v1", "ConfigMap", named("default", "a.b", nil), ""},
		"dots in a namespace":       {"v1", "Namespace", named("", "a.b", nil), "metadata.name"},
		"name of 253":               {"v1", "ConfigMap", named("default", strings.Repeat("a", 253), nil), ""},
		"name of 254":               {"v1", "ConfigMap", named("default", strings.Repeat("a", 254), nil), "metadata.name"},
		"namespace of 64":           {"v1", "Namespace", named("", strings.Repeat("a", 64), nil), "metadata.name"},
		"namespace in namespace":    {"v1", "Namespace", named("default", "a", nil), "metadata.namespace: Forbidden"},
		"class in a namespace":      {"storage.k8s.io/v1", "StorageClass", named("default", "a", nil), "metadata.namespace: Forbidden"},
		"label that is none":        {"v1", "Secret", cloud.Props{"metadata": object{"name": "l", "namespace": "default", "labels": object{"a b": "c"}}}, "metadata.labels"},
		"label's value that is not": {"v1", "Secret", cloud.Props{"metadata": object{"name": "l", "namespace": "default", "labels": object{"a/b": "-"}}}, "metadata.labels"},
		"labels":                    {"v1", "Secret", cloud.Props{"metadata": object{"name": "l", "namespace": "default", "labels": object{"example.com/a": "b.C_d", "x": ""}}}, ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			made, err := c.Create(tc.apiVersion, tc.kind, name, tc.object, false)
			wantError(t, err, tc.err)
			if err != nil {
				return
			}
			metadata := made.Obj("metadata")
			if metadata.Str("uid") == "" || metadata.Str("resourceVersion") != "1" || metadata.Str("creationTimestamp") == "" {
				t.Errorf("the server said %v", metadata)
			}
			got, err := c.Get(tc.apiVersion, tc.kind, objects.NameOf(tc.object))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(made, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPatchKeepsTheRest(t *testing.T) {
	t.Parallel()
	c := client(t, world(t), deployer)
	labels := func(l object) cloud.Props { return cloud.Props{"metadata": object{"name": "kube-system", "labels": l}} }
	if _, err := c.Create("v1", "Namespace", "1", labels(object{"a": "1", "b": "1"}), true); err != nil {
		t.Fatal(err)
	}
	got, err := c.Create("v1", "Namespace", "2", labels(object{"b": "2"}), true)
	if err != nil {
		t.Fatal(err)
	}
	want := cloud.Props{
		"apiVersion": "v1", "kind": "Namespace", "status": object{"phase": "Active"},
		"metadata": object{"name": "kube-system", "labels": object{"a": "1", "b": "2"}, "resourceVersion": "2", "generation": 2.0},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if read, err := c.Get("v1", "Namespace", objects.Name{Name: "kube-system"}); err != nil || !cmp.Equal(read, got) {
		t.Errorf("a read gives %v, %v", read, err)
	}
	wantError(t, c.Delete("v1", "Namespace", objects.Name{Name: "kube-system"}), `namespaces "kube-system" is forbidden`)
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	c := client(t, world(t), deployer)
	must := func(apiVersion, kind string, o cloud.Props) cloud.Props {
		made, err := c.Create(apiVersion, kind, kind, o, false)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	made := must("v1", "ConfigMap", named("default", "a", cloud.Props{"data": object{"k": "1"}}))
	got, err := c.Update("v1", "ConfigMap", named("default", "a", cloud.Props{"data": object{"l": "2"}}))
	if err != nil {
		t.Fatal(err)
	}
	want := made.With(cloud.Props{
		"data":     object{"l": "2"},
		"metadata": object(made.Obj("metadata").With(cloud.Props{"resourceVersion": "2", "generation": 2.0})),
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	_, err = c.Update("v1", "ConfigMap", named("default", "b", nil))
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("updating what is not there: %v", err)
	}
	must("storage.k8s.io/v1", "StorageClass", named("", "fast", cloud.Props{"provisioner": "ebs.csi.aws.com", "reclaimPolicy": "Delete"}))
	_, err = c.Update("storage.k8s.io/v1", "StorageClass", named("", "fast", cloud.Props{"provisioner": "efs.csi.aws.com"}))
	wantError(t, err, "updates to provisioner are forbidden")
	_, err = c.Update("storage.k8s.io/v1", "StorageClass", named("", "fast", cloud.Props{"provisioner": "ebs.csi.aws.com", "allowVolumeExpansion": true}))
	wantError(t, err)
	must("v1", "Secret", named("default", "s", cloud.Props{"immutable": true, "data": object{"k": "MQ=="}}))
	_, err = c.Update("v1", "Secret", named("default", "s", cloud.Props{"data": object{"k": "Mg=="}}))
	wantError(t, err, "updates to data are forbidden")
}

func TestDeletingANamespaceTakesWhatIsInIt(t *testing.T) {
	t.Parallel()
	account := world(t)
	c := client(t, account, deployer)
	for _, o := range []struct {
		kind string
		name objects.Name
	}{
		{"Namespace", objects.Name{Name: "shop"}},
		{"Namespace", objects.Name{Name: "shop2"}},
		{"ConfigMap", objects.At("shop", "a")},
		{"Secret", objects.At("shop", "b")},
		{"ConfigMap", objects.At("shop2", "a")},
		{"ConfigMap", objects.At("default", "shop")},
	} {
		if _, err := c.Create("v1", o.kind, o.name.ID(), named(o.name.Namespace, o.name.Name, nil), false); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Delete("v1", "Namespace", objects.Name{Name: "shop"}); err != nil {
		t.Fatal(err)
	}
	for kind, gone := range map[string]objects.Name{"Namespace": {Name: "shop"}, "ConfigMap": objects.At("shop", "a"), "Secret": objects.At("shop", "b")} {
		if _, err := c.Get("v1", kind, gone); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s %s: %v", kind, gone.ID(), err)
		}
		if err := c.Delete("v1", kind, gone); err != nil {
			t.Errorf("deleting %s %s again: %v", kind, gone.ID(), err)
		}
	}
	for _, left := range []objects.Name{objects.At("shop2", "a"), objects.At("default", "shop")} {
		if _, err := c.Get("v1", "ConfigMap", left); err != nil {
			t.Error(err)
		}
	}
}

// A cluster made again under the same name has none of the objects of the one
// before.
func TestClusterMadeAgainIsEmpty(t *testing.T) {
	t.Parallel()
	account := world(t)
	c := client(t, account, deployer)
	if _, err := c.Create("v1", "Namespace", "shop", named("", "shop", nil), false); err != nil {
		t.Fatal(err)
	}
	edit(t, account, func(tx *cloud.Tx) error {
		r := tx.Get(cloud.EKSCluster, "demo")
		tx.Remove(r)
		tx.Make("test", cloud.EKSCluster, "demo", r.Props, nil)
		return nil
	})
	if _, err := c.Get("v1", "Namespace", objects.Name{Name: "shop"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("the new cluster has the old one's namespace: %v", err)
	}
	if _, err := c.Get("v1", "Namespace", objects.Name{Name: "default"}); err != nil {
		t.Error(err)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, n := range []objects.Name{objects.At("shop", "a"), objects.At("", "a.b")} {
		if got := objects.ParseID(n.ID()); got != n {
			t.Errorf("%+v is read as %+v", n, got)
		}
	}
}

func TestGroupKind(t *testing.T) {
	t.Parallel()
	for token, want := range map[string][2]string{
		"kubernetes:core/v1:Namespace":                    {"v1", "Namespace"},
		"kubernetes:storage.k8s.io/v1:StorageClass":       {"storage.k8s.io/v1", "StorageClass"},
		"kubernetes:networking.k8s.io/v1:NetworkPolicy":   {"networking.k8s.io/v1", "NetworkPolicy"},
		"kubernetes:apps/v1:Deployment":                   {"apps/v1", "Deployment"},
		"kubernetes:karpenter.sh/v1:NodePool":             {"karpenter.sh/v1", "NodePool"},
		"kubernetes:gateway.networking.k8s.io/v1:Gateway": {"gateway.networking.k8s.io/v1", "Gateway"},
	} {
		apiVersion, kind, err := GroupKind(token)
		if err != nil || apiVersion != want[0] || kind != want[1] {
			t.Errorf("%s: %s %s %v", token, apiVersion, kind, err)
		}
	}
	for _, token := range []string{"kubernetes:apps/v1:ReplicaSet", "kubernetes:helm.sh/v3:Chart", "kubernetes:node.k8s.io/v1:RuntimeClass", "kubernetes:core/v1:NamespaceList", "kubernetes:core/v2:Namespace", "nonsense", ""} {
		_, _, err := GroupKind(token)
		wantError(t, err, "the sandbox does not model the resource type "+token)
	}
	if !Namespaced("v1", "Secret") || Namespaced("storage.k8s.io/v1", "StorageClass") || !Namespaced("example.com/v1", "Thing") {
		t.Error("the scopes are wrong")
	}
}
