package reach

import (
	"net/netip"
	"strings"

	"go4.org/netipx"
)

// addrs is a set of addresses of either family. A nil one is empty.
type addrs = *netipx.IPSet

var nothing = &netipx.IPSet{}

// mustSet makes a set of ranges that are written in this package.
func mustSet(cidrs ...string) addrs {
	var prefixes []netip.Prefix
	for _, c := range cidrs {
		prefixes = append(prefixes, netip.MustParsePrefix(c))
	}
	return setOf(prefixes...)
}

func setOf(prefixes ...netip.Prefix) addrs {
	var b netipx.IPSetBuilder
	for _, p := range prefixes {
		b.AddPrefix(p.Masked())
	}
	return built(&b)
}

// built ends a builder. It fails only on invalid addresses, and none gets in.
func built(b *netipx.IPSetBuilder) addrs {
	s, err := b.IPSet()
	if err != nil {
		return nothing
	}
	return s
}

// prefixOf reads a range as AWS writes it, or a bare address.
func prefixOf(text string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), true
	}
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	return netip.Prefix{}, false
}

func orNothing(s addrs) addrs {
	if s == nil {
		return nothing
	}
	return s
}

func empty(s addrs) bool { return s == nil || len(s.Ranges()) == 0 }

// join is what is in any of the sets.
func join(sets ...addrs) addrs {
	var b netipx.IPSetBuilder
	for _, s := range sets {
		if s != nil {
			b.AddSet(s)
		}
	}
	return built(&b)
}

// both is what is in a and in b. The common cases, that one has all of the
// other, cost nothing.
func both(a, b addrs) addrs {
	a, b = orNothing(a), orNothing(b)
	switch {
	case covers(a, b):
		return b
	case covers(b, a):
		return a
	case !a.Overlaps(b):
		return nothing
	}
	var builder netipx.IPSetBuilder
	builder.AddSet(a)
	builder.Intersect(b)
	return built(&builder)
}

// minus is what is in a and not in b.
func minus(a, b addrs) addrs {
	a, b = orNothing(a), orNothing(b)
	switch {
	case covers(b, a):
		return nothing
	case !a.Overlaps(b):
		return a
	}
	var builder netipx.IPSetBuilder
	builder.AddSet(a)
	builder.RemoveSet(b)
	return built(&builder)
}

// covers tells whether all of b is in a.
func covers(a, b addrs) bool {
	if a == b {
		return true
	}
	a, b = orNothing(a), orNothing(b)
	for _, r := range b.Ranges() {
		if !a.ContainsRange(r) {
			return false
		}
	}
	return true
}

func overlap(a, b addrs) bool { return orNothing(a).Overlaps(orNothing(b)) }

// family are the addresses of one family: all sets of a walk are of one.
type family int

const (
	ipv4 family = 4
	ipv6 family = 6
)

var (
	everyIPv4 = mustSet("0.0.0.0/0")
	everyIPv6 = mustSet("::/0")

	// private are the ranges that the internet does not route. See
	// https://www.iana.org/assignments/iana-ipv4-special-registry/ ; the ranges
	// for documentation are left in, because they stand for somebody's.
	private = mustSet("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3")

	// global are the IPv6 addresses that the internet routes.
	global = mustSet("2000::/3")

	// unmeasured are addresses that nobody has. They stand for those of an AWS
	// service as long as its own are not known, so that a rule for the service's
	// prefix list and one for everywhere both admit them.
	unmeasured = netip.MustParsePrefix("240.0.0.0/8")
)

// every are all addresses of a family.
func (f family) every() addrs {
	if f == ipv4 {
		return everyIPv4
	}
	return everyIPv6
}

// of are the addresses of a set that belong to the family.
func (f family) of(s addrs) addrs { return both(s, f.every()) }

// text writes a set as ranges.
func text(s addrs) string {
	if empty(s) {
		return "no address"
	}
	if covers(s, everyIPv4) && !overlap(s, everyIPv6) {
		return "0.0.0.0/0"
	}
	prefixes := s.Prefixes()
	const most = 4
	var parts []string
	for i, p := range prefixes {
		if i == most && len(prefixes) > most+1 {
			parts = append(parts, "…")
			break
		}
		if p.IsSingleIP() {
			parts = append(parts, p.Addr().String())
			continue
		}
		parts = append(parts, p.String())
	}
	return strings.Join(parts, ", ")
}
