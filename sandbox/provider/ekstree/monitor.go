package ekstree

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

type monitor struct {
	client     pulumirpc.ResourceMonitorClient
	dryRun     bool
	secrets    bool
	references bool
}

// NewMonitor is the Engine that registers with Pulumi's engine. It asks the engine what it supports.
func NewMonitor(ctx context.Context, client pulumirpc.ResourceMonitorClient, dryRun bool) (Engine, error) {
	m := &monitor{client: client, dryRun: dryRun}
	for feature, supported := range map[string]*bool{"secrets": &m.secrets, "resourceReferences": &m.references} {
		resp, err := client.SupportsFeature(ctx, &pulumirpc.SupportsFeatureRequest{Id: feature})
		if err != nil {
			return nil, fmt.Errorf("ask the engine for %s: %w", feature, err)
		}
		*supported = resp.GetHasSupport()
	}
	return m, nil
}

func (m *monitor) DryRun() bool { return m.dryRun }

// options never keep output values: as far as the engine is concerned only remote components take them.
func (m *monitor) options() plugin.MarshalOptions {
	return plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: m.secrets, KeepResources: m.references}
}

func (m *monitor) Register(ctx context.Context, r Registration) (Registered, error) {
	object, err := plugin.MarshalProperties(r.Inputs, m.options())
	if err != nil {
		return Registered{}, fmt.Errorf("marshal inputs: %w", err)
	}
	deps := map[string]*pulumirpc.RegisterResourceRequest_PropertyDependencies{}
	for k, urns := range r.PropertyDependencies {
		deps[k] = &pulumirpc.RegisterResourceRequest_PropertyDependencies{Urns: urns}
	}
	req := &pulumirpc.RegisterResourceRequest{
		Type: r.Type, Name: r.Name, Parent: r.Parent, Custom: r.Custom, Object: object,
		Dependencies: r.Dependencies, PropertyDependencies: deps,
		Provider: r.Provider, Providers: r.Providers, Version: r.Version,
		IgnoreChanges: r.IgnoreChanges, Protect: r.Protect, Aliases: r.Aliases, AliasSpecs: true,
		AcceptSecrets: true, AcceptResources: true, SupportsPartialValues: true, SupportsResultReporting: true,
	}
	if r.RetainOnDelete {
		req.RetainOnDelete = &r.RetainOnDelete
	}
	resp, err := m.client.RegisterResource(ctx, req)
	if err != nil {
		return Registered{}, err
	}
	if resp.GetResult() != pulumirpc.Result_SUCCESS {
		return Registered{}, errors.New("the engine did not make it")
	}
	outputs, err := plugin.UnmarshalProperties(resp.GetObject(), m.options())
	if err != nil {
		return Registered{}, fmt.Errorf("unmarshal outputs: %w", err)
	}
	return Registered{URN: resp.GetUrn(), ID: resp.GetId(), Outputs: outputs, Unknown: r.Custom && resp.GetUnknown()}, nil
}

func (m *monitor) RegisterOutputs(ctx context.Context, urn string, outputs resource.PropertyMap) error {
	object, err := plugin.MarshalProperties(outputs, m.options())
	if err != nil {
		return fmt.Errorf("marshal outputs: %w", err)
	}
	_, err = m.client.RegisterResourceOutputs(ctx, &pulumirpc.RegisterResourceOutputsRequest{Urn: urn, Outputs: object})
	return err
}

func (m *monitor) Invoke(ctx context.Context, token string, args resource.PropertyMap, opts InvokeOptions) (resource.PropertyMap, error) {
	object, err := plugin.MarshalProperties(args, m.options())
	if err != nil {
		return nil, fmt.Errorf("marshal arguments: %w", err)
	}
	resp, err := m.client.Invoke(ctx, &pulumirpc.ResourceInvokeRequest{
		Tok: token, Args: object, Provider: opts.Provider, Parent: opts.Parent, AcceptResources: true,
	})
	if err != nil {
		return nil, err
	}
	var failed []error
	for _, f := range resp.GetFailures() {
		failed = append(failed, fmt.Errorf("%s: %s", f.GetProperty(), f.GetReason()))
	}
	if len(failed) > 0 {
		return nil, errors.Join(failed...)
	}
	return plugin.UnmarshalProperties(resp.GetReturn(), m.options())
}
