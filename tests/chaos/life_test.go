package chaos_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/tests/chaos"
)

// small is a program of a network, a key that may be made twice, and a second
// key that a destroy keeps.
func small(t *testing.T) *chaos.Program {
	t.Helper()
	const stack = "urn:pulumi:dev::slipway::"
	account, err := sandbox.Open("", "")
	if err != nil {
		t.Fatal(err)
	}
	provider := apitype.ResourceV3{
		URN: stack + "pulumi:providers:aws::aws", ID: "p", Custom: true, Type: "pulumi:providers:aws",
		Inputs: map[string]any{"region": "us-west-2"},
	}
	p := &chaos.Program{
		Name: "dev", AccountID: account.ID(), Resources: []apitype.ResourceV3{provider},
		Retained: map[string]int{cloud.KMSKey: 1},
	}
	add := func(kind, name string, inputs cloud.Props, after ...resource.URN) *apitype.ResourceV3 {
		urn := resource.URN(stack + kind + "::" + name)
		made, err := account.Create(cloud.Session{Region: "us-west-2"}, kind, string(urn), inputs)
		if err != nil {
			t.Fatal(err)
		}
		p.Resources = append(p.Resources, apitype.ResourceV3{
			URN: urn, ID: resource.ID(made.ID), Custom: true, Type: tokens.Type(kind), Inputs: inputs, Outputs: made.Props,
			Provider: string(provider.URN) + "::p", Dependencies: after,
		})
		return &p.Resources[len(p.Resources)-1]
	}
	vpc := add(cloud.VPC, "vpc", cloud.Props{"cidrBlock": "10.0.0.0/16"})
	id, urn := string(vpc.ID), vpc.URN
	add(cloud.KMSKey, "kept", cloud.Props{"enableKeyRotation": true}).RetainOnDelete = true
	add(cloud.Subnet, "subnet", cloud.Props{"vpcId": id, "cidrBlock": "10.0.0.0/24", "availabilityZone": "us-west-2a"}, urn)
	add(cloud.KMSKey, "key", cloud.Props{"enableKeyRotation": true, "deletionWindowInDays": 7.0})
	add(cloud.SecurityGroup, "group", cloud.Props{"vpcId": id, "name": "group", "description": "of a test"}, urn)
	return p
}

func live(t *testing.T, p *chaos.Program) *chaos.Life {
	t.Helper()
	l, err := chaos.Live(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Prove(1, 0); err != nil {
		t.Fatal(err)
	}
	return l
}

// What is decided by a proved world is what a whole life comes to, in every case
// of a small program.
func TestDecidedAsLived(t *testing.T) {
	t.Parallel()
	l := live(t, small(t))
	decided := 0
	cases := chaos.Cases(l.Program)
	for _, c := range cases {
		early, j, err := c.Decide(l)
		if early {
			decided++
		}
		if err != nil {
			t.Errorf("%s, decided: %v (%v)", c, err, j)
		}
		if j, err := c.Run(l); err != nil {
			t.Errorf("%s, lived: %v (%v)", c, err, j)
		}
	}
	if decided == 0 || decided == len(cases) {
		t.Errorf("%d of %d cases are decided, want some and not all: a second key is another world", decided, len(cases))
	}
	for _, d := range l.Drifts() {
		if j, err := l.Drift(d); err != nil {
			t.Errorf("%s: %v (%v)", d, err, j)
		}
	}
}

// A program that leaves more than it says has no life to compare with.
func TestLifeThatLeavesTooMuch(t *testing.T) {
	t.Parallel()
	p := small(t)
	p.Retained = nil
	if _, err := chaos.Live(p); err == nil {
		t.Error("want an error: a key is left and nobody said so")
	}
}

// What is done to a world that was begun is not done to the life.
func TestWorldsOfALifeAreApart(t *testing.T) {
	t.Parallel()
	l := live(t, small(t))
	w := l.Whole()
	before := len(w.Account().Resources())
	if err := w.DestroyAs(func(n int) int { return n - 1 }); err != nil {
		t.Fatal(err)
	}
	if after := len(l.Whole().Account().Resources()); after != before {
		t.Errorf("there are %d resources, want %d", after, before)
	}
	for step := range l.Program.Steps() + 1 {
		made := 0
		for _, r := range l.Begun(step).Account().Resources() {
			if r.MadeBy != "" {
				made++
			}
		}
		if made != step {
			t.Errorf("after %d steps there are %d resources", step, made)
		}
	}
}
