package ekstree

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// GetResource is the token of the function that reads what a registered resource has become. An Engine answers it to
// {urn} with {urn, id, state}, as Pulumi's engine does.
const GetResource = "pulumi:pulumi:getResource"

// Engine is where a component registers its children: the engine's resource monitor, or the account behind mocks.
type Engine interface {
	// Register registers a resource and waits until it is made. In a preview its outputs may be missing or unknown.
	Register(ctx context.Context, r Registration) (Registered, error)
	// RegisterOutputs completes a component.
	RegisterOutputs(ctx context.Context, urn string, outputs resource.PropertyMap) error
	// Invoke calls a function of a provider. Its arguments are known; what it returns may hold unknowns in a preview.
	Invoke(ctx context.Context, token string, args resource.PropertyMap, opts InvokeOptions) (resource.PropertyMap, error)
	// DryRun says that this is a preview.
	DryRun() bool
}

// Registration is a resource to register. Values are plain: outputs are taken apart, their values (or unknowns, or
// secrets) are in Inputs and the URNs they came with in the dependencies.
type Registration struct {
	Type   string // The type token, such as "aws:iam/role:Role".
	Name   string // The name of the resource.
	Parent string // The URN of the parent; empty for the stack.
	Custom bool   // A resource that a provider makes; false for a component.

	Inputs               resource.PropertyMap
	Dependencies         []string            // Every URN that the resource depends on, sorted.
	PropertyDependencies map[string][]string // The URNs behind each input, sorted; inputs without any are left out.

	IgnoreChanges  []string
	RetainOnDelete bool
	Protect        *bool
	Aliases        []*pulumirpc.Alias
	Version        string            // The version of the provider's plugin; empty for any.
	Provider       string            // "urn::id" of a custom resource's provider; empty for the default one.
	Providers      map[string]string // What the children of a component inherit: "urn::id" by package.
}

// Registered is what became of a Registration.
type Registered struct {
	URN     string
	ID      string // Empty for a component, and for a custom resource that a preview has yet to make.
	Outputs resource.PropertyMap
	Unknown bool // Outputs that are missing are unknown, outside of a preview too.
}

// InvokeOptions says on whose behalf a function is called.
type InvokeOptions struct {
	Provider string // "urn::id" of the provider; empty for the default one.
	Parent   string // The URN of the component that asks.
}
