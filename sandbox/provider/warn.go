package provider

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Attach tells where the engine listens for its log.
func (unary) Attach(ctx context.Context, r *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	connectionOf(ctx).setEngine(r.GetAddress())
	return &emptypb.Empty{}, nil
}

// session is the account's session for a call about a resource: its warnings go
// to the engine, which shows them beside the resource.
func session(ctx context.Context, urn string) cloud.Session {
	s := connectionOf(ctx).getSession()
	s.Warn = warner(ctx, urn)
	return s
}

// logPatience is how long a call waits for the engine to take a warning.
const logPatience = 5 * time.Second

// warner sends warnings about a resource to the engine's log. One that cannot
// be delivered has nobody left to read it.
func warner(ctx context.Context, urn string) func(cloud.Warning) {
	address := connectionOf(ctx).getEngine()
	return func(w cloud.Warning) {
		if address == "" {
			return
		}
		connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			return
		}
		defer func() { _ = connection.Close() }()
		ctx, cancel := context.WithTimeout(ctx, logPatience)
		defer cancel()
		_, _ = pulumirpc.NewEngineClient(connection).Log(ctx, &pulumirpc.LogRequest{
			Severity: pulumirpc.LogSeverity_WARNING, Urn: urn, Message: w.String(),
		})
	}
}
