package chaos_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/tests/chaos"
)

// A key that was kept on purpose exists beside the one in the state: changing it
// proves nothing, since no refresh looks at it.
func TestMendableIsInTheState(t *testing.T) {
	t.Parallel()
	const urn = "urn:pulumi:dev::slipway::aws:kms/key:Key::logs"
	account, err := sandbox.Open("", "123456789012")
	if err != nil {
		t.Fatal(err)
	}
	made, err := account.Create(cloud.Session{Region: "eu-west-1"}, cloud.KMSKey, urn, cloud.Props{"enableKeyRotation": true})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]bool{made.ID: true, "another": false} {
		state := &apitype.DeploymentV3{Resources: []apitype.ResourceV3{{URN: urn, ID: resource.ID(id)}}}
		for seed := range uint64(20) {
			if _, ok := chaos.Mendable(state, seed, account); ok != want {
				t.Errorf("with %s in the state, seed %d: %v, want %v", id, seed, ok, want)
			}
		}
	}
}
