package managed

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// registration is a resource as the program registered it.
type registration struct {
	typ, name, parent string
	inputs            map[string]any
	dependsOn         []string
}

// recording stands in for the engine. It keeps what is registered and answers
// with what AWS would fill in; it refuses nothing. It knows one function.
type recording struct {
	mu        sync.Mutex
	resources []registration
	asked     []map[string]any
}

func record(program pulumi.RunFunc) (*recording, error) {
	r := &recording{}
	return r, pulumi.RunErr(program, pulumi.WithMocks("test", "unit", r))
}

func (r *recording) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rpc := args.RegisterRPC
	r.resources = append(r.resources, registration{
		typ: args.TypeToken, name: args.Name, parent: rpc.GetParent(), inputs: args.Inputs.Mappable(),
		dependsOn: slices.Sorted(slices.Values(rpc.GetDependencies())),
	})
	outputs := args.Inputs.Mappable()
	maps.Copy(outputs, map[string]any{"arn": "arn:of:" + args.Name, "name": args.Name})
	return args.Name + "-id", resource.NewPropertyMapFromMap(outputs), nil
}

func (r *recording) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if args.Token != "aws:eks/getAddonVersion:getAddonVersion" {
		return nil, errors.New("unknown function " + args.Token)
	}
	in := args.Args.Mappable()
	r.asked = append(r.asked, in)
	return resource.NewPropertyMapFromMap(map[string]any{"version": "default of " + in["addonName"].(string)}), nil
}

func (r *recording) one(t *testing.T, typ, name string) registration {
	t.Helper()
	for _, x := range r.resources {
		if x.typ == typ && x.name == name {
			return x
		}
	}
	t.Fatalf("no %s is called %q", typ, name)
	return registration{}
}

// names are the logical names of all resources of a type.
func (r *recording) names(typ string) []string {
	var names []string
	for _, x := range r.resources {
		if x.typ == typ {
			names = append(names, x.name)
		}
	}
	slices.Sort(names)
	return names
}

// waitsFor tells whether a resource depends on one of that type and logical
// name.
func (x registration) waitsFor(typ, name string) bool {
	return slices.ContainsFunc(x.dependsOn, func(urn string) bool { return strings.HasSuffix(urn, typ+"::"+name) })
}
