package namespace_test

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/namespace"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

const (
	component = "slipway:namespace:Namespace"
	object    = "kubernetes:core/v1:Namespace"
	probe     = "test:index:Probe"
)

// run makes the namespace "shop" in a cluster, and a probe that has its name.
func run(t *testing.T, args namespace.Args) *sandboxtest.Recording {
	t.Helper()
	return fixture.Run(t, func(ctx *pulumi.Context) error {
		g, err := fixture.New(ctx)
		if err != nil {
			return err
		}
		if args.Cluster, err = g.Inside(ctx); err != nil {
			return err
		}
		n, err := namespace.New(ctx, "shop", args)
		if err != nil {
			return err
		}
		return ctx.RegisterComponentResourceV2(probe, "user", pulumi.Map{"namespace": n.Name}, &pulumi.ResourceState{})
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	level := func(level, version string, more map[string]any) map[string]any {
		labels := map[string]any{
			"pod-security.kubernetes.io/enforce": level, "pod-security.kubernetes.io/enforce-version": version,
			"pod-security.kubernetes.io/warn": level, "pod-security.kubernetes.io/warn-version": version,
			"pod-security.kubernetes.io/audit": level, "pod-security.kubernetes.io/audit-version": version,
		}
		maps.Copy(labels, more)
		return labels
	}
	cases := map[string]struct {
		args namespace.Args
		want map[string]any // metadata
	}{
		"zero is restricted": {namespace.Args{}, map[string]any{"name": "shop", "labels": level("restricted", "latest", nil)}},
		"all set": {
			namespace.Args{Namespace: "agents", Level: namespace.Privileged, Version: "v1.35", Labels: map[string]string{"team": "a"}},
			map[string]any{"name": "agents", "labels": level("privileged", "v1.35", map[string]any{"team": "a"})},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, tc.args).Must(t)
			if d := cmp.Diff(map[string]int{object: 1}, r.Below(t, component, "shop").Counts()); d != "" {
				t.Errorf("resources (-want +got):\n%s", d)
			}
			made := r.One(t, object, "shop")
			want := cloud.Props{"apiVersion": "v1", "kind": "Namespace", "metadata": tc.want}
			if d := cmp.Diff(want, made.Inputs); d != "" {
				t.Errorf("namespace (-want +got):\n%s", d)
			}
			if provider := r.One(t, "pulumi:providers:kubernetes", "inside"); made.Provider != provider.URN+"::"+provider.ID {
				t.Errorf("its provider is %q", made.Provider)
			}
			for _, x := range r.Below(t, "slipway:cluster:Cluster", fixture.ClusterName).Of(cloud.SecurityGroupIngressRule) {
				if !made.WaitsFor(x) {
					t.Errorf("it does not wait for %s of the cluster", x.Name)
				}
			}
			user := r.One(t, probe, "user")
			if got := user.Inputs.Str("namespace"); got != tc.want["name"] || !user.WaitsFor(made) {
				t.Errorf("what takes the name gets %q and waits for %q", got, user.DependsOn)
			}
			r.LeavesNothing(t)
		})
	}
}
