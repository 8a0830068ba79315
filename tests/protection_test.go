package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// copyProject copies what the engine reads of the project, changed.
func copyProject(t *testing.T, change ...string) string {
	t.Helper()
	dir := t.TempDir()
	files, err := filepath.Glob(filepath.Join(root, "stacks", "Pulumi.*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no stack configuration: ", err)
	}
	for _, file := range append(files, filepath.Join(root, "Pulumi.yaml")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, rel)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, []byte(strings.NewReplacer(change...).Replace(string(text))), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A protected environment cannot be destroyed, by us or by the engine. Once the
// switch is off and up has run, it goes, and leaves what its tier declares.
func TestProtectionIsLiftedBySwitch(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sandbox := cli(t, copyProject(t), dir)
	sandbox.must(t, "up", "prod")

	refused := sandbox.fails(t, "destroy", "prod")
	for _, want := range []string{"slipway:environment.protect", "stacks/Pulumi.prod.yaml"} {
		if !strings.Contains(refused, want) {
			t.Errorf("the refusal does not name %s:\n%s", want, refused)
		}
	}
	// The engine itself refuses too: whoever calls Pulumi directly is stopped
	// before the first resource.
	before := sandbox.must(t, "state", "prod", "--json")
	s, out := environment(t, "prod", filepath.Join(dir, "prod"), config(t, "prod"))
	if _, err := s.Destroy(t.Context()); err == nil || !strings.Contains(out.String(), "protect") {
		t.Errorf("the engine destroyed a protected stack: %v\n%s", err, out)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if after := sandbox.must(t, "state", "prod", "--json"); after != before {
		t.Errorf("the refused destroy changed the account:\n%s", after)
	}

	sandbox.project = copyProject(t, "tier: prod", "tier: prod\n    protect: false")
	sandbox.must(t, "up", "prod")
	sandbox.must(t, "destroy", "prod")
	assertLeft(t, sandbox.account(t, "prod"), config(t, "prod").Retained())
}
