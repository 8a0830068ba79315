package schema

import (
	"cmp"
	_ "embed"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed types.txt
var text string

// tables is what types.txt says.
type tables struct {
	// roots are the structures of types, by apiVersion/Kind.
	roots map[string]string
	// structures are the types of fields, by structure and name.
	structures map[string]map[string]string
}

var read = sync.OnceValue(func() tables {
	t := tables{map[string]string{}, map[string]map[string]string{}}
	current := ""
	for _, line := range strings.Split(text, "\n") {
		name, what, has := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case name == "" || name == "#":
		case strings.HasPrefix(line, " "):
			t.structures[current][name] = what
		case has:
			t.roots[name] = what
		default:
			current = name
			t.structures[current] = map[string]string{}
		}
	}
	return t
})

// Problem is one thing in an object that does not decode.
type Problem struct {
	// Path of the field, such as spec.ports[0].port.
	Path string
	// Want is the type it has; "" when there is no such field.
	Want string
	// Known are the fields there are, when there is no such field.
	Known []string
}

// Check finds what does not decode in an object of a known type. The metadata of
// any other object is checked alone.
func Check(apiVersion, kind string, object map[string]any) []Problem {
	t := read()
	if root, ok := t.roots[apiVersion+"/"+kind]; ok {
		return t.check("", root, object)
	}
	if metadata, ok := object["metadata"]; ok {
		return t.check("metadata", "meta/v1.ObjectMeta", metadata)
	}
	return nil
}

func (t tables) check(path, typ string, v any) []Problem {
	if v == nil || typ == "any" {
		return nil
	}
	if elem, ok := strings.CutPrefix(typ, "[]"); ok {
		list, ok := v.([]any)
		if !ok {
			return []Problem{{Path: path, Want: "a list"}}
		}
		var problems []Problem
		for i, e := range list {
			problems = append(problems, t.check(fmt.Sprintf("%s[%d]", path, i), elem, e)...)
		}
		return problems
	}
	if elem, ok := strings.CutPrefix(typ, "{}"); ok {
		return t.each(path, v, nil, elem)
	}
	if fields, ok := t.structures[typ]; ok {
		return t.each(path, v, fields, "")
	}
	if form := forms[typ]; !form.fits(v) {
		return []Problem{{Path: path, Want: form.name}}
	}
	return nil
}

// each checks the fields of an object: those of a structure, or those of a map,
// which are all of one type.
func (t tables) each(path string, v any, fields map[string]string, all string) []Problem {
	object, ok := v.(map[string]any)
	if !ok {
		return []Problem{{Path: path, Want: "an object"}}
	}
	var problems []Problem
	for _, name := range slices.Sorted(maps.Keys(object)) {
		at := strings.TrimPrefix(path+"."+name, ".")
		if typ := cmp.Or(all, fields[name]); typ != "" {
			problems = append(problems, t.check(at, typ, object[name])...)
		} else {
			problems = append(problems, Problem{Path: at, Known: slices.Sorted(maps.Keys(fields))})
		}
	}
	return problems
}

// form is a type without structure.
type form struct {
	name string
	fits func(v any) bool
}

var (
	quantity = regexp.MustCompile(`^[+-]?(\d+|\d+\.\d*|\.\d+)(([KMGTPE]i)|[numkMGTPE]|[eE][+-]?\d+)?$`)
	base64   = regexp.MustCompile(`^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$`)
)

var forms = map[string]form{
	"string": {"a string", isString},
	"bool":   {"a boolean", func(v any) bool { _, ok := v.(bool); return ok }},
	"int":    {"an integer", isInteger},
	"number": {"a number", func(v any) bool { _, ok := v.(float64); return ok }},
	"time":   {"a time", isString},
	"intstr": {"an integer or a string", func(v any) bool { return isString(v) || isInteger(v) }},
	"bytes": {"a string in base64", func(v any) bool {
		s, ok := v.(string)
		return ok && base64.MatchString(strings.ReplaceAll(s, "\n", ""))
	}},
	"quantity": {"a quantity such as 500m, 2 or 1.5Gi", isQuantity},
}

func isString(v any) bool { _, ok := v.(string); return ok }

func isInteger(v any) bool { n, ok := v.(float64); return ok && n == math.Trunc(n) }

func isQuantity(v any) bool {
	if _, ok := v.(float64); ok {
		return true
	}
	s, ok := v.(string)
	return ok && quantity.MatchString(s)
}
