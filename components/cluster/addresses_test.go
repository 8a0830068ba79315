package cluster

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/internal/check"
)

func TestDNSAddress(t *testing.T) {
	t.Parallel()
	for cidr, want := range map[string]string{
		"172.20.0.0/16": "172.20.0.10", "10.100.0.0/16": "10.100.0.10", "192.168.7.0/24": "192.168.7.10", "no range": "",
	} {
		if got := dnsAddress(cidr); got != want {
			t.Errorf("%s: %s, want %s", cidr, got, want)
		}
	}
}

// A service range that is accepted shares no address with the VPC and is one
// that EKS takes.
func TestServiceCIDRIsApart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) netip.Prefix {
			b := [4]byte{rapid.SampledFrom([]byte{10, 172, 192}).Draw(t, label+" a"), rapid.Byte().Draw(t, label+" b"), rapid.Byte().Draw(t, label+" c"), 0}
			if b[0] == 192 {
				b[1] = 168
			}
			return netip.PrefixFrom(netip.AddrFrom4(b), rapid.IntRange(8, 28).Draw(t, label+" bits")).Masked()
		}
		service, vpc := draw("service"), draw("vpc")
		var e check.Errors
		validateServiceCIDR(&e, Args{ServiceCIDR: service.String(), VPCCIDRs: []string{vpc.String()}})
		accepted := e.Err() == nil
		first, last := service.Addr(), lastOf(service)
		right := service.Bits() >= 12 && service.Bits() <= 24 && first.IsPrivate() && last.IsPrivate() &&
			!vpc.Contains(first) && !vpc.Contains(last) && !service.Contains(vpc.Addr())
		if accepted != right {
			t.Fatalf("services in %s beside a VPC of %s: accepted %t, want %t", service, vpc, accepted, right)
		}
	})
}

func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().As4()
	for bit := p.Bits(); bit < 32; bit++ {
		b[bit/8] |= 1 << (7 - bit%8)
	}
	return netip.AddrFrom4(b)
}
