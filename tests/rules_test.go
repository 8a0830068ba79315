package tests

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/slipway-iac/slipway"

// maxLines is where a file has more than one subject.
const maxLines = 500

// listed is what `go list` tells of a package.
type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
	Deps       []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps=false", "-json=ImportPath,Dir,GoFiles,Imports,Deps", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	d := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, module+"/")
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("go list found %d packages", len(all))
	}
	return all
}

// Data flows one way: stacks know components, components know nobody, the
// account knows nothing of Pulumi.
func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	forbidden := []struct {
		from, to, why string
		but           []string
	}{
		{"components/", module + "/stacks", "a component never reads an environment", nil},
		{"components/", module + "/sandbox", "a component does not know whether its account is real", nil},
		{"components/", module + "/policy", "policies see resources, not components", nil},
		{"components/", module + "/reach", "reach sees resources, not components", nil},
		{"sandbox/cloud", "github.com/pulumi/", "the account does not know Pulumi", nil},
		{"sandbox/kube", "github.com/pulumi/", "the clusters do not know Pulumi", nil},
		{"sandbox/", module + "/stacks", "the sandbox runs any program", nil},
		{"policy/", module + "/components", "policies see resources, whoever made them", []string{module + "/components/instances"}},
		{"policy/", module + "/sandbox", "policies do not know whether the account is real", nil},
		{"policy/", module + "/stacks", "policies are for any program", nil},
		{"policy/", "github.com/pulumi/pulumi-aws", "the pack compiles no SDK of a cloud", nil},
		{"policy/", "github.com/pulumi/pulumi-kubernetes", "the pack compiles no SDK of a cloud", nil},
		{"components/instances", "github.com/pulumi/", "the instance table is pure", nil},
		{"reach", "github.com/pulumi/", "reach sees resources, whoever made them", nil},
		{"reach", "github.com/aws/", "reach asks nobody", nil},
		{"reach", module + "/stacks", "reach sees resources, whoever made them", nil},
		{"reach", module + "/sandbox", "reach sees resources, whoever made them", nil},
		{"reach", module + "/internal", "reach sees resources, whoever made them", nil},
	}
	for _, p := range packages(t) {
		for _, rule := range forbidden {
			if !strings.HasPrefix(p.ImportPath, rule.from) {
				continue
			}
			for _, dep := range p.Deps {
				if strings.HasPrefix(dep, rule.to) && !slices.Contains(rule.but, dep) {
					t.Errorf("%s depends on %s: %s", p.ImportPath, dep, rule.why)
				}
			}
		}
	}
}

// Reach knows no component. Its package capacity reads the table of instance
// types, which is pure.
func TestReachKnowsOnlyTheInstanceTable(t *testing.T) {
	t.Parallel()
	allowed := map[string][]string{"reach/capacity": {module + "/components/instances"}}
	for _, p := range packages(t) {
		if p.ImportPath != "reach" && !strings.HasPrefix(p.ImportPath, "reach/") {
			continue
		}
		for _, dep := range p.Deps {
			if strings.HasPrefix(dep, module+"/components") && !slices.Contains(allowed[p.ImportPath], dep) {
				t.Errorf("%s depends on %s: reach sees resources, not components", p.ImportPath, dep)
			}
		}
	}
}

// The typed Kubernetes SDK costs 356 CPU-seconds of compiling and 4.7 GB of
// memory; its package core/v1 alone, which pulumi-eks's SDK imports, 40. The
// provider's own package costs nothing.
func TestNothingPullsTheKubernetesSDK(t *testing.T) {
	t.Parallel()
	const sdk = "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	allowed := []string{sdk, sdk + "/utilities"}
	for _, p := range packages(t) {
		for _, dep := range p.Deps {
			if strings.HasPrefix(dep, sdk) && !slices.Contains(allowed, dep) {
				t.Errorf("%s depends on %s; register the resource without its package, or add it here with its cost", p.ImportPath, dep)
			}
		}
	}
}

func TestEveryPackageHasOneComment(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		var comments []string
		for _, name := range p.GoFiles {
			file := parse(t, filepath.Join(p.Dir, name), parser.PackageClauseOnly|parser.ParseComments)
			if file.Doc != nil {
				comments = append(comments, name)
			}
		}
		if len(comments) != 1 {
			t.Errorf("%s has package comments in %v: want exactly one", p.ImportPath, comments)
		}
	}
}

func TestEveryExportedNameIsDocumented(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, name := range p.GoFiles {
			file := parse(t, filepath.Join(p.Dir, name), parser.ParseComments)
			for _, d := range file.Decls {
				for _, undocumented := range undocumentedNames(d) {
					t.Errorf("%s/%s: %s has no comment", p.ImportPath, name, undocumented)
				}
			}
		}
	}
}

func undocumentedNames(d ast.Decl) []string {
	var out []string
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || exportedReceiver(d)) && !implementsInterface(d.Name.Name) {
			out = append(out, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
					out = append(out, s.Name.Name)
				}
			case *ast.ValueSpec:
				for _, n := range s.Names {
					if n.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
						out = append(out, n.Name)
					}
				}
			}
		}
	}
	return out
}

func exportedReceiver(d *ast.FuncDecl) bool {
	t := d.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	id, ok := t.(*ast.Ident)
	return ok && id.IsExported()
}

// implementsInterface names the methods that everybody knows from an interface.
func implementsInterface(name string) bool {
	return slices.Contains([]string{"Error", "String", "Unwrap", "MarshalJSON", "UnmarshalJSON"}, name)
}

// ApplyT takes and returns any; one package turns it into typed functions.
func TestApplyTLivesInOutputs(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if !strings.HasPrefix(p.ImportPath, "components/") && !strings.HasPrefix(p.ImportPath, "stacks/") {
			continue
		}
		for _, name := range p.GoFiles {
			file := parse(t, filepath.Join(p.Dir, name), 0)
			ast.Inspect(file, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok && strings.HasPrefix(s.Sel.Name, "ApplyT") {
					t.Errorf("%s/%s calls %s: use or add a function of internal/outputs", p.ImportPath, name, s.Sel.Name)
				}
				return true
			})
		}
	}
}

func TestComponentsReadNoEnvironment(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if !strings.HasPrefix(p.ImportPath, "components") {
			continue
		}
		for _, imported := range p.Imports {
			if imported == "os" || strings.HasSuffix(imported, "/pulumi/config") {
				t.Errorf("%s imports %s: what a component does follows from its arguments", p.ImportPath, imported)
			}
		}
	}
}

func TestFilesHaveOneSubject(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." {
			return fs.SkipDir
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if n := strings.Count(string(text), "\n"); n > maxLines {
			t.Errorf("%s has %d lines: more than %d mean more than one subject", path, n, maxLines)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func parse(t *testing.T, path string, mode parser.Mode) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, mode)
	if err != nil {
		t.Fatal(err)
	}
	return file
}
