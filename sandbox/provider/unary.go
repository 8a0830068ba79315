package provider

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/types/known/emptypb"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// unary answers what the providers answer alike, and refuses by name what a
// provider does not model.
type unary struct {
	pulumirpc.UnimplementedResourceProviderServer
	version string
}

func (u unary) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: u.version}, nil
}

func (unary) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (unary) CheckConfig(_ context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return &pulumirpc.CheckResponse{Inputs: r.GetNews()}, nil
}

func (unary) Check(_ context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	_, token := typeOf(r.GetUrn())
	return nil, unmodelled("resource type", token)
}

func (unary) Read(_ context.Context, r *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	_, token := typeOf(r.GetUrn())
	return nil, unmodelled("resource type", token)
}

func (unary) Construct(_ context.Context, r *pulumirpc.ConstructRequest) (*pulumirpc.ConstructResponse, error) {
	return nil, unmodelled("component", r.GetType())
}

func (unary) Invoke(_ context.Context, r *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	return nil, unmodelled("function", r.GetTok())
}

func (unary) Call(_ context.Context, r *pulumirpc.CallRequest) (*pulumirpc.CallResponse, error) {
	return nil, unmodelled("method", r.GetTok())
}

func unmodelled(what, token string) error {
	return fmt.Errorf("the sandbox does not model the %s %s", what, token)
}
