package main

import (
	"testing"

	"github.com/slipway-iac/slipway/policy/policytest"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/enginetest"
)

var inFrankfurt = enginetest.Options{Config: map[string]string{"aws:region": "eu-central-1"}}

func TestNetworkComesUpAndGoes(t *testing.T) {
	env := enginetest.Start(t, inFrankfurt, program)
	env.Up()
	if n := len(env.Resources(cloud.NATGateway)); n != 1 {
		t.Errorf("there are %d NAT gateways, want one for all zones", n)
	}
	// The policy pack says which of them is a mistake.
	state, err := env.Session.Stack.Export(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	policytest.Check(t, state, map[string]string{"slipway-policy:profile": "staging"})
	// Somebody else uses the VPC.
	vpc := env.Resource(cloud.VPC, "shared")
	frankfurt := cloud.Session{Region: "eu-central-1"}
	other, err := env.Account.Create(frankfurt, cloud.SecurityGroup, "other", cloud.Props{"name": "other", "vpcId": vpc.ID})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := env.TryDestroy(); !enginetest.Refused(err, "DependencyViolation") {
		t.Errorf("the VPC is deleted while it is in use: %v", err)
	}
	if err := env.Account.Delete(frankfurt, cloud.SecurityGroup, other.ID); err != nil {
		t.Fatal(err)
	}
	env.Destroy()
	for _, r := range env.Resources("") {
		t.Errorf("%s %s is left", r.Kind, r.ID)
	}
}
