package tests

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whoever meets a component finds how it is used, in Go that compiles, and what it
// is, in the README's table.
func TestComponentsHaveExamplesAndRows(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]bool{}
	for _, line := range strings.Split(string(readme), "\n") {
		first, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
		for _, name := range strings.Split(first, ", ") {
			rows[strings.Trim(name, "`")] = true
		}
	}
	components := 0
	for _, p := range packages(t) {
		constructors := constructorsOf(t, p)
		if !strings.HasPrefix(p.ImportPath, "components/") || len(constructors) == 0 {
			continue
		}
		components++
		if !rows[p.ImportPath] {
			t.Errorf("%s has no row in the README's table", p.ImportPath)
		}
		examples := declared(t, filepath.Join(p.Dir, "example_test.go"))
		for _, name := range constructors {
			if examples["Example"+name] == nil {
				t.Errorf("%s has no Example%s in its example_test.go", p.ImportPath, name)
			}
		}
	}
	if components < 20 {
		t.Errorf("%d packages have constructors: they are not recognized", components)
	}
}

// constructorsOf are the functions of a package that make a component: New and
// what follows, of a context of Pulumi.
func constructorsOf(t *testing.T, p listed) []string {
	t.Helper()
	var names []string
	for _, file := range p.GoFiles {
		for name, f := range declared(t, filepath.Join(p.Dir, file)) {
			if !strings.HasPrefix(name, "New") || f.Recv != nil || len(f.Type.Params.List) < 3 {
				continue
			}
			args, isName := f.Type.Params.List[2].Type.(*ast.Ident)
			if isName && strings.HasSuffix(args.Name, "Args") {
				names = append(names, name)
			}
		}
	}
	return names
}

// declared are the functions of a file by their names.
func declared(t *testing.T, path string) map[string]*ast.FuncDecl {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Error(err)
		return nil
	}
	all := map[string]*ast.FuncDecl{}
	for _, d := range file.Decls {
		if f, is := d.(*ast.FuncDecl); is && f.Recv == nil {
			all[f.Name.Name] = f
		}
	}
	return all
}
