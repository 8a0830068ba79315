package reach

import (
	"fmt"
	"slices"

	"github.com/slipway-iac/slipway/reach/flow"
)

// world is whoever has some of the addresses outside of every VPC.
func world(name string, its addrs) *Place {
	return &Place{Name: name, Role: roleWorld, addrs: its, exact: true, outside: its, public: yes, open: true}
}

// roleWorld marks places outside of every VPC.
const roleWorld Role = "internet"

func (p *Place) isWorld() bool { return p.Role == roleWorld }

// connect follows connections from one place to another.
func (w *walk) connect(from, to *Place, f family, what flow.Set) outcome {
	if to.resolves != nil {
		return w.resolve(from, to, f, what)
	}
	for _, p := range []*Place{from, to} {
		if !p.isWorld() && p.subnet == nil {
			fact := p.missing
			if w.assume(fact) {
				return outcome{ways: []way{{conns: boxes{{f.every(), f.every(), what}}, hops: []Hop{{p.Name, fact}}}}}
			}
			return outcome{blocked: []Blocker{{At: p.Name, Why: fact}}}
		}
	}
	p := &packet{from: from, to: to, sender: from, family: f, ports: clientPorts(from)}
	src, dst := f.of(from.addrs), f.of(to.addrs)
	for _, place := range []*Place{from, to} {
		if empty(f.of(place.addrs)) {
			if place.subnet != nil && place.subnet.unknown && w.assume("the range of subnet "+place.subnet.name+" is not known yet") {
				return outcome{ways: []way{{conns: boxes{{f.every(), f.every(), what}}}}}
			}
			return outcome{blocked: []Blocker{{At: place.String(), Why: fmt.Sprintf("it has no IPv%d address", f)}}}
		}
	}
	if to.deaf {
		return outcome{blocked: []Blocker{{At: to.String(), Why: "a NAT gateway takes no connections, only answers"}}}
	}
	p.conns = boxes{{src, dst, what}}
	switch {
	case from.beyond:
		return w.comeFromBeyond(p)
	case from.isWorld():
		return w.arrive(p)
	}
	if block := w.policiesOut(p); block != nil {
		return outcome{blocked: []Blocker{*block}}
	}
	out := w.depart(p)
	if !to.isWorld() && to.public != no && f == ipv4 {
		// Its public address is another way to it.
		around := p.copy()
		around.dst = &seen{to.outside}
		out.add(w.send(around))
	}
	return out
}

// depart sends packets off, after the CNI has translated the addresses of pods
// that leave the VPC.
func (w *walk) depart(p *packet) outcome {
	v := p.from.subnet.vpc
	if p.family == ipv6 || p.from.snat == no || len(p.from.nodes) == 0 || v == nil {
		return w.send(p)
	}
	var out outcome
	inside := join(v.ranges, p.from.keep)
	stays, leaves := p.copy(), p.copy()
	stays.conns, leaves.conns = nil, nil
	for _, b := range p.conns {
		stays.conns = stays.conns.add(box{b.src, both(b.dst, inside), b.what})
		leaves.conns = leaves.conns.add(box{b.src, minus(b.dst, inside), b.what})
	}
	if len(stays.conns) > 0 {
		out.add(w.send(stays))
	}
	if len(leaves.conns) == 0 {
		return out
	}
	var variants []outcome
	for _, node := range p.from.nodes {
		variants = append(variants, w.masquerade(leaves.copy(), node))
	}
	if p.from.snat == maybe {
		w.assume("whether the VPC CNI translates the addresses of " + p.from.String() + " is not known yet")
		variants = append(variants, w.send(leaves.copy()))
	}
	out.add(w.choose(variants))
	return out
}

// masquerade sends a pod's packets with the address of its node.
func (w *walk) masquerade(p *packet, node *Place) outcome {
	if node.subnet == nil {
		return outcome{blocked: []Blocker{{At: node.Name, Why: node.missing}}}
	}
	p.sender, p.src, p.ports = node, &seen{p.family.of(node.addrs)}, anyClient
	p.hop("VPC CNI", "leaves the VPC with the address of "+node.String())
	return w.send(p)
}

// choose is the outcome of one of several variants, and nobody knows which: the
// lenient takes any, the strict only what all have.
func (w *walk) choose(variants []outcome) outcome {
	if w.lenient || len(variants) == 1 {
		var out outcome
		for _, v := range variants {
			out.add(v)
		}
		return out
	}
	least := variants[0]
	for _, v := range variants[1:] {
		if len(v.ways) == 0 {
			return outcome{blocked: v.blocked}
		}
		for i := range least.ways {
			least.ways[i].conns = least.ways[i].conns.and(v.conns())
		}
	}
	least.ways = slices.DeleteFunc(least.ways, func(x way) bool { return len(x.conns) == 0 })
	return least
}

// send passes the sender's groups and routes what is left.
func (w *walk) send(p *packet) outcome {
	if block := w.groupsOut(p); block != nil {
		return outcome{blocked: []Blocker{*block}}
	}
	return w.route(p, p.sender.subnet)
}

// route follows the routes of a subnet's table.
func (w *walk) route(p *packet, at *subnet) outcome {
	if at.table == nil {
		if w.assume(at.missing) {
			return w.anywhere(p, Hop{"subnet " + at.name, at.missing})
		}
		return outcome{blocked: []Blocker{{At: "subnet " + at.name, Why: at.missing}}}
	}
	var out outcome
	for _, part := range w.parts(p, at.table) {
		next := p.copy()
		if next.conns = part.conns; len(next.conns) > 0 {
			out.add(w.follow(next, at, part.by))
		}
	}
	if r := at.table.uncertain(); r != nil && w.assume(r.missing) {
		out.add(w.anywhere(p.copy(), Hop{"route table " + at.table.name, r.missing}))
	}
	return out
}

// anywhere is the outcome where a packet may go anywhere at all.
func (w *walk) anywhere(p *packet, hop Hop) outcome {
	p.hops = append(p.hops, hop)
	return outcome{ways: []way{{conns: p.conns, hops: p.hops, exit: &Exit{By: hop.At, Kind: "unknown"}}}}
}

// routedConns are the connections that take one route.
type routedConns struct {
	conns boxes
	by    *route
}

// parts splits connections by the route they take.
func (w *walk) parts(p *packet, t *table) []routedConns {
	var out []routedConns
	if p.dst != nil {
		// One address, perhaps not known which: no AWS service has it, so what
		// is left is the least specific route.
		var last *route
		for _, r := range t.lookup(p.dst.addrs) {
			if !empty(r.dest) && (r.by == nil || r.by.kind != toEndpoint) {
				last = r.by
			}
		}
		return []routedConns{{p.conns, last}}
	}
	for _, b := range p.conns {
		for _, r := range t.lookup(b.dst) {
			c := boxes{}.add(box{b.src, r.dest, b.what})
			if i := slices.IndexFunc(out, func(o routedConns) bool { return o.by == r.by }); i >= 0 {
				out[i].conns = append(out[i].conns, c...)
			} else {
				out = append(out, routedConns{c, r.by})
			}
		}
	}
	return out
}

// follow takes one route.
func (w *walk) follow(p *packet, at *subnet, r *route) outcome {
	table := "route table " + at.table.name
	switch {
	case r == nil && w.quiet:
		return stopped(table, "", "")
	case r == nil:
		return stopped(table, fmt.Sprintf("it has no route to %s", text(p.addrs(p.conns[0], destination))), "a route there")
	}
	p.hop(table, "route "+r.name+" leads to "+r.viaName)
	switch r.kind {
	case toLocal:
		return w.local(p, at)
	case toInternet:
		return w.throughGateway(p, at, r)
	case toEgressOnly:
		if p.family != ipv6 || !p.to.isWorld() {
			return stopped(r.viaName, "an egress-only gateway leads to the internet, by IPv6", "")
		}
		return w.out(p, at, &Exit{By: r.viaName, Kind: "egress-only gateway", seen: p.conns.src()})
	case toNAT:
		return w.throughNAT(p, at, r)
	case toPeering, toTransit:
		return w.across(p, at, r)
	case toEndpoint:
		return w.out(p, at, &Exit{By: r.viaName, Kind: "gateway endpoint", seen: p.conns.src()})
	case toNowhere:
		return stopped(table, fmt.Sprintf("route %s leads to %s", r.name, r.viaName), "a route that leads somewhere")
	case toElsewhere:
	}
	fact := r.missing
	if fact == "" {
		fact = fmt.Sprintf("what %s does with packets is not modelled", r.viaName)
	}
	if w.assume(fact) {
		return w.anywhere(p, Hop{r.viaName, fact})
	}
	return stopped(r.viaName, fact, "")
}

func stopped(at, why, take string) outcome {
	return outcome{blocked: []Blocker{{At: at, Why: why, Take: take}}}
}

// local delivers within a VPC.
func (w *walk) local(p *packet, at *subnet) outcome {
	to := p.to
	if to.isWorld() || p.dst != nil || to.subnet.vpc != at.vpc {
		return stopped("VPC "+at.vpc.name, "nobody there has that address", "")
	}
	p.arrival = toLocal
	if at != to.subnet {
		if block := w.leave(p, at); block != nil {
			return outcome{blocked: []Blocker{*block}}
		}
	}
	return w.deliver(p, at != to.subnet)
}

// deliver brings packets into the subnet of their destination, past its groups,
// and the answers back.
func (w *walk) deliver(p *packet, crosses bool) outcome {
	if crosses {
		if block := w.enter(p, p.to.subnet); block != nil {
			return outcome{blocked: []Blocker{*block}}
		}
	}
	for _, step := range []func(*packet) *Blocker{w.groupsIn, w.policiesIn, w.routeBack, w.returns} {
		if block := step(p); block != nil {
			return outcome{blocked: []Blocker{*block}}
		}
	}
	return outcome{ways: []way{{p.conns, p.hops, p.exit}}}
}

// routeBack wants the answers to take the way back.
func (w *walk) routeBack(p *packet) *Blocker {
	s := p.to.subnet
	if s.table == nil {
		if w.assume(s.missing) {
			return nil
		}
		return &Blocker{At: "subnet " + s.name, Why: s.missing}
	}
	var kept boxes
	var back []string
	lost := "nothing"
	for _, b := range p.conns {
		for _, r := range s.table.lookup(p.addrs(b, source)) {
			switch {
			case empty(r.dest):
			case r.by != nil && w.leadsBack(p, r.by):
				kept = kept.add(w.narrow(p, b, source, r.dest))
				back = append(back, "route "+r.by.name+" leads to "+r.by.viaName)
			case r.by != nil:
				lost = "route " + r.by.name + " to " + r.by.viaName
			default:
				lost = "no route"
			}
		}
	}
	if len(kept) == 0 {
		return &Blocker{
			At:   "route table " + s.table.name + ", for the answers",
			Why:  fmt.Sprintf("%s takes them to %s, not back", lost, text(p.addrs(p.conns[0], source))),
			Take: "a route back by the way they came",
		}
	}
	p.conns = kept
	// Within a VPC there is always one. Who comes from the internet is asked twice.
	if hop := (Hop{"route table " + s.table.name + ", for the answers", enumerate(back)}); p.arrival != toLocal && !w.quiet && !slices.Contains(p.hops, hop) {
		p.hops = append(p.hops, hop)
	}
	return nil
}

func (w *walk) leadsBack(p *packet, r *route) bool {
	switch p.arrival {
	case toPeering, toTransit:
		// Both lead to the VPC that the packets are from, whichever they took.
		return r.via == p.via || (r.kind == toPeering || r.kind == toTransit) && w.n.joins(r, p.sender.subnet.vpc)
	case toInternet:
		return r.kind == toInternet
	}
	return r.kind == p.arrival
}
