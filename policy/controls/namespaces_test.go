package controls

import (
	"fmt"
	"testing"

	"github.com/slipway-iac/slipway/policy/example"
)

// A policy that selects every pod lets through what its own rules say, and
// nothing else. It denies unless one of them says nothing at all.
func TestWhatDeniesByDefault(t *testing.T) {
	t.Parallel()
	c := find(t, "plat-namespace-default-deny")
	for spec, want := range map[string]int{
		"{podSelector: {}, policyTypes: [Ingress, Egress]}": 0,
		"{podSelector: {}}": 1,
		"{podSelector: {}, egress: [{ports: [{port: 443}]}]}":                                               0,
		"{podSelector: {}, policyTypes: [Ingress]}":                                                         1,
		"{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ports: [{port: 443}]}]}":              0,
		"{podSelector: {}, policyTypes: [Ingress, Egress], egress: [{to: [{podSelector: {}}]}]}":            0,
		"{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}]}":                                  1,
		"{podSelector: {}, policyTypes: [Ingress, Egress], egress: [{ports: [{port: 443}]}, {}]}":           1,
		"{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: []}], egress: [{ports: []}]}":   2,
		"{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress]}":                          2,
		"{podSelector: {matchExpressions: [{key: app, operator: Exists}]}, policyTypes: [Ingress, Egress]}": 2,
	} {
		resources := load(t, c, fmt.Sprintf(`
resources:
  apps: {type: "kubernetes:core/v1:Namespace", properties: {metadata: {name: apps}}}
  policy: {type: "kubernetes:networking.k8s.io/v1:NetworkPolicy", properties: {metadata: {namespace: apps}, spec: %s}}
`, spec), example.Updated)
		if got := verdict(c, resources); len(got.Violations) != want {
			t.Errorf("%s: %d violations, want %d: %v", spec, len(got.Violations), want, got.Violations)
		}
	}
}
