package ec2

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// TestEveryRuleIsBroken holds the tables of refusals to the list of rules: a
// rule that no test breaks may never be raised.
func TestEveryRuleIsBroken(t *testing.T) {
	t.Parallel()
	broken := map[string]bool{}
	for _, table := range []refusals{
		vpcRefusals, subnetRefusals, gatewayRefusals, routeRefusals, groupRefusals, aclRefusals,
		endpointRefusals, flowLogRefusals, templateRefusals, interfaceRefusals, quotaRefusals, volumeRefusals,
	} {
		for _, tc := range table {
			broken[tc.rule.Name] = true
		}
	}
	source := ownSource(t)
	names := map[string]bool{}
	for _, r := range cloud.Rules() {
		noun, _ := strings.CutSuffix(r.Name, "-does-not-exist")
		if !strings.Contains(source, `"`+r.Name+`"`) && !strings.Contains(source, `missing("`+noun+`"`) {
			continue // a rule of another service
		}
		if names[r.Name] {
			t.Errorf("two rules are called %s", r.Name)
		}
		names[r.Name] = true
		if !broken[r.Name] {
			t.Errorf("no test breaks the rule %s (%s)", r.Name, r.Code)
		}
		if r.Source == "" {
			t.Errorf("the rule %s has no source", r.Name)
		}
	}
}

// ownSource is the text of the package, without its tests.
func ownSource(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}
