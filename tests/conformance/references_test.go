package conformance

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/tests/conformance/terraform"
)

// reference is where a value comes from: an output of another resource.
type reference struct {
	value, expression string
}

// references are the values that a program can only have from resources made
// before: their IDs, ARNs and whatever else AWS sets.
type references struct{ known []reference }

// worthIt leaves out outputs that are no identity, such as a state or a port.
var worthIt = regexp.MustCompile(`^arn:|^[a-z]+(-[a-z]+)*-[0-9a-f]{8,}$|^https://|[0-9a-f]{8}-[0-9a-f]{4}-`)

// madeUp are ARNs and the IDs that EC2 makes: what appears nowhere by chance.
var madeUp = regexp.MustCompile(`^arn:|^[a-z]+-[0-9a-f]{17}$`)

// add makes a resource's outputs known, its ID first.
func (r *references) add(address string, shape *terraform.Shape, kind *cloud.Kind, m made) {
	r.known = append(r.known, reference{m.id, address + ".id"})
	r.addOutputs(address, shape, kind.Fields, m.state)
}

func (r *references) addOutputs(at string, shape *terraform.Shape, fields cloud.Fields, state cloud.Props) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		attribute, p := shape.Find(name)
		d := fields[name].Describe()
		switch v := state[name].(type) {
		case string:
			if d.Output && p != nil && worthIt.MatchString(v) {
				r.known = append(r.known, reference{v, at + "." + attribute})
			}
		case map[string]any:
			if p != nil && p.Elem != nil && d.Form == "object" {
				r.addOutputs(at+"."+attribute+"[0]", p.Elem, d.Fields, v)
			}
		}
	}
}

// restore puts references where inputs have what other resources returned: the
// whole text, or an ARN or ID within it. Tags and the resource's own name are the
// program's, whatever they look like.
func (r *references) restore(inputs cloud.Props) cloud.Props {
	out := cloud.Props{}
	for name, v := range inputs {
		if out[name] = v; name != "tags" && name != "name" {
			out[name] = r.within(v)
		}
	}
	return out
}

func (r *references) within(v any) any {
	switch v := v.(type) {
	case string:
		return r.text(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = r.within(e)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = r.within(e)
		}
		return out
	}
	return v
}

func (r *references) text(s string) any {
	for _, known := range r.known {
		if s == known.value {
			return terraform.Expression("${" + known.expression + "}")
		}
	}
	out, found := terraform.Literal(s), false
	for _, known := range r.known {
		// No ARN of ours is the beginning of another one's, but a wildcard may follow.
		if madeUp.MatchString(known.value) && strings.Contains(out, known.value) {
			out, found = strings.ReplaceAll(out, known.value, "${"+known.expression+"}"), true
		}
	}
	if found {
		return terraform.Expression(out)
	}
	return s
}

// unknown has what is not known before an apply where there are references.
func unknown(v any) any {
	switch v := v.(type) {
	case terraform.Expression:
		return cloud.Unknown
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = unknown(e)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = unknown(e)
		}
		return out
	}
	return v
}
