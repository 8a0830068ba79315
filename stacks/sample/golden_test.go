package sample_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/slipway-iac/slipway/internal/golden"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/stacks/sample"
	"github.com/slipway-iac/slipway/tests/fixture"
)

// What may be done to whom, and by whom, in files to be read: pods, network
// policies and permissions of the application with everything switched on.
func TestGoldenPodsTrafficAndPermissions(t *testing.T) {
	t.Parallel()
	r := fixture.Run(t, program(func(a *sample.Args) {
		a.Database = database
		a.Database.Authorities = "-----BEGIN CERTIFICATE-----"
	})).Must(t)
	spec := func(x sandboxtest.Resource) any { return x.Inputs.Obj("spec") }
	traffic, permissions := map[string]any{}, map[string]any{}
	for _, x := range r.Below(t, component, "shop").Of(policy) {
		traffic[x.Name] = spec(x)
	}
	for _, x := range r.Below(t, component, "shop").Of(cloud.IAMRolePolicy) {
		var document any
		if err := json.Unmarshal([]byte(x.Inputs.Str("policy")), &document); err != nil {
			t.Fatal(err)
		}
		permissions[x.Name] = document
	}
	for file, value := range map[string]any{
		"front.json": spec(r.One(t, deployment, "shop-front")), "back.json": spec(r.One(t, deployment, "shop-back")),
		"traffic.json": traffic, "permissions.json": permissions,
	} {
		golden.EqualJSON(t, filepath.Join("testdata", file), value)
	}
}
