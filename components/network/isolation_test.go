package network_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestDataTierAdmitsTheVPCAlone(t *testing.T) {
	t.Parallel()
	net := build(t, func(a *network.Args) { a.PodCIDR = "100.64.0.0/15" })
	acl := net.inputs(t, cloud.NetworkACL, "net-data")
	if diff := cmp.Diff([]string{"subnet:net-data-a", "subnet:net-data-b", "subnet:net-data-c"}, acl.Strs("subnetIds")); diff != "" {
		t.Errorf("subnets (-want +got):\n%s", diff)
	}
	want := []string{
		"100 allow tcp 10.0.0.0/16 1024-65535", "110 allow tcp 10.0.0.0/16 443-443",
		"120 allow tcp 100.64.0.0/16 1024-65535", "130 allow tcp 100.64.0.0/16 443-443",
		"140 allow tcp 100.65.0.0/16 1024-65535", "150 allow tcp 100.65.0.0/16 443-443",
	}
	for _, direction := range []string{"ingress", "egress"} {
		var got []string
		for _, r := range acl.Objs(direction) {
			got = append(got, fmt.Sprintf("%d %s %s %s %d-%d", r.Int("ruleNo"), r.Str("action"), r.Str("protocol"),
				r.Str("cidrBlock"), r.Int("fromPort"), r.Int("toPort")))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", direction, diff)
		}
	}
}

// AWS allows twenty rules in each direction; the widest network needs ten.
func TestWidestDataACLFitsTheQuota(t *testing.T) {
	t.Parallel()
	acl := build(t).inputs(t, cloud.NetworkACL, "net-data")
	if in, out := len(acl.List("ingress")), len(acl.List("egress")); in != 10 || out != 10 {
		t.Errorf("%d rules in and %d out, want 10 each", in, out)
	}
}

func TestNoACLWithoutDataTier(t *testing.T) {
	t.Parallel()
	net := build(t, func(a *network.Args) { a.Tiers = []network.Tier{network.Public, network.Private} })
	if n := len(net.Of(cloud.NetworkACL)); n != 0 {
		t.Errorf("%d network ACLs, want none", n)
	}
}
