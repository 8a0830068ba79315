package provider

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"

	"google.golang.org/grpc"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube"
)

// maxMessage is the engine's own limit for one message, 400 MiB.
const maxMessage = 400 << 20

// Packages are the packages that have a provider here.
var Packages = []string{"aws", "kubernetes", "eks"}

// Options says what to serve.
type Options struct {
	// Account behind the providers. Required.
	Account *cloud.Account
	// Engine is where the engine runs, as seen from the clusters.
	Engine kube.Engine
	// Caller is the ARN of the identity whose credentials the providers find;
	// the account's administrator when empty.
	Caller string
	// RealEKS leaves the eks package to the plugin installed on the machine.
	RealEKS bool
	// Listen is the address of each server by package; a free port on loopback
	// when absent.
	Listen map[string]string
	// Intercept sees every call of the engine before the provider does, the
	// first outermost. It is where faults are made and what happens is written
	// down.
	Intercept []grpc.UnaryServerInterceptor
}

// Servers are running providers.
type Servers struct {
	addresses map[string]string
	servers   []*grpc.Server
	done      sync.WaitGroup
}

// Serve starts the providers. Close stops them.
func Serve(o Options) (*Servers, error) {
	s := &Servers{addresses: map[string]string{}}
	packages := map[string]pulumirpc.ResourceProviderServer{
		"aws":        &awsProvider{unary{version: awsVersion}, o},
		"kubernetes": &kubernetesProvider{unary{version: kubernetesVersion}, o},
	}
	if !o.RealEKS {
		packages["eks"] = &eksProvider{unary{version: eksVersion}, o}
	}
	for _, name := range Packages {
		p, ok := packages[name]
		if !ok {
			continue
		}
		if err := s.serve(name, o, p); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

func (s *Servers) serve(name string, o Options, p pulumirpc.ResourceProviderServer) error {
	address := o.Listen[name]
	if address == "" {
		address = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("the provider %s cannot listen on %s: %w; choose another port (--ports %s=…) or leave it out", name, address, err, name)
	}
	server := grpc.NewServer(
		grpc.StatsHandler(connections{}),
		grpc.MaxRecvMsgSize(maxMessage),
		grpc.MaxSendMsgSize(maxMessage),
		grpc.ChainUnaryInterceptor(o.Intercept...),
	)
	pulumirpc.RegisterResourceProviderServer(server, p)
	s.addresses[name] = listener.Addr().String()
	s.servers = append(s.servers, server)
	s.done.Go(func() {
		if err := server.Serve(listener); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			fmt.Println(err)
		}
	})
	return nil
}

// DebugProviders is the value of PULUMI_DEBUG_PROVIDERS with which a Pulumi
// command uses these providers.
func (s *Servers) DebugProviders() string {
	var parts []string
	for _, name := range Packages {
		if address, ok := s.addresses[name]; ok {
			_, port, _ := net.SplitHostPort(address)
			if _, err := strconv.Atoi(port); err == nil {
				parts = append(parts, name+":"+port)
			}
		}
	}
	return strings.Join(parts, ",")
}

// Close stops the servers; calls under way are cut off.
func (s *Servers) Close() {
	for _, server := range s.servers {
		server.Stop()
	}
	s.done.Wait()
}
