package ekstree

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Request asks for a component. It holds what the plugin heeds of pulumirpc.ConstructRequest.
type Request struct {
	Type   string // Such as "eks:index:Cluster".
	Name   string
	Parent string // The URN of the parent; empty for the stack.

	Inputs            resource.PropertyMap
	InputDependencies map[string][]string // The URNs behind each input that does not hold outputs itself.

	Dependencies []string
	Aliases      []*pulumirpc.Alias
	Protect      *bool             // Holds for every resource of the tree.
	Providers    map[string]string // "urn::id" by package.
	Config       map[string]string // The stack's configuration; aws:profile is the default of providerCredentialOpts.
}

// Result is a constructed component.
type Result struct {
	URN string
	// Outputs may hold output values (resource.Output), which carry dependencies and secrets.
	Outputs resource.PropertyMap
}

// kind is a type of component.
type kind struct {
	inputs   []string                     // What the plugin takes.
	required []string                     // What it cannot do without.
	refused  map[string]string            // Inputs that are not modelled, with the reason or the way out.
	nested   map[string][]string          // What the objects among the inputs take.
	build    func(t *tree, r props) props // Registers the tree and returns the component's outputs.
}

var kinds = map[string]kind{
	"eks:index:Cluster":                clusterKind,
	"eks:index:ManagedNodeGroup":       nodeGroupKind,
	"eks:index:Addon":                  addonKind,
	"eks:index:VpcCniAddon":            vpcCNIKind,
	"eks:index:NodeGroupSecurityGroup": nodeSecurityGroupKind,
}

// unmodelled are the other components of the plugin, with what to use instead.
var unmodelled = map[string]string{
	"eks:index:NodeGroup":                   "use eks:index:ManagedNodeGroup",
	"eks:index:NodeGroupV2":                 "use eks:index:ManagedNodeGroup",
	"eks:index:ClusterCreationRoleProvider": "give the cluster a provider and providerCredentialOpts",
}

// Construct registers the tree of a component. It fails with what the plugin fails with, with what the engine refuses, and
// with an error that names the type or the input if that is not modelled.
func Construct(ctx context.Context, e Engine, req Request) (Result, error) {
	k, ok := kinds[req.Type]
	if instead, known := unmodelled[req.Type]; known {
		return Result{}, fmt.Errorf("%s %q: the sandbox does not model this component: %s", req.Type, req.Name, instead)
	} else if !ok {
		return Result{}, fmt.Errorf("%s %q: pulumi-eks 3.9.1 has no such component", req.Type, req.Name)
	}
	t := &tree{ctx: ctx, engine: e, name: req.Name, req: req, read: map[resource.URN]*node{}}
	in := withDependencies(req.Inputs, req.InputDependencies)
	if problems := k.check(in); len(problems) > 0 {
		return Result{}, invalid(req, problems)
	}
	outputs := k.build(t, in)
	if t.err != nil {
		return Result{}, fmt.Errorf("%s %q: %w", req.Type, req.Name, t.err)
	}
	return Result{URN: t.root.urn, Outputs: outputs}, nil
}

// begin registers the component itself.
func (t *tree) begin(in props, parent string) {
	t.root = t.component(child{Registration: Registration{
		Type: t.req.Type, Name: t.name, Parent: parent, Inputs: in,
		Dependencies: t.req.Dependencies, Aliases: t.req.Aliases, Providers: t.req.Providers,
	}})
}

// withDependencies turns the inputs whose dependencies came beside them into outputs that carry them. Inputs that hold
// outputs say themselves what they depend on.
func withDependencies(in props, deps map[string][]string) props {
	out := props{}
	for k, v := range in {
		urns := deps[string(k)]
		if alone := v.IsResourceReference(); len(urns) > 0 && !holdsOutputs(v) && !alone {
			var c carried
			c.depend(each(urns, func(u string) resource.URN { return resource.URN(u) })...)
			v = c.lift(c.open(v))
		}
		if !v.IsNull() {
			out[k] = v
		}
	}
	return out
}

// check finds inputs that are missing, unknown to the plugin, or not modelled.
func (k kind) check(in props) []problem {
	var ps []problem
	for _, name := range k.required {
		if _, ok := in[resource.PropertyKey(name)]; !ok {
			ps = append(ps, problem{name, "is required"})
		}
	}
	for _, key := range keys(in) {
		name := string(key)
		if why, ok := k.refused[name]; ok {
			ps = append(ps, problem{name, "the sandbox does not model this input: " + why})
		} else if !slices.Contains(k.inputs, name) {
			ps = append(ps, problem{name, "pulumi-eks 3.9.1 has no such input"})
		}
		if fields, ok := k.nested[name]; ok {
			for _, field := range keys(merged(plain(in[key], false))) {
				if !slices.Contains(fields, string(field)) {
					ps = append(ps, problem{name + "." + string(field), "pulumi-eks 3.9.1 has no such input"})
				}
			}
		}
	}
	return ps
}

func words(s string) []string { return strings.Fields(s) }

// only are the fields of m that are named.
func only(m props, names ...string) props {
	out := maps.Clone(m)
	maps.DeleteFunc(out, func(k resource.PropertyKey, _ value) bool { return !slices.Contains(names, string(k)) })
	return out
}
