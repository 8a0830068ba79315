package pods

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

func TestFits(t *testing.T) {
	t.Parallel()
	node := eks.Node{
		Labels: map[string]string{"zone": "a", "cpu": "4"}, Taints: []eks.Taint{{Key: "gpu", Value: "yes", Effect: "NoSchedule"}, {Key: "soft", Effect: "PreferNoSchedule"}},
	}
	tolerant := []any{object{"key": "gpu", "operator": "Equal", "value": "yes"}}
	expression := func(key, operator string, values ...string) cloud.Props {
		return cloud.Props{"tolerations": tolerant, "affinity": object{"nodeAffinity": object{"requiredDuringSchedulingIgnoredDuringExecution": object{
			"nodeSelectorTerms": []any{object{"matchExpressions": []any{object{"key": key, "operator": operator, "values": cloud.Strings(values...)}}}},
		}}}}
	}
	for name, tc := range map[string]struct {
		pod  cloud.Props
		want bool
	}{
		"no toleration":       {cloud.Props{}, false},
		"toleration":          {cloud.Props{"tolerations": tolerant}, true},
		"of everything":       {cloud.Props{"tolerations": []any{object{"operator": "Exists"}}}, true},
		"of another value":    {cloud.Props{"tolerations": []any{object{"key": "gpu", "value": "no"}}}, false},
		"of another effect":   {cloud.Props{"tolerations": []any{object{"key": "gpu", "operator": "Exists", "effect": "NoExecute"}}}, false},
		"selector":            {cloud.Props{"tolerations": tolerant, "nodeSelector": object{"zone": "a"}}, true},
		"selector of another": {cloud.Props{"tolerations": tolerant, "nodeSelector": object{"zone": "b"}}, false},
		"in":                  {expression("zone", "In", "a", "b"), true},
		"in others":           {expression("zone", "In", "b"), false},
		"not in":              {expression("zone", "NotIn", "a"), false},
		"not in others":       {expression("zone", "NotIn", "b"), true},
		"not in, without it":  {expression("none", "NotIn", "a"), true},
		"exists":              {expression("zone", "Exists"), true},
		"exists, without it":  {expression("none", "Exists"), false},
		"does not exist":      {expression("zone", "DoesNotExist"), false},
		"not there":           {expression("none", "DoesNotExist"), true},
		"greater":             {expression("cpu", "Gt", "3"), true},
		"not greater":         {expression("cpu", "Gt", "4"), false},
		"less":                {expression("cpu", "Lt", "5"), true},
		"not less":            {expression("cpu", "Lt", "4"), false},
		"no number":           {expression("zone", "Gt", "1"), false},
	} {
		if got := Fits(tc.pod, node); got != tc.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
