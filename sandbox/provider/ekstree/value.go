package ekstree

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

type (
	value = resource.PropertyValue
	props = resource.PropertyMap
)

var null = resource.NewNullProperty()

func str(s string) value         { return resource.NewProperty(s) }
func num(n float64) value        { return resource.NewProperty(n) }
func yes(b bool) value           { return resource.NewProperty(b) }
func list(elems ...value) value  { return resource.NewProperty(elems) }
func object(fields props) value  { return resource.NewProperty(fields) }
func strs(elems ...string) value { return list(each(elems, str)...) }

func each[T, U any](in []T, f func(T) U) []U {
	out := make([]U, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}

// carried is what a value carries besides itself.
type carried struct {
	unknown bool
	secret  bool
	deps    map[resource.URN]bool
}

// carry collects what v and everything in it carries. A reference to a custom resource depends on that resource; a
// reference to a component, whose children are not known here, on nothing.
func (c *carried) carry(v value) {
	switch {
	case v.IsOutput():
		o := v.OutputValue()
		c.unknown = c.unknown || !o.Known
		c.secret = c.secret || o.Secret
		c.depend(o.Dependencies...)
		if o.Known {
			c.carry(o.Element)
		}
	case v.IsSecret():
		c.secret = true
		c.carry(v.SecretValue().Element)
	case v.IsComputed():
		c.unknown = true
	case v.IsResourceReference():
		if ref := v.ResourceReferenceValue(); !ref.ID.IsNull() {
			c.depend(ref.URN)
		}
	case v.IsArray():
		for _, e := range v.ArrayValue() {
			c.carry(e)
		}
	case v.IsObject():
		for _, e := range v.ObjectValue() {
			c.carry(e)
		}
	}
}

func (c *carried) depend(urns ...resource.URN) {
	if c.deps == nil {
		c.deps = map[resource.URN]bool{}
	}
	for _, urn := range urns {
		c.deps[urn] = true
	}
}

// urns lists the dependencies in order.
func (c *carried) urns() []resource.URN { return slices.Sorted(maps.Keys(c.deps)) }

// wrap gives v what c carries.
func (c *carried) wrap(v value) value {
	switch {
	case c.unknown:
		v = null
	case !c.secret && len(c.deps) == 0:
		return v
	}
	return resource.NewOutputProperty(resource.Output{Element: v, Known: !c.unknown, Secret: c.secret, Dependencies: c.urns()})
}

// open takes the outputs and secrets around v off and notes what they carried.
func (c *carried) open(v value) value {
	for {
		switch {
		case v.IsOutput():
			o := v.OutputValue()
			c.unknown = c.unknown || !o.Known
			c.secret = c.secret || o.Secret
			c.depend(o.Dependencies...)
			v = o.Element
		case v.IsSecret():
			c.secret = true
			v = v.SecretValue().Element
		case v.IsComputed():
			c.unknown = true
			return null
		default:
			return v
		}
	}
}

// path looks into a value. Unlike what is computed by apply, a known part of a partly unknown value is known.
func path(v value, keys ...string) value {
	var c carried
	v = c.open(v)
	for _, key := range keys {
		v = c.open(field(v, key))
	}
	return c.onto(v)
}

// onto is v with what c carries on top of what it carries itself.
func (c *carried) onto(v value) value {
	if !c.unknown && !c.secret && len(c.deps) == 0 {
		return v
	}
	return c.lift(v)
}

// fieldsOf are the fields of an object; if the object is an output, so are they.
func fieldsOf(v value) props {
	var c carried
	out := merged(c.open(v))
	for k, f := range out {
		own := carried{unknown: c.unknown, secret: c.secret, deps: maps.Clone(c.deps)}
		if v := own.open(f); len(c.deps) > 0 || c.secret {
			out[k] = own.onto(v)
		}
	}
	return out
}

// flag is a switch that the plugin takes as a plain value: never an output.
func flag(v value) bool { return truthy(plain(v, false)) }

// lift gives v what c and the parts of v carry, and leaves parts unknown that are.
func (c *carried) lift(v value) value {
	whole := c.unknown
	c.carry(v)
	c.unknown = whole
	return c.wrap(plain(v, false))
}

// plain takes outputs and secrets apart and drops fields without a value. What is unknown stays unknown, and an output
// that is unknown in a part is unknown as a whole, as it is to the plugin.
func plain(v value, keepSecrets bool) value {
	switch {
	case v.IsOutput():
		var c carried
		c.carry(v)
		el := resource.MakeComputed(str(""))
		if !c.unknown {
			el = plain(v.OutputValue().Element, keepSecrets)
		}
		return secretIf(c.secret && keepSecrets, el)
	case v.IsSecret():
		return secretIf(keepSecrets, plain(v.SecretValue().Element, keepSecrets))
	case v.IsArray():
		return list(each(v.ArrayValue(), func(e value) value { return plain(e, keepSecrets) })...)
	case v.IsObject():
		return object(plainMap(v.ObjectValue(), keepSecrets))
	}
	return v
}

func plainMap(m props, keepSecrets bool) props {
	out := props{}
	for k, e := range m {
		if p := plain(e, keepSecrets); !p.IsNull() {
			out[k] = p
		}
	}
	return out
}

func secretIf(secret bool, v value) value {
	if secret && !v.IsSecret() {
		return resource.MakeSecret(v)
	}
	return v
}

// holdsOutputs says whether v is an output or has one in it.
func holdsOutputs(v value) bool {
	switch {
	case v.IsOutput():
		return true
	case v.IsSecret():
		return holdsOutputs(v.SecretValue().Element)
	case v.IsArray():
		return slices.ContainsFunc(v.ArrayValue(), holdsOutputs)
	case v.IsObject():
		for _, e := range v.ObjectValue() {
			if holdsOutputs(e) {
				return true
			}
		}
	}
	return false
}

// apply computes a value from others, given plain. While one of them is unknown the result is; it carries all they carry.
func apply(f func(in []value) (value, error), in ...value) (value, error) {
	var c carried
	for _, v := range in {
		c.carry(v)
	}
	if c.unknown {
		return c.wrap(null), nil
	}
	out, err := f(each(in, func(v value) value { return plain(v, false) }))
	if err != nil {
		return null, err
	}
	c.carry(out)
	return c.wrap(plain(out, false)), nil
}

// truthy is what JavaScript makes of v in a condition: an output is an object, and true whatever it holds.
func truthy(v value) bool {
	switch {
	case v.IsNull():
		return false
	case v.IsBool():
		return v.BoolValue()
	case v.IsNumber():
		return v.NumberValue() != 0
	case v.IsString():
		return v.StringValue() != ""
	}
	return true
}

// or is v, or fallback where v is missing.
func or(v, fallback value) value {
	if v.IsNull() {
		return fallback
	}
	return v
}

// field looks into a plain object; it is null where there is no such field.
func field(v value, path ...string) value {
	for _, key := range path {
		if !v.IsObject() {
			return null
		}
		v = v.ObjectValue()[resource.PropertyKey(key)]
	}
	return v
}

// merged is one object of the fields of several; later ones win, missing objects count as empty.
func merged(objects ...value) props {
	out := props{}
	for _, o := range objects {
		if o.IsObject() {
			maps.Copy(out, o.ObjectValue())
		}
	}
	return out
}
