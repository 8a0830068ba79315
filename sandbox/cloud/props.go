package cloud

import (
	"maps"
	"slices"
)

// Props are the properties of a resource by the names the AWS provider gives
// them. A value is nil, a bool, a float64, a string, a []any, a map[string]any
// or, in a preview, [Unknown].
type Props map[string]any

type unknown struct{}

// Unknown stands for a value that does not exist yet: the output of a resource
// that a preview has not made.
var Unknown any = unknown{}

// IsUnknown tells whether v is, or contains, a value that is not known yet.
func IsUnknown(v any) bool {
	switch v := v.(type) {
	case unknown:
		return true
	case []any:
		return slices.ContainsFunc(v, IsUnknown)
	case map[string]any:
		for _, e := range v {
			if IsUnknown(e) {
				return true
			}
		}
	case Props:
		return IsUnknown(map[string]any(v))
	}
	return false
}

// Has tells whether a property is set to something other than null.
func (p Props) Has(name string) bool { return p[name] != nil }

// Str is a string property, "" when unset or unknown.
func (p Props) Str(name string) string {
	s, _ := p[name].(string)
	return s
}

// Int is a number property, 0 when unset or unknown.
func (p Props) Int(name string) int {
	switch n := p[name].(type) {
	case float64:
		return int(n)
	case int:
		return n
	}
	return 0
}

// Bool is a boolean property, false when unset or unknown.
func (p Props) Bool(name string) bool {
	b, _ := p[name].(bool)
	return b
}

// List is a list property.
func (p Props) List(name string) []any {
	l, _ := p[name].([]any)
	return l
}

// Strs are the strings of a list property; anything else in it is left out.
func (p Props) Strs(name string) []string {
	var out []string
	for _, e := range p.List(name) {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// Obj is an object property, nil (but safe to read) when unset.
func (p Props) Obj(name string) Props {
	switch o := p[name].(type) {
	case map[string]any:
		return o
	case Props:
		return o
	}
	return nil
}

// Objs are the objects of a list property.
func (p Props) Objs(name string) []Props {
	var out []Props
	for _, e := range p.List(name) {
		switch o := e.(type) {
		case map[string]any:
			out = append(out, o)
		case Props:
			out = append(out, o)
		}
	}
	return out
}

// StrMap is a map of strings, such as tags.
func (p Props) StrMap(name string) map[string]string {
	out := map[string]string{}
	for k, v := range p.Obj(name) {
		if s, ok := v.(string); ok {
			out[k] = s
		}
	}
	return out
}

// Clone copies the properties all the way down.
func (p Props) Clone() Props {
	if p == nil {
		return nil
	}
	return clone(map[string]any(p)).(map[string]any)
}

// With returns a copy with more properties set.
func (p Props) With(more Props) Props {
	c := p.Clone()
	if c == nil {
		c = Props{}
	}
	maps.Copy(c, more)
	return c
}

// Names are the names of the properties in alphabetical order.
func (p Props) Names() []string { return slices.Sorted(maps.Keys(p)) }

func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for k, e := range v {
			c[k] = clone(e)
		}
		return c
	case Props:
		return clone(map[string]any(v))
	case []any:
		c := make([]any, len(v))
		for i, e := range v {
			c[i] = clone(e)
		}
		return c
	case []string:
		c := make([]any, len(v))
		for i, e := range v {
			c[i] = e
		}
		return c
	case map[string]string:
		c := make(map[string]any, len(v))
		for k, e := range v {
			c[k] = e
		}
		return c
	case int:
		return float64(v)
	default:
		return v
	}
}

// Strings turns a slice of strings into a list value.
func Strings(s ...string) []any {
	out := make([]any, len(s))
	for i, e := range s {
		out[i] = e
	}
	return out
}
