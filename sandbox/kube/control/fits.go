package control

import (
	"slices"
	"strconv"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

// Fits tells whether a node's labels and taints let a pod onto it.
func Fits(n eks.Node, pod cloud.Props) bool {
	for key, value := range pod.StrMap("nodeSelector") {
		if n.Labels[key] != value {
			return false
		}
	}
	required := pod.Obj("affinity").Obj("nodeAffinity").Obj("requiredDuringSchedulingIgnoredDuringExecution")
	if terms := required.Objs("nodeSelectorTerms"); len(terms) > 0 && !slices.ContainsFunc(terms, func(t cloud.Props) bool { return matches(n.Labels, t) }) {
		return false
	}
	return Tolerates(pod, n.Taints)
}

// Tolerates tells whether a pod tolerates taints.
func Tolerates(pod cloud.Props, taints []eks.Taint) bool {
	for _, t := range taints {
		if t.Effect == "PreferNoSchedule" {
			continue
		}
		if !slices.ContainsFunc(pod.Objs("tolerations"), func(o cloud.Props) bool {
			key := o.Str("key") == "" && o.Str("operator") == "Exists" || o.Str("key") == t.Key
			value := o.Str("operator") == "Exists" || o.Str("value") == t.Value
			return key && value && (o.Str("effect") == "" || o.Str("effect") == t.Effect)
		}) {
			return false
		}
	}
	return true
}

// matches tells whether labels have what the expressions of a node selector's
// term want.
func matches(labels map[string]string, term cloud.Props) bool {
	return !slices.ContainsFunc(term.Objs("matchExpressions"), func(e cloud.Props) bool { return !Meets(labels, e) })
}

// Meets tells whether labels have what an expression wants.
func Meets(labels map[string]string, e cloud.Props) bool {
	value, there := labels[e.Str("key")]
	values := e.Strs("values")
	switch e.Str("operator") {
	case "In":
		return there && slices.Contains(values, value)
	case "NotIn":
		return !there || !slices.Contains(values, value)
	case "Exists":
		return there
	case "DoesNotExist":
		return !there
	}
	have, err1 := strconv.Atoi(value)
	if len(values) == 0 || err1 != nil {
		return false
	}
	want, err2 := strconv.Atoi(values[0])
	switch e.Str("operator") {
	case "Gt":
		return err2 == nil && have > want
	case "Gte":
		return err2 == nil && have >= want
	case "Lt":
		return err2 == nil && have < want
	case "Lte":
		return err2 == nil && have <= want
	}
	return false
}
