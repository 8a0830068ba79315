package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// source is the syntax of a package without its tests.
type source struct {
	set   *token.FileSet
	files []*ast.File
}

func parse(folder string) (source, error) {
	s := source{set: token.NewFileSet()}
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return s, err
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(s.set, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return s, err
		}
		s.files = append(s.files, tree)
	}
	return s, nil
}

func (s source) inspect(visit func(ast.Node)) {
	for _, f := range s.files {
		ast.Inspect(f, func(n ast.Node) bool { visit(n); return true })
	}
}

// places are the lines on which a rule is applied, such as ec2/subnet.go:93:
// calls of a rule's Refuse and Late, and of a transaction's Warn.
func (s source) places() []string {
	var found []string
	s.inspect(func(n ast.Node) {
		if call, ok := n.(*ast.CallExpr); ok && applied(call) != nil {
			at := s.set.Position(call.Pos())
			found = append(found, fmt.Sprintf("%s/%s:%d", filepath.Base(filepath.Dir(at.Filename)), filepath.Base(at.Filename), at.Line))
		}
	})
	return found
}

// applied is the expression of the rule that a call applies; nil when it applies
// none.
func applied(call *ast.CallExpr) ast.Expr {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	switch method.Sel.Name {
	case "Refuse", "Late":
		return method.X
	case "Warn":
		if tx, ok := method.X.(*ast.Ident); ok && tx.Name == "tx" && len(call.Args) > 0 {
			return call.Args[0]
		}
	}
	return nil
}

// placed are the rules that are only ever applied by their variable's name: to
// switch off each place is to switch off the rule.
func (s source) placed(rules []string) []string {
	variables := s.variables(rules)
	uses := map[string]int{}
	s.inspect(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Ident:
			uses[n.Name]++
		case *ast.CallExpr:
			// The use that is a place, and the declaration, are no other uses.
			if v, ok := applied(n).(*ast.Ident); ok && variables[v.Name] != "" {
				uses[v.Name]--
			}
		}
	})
	var placed []string
	for v, rule := range variables {
		if uses[v] == 1 {
			placed = append(placed, rule)
		}
	}
	return placed
}

// variables are the package's variables that hold a rule, with its name.
func (s source) variables(rules []string) map[string]string {
	found := map[string]string{}
	s.inspect(func(n ast.Node) {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Names) != 1 || len(spec.Values) != 1 {
			return
		}
		ast.Inspect(spec.Values[0], func(n ast.Node) bool {
			text, ok := n.(*ast.BasicLit)
			if !ok || text.Kind != token.STRING {
				return true
			}
			name, err := strconv.Unquote(text.Value)
			// Some are declared by the last words of their names.
			i := slices.IndexFunc(rules, func(r string) bool { return r == name || strings.HasSuffix(r, "-"+name) })
			if err == nil && i >= 0 && found[spec.Names[0].Name] == "" {
				found[spec.Names[0].Name] = rules[i]
			}
			return true
		})
	})
	return found
}
