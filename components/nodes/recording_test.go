package nodes

import (
	"maps"
	"slices"
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
	ignoreChanges     []string
}

// recording stands in for the engine. It keeps what is registered and answers
// with what AWS would fill in; it refuses nothing.
type recording struct {
	mu        sync.Mutex
	resources []registration
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
		dependsOn: slices.Sorted(slices.Values(rpc.GetDependencies())), ignoreChanges: rpc.GetIgnoreChanges(),
	})
	computed := map[string]any{
		"arn": "arn:aws:test:::" + args.Name, "name": args.Name, "nodeGroupName": args.Name, "latestVersion": 7,
	}
	outputs := args.Inputs.Mappable()
	maps.Copy(outputs, computed)
	return args.Name + "-id", resource.NewPropertyMapFromMap(outputs), nil
}

func (r *recording) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return nil, nil
}

// counts is how many resources of each type there are.
func (r *recording) counts() map[string]int {
	counts := map[string]int{}
	for _, x := range r.resources {
		counts[x.typ]++
	}
	return counts
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
