package managed_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/managed"
	"github.com/slipway-iac/slipway/components/cluster"
	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

// install installs one add-on in a cluster of a Kubernetes minor.
func install(t *testing.T, minor string, addon versions.Addon) *sandboxtest.Recording {
	t.Helper()
	return fixture.Run(t, func(ctx *pulumi.Context) error {
		n, err := fixture.Network(ctx)
		if err != nil {
			return err
		}
		args := fixture.ClusterArgs(n)
		args.Version = minor
		c, err := cluster.New(ctx, fixture.ClusterName, args)
		if err != nil {
			return err
		}
		return managed.InstallAddon(ctx, c.Name, minor, addon, c)
	})
}

func pinned(version string) versions.Addon {
	return versions.Addon{Name: "vpc-cni", Pins: map[string]versions.Pin{"1.35": {Version: version}}}
}

func TestVersionIsTheDefaultUnlessPinned(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		kubernetes, want string
		asked            []sandboxtest.Call
	}{
		"pinned": {"1.35", "v1.20.0-eksbuild.1", nil},
		"pinned for elsewhere": {"1.36", "v1.21.1-eksbuild.8", []sandboxtest.Call{{
			Token: versionOf, Args: cloud.Props{"addonName": "vpc-cni", "kubernetesVersion": "1.36"},
		}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := install(t, tc.kubernetes, pinned("v1.20.0-eksbuild.1")).Must(t)
			if got := r.One(t, cloud.EKSAddon, "addons-vpc-cni").Inputs["addonVersion"]; got != tc.want {
				t.Errorf("the version is %v, want %s", got, tc.want)
			}
			if d := cmp.Diff(tc.asked, r.Calls); d != "" {
				t.Errorf("calls (-want +got):\n%s", d)
			}
		})
	}
}

func TestPinThatEKSDoesNotOfferIsRefused(t *testing.T) {
	t.Parallel()
	if r := install(t, "1.35", pinned("v1.1.0-eksbuild.1")); r.Err == nil || !strings.Contains(r.Err.Error(), "InvalidParameterException") {
		t.Errorf("error is %v, want InvalidParameterException", r.Err)
	}
}
