package reach

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/reach/flow"
)

func TestFromState(t *testing.T) {
	t.Parallel()
	const export = `{"version":3,"deployment":{"resources":[
		{"urn":"urn:pulumi:s::p::pulumi:providers:aws::aws","type":"pulumi:providers:aws"},
		{"urn":"urn:pulumi:s::p::aws:ec2/vpc:Vpc::old","type":"aws:ec2/vpc:Vpc","delete":true},
		{"urn":"urn:pulumi:s::p::aws:ec2/vpc:Vpc::net","type":"aws:ec2/vpc:Vpc","id":"vpc-1","parent":"urn:parent",
		 "inputs":{"cidrBlock":"10.0.0.0/16","tags":{"a":"b"}},
		 "outputs":{"cidrBlock":"10.0.0.0/16","arn":"04da6b54-80e4-46f7-96ec-b56ff0331ba9",
			"secret":{"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270","plaintext":"[\"x\"]"},
			"sealed":{"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270","ciphertext":"v1:"},
			"output":{"4dabf18193072939515e22adb298388d":"d0e6a833031e9bbcd3f4e8bde6ca49a4","value":7}},
		 "propertyDependencies":{"vpcId":["urn:x"]}}]}}`
	got, err := FromState([]byte(export))
	if err != nil {
		t.Fatal(err)
	}
	want := []Resource{{
		Type: vpcType, Name: "net", URN: "urn:pulumi:s::p::aws:ec2/vpc:Vpc::net", Parent: "urn:parent", ID: "vpc-1",
		Properties:           p{"cidrBlock": "10.0.0.0/16", "tags": p{"a": "b"}, "secret": []any{"x"}, "output": float64(7)},
		PropertyDependencies: map[string][]string{"vpcId": {"urn:x"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// A deployment alone is read as well, and what is none is refused.
	if alone, err := FromState([]byte(export[strings.Index(export, `{"resources"`) : len(export)-1])); err != nil || len(alone) != 1 {
		t.Errorf("%d resources, %v", len(alone), err)
	}
	for _, broken := range []string{"", "[]", `{"deployment":7}`, `{"resources":{}}`} {
		if _, err := FromState([]byte(broken)); err == nil {
			t.Errorf("%q is read as a state", broken)
		}
	}
}

func TestFromPlan(t *testing.T) {
	t.Parallel()
	const plan = `{"resourcePlans":{
		"urn:pulumi:s::p::aws:ec2/subnet:Subnet::b":{"goal":{"type":"aws:ec2/subnet:Subnet","parent":"urn:parent",
			"inputDiff":{"adds":{"cidrBlock":"10.0.0.0/24","vpcId":"04da6b54-80e4-46f7-96ec-b56ff0331ba9"}},
			"propertyDependencies":{"vpcId":["urn:vpc"]}},
			"state":{"cidrBlock":"10.0.0.0/24","vpcId":"04da6b54-80e4-46f7-96ec-b56ff0331ba9","ipv6CidrBlock":"04da6b54-80e4-46f7-96ec-b56ff0331ba9","zone":"a"}},
		"urn:pulumi:s::p::aws:ec2/vpc:Vpc::a":{"steps":["delete"]}}}`
	got, err := FromPlan([]byte(plan))
	if err != nil {
		t.Fatal(err)
	}
	want := []Resource{{
		Type: subnetType, Name: "b", URN: "urn:pulumi:s::p::aws:ec2/subnet:Subnet::b", Parent: "urn:parent",
		// What nobody set and AWS will choose is left out.
		Properties:           p{"cidrBlock": "10.0.0.0/24", "vpcId": Unknown, "zone": "a"},
		PropertyDependencies: map[string][]string{"vpcId": {"urn:vpc"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := FromPlan([]byte("x")); err == nil {
		t.Error("x is read as a plan")
	}
}

// preview takes the identifiers away and puts the dependencies in their place, as
// a first preview has them. It sees top-level properties only.
func preview(resources []Resource) []Resource {
	urns := map[string]string{}
	for _, r := range resources {
		urns[r.ID] = r.URN
	}
	var out []Resource
	for _, r := range resources {
		r.ID, r.PropertyDependencies = "", map[string][]string{}
		properties := p{}
		for name, v := range r.Properties {
			var from []string
			properties[name] = hide(v, urns, &from)
			if len(from) > 0 {
				r.PropertyDependencies[name] = from
			}
		}
		r.Properties = properties
		out = append(out, r)
	}
	return out
}

func hide(v any, urns map[string]string, from *[]string) any {
	switch v := v.(type) {
	case string:
		if urn, is := urns[v]; is {
			*from = append(*from, urn)
			return Unknown
		}
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = hide(v[i], urns, from)
		}
		return out
	case map[string]any:
		out := p{}
		for key := range v {
			out[key] = hide(v[key], urns, from)
		}
		return out
	}
	return v
}

// Before anything exists the dependencies tell as much as identifiers later do.
func TestPreviewSaysTheSame(t *testing.T) {
	t.Parallel()
	s := platform().database().
		set("vpc-cni", p{"configurationValues": nil}).
		add(oldRuleType, "db-in", p{"type": "ingress", "securityGroupId": "db", "protocol": "tcp", "fromPort": float64(5432), "toPort": float64(5432), "sourceSecurityGroupId": "app"})
	// Rules name the cluster's own group by the cluster that brings it.
	s.set("cluster", p{"name": "the-cluster", "vpcConfig": p{"subnetIds": []any{"control"}}})
	for _, name := range []string{"api", "pods-cluster"} {
		s.drop(name)
	}
	s.add(ingressType, "api", p{"securityGroupId": "cluster", "ipProtocol": "tcp", "fromPort": float64(443), "toPort": float64(443), "referencedSecurityGroupId": "pods"})
	later, before := s.network(), New(preview(s.resources))
	if diff := cmp.Diff(later.Gaps(), before.Gaps()); diff != "" {
		t.Error(diff)
	}
	a, err := later.Matrix()
	if err != nil {
		t.Fatal(err)
	}
	b, err := before.Matrix()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a.Sums(), b.Sums(), cmp.Comparer(func(x, y flow.Set) bool { return x.Equal(y) })); diff != "" {
		t.Errorf("later and before (-later +before):\n%s", diff)
	}
	var connected int
	for _, sum := range b.Sums() {
		if !sum.Some.Empty() {
			connected++
		}
	}
	if connected < 8 {
		t.Errorf("only %d cells of the matrix have anything: the dependencies were not followed", connected)
	}
}

// A list with more sources than entries does not say which are meant.
func TestAmbiguousDependencies(t *testing.T) {
	t.Parallel()
	s := ground().add(groupType, "other", p{"vpcId": "vpc"})
	s.set("host", p{"vpcSecurityGroupIds": []any{Unknown}})
	for i, r := range s.resources {
		if r.Name == "host" {
			s.resources[i].PropertyDependencies = map[string][]string{"vpcSecurityGroupIds": {"urn:pulumi:t::t::" + groupType + "::app", "urn:pulumi:t::t::" + groupType + "::other"}}
		}
	}
	ask(t, s.network(), question{from: "host", to: "internet", some: "nothing", may: "all", says: []string{"vpcSecurityGroupIds of host is not known yet"}})
}

func FuzzFromState(f *testing.F) {
	f.Add([]byte(`{"deployment":{"resources":[{"type":"aws:ec2/vpc:Vpc","urn":"a::b","id":"v","outputs":{"cidrBlock":"10.0.0.0/8"}},{"type":"aws:ec2/subnet:Subnet","urn":"s","parent":"s","inputs":{"vpcId":"v","cidrBlock":"10.0.0.0/24","tags":[]}}]}}`))
	f.Add([]byte(`{"resources":[{"type":"aws:eks/addon:Addon","inputs":{"addonName":"vpc-cni","configurationValues":"{}"}},{"type":"aws:eks/cluster:Cluster","urn":"c","inputs":{"vpcConfig":[{"subnetIds":7}]}}]}`))
	f.Add([]byte(`{"resources":[{"type":"kubernetes:networking.k8s.io/v1:NetworkPolicy","inputs":{"spec":{"ingress":[{"from":[{"ipBlock":{"cidr":"x"}}]}]}}},{"type":"aws:ec2/routeTable:RouteTable","urn":"t","inputs":{"routes":[{"cidrBlock":"0.0.0.0/0","gatewayId":{}}]}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		resources, err := FromState(data)
		if err != nil {
			return
		}
		// Whatever the resources say, there is an answer.
		n := New(resources)
		if _, err := n.Matrix(); err != nil {
			t.Error(err)
		}
		n.Check(n.Standing()...)
	})
}
