package network_test

import (
	"fmt"
	"math/bits"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/internal/golden"
)

func TestDefaultPlanIsTheGolden(t *testing.T) {
	t.Parallel()
	plan, err := network.PlanAddresses(base())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-9s %s\n", "vpc", plan.VPC)
	for _, block := range plan.PodBlocks {
		fmt.Fprintf(&b, "%-9s %s\n", "pods", block)
	}
	for _, s := range plan.Subnets {
		fmt.Fprintf(&b, "%-9s %s %s\n", s.Key(), s.Zone, s.CIDR)
	}
	golden.Equal(t, "testdata/plan.golden", b.String())
}

func TestPlan(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		change func(*network.Args)
		want   map[string]string
	}{
		"SmallestForFourZones": {
			"every tier ends where the next begins, down to /28",
			func(a *network.Args) { a.CIDR = "10.1.2.0/23" },
			map[string]string{"private-a": "10.1.2.0/26", "data-a": "10.1.3.0/27", "public-a": "10.1.3.128/28", "control-c": "10.1.3.224/28"},
		},
		"SmallestForTwoZones": {
			"two zones need half of the room of four",
			func(a *network.Args) {
				a.CIDR, a.MaxZones, a.Zones = "192.168.7.0/24", 2, a.Zones[:2]
			},
			map[string]string{"private-b": "192.168.7.64/26", "data-b": "192.168.7.160/27", "public-b": "192.168.7.208/28", "control-b": "192.168.7.240/28"},
		},
		"LetterDecidesTheSlot": {
			"a zone has the same place whether it comes first or last",
			func(a *network.Args) { a.Zones = []string{"eu-central-1d", "eu-central-1b"} },
			map[string]string{"private-d": "10.0.96.0/19", "private-b": "10.0.32.0/19", "pod-d": "100.67.0.0/16", "pod-b": "100.65.0.0/16"},
		},
		"OnePodBlock": {
			"a /16 for pods leaves each of four zones a /18",
			func(a *network.Args) { a.PodCIDR = "100.80.0.0/16" },
			map[string]string{"pod-a": "100.80.0.0/18", "pod-c": "100.80.128.0/18"},
		},
		"SixZonesShareFourBlocks": {
			"eight slots in four blocks of /16 are two to a block",
			func(a *network.Args) { a.MaxZones = 6 },
			map[string]string{"pod-a": "100.64.0.0/17", "pod-b": "100.64.128.0/17", "pod-c": "100.65.0.0/17", "private-c": "10.0.32.0/20"},
		},
		"NoSubnetAboveSlash16": {
			"two slots of a /14 would be a /15, which AWS refuses",
			func(a *network.Args) { a.MaxZones, a.Zones = 2, a.Zones[:2] },
			map[string]string{"pod-a": "100.64.0.0/16", "pod-b": "100.65.0.0/16"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := base()
			tc.change(&args)
			plan, err := network.PlanAddresses(args)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for key, cidr := range places(plan) {
				if _, ok := tc.want[key]; ok {
					got[key] = cidr.String()
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestSubnetsAreAlignedContainedAndDisjoint(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		args := drawArgs(t)
		plan := mustPlan(t, args)
		if want := len(args.Tiers) * len(args.Zones); len(plan.Subnets) != want {
			t.Fatalf("%d subnets, want %d", len(plan.Subnets), want)
		}
		for i, s := range plan.Subnets {
			if s.CIDR != s.CIDR.Masked() || s.CIDR.Bits() < 16 || s.CIDR.Bits() > 28 {
				t.Fatalf("%s is %s: not an aligned /16 to /28", s.Key(), s.CIDR)
			}
			homes := plan.PodBlocks
			if s.Tier != network.Pod {
				homes = []netip.Prefix{plan.VPC}
			}
			if !slices.ContainsFunc(homes, func(h netip.Prefix) bool { return contains(h, s.CIDR) }) {
				t.Fatalf("%s is %s: in none of %v", s.Key(), s.CIDR, homes)
			}
			for _, other := range plan.Subnets[:i] {
				if s.CIDR.Overlaps(other.CIDR) {
					t.Fatalf("%s %s overlaps %s %s", s.Key(), s.CIDR, other.Key(), other.CIDR)
				}
			}
		}
	})
}

func TestPodBlocksAreWhatAVPCTakes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		args := drawArgs(t)
		plan := mustPlan(t, args)
		if len(plan.Ranges()) > 5 {
			t.Fatalf("%d ranges, a VPC takes 5", len(plan.Ranges()))
		}
		if slots := 1 << bits.Len(uint(args.MaxZones-1)); len(plan.PodBlocks) > slots {
			t.Fatalf("%d blocks for %d slots: some are in vain", len(plan.PodBlocks), slots)
		}
		for i, block := range plan.PodBlocks {
			if block.Bits() < 16 || !contains(netip.MustParsePrefix(args.PodCIDR), block) {
				t.Fatalf("block %s: longer than /16 or outside %s", block, args.PodCIDR)
			}
			if slices.ContainsFunc(plan.PodBlocks[:i], block.Overlaps) {
				t.Fatalf("block %s overlaps an earlier one", block)
			}
			if !mayJoin(plan.VPC, block) {
				t.Fatalf("AWS does not let %s join a VPC in %s", block, plan.VPC)
			}
		}
	})
}

// The pod tier is as large as the room for other zones allows.
func TestPodTierWastesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		args := drawArgs(t)
		slots := 1 << bits.Len(uint(args.MaxZones-1))
		whole := netip.MustParsePrefix(args.PodCIDR).Bits()
		for _, s := range mustPlan(t, args).Tier(network.Pod) {
			if s.CIDR.Bits() > 16 && slots*(1<<(32-s.CIDR.Bits())) != 1<<(32-whole) {
				t.Fatalf("%d slots of %s do not fill %s", slots, s.CIDR, args.PodCIDR)
			}
		}
	})
}

// Zones and tiers may come, go and change places; what stays does not move.
func TestPlanIsStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before := drawArgs(t)
		after := before
		after.Zones, after.Tiers = drawZones(t, before.MaxZones), drawTiers(t)
		if before.MaxZones == 3 || before.MaxZones == 5 {
			after.MaxZones += rapid.IntRange(0, 1).Draw(t, "one zone more")
		}
		old, changed := mustPlan(t, before), mustPlan(t, after)
		now := places(changed)
		for key, was := range places(old) {
			if is, stays := now[key]; stays && is != was {
				t.Fatalf("%s moved from %s to %s\nbefore %+v\nafter %+v", key, was, is, before, after)
			}
		}
		if slices.Contains(before.Tiers, network.Pod) && slices.Contains(after.Tiers, network.Pod) {
			if diff := cmp.Diff(fmt.Sprint(old.PodBlocks), fmt.Sprint(changed.PodBlocks)); diff != "" {
				t.Fatalf("pod blocks changed (-before +after):\n%s", diff)
			}
		}
	})
}

// drawArgs makes address arguments that are legal by construction.
func drawArgs(t *rapid.T) network.Args {
	maxZones := rapid.IntRange(2, 6).Draw(t, "max zones")
	slotBits := bits.Len(uint(maxZones - 1))
	home := rapid.SampledFrom([]string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.19.0.0/16", "100.96.0.0/11", "52.0.0.0/10"}).Draw(t, "home")
	return network.Args{
		Region:   "us-east-1",
		CIDR:     drawInside(t, home, 16, 25-slotBits),
		PodCIDR:  drawInside(t, "100.64.0.0/11", 14, 28-slotBits),
		MaxZones: maxZones,
		Zones:    drawZones(t, maxZones),
		Tiers:    drawTiers(t),
	}
}

func drawInside(t *rapid.T, home string, shortest, longest int) string {
	h := netip.MustParsePrefix(home)
	length := rapid.IntRange(max(shortest, h.Bits()), longest).Draw(t, "prefix")
	low := rapid.Uint32Max(1<<(32-h.Bits())-1).Draw(t, "address")
	b := h.Addr().As4()
	address := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]) | low
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(address >> 24), byte(address >> 16), byte(address >> 8), byte(address)}), length).Masked().String()
}

func drawZones(t *rapid.T, maxZones int) []string {
	all := rapid.Permutation([]string{"us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d", "us-east-1e", "us-east-1f"}[:maxZones]).Draw(t, "zones")
	return all[:rapid.IntRange(2, maxZones).Draw(t, "zone count")]
}

func drawTiers(t *rapid.T) []network.Tier {
	tiers := []network.Tier{network.Private}
	for _, tier := range network.Tiers() {
		if tier != network.Private && rapid.Bool().Draw(t, string(tier)) {
			tiers = append(tiers, tier)
		}
	}
	return tiers
}

// mayJoin is AWS's table of restrictions on ranges that join a VPC, for a VPC
// with one range.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
func mayJoin(vpc, joining netip.Prefix) bool {
	in := func(cidr string, p netip.Prefix) bool { return contains(netip.MustParsePrefix(cidr), p) }
	private := in("10.0.0.0/8", joining) || in("172.16.0.0/12", joining) || in("192.168.0.0/16", joining) || in("198.19.0.0/16", joining)
	switch {
	case in("169.254.0.0/16", joining) || vpc.Overlaps(joining):
		return false
	case in("10.0.0.0/15", vpc) && in("10.0.0.0/16", joining):
		return false
	case in("10.0.0.0/8", vpc) && in("10.0.0.0/8", joining):
		return true
	case in("172.16.0.0/12", vpc) && in("172.16.0.0/12", joining):
		return !in("172.31.0.0/16", joining)
	case in("192.168.0.0/16", vpc) && in("192.168.0.0/16", joining), in("198.19.0.0/16", vpc) && in("198.19.0.0/16", joining):
		return true
	default:
		return !private
	}
}

func contains(outer, inner netip.Prefix) bool {
	return outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())
}

func places(plan network.Plan) map[string]netip.Prefix {
	at := map[string]netip.Prefix{}
	for _, s := range plan.Subnets {
		at[s.Key()] = s.CIDR
	}
	return at
}

func mustPlan(t *rapid.T, args network.Args) network.Plan {
	plan, err := network.PlanAddresses(args)
	if err != nil {
		t.Fatalf("%+v: %v", args, err)
	}
	return plan
}
