package cloud

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

type valueType int

const (
	stringType valueType = iota + 1
	numberType
	boolType
	listType
	setType
	mapType
	objectType
	anyType
)

func (t valueType) String() string {
	return [...]string{"", "a string", "a number", "a boolean", "a list", "a list", "a map", "an object", "anything"}[t]
}

// Field describes one property of a [Kind]. Fields are values: each method
// returns a changed copy, so that a declaration reads
// cloud.String.Required().ForceNew().
type Field struct {
	typ      valueType
	elem     *Field
	fields   Fields
	required bool
	computed bool
	output   bool
	forceNew bool
	json     bool
	def      any
	autoName int
	prefix   string
	same     func(a, b string) bool
	stays    bool
	oneOf    []string
	bounds   []float64
	text     *Text
}

// The fields without structure.
var (
	String = Field{typ: stringType}
	Number = Field{typ: numberType}
	Bool   = Field{typ: boolType}
	Any    = Field{typ: anyType}
	// JSON is a string that holds a JSON document; two documents that mean the
	// same are equal.
	JSON = Field{typ: stringType, json: true}
)

// Fields maps a property's name to its description.
type Fields map[string]Field

// ListOf is an ordered list.
func ListOf(elem Field) Field { return Field{typ: listType, elem: &elem} }

// SetOf is a list whose order means nothing.
func SetOf(elem Field) Field { return Field{typ: setType, elem: &elem} }

// MapOf is a map with keys of the user's choice.
func MapOf(elem Field) Field { return Field{typ: mapType, elem: &elem} }

// Object is a nested object.
func Object(fields Fields) Field { return Field{typ: objectType, fields: fields} }

// Required marks a property that must be given.
func (f Field) Required() Field { f.required = true; return f }

// Computed marks a property that AWS fills when it is not given, and that then
// stays as it is.
func (f Field) Computed() Field { f.computed = true; return f }

// Output marks a property that only AWS sets.
func (f Field) Output() Field { f.computed, f.output = true, true; return f }

// ForceNew marks a property that cannot be changed: a new value replaces the
// resource.
func (f Field) ForceNew() Field { f.forceNew = true; return f }

// Default is the value that the provider sends when none is given.
func (f Field) Default(v any) Field { f.def = clone(v); return f }

// AutoNamed marks a name that Pulumi makes from the resource's logical name
// when none is given, of at most limit characters.
func (f Field) AutoNamed(limit int) Field { f.autoName = limit; return f.Computed() }

// AutoName is the longest name that Pulumi may make for the field, or 0.
func (f Field) AutoName() int { return f.autoName }

// Problem is one thing that is wrong with a resource's inputs, found before
// AWS is asked.
type Problem struct {
	Property string
	Reason   string
}

// Check finds properties that do not exist, have the wrong type, are missing
// or cannot be set.
func (fs Fields) Check(p Props) []Problem { return fs.check("", p) }

func (fs Fields) check(path string, p Props) []Problem {
	var problems []Problem
	for _, name := range p.Names() {
		f, ok := fs[name]
		at := join(path, name)
		switch {
		case !ok:
			problems = append(problems, Problem{at, "is not a property the sandbox knows of this type; known are " + fs.settableNames()})
		case f.output && p[name] != nil:
			problems = append(problems, Problem{at, "is set by AWS and cannot be given"})
		default:
			problems = append(problems, f.check(at, p[name])...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fs)) {
		if fs[name].autoName > 0 && p[name] != nil && p[name+"Prefix"] != nil {
			problems = append(problems, Problem{join(path, name), "conflicts with " + name + "Prefix"})
		}
		if fs[name].required && p[name] == nil {
			problems = append(problems, Problem{join(path, name), "is required"})
		}
	}
	return problems
}

func (f Field) check(path string, v any) []Problem {
	if v == nil || v == Unknown {
		return nil
	}
	wrong := []Problem{{path, fmt.Sprintf("is %s, want %s", describe(v), f.typ)}}
	switch f.typ {
	case stringType:
		s, ok := v.(string)
		switch {
		case !ok:
			return wrong
		case f.json && !json.Valid([]byte(s)):
			return []Problem{{path, "is not valid JSON"}}
		}
		return f.checkText(path, s)
	case numberType:
		n, ok := v.(float64)
		if !ok {
			return wrong
		}
		return f.checkNumber(path, n)
	case boolType:
		if _, ok := v.(bool); !ok {
			return wrong
		}
	case listType, setType:
		l, ok := v.([]any)
		if !ok {
			return wrong
		}
		var problems []Problem
		for i, e := range l {
			problems = append(problems, f.elem.check(fmt.Sprintf("%s[%d]", path, i), e)...)
		}
		return problems
	case mapType:
		m, ok := v.(map[string]any)
		if !ok {
			return wrong
		}
		var problems []Problem
		for _, k := range slices.Sorted(maps.Keys(m)) {
			problems = append(problems, f.elem.check(join(path, k), m[k])...)
		}
		return problems
	case objectType:
		m, ok := v.(map[string]any)
		if !ok {
			return wrong
		}
		return f.fields.check(path, m)
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func describe(v any) string {
	switch v := v.(type) {
	case string:
		return fmt.Sprintf("the string %q", v)
	case float64:
		return fmt.Sprintf("the number %v", v)
	case bool:
		return fmt.Sprintf("the boolean %v", v)
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	}
	return fmt.Sprintf("%v", v)
}

func (fs Fields) settableNames() string {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(fs)), func(n string) bool { return fs[n].output })
	return strings.Join(names, ", ")
}
