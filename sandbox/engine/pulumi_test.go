package engine

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Importers build the CLI that the project pins.
func TestTheModuleIsThatOfTools(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"go.mod", "go.sum"} {
		want, err := os.ReadFile(filepath.Join("..", "..", "tools", name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := module.ReadFile("cli/" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("the copy of tools/%[1]s is old: cp tools/%[1]s sandbox/engine/cli/%[1]s.txt", name)
		}
	}
}

// fakeGo stands for the go command: it notes where it runs and what is there,
// and makes a CLI of the pinned version.
const fakeGo = `#!/bin/sh
cat go.mod go.sum > "$NOTES/module"
echo "$PWD" >> "$NOTES/runs"
while [ "$1" != "-o" ]; do shift; done
printf '#!/bin/sh\necho v` + PulumiVersion + `\n' > "$2"
chmod +x "$2"
`

func TestWhoeverNeedsTheCLIFirstBuildsIt(t *testing.T) {
	bin, notes, cache := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "not", "there")
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(fakeGo), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":/usr/bin:/bin")
	t.Setenv("NOTES", notes)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			found, err := FindPulumi(context.Background(), "", cache, "", io.Discard)
			if err != nil || found.Version().String() != PulumiVersion {
				t.Errorf("found %v: %v", found, err)
			}
		})
	}
	all.Wait()
	runs, err := os.ReadFile(filepath.Join(notes, "runs"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(runs), "\n"); n != 1 {
		t.Errorf("it was built %d times:\n%s", n, runs)
	}
	if _, err := os.Stat(strings.TrimSpace(string(runs))); err == nil {
		t.Errorf("the folder %s is left", runs)
	}
	got, err := os.ReadFile(filepath.Join(notes, "module"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(got), "tool github.com/pulumi/pulumi/pkg/v3/cmd/pulumi") || !strings.Contains(string(got), "h1:") {
		t.Errorf("it was built in another module: %.200s", got)
	}
}
