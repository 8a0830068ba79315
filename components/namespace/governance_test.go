package namespace_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/components/namespace"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// governed are the arguments of a namespace for a team.
var governed = namespace.Args{
	ServiceCIDR: "172.20.0.0/16",
	Quota:       map[string]string{"requests.cpu": "10", "pods": "50"},
	Defaults:    namespace.Defaults{CPURequest: "100m", MemoryRequest: "128Mi", MemoryLimit: "256Mi"},
	Groups:      map[string]namespace.Role{"team:shop": namespace.Edit, "auditors": namespace.View},
}

func TestGovernance(t *testing.T) {
	t.Parallel()
	r := run(t, governed).Must(t)
	const policy, binding = "kubernetes:networking.k8s.io/v1:NetworkPolicy", "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
	dns := []any{map[string]any{"protocol": "UDP", "port": 53.0}, map[string]any{"protocol": "TCP", "port": 53.0}}
	role := func(name string) map[string]any {
		return map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name}
	}
	group := func(name string) []any {
		return []any{map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": name}}
	}
	for _, want := range []struct {
		token, logical, name string
		body                 cloud.Props
	}{
		{policy, "shop-default-deny", "default-deny", cloud.Props{"spec": map[string]any{
			"podSelector": map[string]any{}, "policyTypes": []any{"Ingress", "Egress"},
		}}},
		{policy, "shop-allow-dns", "allow-dns", cloud.Props{"spec": map[string]any{
			"podSelector": map[string]any{}, "policyTypes": []any{"Egress"},
			"egress": []any{map[string]any{"ports": dns, "to": []any{
				map[string]any{
					"namespaceSelector": map[string]any{"matchLabels": map[string]any{"kubernetes.io/metadata.name": "kube-system"}},
					"podSelector":       map[string]any{"matchLabels": map[string]any{"k8s-app": "kube-dns"}},
				},
				map[string]any{"ipBlock": map[string]any{"cidr": "169.254.20.10/32"}},
				map[string]any{"ipBlock": map[string]any{"cidr": "172.20.0.10/32"}},
			}}},
		}}},
		{"kubernetes:core/v1:ResourceQuota", "shop-quota", "quota", cloud.Props{"spec": map[string]any{
			"hard": map[string]any{"requests.cpu": "10", "pods": "50"},
		}}},
		{"kubernetes:core/v1:LimitRange", "shop-defaults", "defaults", cloud.Props{"spec": map[string]any{"limits": []any{map[string]any{
			"type": "Container", "defaultRequest": map[string]any{"cpu": "100m", "memory": "128Mi"}, "default": map[string]any{"memory": "256Mi"},
		}}}}},
		{binding, "shop-group-team-shop", "team-shop", cloud.Props{"roleRef": role("edit"), "subjects": group("team:shop")}},
		{binding, "shop-group-auditors", "auditors", cloud.Props{"roleRef": role("view"), "subjects": group("auditors")}},
	} {
		x := r.One(t, want.token, want.logical)
		metadata := x.Inputs.Obj("metadata")
		if metadata.Str("name") != want.name || metadata.Str("namespace") != "shop" {
			t.Errorf("%s is %v", want.logical, metadata)
		}
		got := x.Inputs.Clone()
		for _, name := range []string{"apiVersion", "kind", "metadata"} {
			delete(got, name)
		}
		if d := cmp.Diff(want.body, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", want.logical, d)
		}
		if !x.WaitsFor(r.One(t, object, "shop")) {
			t.Errorf("%s does not wait for its namespace", want.logical)
		}
	}
	if n := len(r.Below(t, component, "shop").Resources); n != 7 {
		t.Errorf("%d objects, want the namespace and six", n)
	}
	r.LeavesNothing(t)
}

// Nobody gets in but at the open ports, and the pods get to APIs, names and
// credentials.
func TestOpenPorts(t *testing.T) {
	t.Parallel()
	r := run(t, namespace.Args{OpenPorts: []int{9402}}).Must(t)
	port := func(protocol string, number float64) any { return map[string]any{"protocol": protocol, "port": number} }
	for name, want := range map[string]map[string]any{
		"shop-open-ports": {
			"podSelector": map[string]any{}, "policyTypes": []any{"Ingress"},
			"ingress": []any{map[string]any{"ports": []any{port("TCP", 9402)}}},
		},
		"shop-ask-apis": {
			"podSelector": map[string]any{}, "policyTypes": []any{"Egress"},
			"egress": []any{
				map[string]any{"ports": []any{port("TCP", 443), port("UDP", 53), port("TCP", 53)}},
				map[string]any{
					"to":    []any{map[string]any{"ipBlock": map[string]any{"cidr": "169.254.170.23/32"}}},
					"ports": []any{port("TCP", 80)},
				},
			},
		},
	} {
		got := r.One(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", name)
		if diff := cmp.Diff(want, got.Inputs["spec"]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
