// Package enginetest runs a Pulumi program in a Go test on the real Pulumi
// engine, against a simulated account of its own: up, preview, refresh and
// destroy, with updates and replacements as Pulumi plans them and the refusals
// of AWS with their codes.
//
// It takes seconds where package sandboxtest, without an engine, takes
// milliseconds. The first test on a machine that has no Pulumi CLI builds one
// from source, once, into the user's cache folder; it takes minutes and needs
// the Go module proxy.
package enginetest

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"google.golang.org/grpc"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/engine"
	"github.com/slipway-iac/slipway/sandbox/kube"
)

// Options says where the program runs. The zero value is good for most tests.
type Options struct {
	// Project and Stack are their names; "test" when empty.
	Project, Stack string
	// Config is the stack's configuration, such as "aws:region".
	Config map[string]string
	// AccountID is the account's number; see [cloud.Options].
	AccountID string
	// Caller is the ARN of the identity that deploys; the account's
	// administrator when empty.
	Caller string
	// Engine is where the engine runs, as clusters see it; in the VPC when empty.
	Engine kube.Engine
	// PolicyPacks are checked by preview and up; see [engine.Environment].
	PolicyPacks []string
	// Intercept sees every call to the providers; see [engine.Environment].
	Intercept []grpc.UnaryServerInterceptor
	// Pulumi is the CLI to drive; the one on PATH, else one built from source,
	// when nil.
	Pulumi auto.PulumiCommand
	// Change has the last word on how the environment is opened; usually nil.
	Change func(*engine.Environment)
}

// Environment is a stack of the program in an account of its own. Its methods
// fail the test when the engine fails, unless their names begin with Try.
type Environment struct {
	// Account is the simulated account.
	Account *cloud.Account
	// Session drives the engine.
	Session *engine.Session

	t   testing.TB
	out *bytes.Buffer
}

// Start opens an environment for a program. It ends with the test.
func Start(t testing.TB, o Options, program pulumi.RunFunc) *Environment {
	t.Helper()
	cli := o.Pulumi
	if cli == nil {
		var err error
		if cli, err = findPulumi(); err != nil {
			t.Fatal(err)
		}
	}
	project := t.TempDir()
	text := "name: " + cmp.Or(o.Project, "test") + "\nruntime: go\n"
	if err := os.WriteFile(filepath.Join(project, "Pulumi.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if o.Engine.Location == "" {
		o.Engine.Location = kube.InVPC
	}
	e := &Environment{t: t, out: &bytes.Buffer{}}
	environment := engine.Environment{
		Name: cmp.Or(o.Stack, "test"), Dir: t.TempDir(), ProjectDir: project, Program: program, Pulumi: cli,
		AccountID: o.AccountID, Caller: o.Caller, Engine: o.Engine, PolicyPacks: o.PolicyPacks, Intercept: o.Intercept,
		SaveOnce: true, Out: e.out, Err: e.out,
	}
	if o.Change != nil {
		o.Change(&environment)
	}
	session, err := environment.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	})
	e.Session, e.Account = session, session.Account
	for key, value := range o.Config {
		if err := session.Stack.SetConfig(t.Context(), key, auto.ConfigValue{Value: value}); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// findPulumi finds or builds the CLI, once for all tests of the process.
var findPulumi = sync.OnceValues(func() (auto.PulumiCommand, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	return engine.FindPulumi(context.Background(), "", filepath.Join(cache, "slipway"), "", os.Stderr)
})

// Replace gives the stack another program for the next up or preview.
func (e *Environment) Replace(program pulumi.RunFunc) {
	e.Session.Stack.Workspace().SetProgram(program)
}

// Log is what the engine has printed so far.
func (e *Environment) Log() string { return e.out.String() }

// Output is an output of the stack: a string, a number, a list or a map. The
// test fails when there is none of the name.
func (e *Environment) Output(name string) any {
	e.t.Helper()
	outputs, err := e.Session.Stack.Outputs(e.t.Context())
	if err != nil {
		e.t.Fatal(err)
	}
	output, found := outputs[name]
	if !found {
		e.t.Fatalf("the stack has no output %q", name)
	}
	return output.Value
}

// Resources are those of a kind in the account, oldest first, whoever made
// them; of every kind when it is empty. What only waits for its deletion, such as
// a deleted key, is not among them.
func (e *Environment) Resources(kind string) []*cloud.Resource {
	var out []*cloud.Resource
	for _, r := range e.Account.Resources() {
		if r.Scheduled == "" && (kind == "" || r.Kind == kind) {
			out = append(out, r)
		}
	}
	return out
}

// Resource is what the program has made under a type and a logical name, as it
// is in the account. The test fails when there is none.
func (e *Environment) Resource(typ, name string) *cloud.Resource {
	e.t.Helper()
	states, err := e.Session.Resources(e.t.Context())
	if err != nil {
		e.t.Fatal(err)
	}
	for _, s := range states {
		if !strings.HasSuffix(s.URN, "::"+name) || s.Type != typ || s.Delete {
			continue
		}
		for _, r := range e.Account.Resources() {
			if r.Kind == typ && r.ID == s.ID {
				return r
			}
		}
		e.t.Fatalf("%s %q is in Pulumi's state as %s, and not in the account", typ, name, s.ID)
	}
	e.t.Fatalf("the program has made no %s %q", typ, name)
	return nil
}
