package reach

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/reach/flow"
)

// groupsOut passes the security groups of the sender.
func (w *walk) groupsOut(p *packet) *Blocker {
	return w.passGroups(p, p.sender, p.to, destination, func(g *group) []sgRule { return g.out })
}

// groupsIn passes the security groups of the receiver.
func (w *walk) groupsIn(p *packet) *Blocker {
	return w.passGroups(p, p.to, p.sender, source, func(g *group) []sgRule { return g.in })
}

// passGroups passes the groups of a place; peer is who is at the other side. A
// security group remembers connections, so answers need no rule.
func (w *walk) passGroups(p *packet, owner, peer *Place, s side, rulesOf func(*group) []sgRule) *Blocker {
	if owner.open {
		return nil
	}
	var kept boxes
	var by, names []string
	try := func(r sgRule) {
		for _, b := range p.conns {
			b.what = b.what.Intersect(r.what)
			switch {
			case b.what.Empty():
				continue
			case r.missing != "":
				if !w.assume(r.missing) {
					continue
				}
			case r.group != nil:
				if !w.carries(p, peer, r.group, s) {
					continue
				}
			default:
				b = w.narrow(p, b, s, r.peers)
			}
			if !b.empty() {
				kept, by = append(kept, b), append(by, r.name)
			}
		}
	}
	for _, g := range owner.groups {
		names = append(names, g.name)
		for _, r := range rulesOf(g) {
			try(r)
		}
	}
	for _, r := range w.n.strays {
		try(r)
	}
	if owner.groupless != "" && w.assume(owner.groupless) {
		kept, by = append(kept, p.conns...), append(by, "a group that is not known")
	}
	return w.pass(p, kept, func() (Hop, Blocker) {
		direction, verb := "out of", "lets out"
		if s == source {
			direction, verb = "into", "admits"
		}
		if len(names) == 0 {
			names = []string{"no security group"}
		}
		other := w.peerText(p, peer, s)
		return Hop{fmt.Sprintf("%s %s, security group %s", direction, owner, strings.Join(names, ", ")), enumerate(by)}, Blocker{
			Why:  fmt.Sprintf("no rule %s %s %s %s", verb, p.conns.what(), preposition(s), other),
			Take: fmt.Sprintf("a rule of %s for %s", names[0], other),
		}
	})
}

func preposition(s side) string {
	if s == source {
		return "from"
	}
	return "to"
}

// peerText names who is at one end, as a filter there sees it.
func (w *walk) peerText(p *packet, peer *Place, s side) string {
	if len(p.conns) == 0 {
		return peer.String()
	}
	return fmt.Sprintf("%s (%s)", peer, text(p.addrs(p.conns[0], s)))
}

// carries tells whether the one at the other side has a group. After a
// translation, or through a gateway, its group is not seen.
func (w *walk) carries(p *packet, peer *Place, g *group, s side) bool {
	if p.exit != nil || p.arrival == toTransit || s == destination && p.dst != nil {
		return false
	}
	if slices.Contains(peer.groups, g) {
		return true
	}
	return peer.groupless != "" && w.assume(peer.groupless)
}

// reply is a network ACL that the answers have to pass: one end of the
// connection is its peer.
type reply struct {
	acl      *acl
	rules    []aclRule
	side     side
	src, dst *seen
	ports    flow.Set
	subnet   string
}

// leave passes the network ACL of a subnet on the way out, and remembers that
// the answers have to come back in.
func (w *walk) leave(p *packet, s *subnet) *Blocker {
	return w.passACL(p, s, destination, s.aclRules(true), s.aclRules(false))
}

// enter passes the network ACL of a subnet on the way in, and remembers that the
// answers have to get out.
func (w *walk) enter(p *packet, s *subnet) *Blocker {
	return w.passACL(p, s, source, s.aclRules(false), s.aclRules(true))
}

func (s *subnet) aclRules(out bool) []aclRule {
	switch {
	case s.acl == nil:
		return nil
	case out:
		return s.acl.out
	}
	return s.acl.in
}

func (w *walk) passACL(p *packet, s *subnet, peer side, rules, back []aclRule) *Blocker {
	if s.acl == nil {
		if w.assume("the network ACL of subnet " + s.name + " is not known") {
			return nil
		}
		return &Blocker{At: "network ACL of " + s.name, Why: "it is not known"}
	}
	kept, by, stops := w.filterACL(p, rules, peer)
	p.replies = append(p.replies, reply{s.acl, back, peer, p.src, p.dst, p.ports, s.name})
	return w.pass(p, kept, func() (Hop, Blocker) {
		direction := "out of"
		if peer == source {
			direction = "into"
		}
		return Hop{fmt.Sprintf("network ACL %s, %s subnet %s", s.acl.name, direction, s.name), enumerate(by)}, Blocker{
			Why:  fmt.Sprintf("%s %s %s %s", stopText(stops), p.conns.what(), preposition(peer), text(p.addrs(p.conns[0], peer))),
			Take: fmt.Sprintf("a rule of %s before it that allows them", s.acl.name),
		}
	})
}

// filterACL is what rules let through, the rules that do, and those that do not.
func (w *walk) filterACL(p *packet, rules []aclRule, peer side) (kept boxes, by, stops []string) {
	for _, b := range p.conns {
		let, stopped := judge(rules, p.addrs(b, peer), b.what, w.lenient)
		for _, v := range stopped {
			stops = append(stops, v.rule)
		}
		if p.translated(peer) {
			// One of the addresses, and nobody knows which.
			what := b.what.Minus(whatOf(stopped))
			if maybe := whatOf(let); !maybe.Equal(what) && w.assumed(whichOf(p.addrs(b, peer))) {
				what = maybe
			}
			for _, v := range let {
				by = append(by, v.rule)
			}
			kept = kept.add(box{b.src, b.dst, what})
			continue
		}
		for _, v := range let {
			c := box{b.src, b.dst, v.what}
			if peer == source {
				c.src = v.peers
			} else {
				c.dst = v.peers
			}
			kept, by = append(kept, c), append(by, v.rule)
		}
	}
	return kept, by, stops
}

// stopText says which rules stop something; where none says anything, that none
// lets it through.
func stopText(rules []string) string {
	if named := enumerate(slices.DeleteFunc(slices.Clone(rules), func(r string) bool { return r == "no rule" })); named != "" {
		return named + " stops"
	}
	return "no rule allows"
}

func whatOf(verdicts []verdict) flow.Set {
	var sets []flow.Set
	for _, v := range verdicts {
		sets = append(sets, v.what)
	}
	return flow.Union(sets...)
}

var (
	portful = flow.Protocol(flow.TCP).Union(flow.Protocol(flow.UDP))
	icmp    = flow.Protocol(flow.ICMP).Union(flow.Protocol(flow.ICMPv6))
	echo    = flow.ICMPType(flow.ICMP, 8, -1)
	echo6   = flow.ICMPType(flow.ICMPv6, 128, -1)

	echoReply  = flow.ICMPType(flow.ICMP, 0, 0)
	echo6Reply = flow.ICMPType(flow.ICMPv6, 129, 0)
)

// returns passes the network ACLs that answers meet, last first.
func (w *walk) returns(p *packet) *Blocker {
	// The client's port is one, whichever ACLs the answers meet: what one of them
	// left is all that the next need let through. A translation chooses anew.
	ports := map[*seen]flow.Set{}
	for _, r := range slices.Backward(p.replies) {
		if left, has := ports[r.src]; has {
			r.ports = left
		}
		var kept boxes
		var answered []flow.Set
		var by, stops []string
		here := *p
		here.src, here.dst = r.src, r.dst
		for _, b := range p.conns {
			for _, part := range answers(b.what, r.ports) {
				c := box{b.src, b.dst, part.asked}
				if part.answer.Empty() {
					kept = append(kept, c) // Nobody waits for an answer.
					continue
				}
				let, stopped := judge(r.rules, here.addrs(b, r.side), part.answer, w.lenient)
				for _, v := range let {
					by, answered = append(by, v.rule), append(answered, v.what)
				}
				for _, v := range stopped {
					stops = append(stops, v.rule)
				}
				kept = append(kept, w.answered(&here, c, r.side, part, let, stopped)...)
			}
		}
		if w.lenient {
			ports[r.src] = r.ports.Intersect(flow.Union(answered...))
		}
		if len(kept) == 0 && w.quiet {
			return &Blocker{}
		}
		if len(kept) == 0 {
			return &Blocker{
				At:   fmt.Sprintf("network ACL %s, for the answers at subnet %s", r.acl.name, r.subnet),
				Why:  fmt.Sprintf("%s the answers, which go to ports %s", stopText(stops), r.ports),
				Take: fmt.Sprintf("a rule of %s before it that allows those ports", r.acl.name),
			}
		}
		if p.conns = kept.merged(); !r.acl.untouched && !w.quiet {
			p.hop(fmt.Sprintf("network ACL %s, for the answers at subnet %s", r.acl.name, r.subnet), enumerate(by))
		}
	}
	return nil
}

// exchange is a part of what is asked for, and what the answers are.
type exchange struct {
	asked, answer flow.Set
	// same tells that an answer has the protocol of the question and no ports.
	same bool
}

func answers(what, ports flow.Set) []exchange {
	var out []exchange
	add := func(asked, answer flow.Set, same bool) {
		if !asked.Empty() {
			out = append(out, exchange{asked, answer, same})
		}
	}
	for _, protocol := range []int{flow.TCP, flow.UDP} {
		add(what.Intersect(flow.Protocol(protocol)), ports.Intersect(flow.Protocol(protocol)), false)
	}
	add(what.Intersect(echo), echoReply, false)
	add(what.Intersect(echo6), echo6Reply, false)
	add(what.Intersect(icmp).Minus(echo).Minus(echo6), flow.Set{}, false)
	other := what.Minus(portful).Minus(icmp)
	add(other, other, true)
	return out
}

// answered is the part of connections whose answers get through.
func (w *walk) answered(p *packet, b box, s side, part exchange, let, stopped []verdict) boxes {
	var out boxes
	if part.same {
		for _, v := range let {
			c := b
			if c.what = v.what; !p.translated(s) {
				c = w.narrow(p, c, s, v.peers)
			} else if !w.lenient {
				c.what = part.asked.Minus(whatOf(stopped))
			}
			out = out.add(c)
		}
		return out
	}
	var peers addrs
	if w.lenient {
		for _, v := range let {
			peers = join(peers, v.peers)
		}
		for _, v := range stopped {
			if overlap(v.peers, peers) {
				w.assume("answers go to one of the ports " + part.answer.String() + ", and " + v.rule + " lets only some of them through")
			}
		}
	} else {
		peers = p.addrs(b, s)
		for _, v := range stopped {
			peers = minus(peers, v.peers)
		}
	}
	return out.add(w.narrow(p, b, s, peers))
}
