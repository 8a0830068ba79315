package network

import (
	"math/bits"
	"net/netip"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/internal/check"
)

// Tier is what a subnet is for. It decides the subnet's size and routes.
type Tier string

const (
	// Public has a route from and to the internet. Load balancers and NAT
	// gateways are in it, and nothing else.
	Public Tier = "public"

	// Private is where nodes are. It reaches the internet through NAT, if there
	// is any, and cannot be reached from it.
	Private Tier = "private"

	// Pod is where pods have their addresses, out of the pod CIDR. It is routed
	// as Private is.
	Pod Tier = "pod"

	// Data is for databases and brokers. It has no route out of the VPC, and its
	// network ACL admits nothing from outside.
	Data Tier = "data"

	// Control holds the interfaces through which the Kubernetes control plane
	// meets its nodes. It has no route out of the VPC either.
	Control Tier = "control"
)

// Tiers lists every tier, in the order in which a plan lists its subnets.
func Tiers() []Tier { return []Tier{Public, Private, Pod, Data, Control} }

// Plan is where every subnet of a network is. Its methods and fields are plain
// values, known before anything is created.
type Plan struct {
	// VPC is the primary range.
	VPC netip.Prefix

	// PodBlocks are the ranges, each at most a /16, that join the VPC for the
	// pod tier. They cover the zones to come as well as those in use.
	PodBlocks []netip.Prefix

	// Subnets are ordered by tier as [Tiers] is, then as Args.Zones is.
	Subnets []Subnet
}

// Subnet is one subnet of a plan.
type Subnet struct {
	Tier Tier
	Zone string
	CIDR netip.Prefix
}

// Key names the subnet within its network: "private-a". Resource names and the
// keys of [Network.RouteTableIDs] are made of it, so that neither changes when
// another zone comes or goes.
func (s Subnet) Key() string { return string(s.Tier) + "-" + letter(s.Zone) }

// Tier returns the subnets of one tier.
func (p Plan) Tier(tier Tier) []Subnet {
	var found []Subnet
	for _, s := range p.Subnets {
		if s.Tier == tier {
			found = append(found, s)
		}
	}
	return found
}

// Ranges returns all of the VPC's own ranges, the primary one first.
func (p Plan) Ranges() []netip.Prefix { return append([]netip.Prefix{p.VPC}, p.PodBlocks...) }

// PlanAddresses works out the subnets of a network. It is a pure function of
// the address fields of args: CIDR, PodCIDR, AvoidCIDRs, Region, Zones, MaxZones
// and Tiers. It fails when those are wrong, with every problem at once.
//
// The plan is stable. The place of a subnet depends on its tier, on the letter
// of its zone, on the two CIDRs and on MaxZones rounded up to a power of two,
// and on nothing else. So zones and tiers may be added, removed and reordered,
// and the subnets that stay keep their ranges:
//
//   - The primary CIDR is cut by tier: the first half is private, the next
//     quarter data, the next eighth public. The last eighth begins with control
//     and the rest of it stays free.
//   - Each tier is cut by zone. Zone a has the first slot, zone b the second,
//     and so on; a control slot is a /28, any other an equal share of its tier.
//   - The pod CIDR is cut by zone alone, into slots of at most a /16.
func PlanAddresses(args Args) (Plan, error) {
	args = args.withDefaults("")
	var e check.Errors
	args.checkAddresses(&e)
	if err := e.Err(); err != nil {
		return Plan{}, err
	}
	return args.plan(), nil
}

const (
	largest  = 16 // The shortest prefix that AWS allows for a VPC's range or a subnet.
	smallest = 28 // The longest such prefix.

	// maxPodBlocks is AWS's quota of five ranges for a VPC, less the primary one.
	maxPodBlocks = 4
)

// layout is where each tier of the primary CIDR begins, in eighths, and how many
// bits longer than the CIDR the tier's prefix is.
var layout = map[Tier]struct{ eighth, bits int }{
	Private: {0, 1},
	Data:    {4, 2},
	Public:  {6, 3},
	Control: {7, 3},
}

// plan assumes that args are valid.
func (a Args) plan() Plan {
	slotBits := zoneBits(a.MaxZones)
	vpc, pod := netip.MustParsePrefix(a.CIDR), netip.Prefix{}
	p := Plan{VPC: vpc}
	if slices.Contains(a.Tiers, Pod) {
		pod = netip.MustParsePrefix(a.PodCIDR)
		p.PodBlocks = podBlocks(pod, slotBits)
	}
	for _, tier := range Tiers() {
		if !slices.Contains(a.Tiers, tier) {
			continue
		}
		for _, zone := range a.Zones {
			p.Subnets = append(p.Subnets, Subnet{tier, zone, place(tier, slot(zone), vpc, pod, slotBits)})
		}
	}
	return p
}

// place returns the range of one tier's slot.
func place(tier Tier, slot int, vpc, pod netip.Prefix, zoneBits int) netip.Prefix {
	if tier == Pod {
		return nth(pod, podSlotBits(pod, zoneBits), slot)
	}
	at := layout[tier]
	start := nth(vpc, vpc.Bits()+3, at.eighth)
	if tier == Control {
		return nth(start, smallest, slot)
	}
	return nth(start, vpc.Bits()+at.bits+zoneBits, slot)
}

// podSlotBits is the prefix length of a zone's pod subnet: an equal share of the
// pod CIDR, or a /16 where the share would be larger.
func podSlotBits(pod netip.Prefix, zoneBits int) int { return max(pod.Bits()+zoneBits, largest) }

// podBlocks cuts the pod CIDR into the ranges that a VPC can take and leaves out
// those that no slot reaches.
func podBlocks(pod netip.Prefix, zoneBits int) []netip.Prefix {
	if pod.Bits() >= largest {
		return []netip.Prefix{pod}
	}
	blocks := make([]netip.Prefix, min(1<<(largest-pod.Bits()), 1<<zoneBits))
	for i := range blocks {
		blocks[i] = nth(pod, largest, i)
	}
	return blocks
}

// zoneBits is how many bits number the slots for maxZones zones.
func zoneBits(maxZones int) int { return bits.Len(uint(maxZones - 1)) }

// slot is the place of a zone among the zones of its region. It comes from the
// zone's letter, which AWS never gives to another zone of the account, and not
// from a position in a list, which changes when the list does.
func slot(zone string) int { return strings.Index(zoneLetters, letter(zone)) }

// letter is what tells a zone from the others of its region.
func letter(zone string) string { return zone[max(len(zone)-1, 0):] }

// nth returns the range with the given prefix length that comes n places after
// the first address of base.
func nth(base netip.Prefix, prefixLength, n int) netip.Prefix {
	b := base.Addr().As4()
	address := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	address += uint32(n) << (32 - prefixLength)
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{
		byte(address >> 24), byte(address >> 16), byte(address >> 8), byte(address),
	}), prefixLength)
}
