package conformance

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// variant is a resource's inputs with one property changed.
type variant struct {
	path, doing string
	inputs      cloud.Props
}

// variants leave a resource as it is, and change every settable property of a resource, one at a time: a value
// that is there becomes another one, and goes; one that is not there comes.
func variants(token string, fields cloud.Fields, inputs cloud.Props) []variant {
	v := &variation{token: token}
	v.add("", unchanged, inputs.With(nil))
	v.objects("", fields, inputs, func(changed cloud.Props) cloud.Props { return changed })
	return v.out
}

type variation struct {
	token string
	out   []variant
}

// unchanged is what a variant does that changes nothing.
const unchanged = "nothing"

// mistake is what a variant does with a value that is probably wrong.
const mistake = "mistake"

// mistakes are values that are wrong wherever anything is: beyond what the
// sandbox knows as the ends of a range, and what no name, address or list has.
func mistakes(d cloud.Description) []any {
	switch {
	case d.Form == "string" && len(d.OneOf) > 0:
		return []any{"not valid!", strings.ToUpper(d.OneOf[0]) + "x"}
	case d.Form == "string":
		return []any{"not valid!", "10.0.0.1/8"}
	case d.Bounds != nil && math.IsInf(d.Bounds[1], 1):
		return []any{d.Bounds[0] - 1}
	case d.Bounds != nil:
		return []any{d.Bounds[0] - 1, d.Bounds[1] + 1}
	case d.Form == "number":
		return []any{-7.0, 1000003.0}
	}
	return nil
}

// within puts a changed object where it belongs.
type within func(cloud.Props) cloud.Props

func (v *variation) objects(path string, fields cloud.Fields, props cloud.Props, place within) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		f := fields[name]
		d := f.Describe()
		if d.Output {
			continue
		}
		at := join(path, name)
		put := func(value any) cloud.Props {
			changed := props.With(nil)
			if changed == nil {
				changed = cloud.Props{}
			}
			if changed[name] = value; value == nil {
				delete(changed, name)
			}
			return place(changed)
		}
		v.property(at, d, props[name], put)
		if props[name] != nil && !d.Required && f.AutoName() == 0 {
			v.add(at, "remove", put(nil))
		}
	}
}

func (v *variation) add(at, doing string, inputs cloud.Props) {
	exchange := exchanged[v.token+" "+at]
	for name, value := range exchange {
		if inputs[name] = value; value == nil {
			delete(inputs, name)
		}
	}
	v.out = append(v.out, variant{at, doing, inputs})
}

func (v *variation) property(at string, d cloud.Description, value any, put func(any) cloud.Props) {
	doing := "change"
	if value == nil {
		doing = "add"
	}
	switch d.Form {
	case "object":
		o, _ := value.(map[string]any)
		if o == nil {
			o = v.least(at, d.Fields)
			v.add(at, doing, put(o))
		}
		v.objects(at, d.Fields, o, func(changed cloud.Props) cloud.Props { return put(map[string]any(changed)) })
	case "list", "set":
		l, _ := value.([]any)
		elem := d.Elem.Describe()
		if elem.Form != "object" {
			v.add(at, doing, put(append(slices.Clone(l), v.sample(at, elem, nil))))
			for _, wrong := range mistakes(elem) {
				v.add(at, mistake, put([]any{wrong}))
			}
			return
		}
		first := v.least(at, elem.Fields)
		v.add(at, "add to", put(append(slices.Clone(l), first)))
		if len(l) > 0 {
			first, _ = l[0].(map[string]any)
		}
		v.objects(at, elem.Fields, first, func(changed cloud.Props) cloud.Props {
			rest := []any{map[string]any(changed)}
			if len(l) > 0 {
				rest = append(rest, l[1:]...)
			}
			return put(rest)
		})
	case "map":
		m, _ := value.(map[string]any)
		more := maps.Clone(m)
		if more == nil {
			more = map[string]any{}
		}
		more["added"] = v.sample(at, d.Elem.Describe(), nil)
		v.add(at, "add to", put(more))
	default:
		v.add(at, doing, put(v.sample(at, d, value)))
		for _, wrong := range mistakes(d) {
			v.add(at, mistake, put(wrong))
		}
	}
}

// least is an object with what is required in it.
func (v *variation) least(at string, fields cloud.Fields) map[string]any {
	out := map[string]any{}
	for name, f := range fields {
		d := f.Describe()
		switch {
		case !d.Required:
		case d.Form == "object":
			out[name] = v.least(join(at, name), d.Fields)
		case d.Form == "list" || d.Form == "set":
			out[name] = []any{v.sample(join(at, name), d.Elem.Describe(), nil)}
		default:
			out[name] = v.sample(join(at, name), d, nil)
		}
	}
	return out
}

// sample is a value that is not the given one.
func (v *variation) sample(at string, d cloud.Description, not any) any {
	for _, s := range samples[v.token+" "+at] {
		if s != not {
			return s
		}
	}
	for _, s := range d.OneOf {
		if s != not {
			return s
		}
	}
	switch {
	case d.Text != nil && d.Text.Example != not:
		return d.Text.Example
	case d.Bounds != nil && math.Ceil(d.Bounds[0]) != not:
		return math.Ceil(d.Bounds[0]) // More than 0 is at least 1 here.
	case d.Bounds != nil:
		return math.Ceil(d.Bounds[0]) + 1
	}
	switch d.Form {
	case "bool":
		return not != true
	case "number":
		n, _ := not.(float64)
		return n + 1
	case "object":
		return v.least(at, d.Fields)
	}
	return sampleText(at, not)
}

// withDefaults are inputs as Pulumi hands them to the provider: it writes the
// provider's defaults into them. Those that say no more than nothing may exclude
// other properties, and are left to the provider.
func withDefaults(fields cloud.Fields, inputs cloud.Props) cloud.Props {
	out := inputs.With(nil)
	for name, f := range fields {
		d := f.Describe()
		switch v := out[name].(type) {
		case nil:
			if d.Default != nil && d.Default != false && d.Default != "" && d.Default != 0.0 {
				out[name] = d.Default
			}
		case map[string]any:
			if d.Form == "object" {
				out[name] = map[string]any(withDefaults(d.Fields, v))
			}
		}
	}
	return out
}
