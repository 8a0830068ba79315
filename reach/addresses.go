package reach

import (
	"net/netip"
	"slices"
	"strings"

	"go4.org/netipx"
)

// addrs is a set of addresses of either family. A nil one is empty.
type addrs = *addressSet

// addressSet is a set with its ranges at hand, sorted and apart from each other:
// the library copies them whenever it is asked.
type addressSet struct {
	*netipx.IPSet
	ranges []netipx.IPRange
	// halves are its addresses of IPv4 and of IPv6, where it has both.
	halves [2]addrs
}

var nothing = &addressSet{IPSet: &netipx.IPSet{}}

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
	out := &addressSet{IPSet: s, ranges: s.Ranges()}
	// IPv4 comes first.
	first6 := slices.IndexFunc(out.ranges, func(r netipx.IPRange) bool { return r.From().Is6() })
	if first6 > 0 {
		out.halves = [2]addrs{ofRanges(out.ranges[:first6]), ofRanges(out.ranges[first6:])}
	}
	return out
}

func ofRanges(ranges []netipx.IPRange) addrs {
	var b netipx.IPSetBuilder
	for _, r := range ranges {
		b.AddRange(r)
	}
	return built(&b)
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

func empty(s addrs) bool { return s == nil || len(s.ranges) == 0 }

// join is what is in any of the sets.
func join(sets ...addrs) addrs {
	var b netipx.IPSetBuilder
	for _, s := range sets {
		if s != nil {
			b.AddSet(s.IPSet)
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
	case !overlap(a, b):
		return nothing
	}
	var builder netipx.IPSetBuilder
	builder.AddSet(a.IPSet)
	builder.Intersect(b.IPSet)
	return built(&builder)
}

// minus is what is in a and not in b.
func minus(a, b addrs) addrs {
	a, b = orNothing(a), orNothing(b)
	switch {
	case covers(b, a):
		return nothing
	case !overlap(a, b):
		return a
	}
	var builder netipx.IPSetBuilder
	builder.AddSet(a.IPSet)
	builder.RemoveSet(b.IPSet)
	return built(&builder)
}

// covers tells whether all of b is in a.
func covers(a, b addrs) bool {
	if a == b {
		return true
	}
	a, b = orNothing(a), orNothing(b)
	i := 0
	for _, r := range b.ranges {
		for i < len(a.ranges) && a.ranges[i].To().Less(r.From()) {
			i++
		}
		if i == len(a.ranges) || r.From().Less(a.ranges[i].From()) || a.ranges[i].To().Less(r.To()) {
			return false
		}
	}
	return true
}

func overlap(a, b addrs) bool {
	a, b = orNothing(a), orNothing(b)
	for i, j := 0, 0; i < len(a.ranges) && j < len(b.ranges); {
		switch {
		case a.ranges[i].To().Less(b.ranges[j].From()):
			i++
		case b.ranges[j].To().Less(a.ranges[i].From()):
			j++
		default:
			return true
		}
	}
	return false
}

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
func (f family) of(s addrs) addrs {
	switch {
	case s == nil || s.halves[0] == nil:
		return both(s, f.every())
	case f == ipv4:
		return s.halves[0]
	}
	return s.halves[1]
}

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
