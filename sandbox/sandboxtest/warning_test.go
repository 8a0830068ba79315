package sandboxtest_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
)

// A warning is recorded with its resource and fails nothing.
func TestWarnings(t *testing.T) {
	t.Parallel()
	rule := cloud.Declare(cloud.Rule{Name: "test-doubt", Code: "Doubtful", Source: "this test", Effect: cloud.Warns})
	account, err := cloud.Open(cloud.Options{Services: []cloud.Service{{Kinds: []cloud.Kind{{
		Token: "test:index/box:Box", Noun: "Box", Service: "Test", Global: true,
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			r.ID = "box"
			tx.Warn(rule, "no such box is known")
			return nil
		},
	}}}}})
	if err != nil {
		t.Fatal(err)
	}
	r := sandboxtest.Run(t, sandboxtest.Options{Account: account}, func(ctx *pulumi.Context) error {
		_, err := register(ctx, "test:index/box:Box", "b", nil)
		return err
	}).Must(t)
	if len(r.Warnings) != 1 || r.Warnings[0].Rule != rule || r.Warnings[0].URN != r.Resources[0].URN {
		t.Errorf("got the warnings %v, want one of %s", r.Warnings, r.Resources[0].URN)
	}
}
