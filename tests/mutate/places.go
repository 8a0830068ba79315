package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// places are the lines of a package on which a rule is applied, such as
// ec2/subnet.go:93: calls of Refuse and Late, and of a transaction's Warn.
func places(folder string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	var found []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && applies(call) {
				found = append(found, fmt.Sprintf("%s/%s:%d", filepath.Base(folder), filepath.Base(file), set.Position(call.Pos()).Line))
			}
			return true
		})
	}
	return found, nil
}

func applies(call *ast.CallExpr) bool {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	switch method.Sel.Name {
	case "Refuse", "Late":
		return true
	case "Warn":
		tx, ok := method.X.(*ast.Ident)
		return ok && tx.Name == "tx"
	}
	return false
}
