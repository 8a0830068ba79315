package kube

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// What nobody serves fails late, and exists.
func TestObjectsThatNobodyServes(t *testing.T) {
	t.Parallel()
	const skip = "pulumi.com/skipAwait"
	box := cloud.Props{"status": object{"conditions": []any{object{"type": "Ready", "status": "False", "message": "no lid"}}}}
	for name, tc := range map[string]struct {
		apiVersion, kind string
		object           cloud.Props
		rule             *cloud.Rule
		want             string
	}{
		"ingress": {"networking.k8s.io/v1", "Ingress", cloud.Props{"spec": object{"defaultBackend": object{"service": object{"name": "web", "port": object{"number": 80.0}}}}},
			ingressUnserved, "no controller answers to its class"},
		"service": {"v1", "Service", cloud.Props{"spec": object{"type": "LoadBalancer", "ports": []any{object{"port": 80.0}}}},
			serviceUnserved, "no Classic Load Balancers"},
		"claim": {"v1", "PersistentVolumeClaim", cloud.Props{"spec": object{
			"accessModes": []any{"ReadWriteOnce"}, "storageClassName": "none", "resources": object{"requests": object{"storage": "1Gi"}},
		}}, claimUnbound, "no class and no driver"},
		"custom resource": {"example.com/v1", "Box", box, customNotReady, "no lid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			account := world(t)
			c := client(t, account, deployer)
			if _, err := c.Create("apiextensions.k8s.io/v1", "CustomResourceDefinition", "crd", named("", "boxes.example.com", cloud.Props{"spec": object{
				"group": "example.com", "scope": "Namespaced", "names": object{"kind": "Box", "plural": "boxes", "singular": "box", "listKind": "BoxList"},
				"versions": []any{object{"name": "v1", "served": true, "storage": true, "schema": object{"openAPIV3Schema": object{
					"type": "object", "x-kubernetes-preserve-unknown-fields": true,
				}}}},
			}}), false); err != nil {
				t.Fatal(err)
			}
			made, err := c.Create(tc.apiVersion, tc.kind, "urn", named("default", "web", tc.object), false)
			wantLate(t, err, tc.rule.Name, tc.want)
			if made == nil {
				t.Error("it does not exist")
			}
			patient := named("default", "other", tc.object)
			patient.Obj("metadata")["annotations"] = object{skip: "true"}
			if _, err := c.Create(tc.apiVersion, tc.kind, "other", patient, false); err != nil {
				t.Errorf("nobody waits for it, and it fails: %v", err)
			}
		})
	}
}
