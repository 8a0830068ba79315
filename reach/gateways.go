package reach

import (
	"fmt"
	"slices"

	"github.com/slipway-iac/slipway/reach/flow"
)

// throughGateway sends packets to the internet by an internet gateway. Over IPv4
// it takes only those of senders with a public address, which it translates.
func (w *walk) throughGateway(p *packet, at *subnet, r *route) outcome {
	if r.via != nil && at.vpc.gateway != r.via {
		return stopped("internet gateway "+r.viaName, "it is not attached to VPC "+at.vpc.name, "its attachment")
	}
	if p.family == ipv4 && p.dst == nil && (!p.to.isWorld() || p.to.beyond) {
		return stopped("internet gateway "+r.viaName, fmt.Sprintf("the internet does not route %s", text(p.addrs(p.conns[0], destination))), "a route to where that is")
	}
	exit := &Exit{By: r.viaName, Kind: "internet gateway", seen: p.sender.outside}
	if p.family == ipv6 {
		exit.seen = p.conns.src()
	} else if !w.holds(p.sender.public, "whether "+p.sender.String()+" has a public address is not known yet") {
		return stopped("internet gateway "+r.viaName, p.sender.String()+" has no public address, and the gateway takes no others", "a public address, or a route through a NAT gateway")
	}
	if !p.to.isWorld() {
		return w.roundabout(p, at, exit)
	}
	return w.out(p, at, exit)
}

// out leaves the network for good; answers come back the same way.
func (w *walk) out(p *packet, at *subnet, exit *Exit) outcome {
	if block := w.leave(p, at); block != nil {
		return outcome{blocked: []Blocker{*block}}
	}
	if block := w.returns(p); block != nil {
		return outcome{blocked: []Blocker{*block}}
	}
	if p.sender.Role == RoleNAT {
		exit.NAT = p.sender.Name
	}
	if exit.Kind != "gateway endpoint" {
		exit.Address = "an address that is not known yet"
		if prefixes := orNothing(exit.seen).Prefixes(); p.family == ipv6 || len(prefixes) == 1 && prefixes[0].IsSingleIP() {
			exit.Address = text(exit.seen)
		}
	}
	p.hop(exit.Kind+" "+exit.By, "leaves the network")
	return outcome{ways: []way{{p.conns, p.hops, exit}}}
}

// roundabout goes out by an internet gateway and in again to a public address
// of the destination.
func (w *walk) roundabout(p *packet, at *subnet, exit *Exit) outcome {
	if block := w.leave(p, at); block != nil {
		return outcome{blocked: []Blocker{*block}}
	}
	p.hop(exit.Kind+" "+exit.By, "leaves for the public address of "+p.to.String())
	p.exit, p.dst, p.src = exit, nil, &seen{exit.seen}
	if p.family == ipv6 {
		p.src = nil
	}
	return w.arrive(p)
}

// arrive comes in from the internet.
func (w *walk) arrive(p *packet) outcome {
	to := p.to
	v := to.subnet.vpc
	switch {
	case v == nil:
		if !w.assume(to.subnet.missing) {
			return stopped("subnet "+to.subnet.name, to.subnet.missing, "")
		}
		return w.anywhere(p, Hop{"subnet " + to.subnet.name, to.subnet.missing})
	case v.gateway == nil:
		return stopped("VPC "+v.name, "it has no internet gateway", "an internet gateway")
	case p.family == ipv4 && !w.holds(to.public, "whether "+to.String()+" has a public address is not known yet"):
		return stopped(to.String(), "it has no public address", "a public address, and a route to the internet gateway")
	}
	p.arrival = toInternet
	// Asked before the groups: without it nothing of the internet gets far.
	if block := w.routeBack(p); block != nil {
		block.Why = "it does not lead to the internet gateway, so none of the internet's packets is answered"
		block.At, block.Take = "route table of subnet "+to.subnet.name, "a route to the internet gateway "+v.gateway.Name
		if to.subnet.table != nil {
			block.At = "route table " + to.subnet.table.name
		}
		return outcome{blocked: []Blocker{*block}}
	}
	p.hop("internet gateway "+v.gateway.Name, "to the public address of "+to.String())
	return w.deliver(p, true)
}

// throughNAT translates the packets' source to that of a NAT gateway, which
// sends them on from its own subnet.
func (w *walk) throughNAT(p *packet, at *subnet, r *route) outcome {
	hosts := w.n.hosts[r.via]
	if len(hosts) != 1 || hosts[0].subnet == nil {
		if w.assume("where NAT gateway " + r.viaName + " stands is not known") {
			return w.anywhere(p, Hop{"NAT gateway " + r.viaName, "its subnet is not known"})
		}
		return stopped("NAT gateway "+r.viaName, "its subnet is not known", "")
	}
	nat := hosts[0]
	switch {
	case p.family == ipv6:
		return stopped("NAT gateway "+r.viaName, "it translates IPv4", "an egress-only gateway")
	case nat == p.sender:
		return stopped("NAT gateway "+r.viaName, "its own subnet leads back to it", "a route of subnet "+at.name+" to the internet gateway")
	case p.sender.Role == RoleNAT:
		return stopped("NAT gateway "+r.viaName, "its packets come from another NAT gateway, and none translates twice", "")
	}
	if at != nat.subnet {
		if block := w.leave(p, at); block != nil {
			return outcome{blocked: []Blocker{*block}}
		}
		if block := w.enter(p, nat.subnet); block != nil {
			return outcome{blocked: []Blocker{*block}}
		}
	}
	p.hop("NAT gateway "+r.viaName, "translates the source to "+natAddress(nat))
	p.sender, p.src, p.ports = nat, &seen{nat.addrs}, anyClient
	return w.route(p, nat.subnet)
}

// natAddress says which addresses a NAT gateway puts in the place of others, as
// far as they are known.
func natAddress(nat *Place) string {
	own := "its own address"
	if nat.exact {
		own = text(nat.addrs)
	}
	if prefixes := orNothing(nat.outside).Prefixes(); nat.public == yes && len(prefixes) == 1 {
		own += ", on the internet " + text(nat.outside)
	}
	return own
}

// joins tells whether a route's gateway has a VPC on its other side.
func (n *Network) joins(r *route, v *vpc) bool {
	switch r.kind {
	case toPeering:
		a, b := n.peers(r.via)
		return v != nil && (a == v || b == v)
	case toTransit:
		t := n.transit[r.via]
		return t != nil && slices.ContainsFunc(t.attachments, func(a *attachment) bool { return a.vpc == v })
	}
	return false
}

// peers are the two VPCs of a peering connection; nil is one that is not among
// the resources.
func (n *Network) peers(it *item) (a, b *vpc) {
	ends := n.peerings[it]
	return ends[0], ends[1]
}

// across goes to another VPC, by a peering connection or a transit gateway.
func (w *walk) across(p *packet, at *subnet, r *route) outcome {
	known := p.to.subnet != nil && p.to.subnet.vpc != nil
	if r.kind == toPeering && !p.to.isWorld() {
		if a, b := w.n.peers(r.via); !known || (a == nil || b == nil) && a != p.to.subnet.vpc && b != p.to.subnet.vpc {
			known = false
		} else if p.to.subnet.vpc == at.vpc || a != p.to.subnet.vpc && b != p.to.subnet.vpc {
			return stopped("peering connection "+r.viaName, p.to.String()+" is not at its other side", "")
		}
	}
	if r.kind == toTransit {
		var block *Blocker
		if known, block = w.transits(p, at, r); block != nil {
			return outcome{blocked: []Blocker{*block}}
		}
	}
	if !known || p.to.isWorld() || p.dst != nil {
		fact := "what is behind " + r.viaName + " is not among the resources"
		if w.assume(fact) {
			return w.anywhere(p, Hop{r.viaName, fact})
		}
		return stopped(r.viaName, fact, "")
	}
	if block := w.leave(p, at); block != nil {
		return outcome{blocked: []Blocker{*block}}
	}
	p.arrival, p.via = r.kind, r.via
	p.hop(r.viaName, "to VPC "+p.to.subnet.vpc.name)
	return w.deliver(p, true)
}

// comeFromBeyond comes from a private network that is not among the resources,
// by whatever gateway the answers would take.
func (w *walk) comeFromBeyond(p *packet) outcome {
	s := p.to.subnet
	if s.table == nil {
		return stopped("subnet "+s.name, s.missing, "")
	}
	var out outcome
	for _, r := range s.table.lookup(p.conns[0].src) {
		if empty(r.dest) || r.by == nil || r.by.kind != toPeering && r.by.kind != toTransit && r.by.kind != toElsewhere {
			continue
		}
		if !w.assume("what is behind " + r.by.viaName + " is not among the resources") {
			continue
		}
		next := p.copy()
		next.conns = boxes{{r.dest, p.conns[0].dst, p.conns[0].what}}
		next.arrival, next.via = r.by.kind, r.by.via
		next.hop(r.by.viaName, "from "+p.from.Name)
		out.add(w.deliver(next, true))
	}
	if len(out.ways)+len(out.blocked) == 0 {
		return stopped("route table "+s.table.name, "no route leads back to "+p.from.Name, "a gateway to that network, and a route to it")
	}
	return out
}

// resolve asks the VPC's own DNS resolver, which no security group and no
// network ACL keeps from anybody in the VPC. See
// https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
func (w *walk) resolve(from, to *Place, f family, what flow.Set) outcome {
	at := to.Name
	if from.isWorld() || from.subnet == nil || from.subnet.vpc != to.resolves {
		return stopped(at, "it answers only its own VPC", "")
	}
	if !w.holds(to.resolves.resolver, "whether VPC "+to.resolves.name+" has DNS is not known yet") {
		return stopped(at, "the VPC has no DNS", "enableDnsSupport of VPC "+to.resolves.name)
	}
	dns := flow.Port(flow.TCP, 53).Union(flow.Port(flow.UDP, 53)).Intersect(what)
	if dns.Empty() || f == ipv6 {
		return stopped(at, "it answers DNS only, on port 53", "")
	}
	return outcome{ways: []way{{boxes{{f.of(from.addrs), f.every(), dns}}, []Hop{{at, "answers everybody in VPC " + to.resolves.name}}, nil}}}
}
