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
	"cmp"
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
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
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

// Call is one call of a function.
type Call struct {
	// Token names the function.
	Token string
	// Args are what the program passed.
	Args cloud.Props
}

// Warning is something that AWS may refuse about a resource.
type Warning struct {
	cloud.Warning
	// URN is the resource's.
	URN string
}

// Recording is what a program did.
type Recording struct {
	// Account holds what exists after the program ran.
	Account *cloud.Account
	// Err is what the program returned.
	Err error
	// Resources are the registrations in order. One that the account refused is
	// not among them; one that failed after it was made is.
	Resources []Resource
	// Calls are the calls of functions in order.
	Calls []Call
	// Warnings are what AWS may refuse, in order.
	Warnings []Warning

	options  Options
	before   map[string]bool // What was in the account already.
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
	r := &Recording{
		Account: o.Account, options: o, before: placesOf(o.Account),
		sessions: map[string]cloud.Session{}, configs: map[string]string{},
	}
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
	err = r.create(&x)
	if x.ID != "" {
		r.record(x)
	}
	if err != nil {
		return "", nil, err
	}
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

func (r *Recording) warner(urn string) func(cloud.Warning) {
	return func(w cloud.Warning) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.Warnings = append(r.Warnings, Warning{w, urn})
	}
}

// create makes a custom resource where it belongs.
func (r *Recording) create(x *Resource) error {
	switch {
	case strings.HasPrefix(x.Type, "pulumi:providers:"):
		x.ID, x.Outputs = "provider-"+x.Name, x.Inputs
		return r.configure(*x)
	case strings.HasPrefix(x.Type, "kubernetes:"):
		return r.createInCluster(x)
	}
	session := r.session(x.Provider)
	session.Warn = r.warner(x.URN)
	kind, err := r.Account.Kind(x.Type)
	if err != nil {
		return err
	}
	inputs := x.Inputs.Clone()
	if err := provider.Autoname(kind, resource.URN(x.URN), inputs); err != nil {
		return err
	}
	made, err := r.Account.Create(session, x.Type, x.URN, inputs)
	if made != nil {
		x.ID, x.Outputs = made.ID, made.Props
	}
	if err != nil {
		return fmt.Errorf("%s: %w", x.URN, err)
	}
	return nil
}

func (r *Recording) configure(x Resource) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	ref := x.URN + "::" + x.ID
	switch x.Type {
	case "pulumi:providers:aws":
		session, err := provider.NewSession(r.Account, r.options.Caller, x.Inputs)
		if err != nil {
			return fmt.Errorf("%s: %w", x.URN, err)
		}
		session.Region = cmp.Or(session.Region, r.options.Region)
		r.sessions[ref] = session
	case "pulumi:providers:kubernetes":
		r.configs[ref] = x.Inputs.Str("kubeconfig")
	}
	return nil
}

func (r *Recording) session(ref string) cloud.Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s, ok := r.sessions[ref]; ok {
		return s
	}
	return cloud.Session{Region: r.options.Region, Caller: r.options.Caller}
}

// client talks to the cluster of an object.
func (r *Recording) client(x Resource) (*kube.Client, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return kube.NewClient(r.Account, r.options.Engine, r.options.Caller, r.configs[x.Provider])
}

func (r *Recording) createInCluster(x *Resource) error {
	apiVersion, kind, err := kube.GroupKind(x.Type)
	if err != nil {
		return err
	}
	client, err := r.client(*x)
	if err != nil {
		return fmt.Errorf("%s: %w", x.URN, err)
	}
	client.Warn = r.warner(x.URN)
	if x.Type == kube.ReleaseToken {
		err = install(client, x)
	} else {
		err = createObject(client, apiVersion, kind, x)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", x.URN, err)
	}
	return nil
}

func createObject(client *kube.Client, apiVersion, kind string, x *Resource) error {
	object, err := provider.NewObject(client, apiVersion, kind, resource.URN(x.URN), x.Inputs)
	if err != nil {
		return err
	}
	x.Outputs, err = client.Create(apiVersion, kind, x.URN, object, provider.PatchForced(object))
	if x.Outputs != nil {
		x.ID = objects.NameOf(x.Outputs).ID()
	}
	return err
}

func install(client *kube.Client, x *Resource) error {
	inputs, problems := provider.NewRelease(resource.URN(x.URN), x.Inputs)
	if len(problems) > 0 {
		return fmt.Errorf("%s: %s", problems[0].Property, problems[0].Reason)
	}
	added, err := client.Install(x.URN, inputs)
	if added != nil {
		x.Outputs, x.ID = inputs.With(added), objects.At(inputs.Str("namespace"), inputs.Str("name")).ID()
	}
	return err
}

// Call answers a function; it is for the Pulumi SDK.
func (r *Recording) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	in, err := provider.FromPulumi(args.Args)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.Calls = append(r.Calls, Call{Token: args.Token, Args: in})
	r.mu.Unlock()
	out, err := r.Account.Invoke(r.session(args.Provider), args.Token, in)
	return provider.ToPulumi(out), err
}
