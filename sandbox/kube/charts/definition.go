package charts

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// CRD is a custom resource definition that a chart or an add-on brings.
type CRD struct {
	Group, Kind, Plural string
	// Versions are those served, the one that is stored first.
	Versions []string
	// Cluster definitions are of objects without a namespace.
	Cluster bool
}

// Object is the definition as an object, without the schema of what it defines.
func (d CRD) Object() cloud.Props {
	scope := "Namespaced"
	if d.Cluster {
		scope = "Cluster"
	}
	var versions []any
	for i, v := range d.Versions {
		versions = append(versions, map[string]any{
			"name": v, "served": true, "storage": i == 0,
			"schema": map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
		})
	}
	return cloud.Props{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": d.Plural + "." + d.Group},
		"spec": map[string]any{
			"group": d.Group, "scope": scope, "versions": versions,
			"names": map[string]any{"kind": d.Kind, "listKind": d.Kind + "List", "plural": d.Plural},
		},
	}
}

// definitions are objects, kept when the release goes if keep
// says so.
func definitions(ds []CRD, keep bool) []cloud.Props {
	var out []cloud.Props
	for _, d := range ds {
		o := d.Object()
		if keep {
			o.Obj("metadata")["annotations"] = map[string]any{KeepAnnotation: "keep"}
		}
		out = append(out, o)
	}
	return out
}

// KeepAnnotation with the value "keep" makes Helm leave an object behind.
const KeepAnnotation = "helm.sh/resource-policy"

// Definitions lists those of all charts.
func Definitions() []CRD {
	return slices.Concat(loadBalancerController.Definitions, CertManagerCRDs, ExternalDNSCRDs, karpenterCRDs)
}
