package controllers

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestMeets(t *testing.T) {
	t.Parallel()
	labels := map[string]string{"zone": "a", "cpu": "4"}
	for name, tc := range map[string]struct {
		key, operator, value string
		want                 bool
	}{
		"in":               {"zone", "In", "a", true},
		"in another":       {"zone", "In", "b", false},
		"greater":          {"cpu", "Gt", "3", true},
		"not greater":      {"cpu", "Gt", "4", false},
		"greater or equal": {"cpu", "Gte", "4", true},
		"smaller":          {"cpu", "Gte", "5", false},
		"less":             {"cpu", "Lt", "5", true},
		"not less":         {"cpu", "Lt", "4", false},
		"less or equal":    {"cpu", "Lte", "4", true},
		"larger":           {"cpu", "Lte", "3", false},
		"no number":        {"zone", "Gt", "1", false},
	} {
		r := cloud.Props{"key": tc.key, "operator": tc.operator, "values": cloud.Strings(tc.value)}
		if got := meets(r, labels); got != tc.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
