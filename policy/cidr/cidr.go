// Package cidr is the arithmetic of address ranges that controls share. Ranges
// are compared as sets, never as texts: 0.0.0.0/1 with 128.0.0.0/1 is the whole
// internet as much as 0.0.0.0/0 is.
package cidr

import (
	"net/netip"
	"slices"
)

// internal are the ranges that no packet of the internet comes from: private,
// shared (RFC 6598), loopback and link-local addresses.
var internal = prefixes(
	"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
	"fc00::/7", "fe80::/10", "::1/128",
)

// Pods is the shared address space that pods have addresses of.
var Pods = netip.MustParsePrefix("100.64.0.0/10")

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		list[i] = netip.MustParsePrefix(t)
	}
	return list
}

// Parse reads ranges; what is none is left out. A single address is a range.
func Parse(texts ...string) []netip.Prefix {
	var list []netip.Prefix
	for _, t := range texts {
		if p, err := netip.ParsePrefix(t); err == nil {
			list = append(list, p.Masked())
		} else if a, err := netip.ParseAddr(t); err == nil {
			list = append(list, netip.PrefixFrom(a, a.BitLen()))
		}
	}
	return list
}

// Covers tells whether a range lies in others taken together.
func Covers(set []netip.Prefix, p netip.Prefix) bool {
	touching := false
	for _, s := range set {
		if s.Addr().Is4() != p.Addr().Is4() {
			continue
		}
		if s.Bits() <= p.Bits() && s.Contains(p.Addr()) {
			return true
		}
		touching = touching || s.Overlaps(p)
	}
	if !touching {
		return false
	}
	low, high := halves(p)
	return Covers(set, low) && Covers(set, high)
}

func halves(p netip.Prefix) (low, high netip.Prefix) {
	low = netip.PrefixFrom(p.Addr(), p.Bits()+1)
	bytes := p.Addr().AsSlice()
	bytes[p.Bits()/8] |= 1 << (7 - p.Bits()%8)
	a, _ := netip.AddrFromSlice(bytes)
	return low, netip.PrefixFrom(a, p.Bits()+1)
}

// Public tells whether a range has addresses of the internet.
func Public(p netip.Prefix) bool { return !Covers(internal, p.Masked()) }

// Wide tells whether ranges together let in a part of the internet that nobody
// owns as a whole: all of a /8 of IPv4 or of a /16 of IPv6.
func Wide(set []netip.Prefix) bool { return WiderThan(set, 8, 16) }

// WiderThan tells whether ranges together hold all addresses of some public
// range as short as the given lengths.
func WiderThan(set []netip.Prefix, bits4, bits6 int) bool {
	return slices.ContainsFunc(set, func(p netip.Prefix) bool {
		if !Public(p) {
			return false
		}
		bits := bits6
		if p.Addr().Is4() {
			bits = bits4
		}
		if p.Bits() <= bits {
			return true
		}
		parent := netip.PrefixFrom(p.Addr(), bits).Masked()
		return Public(parent) && Covers(set, parent)
	})
}

// Overlap finds two ranges that share addresses.
func Overlap(a, b []netip.Prefix) (netip.Prefix, netip.Prefix, bool) {
	for _, x := range a {
		for _, y := range b {
			if x.Overlaps(y) {
				return x, y, true
			}
		}
	}
	return netip.Prefix{}, netip.Prefix{}, false
}
