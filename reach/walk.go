package reach

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/reach/flow"
)

// Hop is one thing that packets pass, and the rule that lets them.
type Hop struct {
	// At is the thing, such as "security group db".
	At string `json:"at"`
	// By is what lets them through, by the name of the resource.
	By string `json:"by"`
}

func (h Hop) String() string { return h.At + ": " + h.By }

// Blocker is the first thing that stops packets.
type Blocker struct {
	// At is the thing, Why what it says of the packets.
	At  string `json:"at"`
	Why string `json:"why"`
	// Take is what it would take to get past it. There may be more behind.
	Take string `json:"take,omitempty"`
}

func (b Blocker) String() string {
	text := b.At + ": " + b.Why
	if b.Take != "" {
		text += "; it would take " + b.Take
	}
	return text
}

// Exit is how packets leave the network.
type Exit struct {
	// By is the gateway or endpoint, Kind what it is: internet gateway, NAT
	// gateway, egress-only gateway, gateway endpoint, unknown.
	By   string `json:"by"`
	Kind string `json:"kind"`
	// NAT is the NAT gateway that they passed, if any.
	NAT string `json:"nat,omitempty"`
	// Address is what the other side sees, as far as it is known.
	Address string `json:"address,omitempty"`

	seen addrs
}

// way is one way that packets take, with the connections that get through.
type way struct {
	conns boxes
	hops  []Hop
	exit  *Exit
}

// outcome is what became of packets: the ways that lead on, or the first thing
// that stops them.
type outcome struct {
	ways    []way
	blocked []Blocker
}

func (o outcome) conns() boxes {
	var out boxes
	for _, w := range o.ways {
		out = append(out, w.conns...)
	}
	return out
}

func (o *outcome) add(other outcome) {
	o.ways = append(o.ways, other.ways...)
	o.blocked = append(o.blocked, other.blocked...)
}

// walk follows packets. A lenient walk counts what is not known in favour of the
// packets, a strict one against them: what only the lenient one finds is
// unknown.
type walk struct {
	n       *Network
	lenient bool
	// quiet walks tell only where ways end.
	quiet bool
	facts []string
}

// assume notes an unknown fact and tells whether the walk goes on.
func (w *walk) assume(fact string) bool {
	return w.assumed(func() string { return fact })
}

// assumed is assume of a fact that is long to tell. To a quiet walk all facts are one.
func (w *walk) assumed(tell func() string) bool {
	if w.lenient && (!w.quiet || len(w.facts) == 0) {
		if fact := tell(); !slices.Contains(w.facts, fact) {
			w.facts = append(w.facts, fact)
		}
	}
	return w.lenient
}

// holds reads a fact that may be unknown.
func (w *walk) holds(t tri, fact string) bool {
	if t == maybe {
		return w.assume(fact)
	}
	return t == yes
}

// seen are the addresses that the next filter sees in place of a connection's
// own, after a translation. Each connection has one of them, and nobody says
// which.
type seen struct{ addrs addrs }

// packet is a set of connections on their way.
type packet struct {
	conns    boxes
	from, to *Place
	// sender is whose interface they leave by: from, unless it was translated.
	sender *Place
	family family
	// src and dst are what filters see in place of the connections' own.
	src, dst *seen
	// arrival is the kind of route by which they came to their destination's
	// VPC, via the gateway.
	arrival target
	via     *item
	// ports are where answers go.
	ports   flow.Set
	hops    []Hop
	replies []reply
	exit    *Exit
}

// Ports from which clients connect. See
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html#nacl-ephemeral-ports
var (
	anyClient   = flow.Ports(flow.TCP, 1024, flow.MaxPort).Union(flow.Ports(flow.UDP, 1024, flow.MaxPort))
	linuxClient = flow.Ports(flow.TCP, 32768, 60999).Union(flow.Ports(flow.UDP, 32768, 60999))
)

func clientPorts(p *Place) flow.Set {
	if p.linux {
		return linuxClient
	}
	return anyClient
}

// copy is a packet that goes another way from here.
func (p *packet) copy() *packet {
	c := *p
	c.hops, c.replies = slices.Clone(p.hops), slices.Clone(p.replies)
	return &c
}

func (p *packet) hop(at, by string) { p.hops = append(p.hops, Hop{at, by}) }

// pass keeps what a filter left. tell says which rules let it through, and what blocks
// when it is nothing; it is asked before anything changes, and not by a quiet walk.
func (w *walk) pass(p *packet, kept boxes, tell func() (Hop, Blocker)) *Blocker {
	var hop Hop
	var block Blocker
	if !w.quiet {
		hop, block = tell()
		block.At = hop.At
	}
	if len(kept) == 0 {
		return &block
	}
	p.conns = kept.merged()
	p.hops = append(p.hops, hop)
	return nil
}

// enumerate lists names without repeating any, the first few.
func enumerate(names []string) string {
	var unique []string
	known := map[string]bool{}
	for _, name := range names {
		if !known[name] {
			known[name], unique = true, append(unique, name)
		}
	}
	const most = 4
	if more := len(unique) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(unique[:most], ", "), more)
	}
	return strings.Join(unique, ", ")
}

// side is one end of connections.
type side int

const (
	source side = iota
	destination
)

// addrs are the addresses at one end of a connection, as a filter sees them.
func (p *packet) addrs(b box, s side) addrs {
	switch {
	case s == source && p.src != nil:
		return p.src.addrs
	case s == source:
		return b.src
	case p.dst != nil:
		return p.dst.addrs
	}
	return b.dst
}

func (p *packet) translated(s side) bool {
	return s == source && p.src != nil || s == destination && p.dst != nil
}

// narrow is the part of a connection set whose end is among peers.
func (w *walk) narrow(p *packet, b box, s side, peers addrs) box {
	switch at := p.addrs(b, s); {
	case p.translated(s):
		if covers(peers, at) || overlap(peers, at) && w.assumed(whichOf(at)) {
			return b
		}
		return box{}
	case s == source:
		b.src = both(b.src, peers)
	default:
		b.dst = both(b.dst, peers)
	}
	return b
}

// whichOf is the fact that one of some addresses is seen.
func whichOf(its addrs) func() string {
	return func() string { return fmt.Sprintf("which address of %s the other side sees is not known", text(its)) }
}
