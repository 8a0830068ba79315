package versions

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var addonVersion = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+-eksbuild\.[0-9]+$`)

// pinProblems says what is wrong with an add-on's pins.
func pinProblems(a Addon) []string {
	var problems []string
	for minor, pin := range a.Pins {
		if _, ok := find(minor); !ok {
			problems = append(problems, a.Name+": pin for "+minor+", which is not supported")
		}
		if !addonVersion.MatchString(pin.Version) {
			problems = append(problems, a.Name+": "+pin.Version+" is not an exact version")
		}
		if !strings.HasPrefix(pin.Source, "https://") {
			problems = append(problems, a.Name+": the pin for "+minor+" has no source")
		}
	}
	return problems
}

func TestPinsAreExactAndSourced(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, a := range Addons {
		for _, p := range pinProblems(a) {
			t.Error(p)
		}
		if seen[a.Name] {
			t.Errorf("%s is there twice", a.Name)
		}
		seen[a.Name] = true
	}
}

// The rules about pins hold of something even while there is no pin.
func TestPinProblems(t *testing.T) {
	t.Parallel()
	const source = "https://github.com/aws/amazon-vpc-cni-k8s/releases"
	cases := map[string]struct {
		minor string
		pin   Pin
		bad   int
	}{
		"good":               {"1.35", Pin{"v1.20.0-eksbuild.1", source}, 0},
		"no build":           {"1.35", Pin{"v1.20.0", source}, 1},
		"floating":           {"1.35", Pin{"latest", source}, 1},
		"no source":          {"1.35", Pin{"v1.20.0-eksbuild.1", ""}, 1},
		"minor not ours":     {"1.29", Pin{"v1.20.0-eksbuild.1", source}, 1},
		"everything at once": {"1.29", Pin{}, 3},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := Addon{Name: "x", Pins: map[string]Pin{tc.minor: tc.pin}}
			if got := pinProblems(a); len(got) != tc.bad {
				t.Errorf("got %q, want %d problems", got, tc.bad)
			}
			if v, ok := a.Pinned(tc.minor); !ok || v != tc.pin.Version {
				t.Errorf("Pinned is %q, %t", v, ok)
			}
			if _, ok := a.Pinned("1.99"); ok {
				t.Error("a minor without a pin is pinned")
			}
		})
	}
}

// Every name that this package exports as a version or an add-on is used by
// the library, so that no decision stands here that nothing follows.
func TestEntriesAreUsed(t *testing.T) {
	t.Parallel()
	entries := map[string]bool{"Kubernetes": false}
	file, err := parser.ParseFile(token.NewFileSet(), "addons.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range file.Decls {
		if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.VAR {
			for _, spec := range d.Specs {
				if name := spec.(*ast.ValueSpec).Names[0].Name; name != "Addons" {
					entries[name] = false
				}
			}
		}
	}
	if len(entries) != len(Addons)+1 {
		t.Errorf("found %d entries, want %d add-ons and Kubernetes", len(entries), len(Addons))
	}
	err = filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "versions" {
					if _, ok := entries[s.Sel.Name]; ok {
						entries[s.Sel.Name] = true
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, used := range entries {
		if !used {
			t.Errorf("versions.%s is used nowhere", name)
		}
	}
}
