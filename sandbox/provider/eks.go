package provider

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox/provider/ekstree"
)

// eksVersion is the release of pulumi-eks whose trees the provider registers.
const eksVersion = "3.9.1"

// eksProvider is pulumi-eks: components that register resources of aws and
// kubernetes with the engine.
type eksProvider struct {
	unary
	options Options
}

func (p *eksProvider) DiffConfig(_ context.Context, r *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return diffConfig(r)
}

func (p *eksProvider) Configure(context.Context, *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	return &pulumirpc.ConfigureResponse{SupportsPreview: true, AcceptSecrets: true, AcceptResources: true, AcceptOutputs: true}, nil
}

func (p *eksProvider) Construct(ctx context.Context, r *pulumirpc.ConstructRequest) (*pulumirpc.ConstructResponse, error) {
	monitor, closeMonitor, err := dial(r.GetMonitorEndpoint())
	if err != nil {
		return nil, err
	}
	defer closeMonitor()
	return ekstree.ServeConstruct(ctx, monitor, r)
}

func (p *eksProvider) Call(ctx context.Context, r *pulumirpc.CallRequest) (*pulumirpc.CallResponse, error) {
	monitor, closeMonitor, err := dial(r.GetMonitorEndpoint())
	if err != nil {
		return nil, err
	}
	defer closeMonitor()
	return ekstree.ServeCall(ctx, monitor, r)
}

// dial reaches the engine's resource monitor.
func dial(endpoint string) (pulumirpc.ResourceMonitorClient, func(), error) {
	connection, err := grpc.NewClient(endpoint,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage)))
	if err != nil {
		return nil, nil, fmt.Errorf("reaching the engine: %w", err)
	}
	return pulumirpc.NewResourceMonitorClient(connection), func() { _ = connection.Close() }, nil
}
