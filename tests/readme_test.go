package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var snippet = regexp.MustCompile("(?s)<!-- source: (\\S+) -->\n```[a-z]*\n(.*?)```")

// What the README shows as code is a file that compiles.
func TestReadmeSnippetsAreFiles(t *testing.T) {
	t.Parallel()
	found := snippet.FindAllStringSubmatch(readme(t), -1)
	if len(found) == 0 {
		t.Fatal("the README shows no source")
	}
	for _, m := range found {
		text, err := os.ReadFile(filepath.Join(root, m[1]))
		if err != nil {
			t.Fatal(err)
		}
		if string(text) != m[2] {
			t.Errorf("the README's copy of %s differs from the file", m[1])
		}
	}
}

// The example is a module of its own, as an importer's is. Its test runs the
// engine, with the CLI that these tests found.
func TestExampleModule(t *testing.T) {
	t.Parallel()
	bin, err := filepath.Abs(filepath.Join(cache, "pulumi-"+pulumiCLI.Version().String(), "bin"))
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"vet", "./..."}, {"test", "./..."}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = filepath.Join(root, "examples", "network")
		cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", args[0], err, out)
		}
	}
}

var links = regexp.MustCompile(`\]\(([^):#]+)\)`)

func TestReadmeLinksExist(t *testing.T) {
	t.Parallel()
	for _, m := range links.FindAllStringSubmatch(readme(t), -1) {
		if _, err := os.Stat(filepath.Join(root, m[1])); err != nil {
			t.Errorf("the README links to %s: %v", m[1], err)
		}
	}
}

// The output that the README shows is that of the dev environment as it is.
func TestReadmeOutputIsCurrent(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile(filepath.Join("testdata", "dev.golden"))
	if err != nil {
		t.Fatal(err)
	}
	text := readme(t)
	_, output, found := strings.Cut(text, "<!-- output of make up -->")
	if !found {
		t.Fatal("the README shows no output of make up")
	}
	created := regexp.MustCompile(`aws:(\w+):(\w+) (\S+) created`).FindAllStringSubmatch(output, -1)
	if len(created) == 0 {
		t.Fatal("the README's output creates nothing")
	}
	for _, m := range created {
		if !regexp.MustCompile(`(?m)aws:` + m[1] + `/\w+:` + m[2] + `  ` + regexp.QuoteMeta(m[3]) + `$`).Match(golden) {
			t.Errorf("the README shows %s, which dev does not have", m[0])
		}
	}
	// The engine counts the stack and the program's own providers, but not the
	// providers that it makes by itself.
	lines := strings.Count(string(golden), "\n") - strings.Count(string(golden), "  default")
	if want := fmt.Sprintf("+ %d created", lines); !strings.Contains(output, want) {
		t.Errorf("the README's output does not say %q", want)
	}
}
