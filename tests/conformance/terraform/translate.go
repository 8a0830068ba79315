package terraform

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Expression is a text with references to other resources in it, as Terraform
// writes them: ${aws_vpc.main.id}.
type Expression string

// Literal is a text that Terraform shall not read anything into.
func Literal(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "${", "$${"), "%{", "%%{")
}

// Arguments are a resource's inputs as Terraform's JSON syntax has them. Strings
// may be an [Expression].
func (s *Shape) Arguments(props cloud.Props) (map[string]any, error) {
	out := map[string]any{}
	for _, name := range props.Names() {
		if props[name] == nil {
			continue
		}
		attribute, p := s.Find(name)
		if p == nil {
			return nil, fmt.Errorf("the provider has no property %s", name)
		}
		v, err := p.argument(props[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[attribute] = v
	}
	return out, nil
}

func (s *Shape) argument(v any) (any, error) {
	if s.Form == "list" || s.Form == "set" {
		return s.each(v, s.Elem.argument)
	}
	switch v := v.(type) {
	case Expression:
		return string(v), nil
	case string:
		return Literal(v), nil
	case map[string]any:
		if s.Form == "map" {
			return s.every(v, s.Elem.argument)
		}
		out, err := s.Arguments(v)
		for name, p := range s.Properties {
			// The JSON syntax wants every property of an object that is no block.
			if _, given := out[name]; p.Typed && !given && err == nil {
				out[name] = nil
			}
		}
		return out, err
	}
	return v, nil
}

// each converts the elements of a list; what pulumi-aws has once and the
// provider in a list becomes a list of one.
func (s *Shape) each(v any, do func(any) (any, error)) (any, error) {
	if _, ok := v.(Expression); ok {
		return string(v.(Expression)), nil
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	out := make([]any, len(list))
	for i, e := range list {
		var err error
		if out[i], err = do(e); err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return out, nil
}

func (s *Shape) every(m map[string]any, do func(any) (any, error)) (any, error) {
	out := make(map[string]any, len(m))
	for k, e := range m {
		var err error
		if out[Literal(k)], err = do(e); err != nil {
			return nil, fmt.Errorf("%s: %w", k, err)
		}
	}
	return out, nil
}

// Attributes are a resource's properties as Terraform's state has them: all that
// the provider knows, of the provider's own types. What it does not know is left
// out and named.
func (s *Shape) Attributes(props cloud.Props) (map[string]any, []string, error) {
	out := map[string]any{}
	for name, p := range s.Properties {
		if out[name] = nil; p.Block && p.Form != "object" || p.Typed || p.Computed && !s.KeepsNull {
			out[name] = p.zero()
		}
	}
	var unknown []string
	for _, name := range props.Names() {
		attribute, p := s.Find(name)
		if p == nil {
			unknown = append(unknown, name)
			continue
		}
		if props[name] == nil {
			continue
		}
		v, more, err := p.attribute(props[name])
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		out[attribute] = v
		for _, m := range more {
			unknown = append(unknown, name+"."+m)
		}
	}
	return out, unknown, nil
}

// zero is what the provider keeps in its state where it has looked and there is
// nothing.
func (s *Shape) zero() any {
	switch s.Form {
	case "string":
		return ""
	case "number":
		return 0
	case "bool":
		return false
	case "map":
		return map[string]any{}
	}
	return []any{}
}

func (s *Shape) attribute(v any) (any, []string, error) {
	switch s.Form {
	case "list", "set":
		var unknown []string
		out, err := s.each(v, func(e any) (any, error) {
			e, more, err := s.Elem.attribute(e)
			unknown = append(unknown, more...)
			return e, err
		})
		return out, unknown, err
	case "map":
		m, ok := v.(map[string]any)
		if !ok {
			return nil, nil, fmt.Errorf("is %v, want a map", v)
		}
		out := make(map[string]any, len(m))
		for _, k := range slices.Sorted(maps.Keys(m)) {
			e, _, err := s.Elem.attribute(m[k])
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", k, err)
			}
			out[k] = e
		}
		return out, nil, nil
	case "object":
		m, ok := v.(map[string]any)
		if !ok {
			return nil, nil, fmt.Errorf("is %v, want an object", v)
		}
		return s.Attributes(m)
	}
	v, err := s.scalar(v)
	return v, nil, err
}

// scalar gives a value the provider's type: pulumi-aws has some numbers and
// booleans where the provider has strings, and the other way round.
func (s *Shape) scalar(v any) (any, error) {
	text := fmt.Sprint(v)
	if f, ok := v.(float64); ok {
		text = strconv.FormatFloat(f, 'f', -1, 64)
	}
	switch s.Form {
	case "string":
		return text, nil
	case "number":
		return strconv.ParseFloat(text, 64)
	case "bool":
		return strconv.ParseBool(text)
	}
	return v, nil
}

// Props are the properties that the sandbox models, out of what Terraform says
// of a resource.
func (s *Shape) Props(fields cloud.Fields, attributes map[string]any) cloud.Props {
	out := cloud.Props{}
	for name, f := range fields {
		if attribute, p := s.Find(name); p != nil {
			if v := p.prop(f, attributes[attribute]); v != nil {
				out[name] = v
			}
		}
	}
	return out
}

func (s *Shape) prop(f cloud.Field, v any) any {
	d := f.Describe()
	list, ok := v.([]any)
	switch {
	case v == nil || v == cloud.Unknown:
		return v
	case ok && (d.Form == "list" || d.Form == "set"):
		out := make([]any, len(list))
		for i, e := range list {
			out[i] = s.Elem.prop(*d.Elem, e)
		}
		return out
	case ok && len(list) == 0:
		return nil
	case ok:
		return s.Elem.prop(f, list[0])
	}
	m, ok := v.(map[string]any)
	switch {
	case ok && d.Form == "object" && s.Form == "object":
		return map[string]any(s.Props(d.Fields, m))
	case ok && d.Form == "map":
		out := make(map[string]any, len(m))
		for k, e := range m {
			out[k] = s.Elem.prop(*d.Elem, e)
		}
		return out
	}
	return typed(d.Form, v)
}

// typed gives a value the sandbox's type, or leaves it when that cannot be.
func typed(form string, v any) any {
	converted, err := (&Shape{Form: form}).scalar(v)
	if err != nil {
		return v
	}
	return converted
}

// WithUnknown puts [cloud.Unknown] where a plan says that a value is known only
// after the apply.
func WithUnknown(value, unknown any) any {
	switch u := unknown.(type) {
	case bool:
		if u {
			return cloud.Unknown
		}
	case map[string]any:
		m, _ := value.(map[string]any)
		out := maps.Clone(m)
		if out == nil {
			out = map[string]any{}
		}
		for k, inner := range u {
			if v := WithUnknown(m[k], inner); v != nil {
				out[k] = v
			}
		}
		return out
	case []any:
		l, _ := value.([]any)
		out := slices.Clone(l)
		for i, inner := range u {
			for len(out) <= i {
				out = append(out, nil)
			}
			out[i] = WithUnknown(out[i], inner)
		}
		return out
	}
	return value
}
