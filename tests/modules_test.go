package tests

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
)

// make up compiles two modules: ours, and in tools the Pulumi CLI. Where a module
// that both need has two versions, it is compiled twice, and so is all that imports
// it, which is most of Pulumi's SDK. See docs/adr/0013-build-budget.md.
func TestToolsNeedTheSameVersions(t *testing.T) {
	t.Parallel()
	ours, tools := required(t, ".."), required(t, "../tools")
	both := 0
	for path, version := range ours {
		other, shared := tools[path]
		if !shared {
			continue
		}
		both++
		if other != version {
			t.Errorf("%s is %s here and %s in tools: `go get` the higher one in both", path, version, other)
		}
	}
	if both < 50 {
		t.Errorf("the two have %d modules in common, want most of Pulumi's", both)
	}
}

// required are the versions that a module asks for in its go.mod.
func required(t *testing.T, dir string) map[string]string {
	t.Helper()
	out, err := exec.Command("go", "mod", "edit", "-json", filepath.Join(dir, "go.mod")).Output()
	if err != nil {
		t.Fatalf("go mod edit: %v", err)
	}
	var file struct {
		Require []struct{ Path, Version string }
	}
	if err := json.Unmarshal(out, &file); err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{}
	for _, r := range file.Require {
		versions[r.Path] = r.Version
	}
	return versions
}
