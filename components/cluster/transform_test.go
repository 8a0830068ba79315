package cluster

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func TestHarden(t *testing.T) {
	t.Parallel()
	asked := pulumi.Map{
		"name": pulumi.String("demo"),
		"accessConfig": pulumi.Map{
			"authenticationMode":                      pulumi.String("API"),
			"bootstrapClusterCreatorAdminPermissions": pulumi.Bool(true),
		},
	}
	cases := map[string]struct {
		typ  string
		want pulumi.Map // nil when the resource is left alone
	}{
		"the control plane": {"aws:eks/cluster:Cluster", pulumi.Map{
			"name": pulumi.String("demo"),
			"accessConfig": pulumi.Map{
				"authenticationMode":                      pulumi.String("API"),
				"bootstrapClusterCreatorAdminPermissions": pulumi.Bool(false),
			},
			"bootstrapSelfManagedAddons": pulumi.Bool(false),
			"upgradePolicy":              pulumi.Map{"supportType": pulumi.String("STANDARD")},
		}},
		"the component around it": {"eks:index:Cluster", nil},
		"an access entry":         {"aws:eks/accessEntry:AccessEntry", nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := pulumi.ResourceOptions{IgnoreChanges: []string{"bootstrapSelfManagedAddons"}}
			got := good().withDefaults("demo").harden(t.Context(), &pulumi.ResourceTransformArgs{Type: tc.typ, Props: asked, Opts: opts})
			if tc.want == nil {
				if got != nil {
					t.Errorf("it is changed to %v", got.Props)
				}
				return
			}
			if got == nil {
				t.Fatal("it is left alone")
			}
			if d := cmp.Diff(tc.want, got.Props); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(opts.IgnoreChanges, got.Opts.IgnoreChanges); d != "" {
				t.Errorf("the options are changed: %s", d)
			}
		})
	}
	if _, ok := asked["upgradePolicy"]; ok {
		t.Error("the properties that were asked for are changed")
	}
}
