package ekstree

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

// ServeConstruct answers the engine's Construct call; client is the monitor at the request's MonitorEndpoint.
func ServeConstruct(
	ctx context.Context, client pulumirpc.ResourceMonitorClient, req *pulumirpc.ConstructRequest,
) (*pulumirpc.ConstructResponse, error) {
	engine, err := NewMonitor(ctx, client, req.GetDryRun())
	if err != nil {
		return nil, err
	}
	request, err := NewRequest(req)
	if err != nil {
		return nil, err
	}
	result, err := Construct(ctx, engine, request)
	if err != nil {
		return nil, rpcerror.WrapDetailedError(err)
	}
	state, deps, err := answer(result.Outputs)
	if err != nil {
		return nil, err
	}
	resp := &pulumirpc.ConstructResponse{
		Urn: result.URN, State: state, StateDependencies: map[string]*pulumirpc.ConstructResponse_PropertyDependencies{},
	}
	for k, urns := range deps {
		resp.StateDependencies[k] = &pulumirpc.ConstructResponse_PropertyDependencies{Urns: urns}
	}
	return resp, nil
}

// ServeCall answers the engine's Call, as ServeConstruct does Construct.
func ServeCall(
	ctx context.Context, client pulumirpc.ResourceMonitorClient, req *pulumirpc.CallRequest,
) (*pulumirpc.CallResponse, error) {
	engine, err := NewMonitor(ctx, client, req.GetDryRun())
	if err != nil {
		return nil, err
	}
	args, err := unmarshal(req.GetArgs())
	if err != nil {
		return nil, err
	}
	deps := map[string][]string{}
	for k, d := range req.GetArgDependencies() {
		deps[k] = d.GetUrns()
	}
	out, err := Call(ctx, engine, req.GetTok(), withDependencies(args, deps))
	if err != nil {
		return nil, rpcerror.WrapDetailedError(err)
	}
	ret, outDeps, err := answer(out)
	if err != nil {
		return nil, err
	}
	resp := &pulumirpc.CallResponse{Return: ret, ReturnDependencies: map[string]*pulumirpc.CallResponse_ReturnDependencies{}}
	for k, urns := range outDeps {
		resp.ReturnDependencies[k] = &pulumirpc.CallResponse_ReturnDependencies{Urns: urns}
	}
	return resp, nil
}

// NewRequest is a ConstructRequest as a Request.
func NewRequest(req *pulumirpc.ConstructRequest) (Request, error) {
	in, err := unmarshal(req.GetInputs())
	if err != nil {
		return Request{}, err
	}
	deps := map[string][]string{}
	for k, d := range req.GetInputDependencies() {
		deps[k] = d.GetUrns()
	}
	return Request{
		Type: req.GetType(), Name: req.GetName(), Parent: req.GetParent(),
		Inputs: in, InputDependencies: deps,
		Dependencies: req.GetDependencies(), Aliases: req.GetAliases(), Protect: req.Protect,
		Providers: req.GetProviders(), Config: req.GetConfig(),
	}, nil
}

func unmarshal(s *structpb.Struct) (resource.PropertyMap, error) {
	in, err := plugin.UnmarshalProperties(s, plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, KeepResources: true, KeepOutputValues: true,
	})
	if err != nil {
		return nil, fmt.Errorf("unmarshal inputs: %w", err)
	}
	return in, nil
}

// answer is values as a response has them: plain, with what they depend on beside them.
func answer(out props) (*structpb.Struct, map[string][]string, error) {
	deps := map[string][]string{}
	for k, v := range out {
		var c carried
		c.carry(v)
		if urns := texts(c.urns()); len(urns) > 0 {
			deps[string(k)] = urns
		}
	}
	s, err := plugin.MarshalProperties(plainMap(out, true), plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true})
	if err != nil {
		return nil, nil, fmt.Errorf("marshal outputs: %w", err)
	}
	return s, deps, nil
}
