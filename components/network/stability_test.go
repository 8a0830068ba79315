package network_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// What comes later is added; what is there keeps its name and its inputs, but
// for the lists that name the newcomers.
func TestGrowthReplacesNothing(t *testing.T) {
	t.Parallel()
	lists := map[string][]string{
		cloud.VPCEndpoint:   {"routeTableIds", "subnetIds"},
		cloud.NetworkACL:    {"subnetIds", "ingress", "egress"},
		cloud.SecurityGroup: {"ingress"},
	}
	endpoints := func(a *network.Args) { a.InterfaceEndpoints = []string{"sts"} }
	cases := map[string]struct{ before, after func(*network.Args) }{
		"AZoneInFront": {
			func(a *network.Args) { a.Zones = []string{"eu-central-1b", "eu-central-1c"} },
			func(a *network.Args) { a.Zones = []string{"eu-central-1a", "eu-central-1b", "eu-central-1c"} },
		},
		"AllOtherTiers": {
			func(a *network.Args) { a.Tiers = []network.Tier{network.Private, network.Public} },
			func(*network.Args) {},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, after := build(t, endpoints, tc.before), build(t, endpoints, tc.after)
			if len(after.Resources) <= len(before.Resources) {
				t.Fatal("nothing was added")
			}
			for _, r := range before.Resources {
				if r.Type == probe {
					continue
				}
				was, is := before.Readable(r), after.inputs(t, r.Type, r.Name)
				for _, list := range lists[r.Type] {
					delete(was, list)
					delete(is, list)
				}
				if diff := cmp.Diff(was, is); diff != "" {
					t.Errorf("%s %s (-before +after):\n%s", r.Type, r.Name, diff)
				}
			}
		})
	}
}
