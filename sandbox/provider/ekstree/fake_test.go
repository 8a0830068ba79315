package ekstree

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	stackURN  = "urn:pulumi:dev::poc::pulumi:pulumi:Stack::poc-dev"
	urnPrefix = "urn:pulumi:dev::poc::"
)

// fake is an Engine that answers as the recorder of testdata did: IDs and ARNs are made from types and URNs, the rest of the
// outputs are the inputs and what is given in outputs.
type fake struct {
	dry       bool
	outputs   map[string]props // By type, on top of the inputs.
	transform func(r *Registration)
	refuse    string // The name of a resource that cannot be made.

	registered []Registration
	urns       []string
	states     map[string]props
	invoked    []string
	parents    []string // Of functions called.
}

func newFake() *fake {
	return &fake{states: map[string]props{}, outputs: map[string]props{
		awsCluster: {
			"version":              str("1.34"),
			"endpoint":             str("https://example.eks.amazonaws.com"),
			"certificateAuthority": object(props{"data": str("Zm9v")}),
			"identities": list(object(props{"oidcs": list(object(props{
				"issuer": str("https://oidc.eks.us-west-2.amazonaws.com/id/ABC"),
			}))})),
		},
		"aws:ec2/launchTemplate:LaunchTemplate": {"latestVersion": str("undefined")},
		securityGroupRule:                       {"securityGroupRuleId": str("sgr-1")},
	}}
}

func urnOf(parent, typ, name string) string {
	if parent != "" && parent != stackURN {
		typ = strings.Split(parent, "::")[2] + "$" + typ
	}
	return urnPrefix + typ + "::" + name
}

func (f *fake) DryRun() bool { return f.dry }

func (f *fake) Register(_ context.Context, r Registration) (Registered, error) {
	if r.Name == f.refuse {
		return Registered{}, fmt.Errorf("ResourceInUseException: %s", r.Name)
	}
	if f.transform != nil {
		f.transform(&r)
	}
	if r.Version != "" {
		r.Inputs["version"] = str(r.Version) // As Pulumi's engine does with the version of a provider.
	}
	urn := urnOf(r.Parent, r.Type, r.Name)
	f.registered, f.urns = append(f.registered, r), append(f.urns, urn)
	if !r.Custom {
		return Registered{URN: urn}, nil
	}
	id := "id-" + r.Type[len(r.Type)-5:]
	state := merged(object(props{"name": str(id), "arn": str("arn:aws:x:us-west-2:123456789012:" + urn)}), object(r.Inputs), object(f.outputs[r.Type]))
	if f.dry { // Nothing is known but what was asked for.
		id, state = "", r.Inputs
	}
	f.states[urn] = state
	return Registered{URN: urn, ID: id, Outputs: state}, nil
}

func (f *fake) RegisterOutputs(_ context.Context, urn string, outputs resource.PropertyMap) error {
	f.states[urn] = outputs
	return nil
}

func (f *fake) Invoke(_ context.Context, token string, args resource.PropertyMap, opts InvokeOptions) (resource.PropertyMap, error) {
	if token == GetResource {
		state, ok := f.states[args["urn"].StringValue()]
		if !ok {
			return nil, fmt.Errorf("no resource %s", args["urn"].StringValue())
		}
		return props{"urn": args["urn"], "state": object(state)}, nil
	}
	f.invoked = append(f.invoked, token+text(args["addonName"])+text(args["kubernetesVersion"])+text(args["name"]))
	f.parents = append(f.parents, opts.Provider)
	switch token {
	case "aws:index/getPartition:getPartition":
		return props{"partition": str("aws"), "dnsSuffix": str("amazonaws.com")}, nil
	case "aws:eks/getAddonVersion:getAddonVersion":
		return props{"version": str("v1.2.3")}, nil
	case "aws:ssm/getParameter:getParameter":
		return props{"value": str("ami-newest")}, nil
	case "aws:ec2/getVpc:getVpc":
		return props{"id": str("vpc-default")}, nil
	case "aws:ec2/getSubnets:getSubnets":
		return props{"ids": strs("subnet-a", "subnet-b")}, nil
	}
	return nil, fmt.Errorf("unknown function %s", token)
}

// find is the registration of the name and type.
func (f *fake) find(t *testing.T, typ, name string) Registration {
	t.Helper()
	for _, r := range f.registered {
		if r.Type == typ && r.Name == name {
			return r
		}
	}
	t.Fatalf("no %s %q was registered, only %v", typ, name, each(f.registered, func(r Registration) string { return r.Type + "::" + r.Name }))
	return Registration{}
}

func (f *fake) has(typ string) bool {
	for _, r := range f.registered {
		if r.Type == typ {
			return true
		}
	}
	return false
}

// made puts a resource into the account that the program made before, and refers to it.
func (f *fake) made(typ, name, id string, state props) value {
	urn := urnOf(stackURN, typ, name)
	f.states[urn] = state
	return resource.MakeCustomResourceReference(resource.URN(urn), resource.ID(id), "")
}

// bare are the least inputs of a cluster, with others on top.
func bare(more props) props {
	return merged(object(props{
		"vpcId": str("vpc-1"), "privateSubnetIds": strs("subnet-1", "subnet-2"), "skipDefaultNodeGroup": yes(true),
	}), object(more))
}

func construct(t *testing.T, f *fake, typ, name string, in props) Result {
	t.Helper()
	result, err := Construct(t.Context(), f, Request{Type: typ, Name: name, Parent: stackURN, Inputs: in})
	if err != nil {
		t.Fatalf("Construct: %v", err)
	}
	return result
}

func constructCluster(t *testing.T, in props) (*fake, Result) {
	t.Helper()
	f := newFake()
	return f, construct(t, f, "eks:index:Cluster", "demo", bare(in))
}

// same compares values by what they hold.
func same(t *testing.T, what string, got, want value) {
	t.Helper()
	if diff := cmp.Diff(mappable(want), mappable(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", what, diff)
	}
}

func mappable(v value) any {
	switch v = plain(v, false); {
	case v.IsNull():
		return nil
	case v.IsComputed():
		return "(unknown)"
	case v.IsResourceReference():
		return map[string]any{"resourceRef": strings.TrimPrefix(string(v.ResourceReferenceValue().URN), urnPrefix)}
	case v.IsArray():
		return each(v.ArrayValue(), mappable)
	case v.IsObject():
		out := map[string]any{}
		for k, e := range v.ObjectValue() {
			out[string(k)] = mappable(e)
		}
		return out
	}
	return v.V
}
