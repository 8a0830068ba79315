package sandboxtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Of are the registrations of one type, in order.
func (r *Recording) Of(typ string) []Resource {
	return slices.DeleteFunc(slices.Clone(r.Resources), func(x Resource) bool { return x.Type != typ })
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

// Below are the resources whose parent is the component of a type and a logical
// name, or below it.
func (r *Recording) Below(t testing.TB, typ, name string) *Recording {
	t.Helper()
	inside := map[string]bool{r.One(t, typ, name).URN: true}
	below := &Recording{Account: r.Account, Err: r.Err}
	for _, x := range r.Resources {
		if inside[x.Parent] {
			inside[x.URN] = true
			below.Resources = append(below.Resources, x)
		}
	}
	return below
}

// WaitsFor tells whether a resource depends on another, by reference or by
// DependsOn.
func (r Resource) WaitsFor(other Resource) bool { return slices.Contains(r.DependsOn, other.URN) }

// Readable are a resource's inputs with every ID, ARN and address of another
// resource replaced by what it belongs to: "subnet:net-private-a",
// "arn:role:dns", "ip:net-nat-a".
func (r *Recording) Readable(x Resource) cloud.Props {
	names := map[string]string{}
	for _, y := range r.Resources {
		if y.ID == "" {
			continue
		}
		// Of "aws:ec2/natGateway:NatGateway" it is "natGateway:net-nat-a".
		name := y.Type[strings.LastIndex(y.Type, "/")+1:strings.LastIndex(y.Type, ":")] + ":" + y.Name
		if y.ID != y.Inputs.Str("name") {
			names[y.ID] = name
		}
		if arn := y.Outputs.Str("arn"); arn != "" {
			names[arn] = "arn:" + name
		}
		if y.Type == cloud.ElasticIP {
			names[y.Outputs.Str("publicIp")] = "ip:" + y.Name
		}
	}
	return replace(map[string]any(x.Inputs.Clone()), names).(map[string]any)
}

func replace(v any, names map[string]string) any {
	switch v := v.(type) {
	case string:
		if name, known := names[v]; known {
			return name
		}
	case []any:
		for i := range v {
			v[i] = replace(v[i], names)
		}
	case map[string]any:
		for key := range v {
			v[key] = replace(v[key], names)
		}
	}
	return v
}
