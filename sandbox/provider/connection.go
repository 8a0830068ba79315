package provider

import (
	"context"
	"sync"

	"google.golang.org/grpc/stats"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// connection is what one provider instance of the engine was configured with.
type connection struct {
	mu         sync.Mutex
	session    cloud.Session
	kubeconfig string
	engine     string // the address of its log
}

type connectionKey struct{}

// connections gives every gRPC connection a [connection] of its own.
type connections struct{}

func (connections) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context {
	return context.WithValue(ctx, connectionKey{}, &connection{})
}

func (connections) HandleConn(context.Context, stats.ConnStats) {}

func (connections) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

func (connections) HandleRPC(context.Context, stats.RPCStats) {}

func connectionOf(ctx context.Context) *connection {
	c, ok := ctx.Value(connectionKey{}).(*connection)
	if !ok {
		panic("bug in the sandbox: a call outside a connection")
	}
	return c
}

func (c *connection) setSession(s cloud.Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session = s
}

func (c *connection) getSession() cloud.Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session
}

func (c *connection) setKubeconfig(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kubeconfig = text
}

func (c *connection) getKubeconfig() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kubeconfig
}

func (c *connection) setEngine(address string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.engine = address
}

func (c *connection) getEngine() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.engine
}
