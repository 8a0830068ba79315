package provider

import (
	"context"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/structpb"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

type object = map[string]any

type list = []any

const project = "urn:pulumi:stack::project::"

func urnOf(token, name string) string { return project + token + "::" + name }

// engine is what the engine does with a provider: it has a connection of its
// own to a server.
type engine struct {
	t *testing.T
	pulumirpc.ResourceProviderClient
}

// open opens an account in memory and serves it.
func open(t *testing.T, o Options) (*cloud.Account, *Servers) {
	t.Helper()
	account, err := sandbox.Open("", "")
	if err != nil {
		t.Fatal(err)
	}
	o.Account = account
	servers, err := Serve(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(servers.Close)
	return account, servers
}

// connect opens a connection to one of the servers.
func connect(t *testing.T, s *Servers, name string) engine {
	t.Helper()
	connection, err := grpc.NewClient(s.addresses[name], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return engine{t, pulumirpc.NewResourceProviderClient(connection)}
}

// configured connects to a server and configures the provider.
func configured(t *testing.T, s *Servers, name string, config cloud.Props) engine {
	t.Helper()
	e := connect(t, s, name)
	if _, err := e.Configure(t.Context(), &pulumirpc.ConfigureRequest{Args: e.wire(config)}); err != nil {
		t.Fatal(err)
	}
	return e
}

// aws is an account and a connection to its AWS provider in us-west-2.
func aws(t *testing.T) (*cloud.Account, engine) {
	t.Helper()
	account, servers := open(t, Options{})
	return account, configured(t, servers, "aws", cloud.Props{"region": "us-west-2"})
}

func (e engine) wire(p cloud.Props) *structpb.Struct {
	e.t.Helper()
	s, err := marshal(p)
	if err != nil {
		e.t.Fatal(err)
	}
	return s
}

func (e engine) props(s *structpb.Struct) cloud.Props {
	e.t.Helper()
	p, err := unmarshal(s)
	if err != nil {
		e.t.Fatal(err)
	}
	return p
}

func (e engine) check(token, name string, olds, news cloud.Props) cloud.Props {
	e.t.Helper()
	r, err := e.Check(e.t.Context(), &pulumirpc.CheckRequest{Urn: urnOf(token, name), Olds: e.wire(olds), News: e.wire(news), RandomSeed: []byte("seed")})
	if err != nil {
		e.t.Fatal(err)
	}
	if len(r.GetFailures()) > 0 {
		e.t.Fatal(r.GetFailures())
	}
	return e.props(r.GetInputs())
}

// made is a resource in the state.
type made struct {
	token, name, id string
	inputs, state   cloud.Props
}

func (e engine) create(token, name string, inputs cloud.Props) made {
	e.t.Helper()
	inputs = e.check(token, name, nil, inputs)
	r, err := e.Create(e.t.Context(), &pulumirpc.CreateRequest{Urn: urnOf(token, name), Properties: e.wire(inputs)})
	if err != nil {
		e.t.Fatal(err)
	}
	return made{token, name, r.GetId(), inputs, e.props(r.GetProperties())}
}

func (e engine) diff(m made, news cloud.Props, ignore ...string) *pulumirpc.DiffResponse {
	e.t.Helper()
	r, err := e.Diff(e.t.Context(), &pulumirpc.DiffRequest{
		Id: m.id, Urn: urnOf(m.token, m.name), OldInputs: e.wire(m.inputs), Olds: e.wire(m.state), News: e.wire(news), IgnoreChanges: ignore,
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return r
}

// read is a refresh, or an import when the inputs are none.
func (e engine) read(m made) *pulumirpc.ReadResponse {
	e.t.Helper()
	r, err := e.Read(e.t.Context(), &pulumirpc.ReadRequest{Id: m.id, Urn: urnOf(m.token, m.name), Inputs: e.wire(m.inputs), Properties: e.wire(m.state)})
	if err != nil {
		e.t.Fatal(err)
	}
	return r
}

func (e engine) invoke(token string) (cloud.Props, error) {
	r, err := e.Invoke(context.Background(), &pulumirpc.InvokeRequest{Tok: token, Args: e.wire(nil)})
	return e.props(r.GetReturn()), err
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("got %v, want %s", err, part)
		}
	}
}
