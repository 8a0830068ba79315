package network

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/internal/check"
)

// zoneLetters are the letters of availability zones in the order of their slots.
// No region has gone beyond f.
const zoneLetters = "abcdef"

const minZones, maxZones = 2, len(zoneLetters)

var (
	// podSpace is the shared address space of RFC 6598. Of all private space it
	// alone may join a VPC whatever the VPC's primary range is; the others
	// exclude one another, 198.19.0.0/16 included.
	// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
	podSpace = netip.MustParsePrefix("100.64.0.0/10")

	// dockerBridge is what container runtimes take for their own bridge by
	// default; some AWS services do so too and then cannot reach such a VPC.
	dockerBridge = netip.MustParsePrefix("172.17.0.0/16")

	// neverVPC are ranges that hosts keep to themselves.
	neverVPC = []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),
		netip.MustParsePrefix("127.0.0.0/8"),
		netip.MustParsePrefix("169.254.0.0/16"),
		netip.MustParsePrefix("224.0.0.0/4"),
	}
)

// checkAddresses reports all that is wrong with what a plan is made of.
func (a Args) checkAddresses(e *check.Errors) {
	a.checkZones(e)
	a.checkTiers(e)
	a.checkRanges(e)
}

func (a Args) checkZones(e *check.Errors) {
	e.Require(a.Region != "", "Region", `name it, such as "eu-central-1"`)
	regionOK := check.IsRegion(a.Region)
	e.That(regionOK || a.Region == "", "Region", a.Region, `the name of a region, such as "eu-central-1"`)

	e.That(len(a.Zones) >= minZones && len(a.Zones) <= maxZones, "Zones", a.Zones,
		fmt.Sprintf("%d to %d availability zones; EKS needs two", minZones, maxZones))
	maxOK := a.MaxZones >= minZones && a.MaxZones <= maxZones
	e.That(maxOK, "MaxZones", a.MaxZones, fmt.Sprintf("%d to %d", minZones, maxZones))
	e.That(!maxOK || a.MaxZones >= len(a.Zones), "MaxZones", a.MaxZones,
		fmt.Sprintf("at least %d, as many as Zones has", len(a.Zones)))

	for i, zone := range a.Zones {
		if slices.Contains(a.Zones[:i], zone) {
			e.Add("Zones names %q twice: name each zone once", zone)
			continue
		}
		if !regionOK {
			continue
		}
		letter, ok := strings.CutPrefix(zone, a.Region)
		if !ok || len(letter) != 1 || !strings.Contains(zoneLetters, letter) {
			e.Add("Zones has %q: want a zone of %s, such as %q", zone, a.Region, a.Region+"a")
			continue
		}
		if maxOK && slot(zone) >= a.MaxZones {
			e.Add("Zones has %q: with MaxZones %d there is room for the letters a to %c; set MaxZones to %d before the first deployment or choose another zone",
				zone, a.MaxZones, zoneLetters[a.MaxZones-1], slot(zone)+1)
		}
	}
}

func (a Args) checkTiers(e *check.Errors) {
	for i, tier := range a.Tiers {
		e.That(slices.Contains(Tiers(), tier), "Tiers", string(tier), fmt.Sprintf("one of %v", Tiers()))
		if slices.Contains(a.Tiers[:i], tier) {
			e.Add("Tiers names %q twice: name each tier once", tier)
		}
	}
	if !slices.Contains(a.Tiers, Private) {
		e.Add("Tiers lacks %q: nodes and interface endpoints live there, add it", Private)
	}
}

// checkRanges checks the CIDRs one by one, and against each other as far as they
// could be read.
func (a Args) checkRanges(e *check.Errors) {
	bits := zoneBits(min(max(a.MaxZones, minZones), maxZones))
	vpc, vpcOK := parseRange(e, "CIDR", a.CIDR)
	if vpcOK {
		checkPrimary(e, vpc, bits)
	}

	taken := map[string]netip.Prefix{}
	if vpcOK {
		taken["CIDR"] = vpc
	}
	if slices.Contains(a.Tiers, Pod) {
		pod, podOK := parseRange(e, "PodCIDR", a.PodCIDR)
		if podOK {
			checkPod(e, pod, bits)
			taken["PodCIDR"] = pod
		}
		if podOK && vpcOK && pod.Overlaps(vpc) {
			e.Add("PodCIDR %s overlaps CIDR %s: choose ranges that are apart", pod, vpc)
		}
	}
	for _, text := range a.AvoidCIDRs {
		avoid, ok := parseRange(e, "AvoidCIDRs", text)
		for _, field := range []string{"CIDR", "PodCIDR"} {
			if own, known := taken[field]; ok && known && own.Overlaps(avoid) {
				e.Add("%s %s overlaps %s of AvoidCIDRs: choose a range that is free there", field, own, avoid)
			}
		}
	}
}

// parseRange reads an IPv4 range in the one form that AWS would store.
func parseRange(e *check.Errors, field, text string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(text)
	if err != nil || !p.Addr().Is4() {
		e.That(false, field, text, `an IPv4 range such as "10.0.0.0/16"`)
		return p, false
	}
	e.That(p == p.Masked(), field, text, fmt.Sprintf("its canonical form %q", p.Masked()))
	return p, p == p.Masked()
}

// checkPrimary holds the primary range against AWS's limits and against what
// the tiers need: of its eighths, the smallest must have a /28 for each slot.
func checkPrimary(e *check.Errors, vpc netip.Prefix, bits int) {
	longest := smallest - 3 - bits
	switch {
	case vpc.Bits() < largest:
		e.That(false, "CIDR", vpc, fmt.Sprintf("a prefix of /%d to /%d; AWS allows none shorter", largest, longest))
	case vpc.Bits() > longest:
		e.That(false, "CIDR", vpc, fmt.Sprintf("/%d or shorter: %d tiers with room for %d zones need %d addresses, this has %d",
			longest, len(layout), 1<<bits, size(longest), size(vpc.Bits())))
	}
	for _, never := range neverVPC {
		if vpc.Overlaps(never) {
			e.Add("CIDR %s overlaps %s, where AWS allows no VPC: choose a private range", vpc, never)
		}
	}
}

func checkPod(e *check.Errors, pod netip.Prefix, bits int) {
	inside := pod.Bits() >= podSpace.Bits() && podSpace.Contains(pod.Addr())
	e.That(inside, "PodCIDR", pod, fmt.Sprintf("a range inside %s, the only private space that may join every VPC", podSpace))

	shortest, longest := largest-zoneBits(maxPodBlocks), smallest-bits
	switch {
	case pod.Bits() < shortest:
		e.That(false, "PodCIDR", pod, fmt.Sprintf("/%d or longer: a VPC takes %d ranges of at most /%d beside the primary one",
			shortest, maxPodBlocks, largest))
	case pod.Bits() > longest:
		e.That(false, "PodCIDR", pod, fmt.Sprintf("/%d or shorter: pods with room for %d zones need %d addresses, this has %d",
			longest, 1<<bits, size(longest), size(pod.Bits())))
	}
}

// size is the number of addresses in a range with the given prefix length.
func size(prefixLength int) int { return 1 << (32 - prefixLength) }
