package pack

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// Serve serves a pack until the engine goes away. The port is the first line of
// out, as the engine expects; nothing else may be written there.
func Serve(p *Pack, out io.Writer) error {
	server, err := NewServer(p)
	if err != nil {
		return err
	}
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Init: func(s *grpc.Server) error {
			pulumirpc.RegisterAnalyzerServer(s, server)
			return nil
		},
	})
	if err != nil {
		return fmt.Errorf("serving the policy pack: %w", err)
	}
	if _, err := fmt.Fprintf(out, "%d\n", handle.Port); err != nil {
		return err
	}
	return <-handle.Done
}

// server is the SDK's server of analyzers with two calls of its own.
type server struct {
	pulumirpc.AnalyzerServer
	analyzer *Analyzer

	// info is the answer of GetAnalyzerInfo under the configuration told: the
	// engine asks before every single check.
	mu   sync.Mutex
	info *pulumirpc.AnalyzerInfo
	told *configuration
}

// NewServer makes the gRPC service of a pack.
func NewServer(p *Pack) (pulumirpc.AnalyzerServer, error) {
	a, err := NewAnalyzer(p)
	if err != nil {
		return nil, err
	}
	return &server{AnalyzerServer: plugin.NewAnalyzerServer(plain{a}), analyzer: a}, nil
}

// ConfigureStack is left out by the SDK's server: the stack's configuration
// comes with it.
func (s *server) ConfigureStack(_ context.Context, request *pulumirpc.AnalyzerStackConfigureRequest) (*pulumirpc.AnalyzerStackConfigureResponse, error) {
	return &pulumirpc.AnalyzerStackConfigureResponse{}, s.analyzer.ConfigureStack(request.GetConfig())
}

// plain is an analyzer whose policies have no schemas: the SDK's server panics
// on any, because its type for them is not one that protobuf knows.
type plain struct{ *Analyzer }

func (p plain) GetAnalyzerInfo(ctx context.Context) (plugin.AnalyzerInfo, error) {
	info, err := p.Analyzer.GetAnalyzerInfo(ctx)
	for i := range info.Policies {
		info.Policies[i].ConfigSchema = nil
	}
	return info, err
}

// GetAnalyzerInfo answers once for each configuration.
func (s *server) GetAnalyzerInfo(ctx context.Context, empty *emptypb.Empty) (*pulumirpc.AnalyzerInfo, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if config := s.analyzer.announcement(); s.told != config {
		info, err := s.describe(ctx, empty)
		if err != nil {
			return nil, err
		}
		s.info, s.told = info, config
	}
	return s.info, nil
}

// describe adds the schemas to what the SDK's server answers.
func (s *server) describe(ctx context.Context, empty *emptypb.Empty) (*pulumirpc.AnalyzerInfo, error) {
	answer, err := s.AnalyzerServer.GetAnalyzerInfo(ctx, empty)
	if err != nil {
		return nil, err
	}
	info, err := s.analyzer.GetAnalyzerInfo(ctx)
	if err != nil {
		return nil, err
	}
	for i, policy := range info.Policies {
		if policy.ConfigSchema == nil {
			continue
		}
		properties := map[string]any{}
		for name, schema := range policy.ConfigSchema.Properties {
			properties[name] = map[string]any(schema)
		}
		fields, err := structpb.NewStruct(properties)
		if err != nil {
			return nil, fmt.Errorf("bug in the settings of %s: please report: %w", policy.Name, err)
		}
		answer.Policies[i].ConfigSchema = &pulumirpc.PolicyConfigSchema{Properties: fields, Required: policy.ConfigSchema.Required}
	}
	return answer, nil
}
