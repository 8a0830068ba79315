package pods

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// Fits tells whether a node's labels and taints let a pod of a spec onto it.
func Fits(spec cloud.Props, n eks.Node) bool {
	return selects(spec, n.Labels) && Tolerates(spec, n.Taints)
}

// Tolerates tells whether a pod of a spec tolerates taints.
func Tolerates(spec cloud.Props, taints []eks.Taint) bool { return intolerable(spec, taints) == "" }

// selects tells whether a node's labels are those that a pod asks for.
func selects(spec cloud.Props, labels map[string]string) bool {
	for key, value := range spec.StrMap("nodeSelector") {
		if labels[key] != value {
			return false
		}
	}
	required := spec.Obj("affinity").Obj("nodeAffinity").Obj("requiredDuringSchedulingIgnoredDuringExecution")
	terms := required.Objs("nodeSelectorTerms")
	return len(terms) == 0 || slices.ContainsFunc(terms, func(t cloud.Props) bool {
		return !slices.ContainsFunc(t.Objs("matchExpressions"), func(e cloud.Props) bool { return !meets(e, labels) })
	})
}

// meets adds to a selector's requirements the two that only nodes' have.
func meets(e cloud.Props, labels map[string]string) bool {
	if operator := e.Str("operator"); operator == "Gt" || operator == "Lt" {
		return objects.Compares(e, labels)
	}
	return objects.Meets(e, labels)
}

// intolerable is the first taint that a pod does not tolerate; "" when it
// tolerates all.
func intolerable(spec cloud.Props, taints []eks.Taint) string {
	for _, t := range taints {
		if t.Effect == "PreferNoSchedule" {
			continue
		}
		if !slices.ContainsFunc(spec.Objs("tolerations"), func(o cloud.Props) bool {
			key := o.Str("key") == "" && o.Str("operator") == "Exists" || o.Str("key") == t.Key
			value := o.Str("operator") == "Exists" || o.Str("value") == t.Value
			return key && value && (o.Str("effect") == "" || o.Str("effect") == t.Effect)
		}) {
			return t.Key + ": " + t.Value
		}
	}
	return ""
}
