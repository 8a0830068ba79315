package sample_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/stacks/sample"
	"github.com/slipway-iac/slipway/tests/fixture"
)

var update = flag.Bool("update", false, "rewrite golden files")

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
		got, err := json.MarshalIndent(value, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", file)
		if *update {
			if err := os.WriteFile(path, append(got, '\n'), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), string(got)+"\n"); d != "" {
			t.Errorf("%s (-want +got); run make golden if it is right:\n%s", file, d)
		}
	}
}
