package ekstree

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// tree is one component under construction. Its first error sticks: what follows it does nothing and yields nulls, so that
// the code that builds a tree reads as the list of what is in it.
type tree struct {
	ctx    context.Context // One construction is one call.
	engine Engine
	root   *node
	name   string
	req    Request
	read   map[resource.URN]*node
	err    error
}

func (t *tree) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

// node is a registered resource.
type node struct {
	urn     string
	id      value
	custom  bool
	outputs props
	settled bool // An output that is missing has no value; otherwise it is unknown.
}

// child is a resource to register below another.
type child struct {
	Registration
	parent    *node // The root of the tree unless set.
	dependsOn []value
}

// custom registers a resource that a provider makes. Without a provider of its own it has the one that the component was given.
func (t *tree) custom(c child) *node {
	c.Custom = true
	if c.Provider == "" {
		c.Provider = t.req.Providers[pkg(c.Type)]
	}
	return t.register(c)
}

func pkg(typ string) string { return strings.SplitN(typ, ":", 2)[0] }

// component registers a component.
func (t *tree) component(c child) *node { return t.register(c) }

func (t *tree) register(c child) *node {
	if t.err != nil {
		return &node{}
	}
	r := c.Registration
	if r.Parent == "" && c.parent != nil {
		r.Parent = c.parent.urn
	} else if r.Parent == "" && t.root != nil {
		r.Parent = t.root.urn
	}
	r.Protect = t.req.Protect
	var all carried
	for _, dep := range c.dependsOn {
		all.carry(dep)
	}
	for _, urn := range r.Dependencies {
		all.depend(resource.URN(urn))
	}
	r.PropertyDependencies = map[string][]string{}
	for k, v := range r.Inputs {
		var own carried
		own.carry(v)
		if len(own.deps) > 0 {
			r.PropertyDependencies[string(k)] = texts(own.urns())
			all.depend(own.urns()...)
		}
	}
	r.Dependencies = texts(all.urns())
	r.Inputs = plainMap(r.Inputs, true)

	made, err := t.engine.Register(t.ctx, r)
	if err != nil {
		t.fail(fmt.Errorf("register %s %q: %w", r.Type, r.Name, err))
		return &node{}
	}
	n := &node{urn: made.URN, custom: r.Custom, outputs: made.Outputs, settled: !t.engine.DryRun() && !made.Unknown}
	if n.settled {
		n.outputs = merged(object(r.Inputs), object(made.Outputs))
	}
	if r.Custom {
		n.id = identity(made.ID)
	}
	return n
}

func identity(id string) value {
	if id == "" || id == plugin.UnknownStringValue {
		return resource.MakeComputed(str(""))
	}
	return str(id)
}

func texts(urns []resource.URN) []string {
	return each(urns, func(u resource.URN) string { return string(u) })
}

// get is an output of the resource, and depends on it.
func (n *node) get(key string) value {
	v, ok := n.outputs[resource.PropertyKey(key)]
	return n.wrap(v, ok || n.settled)
}

// idValue is the ID of a custom resource.
func (n *node) idValue() value { return n.wrap(n.id, true) }

func (n *node) wrap(v value, known bool) value {
	c := carried{unknown: !known}
	if n.custom {
		c.depend(resource.URN(n.urn))
	}
	return c.onto(c.open(v))
}

// ref is the resource as a value.
func (n *node) ref() value {
	switch {
	case n == nil || n.urn == "":
		return null
	case !n.custom:
		return resource.MakeComponentResourceReference(resource.URN(n.urn), "")
	case n.id.IsString():
		return resource.MakeCustomResourceReference(resource.URN(n.urn), resource.ID(n.id.StringValue()), "")
	}
	return resource.MakeCustomResourceReference(resource.URN(n.urn), "", "")
}

// provider is the resource as a provider for others.
func (n *node) provider() string {
	if n.id.IsString() {
		return n.urn + "::" + n.id.StringValue()
	}
	return n.urn + "::" + plugin.UnknownStringValue
}

// apply is apply with the tree's error.
func (t *tree) apply(f func(in []value) (value, error), in ...value) value {
	if t.err != nil {
		return null
	}
	v, err := apply(f, in...)
	if err != nil {
		t.fail(err)
	}
	return v
}

// first is the first element of a list, null of an empty one.
func (t *tree) first(v value) value {
	return t.apply(func(in []value) (value, error) {
		if in[0].IsArray() && len(in[0].ArrayValue()) > 0 {
			return in[0].ArrayValue()[0], nil
		}
		return null, nil
	}, v)
}

// invoke calls a function; while an argument is unknown it does not, and the result is.
func (t *tree) invoke(token string, parent *node, args props) value {
	return t.apply(func(in []value) (value, error) {
		opts := InvokeOptions{Provider: t.req.Providers[pkg(token)], Parent: parent.urn}
		out, err := t.engine.Invoke(t.ctx, token, in[0].ObjectValue(), opts)
		if err != nil {
			return null, fmt.Errorf("invoke %s: %w", token, err)
		}
		return object(out), nil
	}, object(args))
}

// lookup reads the resource that a reference means. It is nil where v is no reference (in a preview it may be unknown).
func (t *tree) lookup(v value) *node {
	if t.err != nil {
		return nil
	}
	if v = plain(v, false); !v.IsResourceReference() {
		return nil
	}
	ref := v.ResourceReferenceValue()
	if n, ok := t.read[ref.URN]; ok {
		return n
	}
	out, err := t.engine.Invoke(t.ctx, GetResource, props{"urn": str(string(ref.URN))}, InvokeOptions{})
	if err != nil {
		t.fail(fmt.Errorf("read %s: %w", ref.URN, err))
		return nil
	}
	n := &node{urn: string(ref.URN), id: ref.ID, custom: !ref.ID.IsNull(), settled: !t.engine.DryRun()}
	if state := out["state"]; state.IsObject() {
		n.outputs = state.ObjectValue()
	}
	t.read[ref.URN] = n
	return n
}

// attr is an output of the resource that v refers to, carrying what v carries.
func (t *tree) attr(v value, key string) value {
	return t.through(v, func(n *node) value { return n.get(key) })
}

// idOf is the ID of the resource that v refers to.
func (t *tree) idOf(v value) value {
	return t.through(v, func(n *node) value { return n.idValue() })
}

func (t *tree) through(v value, f func(*node) value) value {
	if t.err != nil || v.IsNull() {
		return null
	}
	var c carried
	c.carry(v)
	n := t.lookup(v)
	if n == nil {
		if !c.unknown {
			t.fail(fmt.Errorf("%v is not a resource", plain(v, false)))
		}
		return c.wrap(null)
	}
	return c.lift(c.open(f(n)))
}

// complete registers the outputs of a component and returns them without those that have no value.
func (t *tree) complete(n *node, outputs props) props {
	if t.err != nil {
		return nil
	}
	maps.DeleteFunc(outputs, func(_ resource.PropertyKey, v value) bool { return v.IsNull() })
	if err := t.engine.RegisterOutputs(t.ctx, n.urn, plainMap(outputs, true)); err != nil {
		t.fail(fmt.Errorf("register the outputs of %s: %w", n.urn, err))
	}
	return outputs
}

// keys lists the keys of an object in order.
func keys(m props) []resource.PropertyKey { return slices.Sorted(maps.Keys(m)) }
