// Package sandboxtest runs a Pulumi program in a unit test, in milliseconds and
// without an engine, against the rules of the simulated account. It stands in
// for the engine through pulumi.WithMocks: every resource the program registers
// is created in an account in memory, so what AWS would refuse fails the test.
//
// It records each registration with its inputs, parent and dependencies. What
// it does not do: previews, updates, transforms, resource options other than
// parents and dependencies. A remote component of the package eks is expanded
// as the sandbox's provider expands it.
package sandboxtest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube"
	"github.com/slipway-iac/slipway/sandbox/provider"
)

// Project and Stack name the program under test.
const (
	Project = "test"
	Stack   = "unit"
)

// Options says where the program runs. The zero value is good for most tests.
type Options struct {
	// Region of the default AWS provider. Defaults to us-west-2.
	Region string
	// Caller is the ARN of the identity that runs the program; the account's
	// administrator when empty.
	Caller string
	// Engine is where the program runs, for in-cluster objects.
	Engine kube.Engine
	// Account to run against; a new one in memory when nil.
	Account *cloud.Account
}

// Resource is one registration.
type Resource struct {
	// Type and Name are the type token and the logical name.
	Type, Name string
	// URN is the resource's identity, Parent its parent's.
	URN, Parent string
	// ID is the physical identifier; "" for components.
	ID string
	// Inputs are what the program passed; Outputs what the account answered.
	Inputs, Outputs cloud.Props
	// DependsOn are the URNs that the resource waits for.
	DependsOn []string
	// Provider is the reference of the provider it is made with, if it is not
	// the default one.
	Provider string
	// IgnoreChanges are the properties whose changes are left alone.
	IgnoreChanges []string
	// Protect tells whether the resource is protected.
	Protect bool
}

// Recording is what a program did.
type Recording struct {
	// Account holds what exists after the program ran.
	Account *cloud.Account
	// Err is what the program returned.
	Err error
	// Resources are the registrations in order.
	Resources []Resource

	options  Options
	mu       sync.Mutex
	sessions map[string]cloud.Session
	configs  map[string]string
}

// Run runs a program. A refusal by the account is the program's error.
func Run(t testing.TB, o Options, program pulumi.RunFunc) *Recording {
	t.Helper()
	if o.Region == "" {
		o.Region = "us-west-2"
	}
	if o.Account == nil {
		account, err := sandbox.Open("", "")
		if err != nil {
			t.Fatal(err)
		}
		o.Account = account
	}
	r := &Recording{Account: o.Account, options: o, sessions: map[string]cloud.Session{}, configs: map[string]string{}}
	r.Err = pulumi.RunErr(program, pulumi.WithMocks(Project, Stack, r))
	return r
}

// Must fails the test unless the program ran without error.
func (r *Recording) Must(t testing.TB) *Recording {
	t.Helper()
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	return r
}

// Of are the registrations of one type, in order.
func (r *Recording) Of(typ string) []Resource {
	var out []Resource
	for _, x := range r.Resources {
		if x.Type == typ {
			out = append(out, x)
		}
	}
	return out
}

// One is the registration of a type and a logical name; the test fails when
// there is none.
func (r *Recording) One(t testing.TB, typ, name string) Resource {
	t.Helper()
	for _, x := range r.Resources {
		if x.Type == typ && x.Name == name {
			return x
		}
	}
	t.Fatalf("no resource %s %q was registered", typ, name)
	return Resource{}
}

// Counts tells how many resources of each type were registered.
func (r *Recording) Counts() map[string]int {
	out := map[string]int{}
	for _, x := range r.Resources {
		out[x.Type]++
	}
	return out
}

// Destroy deletes what the program made, newest first, as a destroy does.
func (r *Recording) Destroy() error {
	for _, x := range slices.Backward(r.Resources) {
		if x.ID == "" || !strings.HasPrefix(x.Type, "aws:") {
			continue
		}
		if err := r.Account.Delete(r.session(x.Provider), x.Type, x.ID); err != nil {
			return fmt.Errorf("%s: %w", x.URN, err)
		}
	}
	return nil
}

// NewResource carries out a registration; it is for the Pulumi SDK.
func (r *Recording) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	rpc := args.RegisterRPC
	if rpc == nil {
		return "", nil, fmt.Errorf("sandboxtest does not model reading %s %q", args.TypeToken, args.Name)
	}
	x := Resource{
		Type: args.TypeToken, Name: args.Name,
		URN: string(urn(rpc.GetParent(), args.TypeToken, args.Name)), Parent: rpc.GetParent(),
		DependsOn: slices.Sorted(slices.Values(rpc.GetDependencies())), Provider: args.Provider,
		IgnoreChanges: rpc.GetIgnoreChanges(), Protect: rpc.GetProtect(),
	}
	var err error
	if x.Inputs, err = provider.FromPulumi(args.Inputs); err != nil {
		return "", nil, err
	}
	switch {
	case rpc.GetRemote():
		return r.construct(x, args)
	case !args.Custom:
		r.record(x)
		return "", args.Inputs, nil
	}
	if err := r.create(&x); err != nil {
		return "", nil, err
	}
	r.record(x)
	return x.ID, provider.ToPulumi(x.Outputs), nil
}

func urn(parent, typ, name string) resource.URN {
	var parentType string
	if p := resource.URN(parent); p != "" && p.QualifiedType() != resource.RootStackType {
		parentType = string(p.QualifiedType()) + "$"
	}
	return resource.URN("urn:pulumi:" + Stack + "::" + Project + "::" + parentType + typ + "::" + name)
}

func (r *Recording) record(x Resource) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Resources = append(r.Resources, x)
}

// create makes a custom resource where it belongs.
func (r *Recording) create(x *Resource) error {
	switch {
	case strings.HasPrefix(x.Type, "pulumi:providers:"):
		x.ID, x.Outputs = "provider-"+x.Name, x.Inputs
		r.configure(*x)
		return nil
	case strings.HasPrefix(x.Type, "kubernetes:"):
		return r.createObject(x)
	}
	session := r.session(x.Provider)
	kind, err := r.Account.Kind(x.Type)
	if err != nil {
		return err
	}
	inputs := x.Inputs.Clone()
	provider.Autoname(kind, resource.URN(x.URN), inputs)
	made, err := r.Account.Create(session, x.Type, x.URN, inputs)
	if err != nil {
		return fmt.Errorf("%s: %w", x.URN, err)
	}
	x.ID, x.Outputs = made.ID, made.Props
	return nil
}

func (r *Recording) configure(x Resource) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ref := x.URN + "::" + x.ID
	switch x.Type {
	case "pulumi:providers:aws":
		r.sessions[ref] = cloud.Session{
			Region: x.Inputs.Str("region"), Caller: r.options.Caller,
			DefaultTags: x.Inputs.Obj("defaultTags").StrMap("tags"),
		}
	case "pulumi:providers:kubernetes":
		r.configs[ref] = x.Inputs.Str("kubeconfig")
	}
}

func (r *Recording) session(ref string) cloud.Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s, ok := r.sessions[ref]; ok && s.Region != "" {
		return s
	}
	return cloud.Session{Region: r.options.Region, Caller: r.options.Caller}
}

func (r *Recording) createObject(x *Resource) error {
	r.mu.Lock()
	kubeconfig := r.configs[x.Provider]
	r.mu.Unlock()
	client, err := kube.NewClient(r.Account, r.options.Engine, r.options.Caller, kubeconfig)
	if err != nil {
		return fmt.Errorf("%s: %w", x.URN, err)
	}
	apiVersion, kind, err := kube.GroupKind(x.Type)
	if err != nil {
		return err
	}
	if x.Outputs, err = client.Create(apiVersion, kind, x.URN, x.Inputs, false); err != nil {
		return fmt.Errorf("%s: %w", x.URN, err)
	}
	metadata := x.Outputs.Obj("metadata")
	x.ID = kube.Name{Namespace: metadata.Str("namespace"), Name: metadata.Str("name")}.ID()
	return nil
}

// Call answers a function; it is for the Pulumi SDK.
func (r *Recording) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	in, err := provider.FromPulumi(args.Args)
	if err != nil {
		return nil, err
	}
	out, err := r.Account.Invoke(r.session(args.Provider), args.Token, in)
	return provider.ToPulumi(out), err
}
