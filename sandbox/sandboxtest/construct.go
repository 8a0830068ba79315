package sandboxtest

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/provider"
	"github.com/slipway-iac/slipway/sandbox/provider/ekstree"
)

// construct expands a remote component.
func (r *Recording) construct(x Resource, args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	dependencies := map[string][]string{}
	for name, d := range args.RegisterRPC.GetPropertyDependencies() {
		dependencies[name] = d.GetUrns()
	}
	result, err := ekstree.Construct(context.Background(), expansion{r}, ekstree.Request{
		Type: x.Type, Name: x.Name, Parent: x.Parent, Inputs: args.Inputs, InputDependencies: dependencies,
		Dependencies: x.DependsOn, Providers: args.RegisterRPC.GetProviders(),
	})
	if err != nil {
		return "", nil, err
	}
	// The SDK's mocks know only what the program itself registered, and would
	// fail on a reference to a child.
	outputs, _ := withoutReferences(resource.NewProperty(result.Outputs))
	return "", outputs.ObjectValue(), nil
}

// expansion registers the children of a remote component with a recording.
type expansion struct{ recording *Recording }

func (e expansion) DryRun() bool { return false }

func (e expansion) Register(_ context.Context, r ekstree.Registration) (ekstree.Registered, error) {
	x := Resource{
		Type: r.Type, Name: r.Name, Parent: r.Parent, URN: string(urn(r.Parent, r.Type, r.Name)),
		DependsOn: slices.Sorted(slices.Values(r.Dependencies)), Provider: r.Provider, IgnoreChanges: r.IgnoreChanges,
	}
	var err error
	if x.Inputs, err = provider.FromPulumi(r.Inputs); err != nil {
		return ekstree.Registered{}, err
	}
	if !r.Custom {
		e.recording.record(x)
		return ekstree.Registered{URN: x.URN, Outputs: r.Inputs}, nil
	}
	err = e.recording.create(&x)
	if x.ID != "" {
		e.recording.record(x)
	}
	if err != nil {
		return ekstree.Registered{}, err
	}
	return ekstree.Registered{URN: x.URN, ID: x.ID, Outputs: provider.ToPulumi(x.Outputs)}, nil
}

func (e expansion) RegisterOutputs(context.Context, string, resource.PropertyMap) error { return nil }

func (e expansion) Invoke(_ context.Context, token string, args resource.PropertyMap, o ekstree.InvokeOptions) (resource.PropertyMap, error) {
	in, err := provider.FromPulumi(args)
	if err != nil {
		return nil, err
	}
	if token == ekstree.GetResource {
		return e.recording.resource(in.Str("urn"))
	}
	out, err := e.recording.Account.Invoke(e.recording.session(o.Provider), token, in)
	return provider.ToPulumi(out), err
}

func (r *Recording) resource(urn string) (resource.PropertyMap, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range r.Resources {
		if x.URN == urn {
			return provider.ToPulumi(cloud.Props{"urn": x.URN, "id": x.ID, "state": map[string]any(x.Outputs)}), nil
		}
	}
	return nil, fmt.Errorf("unknown resource %s", urn)
}

// withoutReferences drops references to resources, wherever they are.
func withoutReferences(v resource.PropertyValue) (resource.PropertyValue, bool) {
	switch {
	case v.IsResourceReference():
		return v, false
	case v.IsOutput():
		return withoutReferences(v.OutputValue().Element)
	case v.IsSecret():
		inner, ok := withoutReferences(v.SecretValue().Element)
		return resource.MakeSecret(inner), ok
	case v.IsArray():
		var kept []resource.PropertyValue
		for _, e := range v.ArrayValue() {
			if e, ok := withoutReferences(e); ok {
				kept = append(kept, e)
			}
		}
		return resource.NewProperty(kept), true
	case v.IsObject():
		kept := resource.PropertyMap{}
		for _, k := range slices.Sorted(maps.Keys(v.ObjectValue())) {
			if e, ok := withoutReferences(v.ObjectValue()[k]); ok {
				kept[k] = e
			}
		}
		return resource.NewProperty(kept), true
	}
	return v, true
}
