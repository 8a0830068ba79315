package cluster

import (
	"net/netip"

	"github.com/slipway-iac/slipway/internal/check"
)

const (
	// maxPublicCIDRs is the quota of EKS for one endpoint.
	maxPublicCIDRs = 40

	// widestPublic is the widest range that counts as explicit; a handful of
	// wider ones would be the whole internet again.
	widestPublic = 8

	// dnsHost is the host that EKS gives the cluster's DNS in the service range.
	dnsHost = 10
)

// servicePrivate are the ranges that EKS accepts for Services.
var servicePrivate = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"),
}

// validateServiceCIDR follows what CreateCluster says of serviceIpv4Cidr, see
// https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
func validateServiceCIDR(e *check.Errors, a Args) {
	e.Require(len(a.VPCCIDRs) > 0, "VPCCIDRs", "list every range of the VPC, the pods' included")
	service, ok := parseCIDR(e, "ServiceCIDR", a.ServiceCIDR)
	if ok {
		e.That(service.Bits() >= 12 && service.Bits() <= 24, "ServiceCIDR", a.ServiceCIDR, "a /12 to /24")
		e.That(insideAny(servicePrivate, service), "ServiceCIDR", a.ServiceCIDR,
			"a range inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
	}
	apart := func(field string, cidrs []string) {
		for _, c := range cidrs {
			if other, parsed := parseCIDR(e, field, c); ok && parsed && service.Overlaps(other) {
				e.Add("ServiceCIDR is %q: want a range that overlaps none of %s, this one overlaps %s", a.ServiceCIDR, field, c)
			}
		}
	}
	apart("VPCCIDRs", a.VPCCIDRs)
	apart("OtherCIDRs", a.OtherCIDRs)
}

// validatePublicCIDRs refuses what EKS refuses, and what would be no
// restriction.
func validatePublicCIDRs(e *check.Errors, a Args) {
	e.That(len(a.PublicCIDRs) <= maxPublicCIDRs, "PublicCIDRs", len(a.PublicCIDRs), "at most 40 ranges")
	seen := map[string]bool{}
	for _, c := range a.PublicCIDRs {
		e.That(!seen[c], "PublicCIDRs", c, "each range once")
		seen[c] = true
		p, ok := parseCIDR(e, "PublicCIDRs", c)
		if !ok {
			continue
		}
		if p.Bits() < widestPublic {
			if !a.AllowWorld {
				e.Add("PublicCIDRs has %s: want the ranges that you work from, or set AllowWorld to open the endpoint to the internet", c)
			}
			continue
		}
		first := p.Addr()
		e.That(!first.IsPrivate() && !first.IsLoopback() && !first.IsLinkLocalUnicast(), "PublicCIDRs", c,
			"a public range: private addresses reach the private endpoint, which is always open to the VPC")
	}
}

// parseCIDR reads an IPv4 range in canonical form and records a problem when it
// is none. AWS would silently take 10.0.0.7/16 for 10.0.0.0/16, and every later
// preview would show the difference.
func parseCIDR(e *check.Errors, field, text string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(text)
	switch {
	case err != nil || !p.Addr().Is4():
		e.That(false, field, text, "an IPv4 range such as 10.0.0.0/16")
		return p, false
	case p != p.Masked():
		e.That(false, field, text, p.Masked().String())
		return p, false
	}
	return p, true
}

func insideAny(ranges []netip.Prefix, p netip.Prefix) bool {
	for _, r := range ranges {
		if r.Bits() <= p.Bits() && r.Contains(p.Addr()) {
			return true
		}
	}
	return false
}

// dnsAddress is the address of the cluster's DNS: the tenth of the service
// range.
func dnsAddress(serviceCIDR string) string {
	p, err := netip.ParsePrefix(serviceCIDR)
	if err != nil {
		return ""
	}
	address := p.Masked().Addr()
	for range dnsHost {
		address = address.Next()
	}
	return address.String()
}
