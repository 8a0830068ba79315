// Package flow is the algebra of what may be asked of a host: sets of protocols
// and ports. A set is kept as intervals, so that "every protocol and port" is as
// small as one port, and who may ask what is one calculation and not 65,536.
//
// It knows numbers only. Addresses are the business of package reach.
package flow

import (
	"slices"
)

// Protocols by their IP numbers.
const (
	ICMP   = 1
	TCP    = 6
	UDP    = 17
	ICMPv6 = 58
)

// MaxPort is the highest port.
const MaxPort = 1<<16 - 1

const lastProtocol = 255

// A Set is a set of pairs of protocol and port. For ICMP the port is the type
// times 256 plus the code; for protocols without ports it is all of them. The
// zero value is the empty set. Sets are values: no operation changes one.
type Set struct {
	// spans are sorted, apart from each other, and never touch.
	spans []span
}

// span is an interval of keys, both ends included. A key is the protocol in the
// upper bits and the port in the lower sixteen.
type span struct{ lo, hi uint32 }

func key(protocol, port int) uint32 { return uint32(protocol)<<16 | uint32(port) }

// All is every protocol and port.
func All() Set { return Set{[]span{{0, key(lastProtocol, MaxPort)}}} }

// Protocol is one protocol with all its ports.
func Protocol(protocol int) Set { return Ports(protocol, 0, MaxPort) }

// Ports are the ports from and to, and those between, of a protocol. It is
// empty when from is above to, or either is no port.
func Ports(protocol, from, to int) Set {
	if protocol < 0 || protocol > lastProtocol || from < 0 || to > MaxPort || from > to {
		return Set{}
	}
	return Set{[]span{{key(protocol, from), key(protocol, to)}}}
}

// Port is one port of a protocol.
func Port(protocol, port int) Set { return Ports(protocol, port, port) }

// ICMPType is one type of ICMP or ICMPv6; a negative code means all of them.
func ICMPType(protocol, kind, code int) Set {
	if kind < 0 || kind > 255 || code > 255 {
		return Set{}
	}
	if code < 0 {
		return Ports(protocol, kind<<8, kind<<8|255)
	}
	return Port(protocol, kind<<8|code)
}

// Union is what is in any of the sets.
func Union(sets ...Set) Set {
	var all []span
	for _, s := range sets {
		all = append(all, s.spans...)
	}
	return Set{merged(all)}
}

// Union is what is in s or in o.
func (s Set) Union(o Set) Set { return Union(s, o) }

// merged sorts spans and joins those that overlap or touch.
func merged(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return int(int64(a.lo) - int64(b.lo)) })
	var out []span
	for _, next := range spans {
		if n := len(out); n > 0 && next.lo <= out[n-1].hi+1 {
			out[n-1].hi = max(out[n-1].hi, next.hi)
			continue
		}
		out = append(out, next)
	}
	return out
}

// Intersect is what is in both s and o.
func (s Set) Intersect(o Set) Set {
	var out []span
	for i, j := 0, 0; i < len(s.spans) && j < len(o.spans); {
		a, b := s.spans[i], o.spans[j]
		if lo, hi := max(a.lo, b.lo), min(a.hi, b.hi); lo <= hi {
			out = append(out, span{lo, hi})
		}
		if a.hi < b.hi {
			i++
		} else {
			j++
		}
	}
	return Set{out}
}

// Minus is what is in s and not in o.
func (s Set) Minus(o Set) Set {
	var out []span
	for _, a := range s.spans {
		lo, whole := a.lo, true
		for _, b := range o.spans {
			if b.hi < lo || b.lo > a.hi {
				continue
			}
			if b.lo > lo {
				out = append(out, span{lo, b.lo - 1})
			}
			if b.hi >= a.hi {
				whole = false
				break
			}
			lo = b.hi + 1
		}
		if whole {
			out = append(out, span{lo, a.hi})
		}
	}
	return Set{out}
}

// Empty tells whether nothing is in s.
func (s Set) Empty() bool { return len(s.spans) == 0 }

// Equal tells whether s and o are the same set.
func (s Set) Equal(o Set) bool { return slices.Equal(s.spans, o.spans) }

// Contains tells whether all of o is in s.
func (s Set) Contains(o Set) bool { return o.Minus(s).Empty() }

// Overlaps tells whether s and o have anything in common.
func (s Set) Overlaps(o Set) bool { return !s.Intersect(o).Empty() }

// Has tells whether one port of one protocol is in s.
func (s Set) Has(protocol, port int) bool { return s.Contains(Port(protocol, port)) }
