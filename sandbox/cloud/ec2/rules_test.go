package ec2

import (
	"fmt"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func tagged(tags map[string]any) func(w *world) error {
	return func(w *world) error {
		return w.refused(cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/16", "tags": tags})
	}
}

func manyTags(n int) map[string]any {
	tags := map[string]any{}
	for i := range n {
		tags[fmt.Sprint("k", i)] = "v"
	}
	return tags
}

var tagRefusals = refusals{
	"51 tags":         {tagRules.TooMany, tagged(manyTags(51))},
	"tag of AWS's":    {tagRules.Malformed, tagged(map[string]any{"aws:x": "v"})},
	"tag without key": {tagRules.Malformed, tagged(map[string]any{"": "v"})},
}

func TestTagRefusals(t *testing.T) { t.Parallel(); tagRefusals.run(t) }

// TestEveryRuleIsBroken holds the tables of refusals to the list of rules: a
// rule that no test breaks may never be raised.
func TestEveryRuleIsBroken(t *testing.T) {
	t.Parallel()
	broken := map[string]bool{}
	for _, table := range []refusals{
		vpcRefusals, subnetRefusals, gatewayRefusals, routeRefusals, groupRefusals, aclRefusals,
		endpointRefusals, flowLogRefusals, templateRefusals, interfaceRefusals, quotaRefusals, volumeRefusals, tagRefusals,
	} {
		for _, tc := range table {
			broken[tc.rule.Name] = true
		}
	}
	for _, r := range cloud.Rules() {
		if strings.HasSuffix(r.Package, "/ec2") && !broken[r.Name] {
			t.Errorf("no test breaks the rule %s (%s)", r.Name, r.Code)
		}
	}
}
