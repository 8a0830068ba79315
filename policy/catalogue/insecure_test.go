package catalogue

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"github.com/slipway-iac/slipway/internal/golden"
	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/example"
	"github.com/slipway-iac/slipway/policy/pack"
)

// insecureDir is where the program is that has to fail.
var insecureDir = filepath.Join("..", "..", "tests", "testdata", "insecure")

// insecure is a program with every mistake that we know of.
func insecure(t testing.TB) []policyx.AnalyzerResource {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(insecureDir, "Pulumi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	resources, err := example.Load(string(text), "", example.Updated)
	if err != nil {
		t.Fatal(err)
	}
	return resources
}

// analyze runs the pack on resources as the engine does.
func analyze(t testing.TB, a *pack.Analyzer, resources []policyx.AnalyzerResource) []plugin.AnalyzeDiagnostic {
	t.Helper()
	var all []plugin.AnalyzeDiagnostic
	var stack []plugin.AnalyzerStackResource
	for _, r := range resources {
		x := plugin.AnalyzerStackResource{
			AnalyzerResource: plugin.AnalyzerResource{
				URN: resource.URN(r.URN), Type: tokens.Type(r.Type), Name: r.Name, Properties: resource.ToResourcePropertyMap(r.Properties),
				Options: plugin.AnalyzerResourceOptions{Protect: r.Options.Protect},
			},
			PropertyDependencies: map[resource.PropertyKey][]resource.URN{},
		}
		for key, urns := range r.PropertyDependencies {
			for _, urn := range urns {
				x.PropertyDependencies[resource.PropertyKey(key)] = append(x.PropertyDependencies[resource.PropertyKey(key)], resource.URN(urn))
			}
		}
		stack = append(stack, x)
		answer, err := a.Analyze(t.Context(), x.AnalyzerResource)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, answer.Diagnostics...)
	}
	answer, err := a.AnalyzeStack(t.Context(), stack)
	if err != nil {
		t.Fatal(err)
	}
	return append(all, answer.Diagnostics...)
}

// strictest is an analyzer of the pack with everything mandatory.
func strictest(t testing.TB) *pack.Analyzer {
	t.Helper()
	a, err := pack.NewAnalyzer(Pack())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.ConfigureStack(map[string]string{"slipway-policy:profile": "regulated"}); err != nil {
		t.Fatal(err)
	}
	return a
}

// Every mistake of the insecure program is found, and each time it is said how
// to fix it. The golden file has them all.
func TestInsecureProgramGolden(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	var lines []string
	for _, d := range analyze(t, strictest(t), insecure(t)) {
		message := strings.Split(d.Message, "\n")
		if d.PolicyName == pack.UnknownID {
			lines = append(lines, fmt.Sprintf("%s  %s: %s\n", d.URN.Name(), d.PolicyName, message[1]))
			continue
		}
		if len(message) != 3 || !strings.HasPrefix(message[2], "Fix: ") {
			t.Errorf("%s does not say how to fix %s: %q", d.PolicyName, d.URN, d.Message)
		}
		found[d.PolicyName] = true
		lines = append(lines, fmt.Sprintf("%s  %s: %s\n", d.URN.Name(), d.PolicyName, message[1]))
	}
	slices.Sort(lines)
	golden.Equal(t, filepath.Join(insecureDir, "findings.golden"), strings.Join(lines, ""))
	var quiet []string
	for _, c := range Pack().Controls {
		if !found[c.ID] && c.Severity >= control.High {
			quiet = append(quiet, c.ID)
		}
	}
	t.Logf("%d findings of %d controls; high and critical ones without a finding: %v", len(lines), len(found), quiet)
	// It may be raised when mistakes are added, and never lowered.
	if len(found) < 391 {
		t.Errorf("%d controls have found something: want 391 or more", len(found))
	}
}

// One resource takes less than a millisecond with all controls on.
func BenchmarkPolicies(b *testing.B) {
	a := strictest(b)
	resources := insecure(b)
	for b.Loop() {
		analyze(b, a, resources)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(resources)), "µs/resource")
}
