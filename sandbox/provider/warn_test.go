package provider

import (
	"context"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// engineLog is the part of the engine that providers write to.
type engineLog struct {
	pulumirpc.UnimplementedEngineServer
	heard chan *pulumirpc.LogRequest
}

func (l engineLog) Log(_ context.Context, r *pulumirpc.LogRequest) (*emptypb.Empty, error) {
	l.heard <- r
	return &emptypb.Empty{}, nil
}

func listenForWarnings(t *testing.T) (address string, heard chan *pulumirpc.LogRequest) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	heard = make(chan *pulumirpc.LogRequest, 10)
	server := grpc.NewServer()
	pulumirpc.RegisterEngineServer(server, engineLog{heard: heard})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return listener.Addr().String(), heard
}

func TestWarningsReachTheEngine(t *testing.T) {
	t.Parallel()
	rule := cloud.Declare(cloud.Rule{Name: "test-doubt", Code: "Doubtful", Source: "this test", Effect: cloud.Warns})
	account, err := cloud.Open(cloud.Options{Services: []cloud.Service{{Kinds: []cloud.Kind{{
		Token: "test:index/box:Box", Noun: "Box", Service: "Test", Global: true, Fields: cloud.Fields{"size": cloud.String},
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			r.ID = "box"
			tx.Warn(rule, "no box of size %s is known", r.Props.Str("size"))
			return nil
		},
		Update: func(tx *cloud.Tx, _ *cloud.Resource, news cloud.Props) error {
			tx.Warn(rule, "a box may not become %s", news.Str("size"))
			return nil
		},
	}}}}})
	if err != nil {
		t.Fatal(err)
	}
	servers, err := Serve(Options{Account: account})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(servers.Close)
	address, heard := listenForWarnings(t)

	e := configured(t, servers, "aws", cloud.Props{"region": "us-west-2"})
	if _, err := e.Attach(t.Context(), &pulumirpc.PluginAttach{Address: address}); err != nil {
		t.Fatal(err)
	}
	e.create("test:index/box:Box", "b", cloud.Props{"size": "odd"})
	if _, err := e.Update(t.Context(), &pulumirpc.UpdateRequest{Id: "box", Urn: urnOf("test:index/box:Box", "b"), News: e.wire(cloud.Props{"size": "huge"})}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"AWS may refuse this (Doubtful): no box of size odd is known",
		"AWS may refuse this (Doubtful): a box may not become huge",
	} {
		got := <-heard
		if got.GetMessage() != want || got.GetUrn() != urnOf("test:index/box:Box", "b") || got.GetSeverity() != pulumirpc.LogSeverity_WARNING {
			t.Errorf("the engine heard %v, want %s", got, want)
		}
	}

	// Without an engine that listens, a warning stops nothing.
	configured(t, servers, "aws", cloud.Props{"region": "us-west-2"}).create("test:index/box:Box", "c", nil)
	if len(heard) != 0 {
		t.Errorf("the engine heard %v", <-heard)
	}
}
