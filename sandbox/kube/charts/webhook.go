package charts

import "github.com/slipway-iac/slipway/sandbox/cloud"

// webhook is one webhook of a chart.
type webhook struct {
	name, failurePolicy, resource, apiVersion string
	groups, operations                        []string
	// namespaces and objects are the terms of its selectors.
	namespaces, objects []any
}

// configuration is a set of webhooks that a service of the release answers.
func (i Install) configuration(kind, name, service string, hooks ...webhook) cloud.Props {
	var list []any
	for _, h := range hooks {
		hook := map[string]any{
			"name": h.name, "failurePolicy": h.failurePolicy, "sideEffects": "None", "admissionReviewVersions": []any{"v1"},
			"clientConfig": map[string]any{"service": map[string]any{"name": service, "namespace": i.Namespace}},
			"rules": []any{map[string]any{
				"apiGroups": cloud.Strings(h.groups...), "apiVersions": []any{h.apiVersion}, "operations": cloud.Strings(h.operations...), "resources": []any{h.resource},
			}},
		}
		if h.namespaces != nil {
			hook["namespaceSelector"] = map[string]any{"matchExpressions": h.namespaces}
		}
		if h.objects != nil {
			hook["objectSelector"] = map[string]any{"matchExpressions": h.objects}
		}
		list = append(list, hook)
	}
	return anywhere("admissionregistration.k8s.io/v1", kind, name, cloud.Props{"webhooks": list})
}

// term is one requirement of a selector.
func term(key, operator string, values ...string) map[string]any {
	t := map[string]any{"key": key, "operator": operator}
	if len(values) > 0 {
		t["values"] = cloud.Strings(values...)
	}
	return t
}
