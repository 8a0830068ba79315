package tests

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"

	"github.com/slipway-iac/slipway/sandbox/engine"
)

// policyPack compiles the policy pack and returns the program's path.
func policyPack(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "policy")
	if out, err := exec.Command("go", "build", "-o", program, filepath.Join(root, "policy")).CombinedOutput(); err != nil {
		t.Fatalf("compiling the policy pack: %v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(root, "policy", "PulumiPolicy.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "PulumiPolicy.yaml"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return program
}

// findings are the lines that name a policy at a level.
func findings(out, level string) []string {
	var lines []string
	for line := range strings.Lines(out) {
		if strings.Contains(line, "["+level+"]") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// Each environment passes the policy pack in the profile of its tier: in a first
// preview, where little is known, and in an update, where everything is. In prod,
// mistakes are then made one by one.
func TestEnvironmentsPassThePolicies(t *testing.T) {
	t.Parallel()
	pack := policyPack(t)
	for _, name := range []string{"dev", "staging", "prod"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := environment(t, name, t.TempDir(), config(t, name))
			preview, err := s.Stack.Preview(t.Context(), optpreview.PolicyPacks(pack))
			if err != nil {
				t.Fatalf("%v\n%s", err, preview.StdOut)
			}
			if !strings.Contains(preview.StdOut, "slipway@v0.1.0") {
				t.Fatalf("the pack was not run:\n%s", preview.StdOut)
			}
			if waiting := findings(preview.StdOut, "advisory"); !strings.Contains(strings.Join(waiting, "\n"), "not-known-yet") {
				t.Errorf("nothing is unknown in a first preview: %v", waiting)
			}
			up, err := s.Stack.Up(t.Context(), optup.PolicyPacks(pack))
			if err != nil {
				t.Fatalf("%v\n%s", err, up.StdOut)
			}
			if waiting := findings(up.StdOut, "advisory"); strings.Contains(strings.Join(waiting, "\n"), "not-known-yet") {
				t.Errorf("something is unknown in an update: %v", waiting)
			}
			t.Logf("%d advisories", len(findings(up.StdOut, "advisory")))
			if name == "prod" {
				exported, err := s.Stack.Export(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				var d struct{ Resources []captured }
				if err := json.Unmarshal(exported.Deployment, &d); err != nil {
					t.Fatal(err)
				}
				seed(t, d.Resources)
				seedExamples(t, d.Resources)
			}
		})
	}
}

// Every example checks what it makes with the pack; its own test runs it.
func TestExamplesPassThePolicies(t *testing.T) {
	t.Parallel()
	programs, err := filepath.Glob(filepath.Join(root, "examples", "*", "main.go"))
	if err != nil || len(programs) == 0 {
		t.Fatalf("there are no examples: %v", err)
	}
	for _, program := range programs {
		text, err := os.ReadFile(strings.Replace(program, "main.go", "main_test.go", 1))
		if err != nil || !strings.Contains(string(text), "policytest.Check(") {
			t.Errorf("the test of %s does not call policytest.Check: %v", program, err)
		}
	}
}

// pulumiProgram is the path of the CLI that the tests drive.
func pulumiProgram(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("pulumi"); err == nil {
		return path
	}
	path, err := filepath.Abs(filepath.Join(cache, "pulumi-"+engine.PulumiVersion, "bin", "pulumi"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}
