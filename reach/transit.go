package reach

import (
	"fmt"
	"slices"
)

const (
	attachmentType   = "aws:ec2transitgateway/vpcAttachment:VpcAttachment"
	transitTableType = "aws:ec2transitgateway/routeTable:RouteTable"
)

// transit is a transit gateway.
type transit struct {
	name        string
	attachments []*attachment
	usual       *transitTable // The default route table.
}

// attachment is a VPC at a transit gateway.
type attachment struct {
	item  *item
	vpc   *vpc
	zones []string
	table *transitTable
}

// transitTable is a route table of a transit gateway.
type transitTable struct {
	name   string
	routes []transitRoute
}

type transitRoute struct {
	dest addrs
	to   *attachment // nil is a blackhole.
}

func (n *Network) readTransit() {
	attachments, tables := map[*item]*attachment{}, map[*item]*transitTable{}
	for _, it := range n.index.of(transitType) {
		n.transit[it] = &transit{name: it.Name, usual: &transitTable{name: "default route table of " + it.Name}}
	}
	for _, it := range n.index.of(transitTableType) {
		tables[it] = &transitTable{name: it.Name}
	}
	for _, it := range n.index.of(attachmentType) {
		owner, missing := n.index.ref(it, "transitGatewayId", transitType)
		n.gap(missing)
		a := &attachment{item: it, vpc: n.vpcOf(it)}
		subnets, missing := n.index.refs(it, "subnetIds", it.props["subnetIds"], subnetType)
		n.gap(missing)
		for _, s := range subnets {
			a.zones = append(a.zones, n.subnets[s].zone)
		}
		attachments[it] = a
		t := n.transit[owner]
		if t == nil {
			continue
		}
		t.attachments = append(t.attachments, a)
		if usual(owner, it, "defaultRouteTableAssociation", "transitGatewayDefaultRouteTableAssociation") {
			a.table = t.usual
		}
		if usual(owner, it, "defaultRouteTablePropagation", "transitGatewayDefaultRouteTablePropagation") {
			t.usual.propagate(a)
		}
	}
	named := func(it *item) (*transitTable, *attachment) {
		table, missing := n.index.ref(it, "transitGatewayRouteTableId", transitTableType)
		n.gap(missing)
		a, missing := n.index.ref(it, "transitGatewayAttachmentId", attachmentType)
		n.gap(missing)
		return tables[table], attachments[a]
	}
	for _, it := range n.index.of("aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation") {
		if t, a := named(it); t != nil && a != nil {
			a.table = t
		}
	}
	for _, it := range n.index.of("aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation") {
		if t, a := named(it); t != nil && a != nil {
			t.propagate(a)
		}
	}
	for _, it := range n.index.of("aws:ec2transitgateway/route:Route") {
		t, a := named(it)
		if prefix, ok := prefixOf(it.props.str("destinationCidrBlock")); ok && t != nil {
			if it.props.flag("blackhole", no) == yes {
				a = nil
			}
			t.routes = append(t.routes, transitRoute{setOf(prefix), a})
		}
	}
}

// readPeerings reads the two ends of each peering connection.
func (n *Network) readPeerings() {
	for _, it := range n.index.of(peeringType) {
		// The other VPC may be of another program, or of another account.
		other, _ := n.index.ref(it, "peerVpcId", vpcType, defaultVPCType)
		n.peerings[it] = [2]*vpc{n.vpcOf(it), n.vpcs[other]}
	}
}

// usual tells whether an attachment uses the gateway's default route table.
func usual(gateway, it *item, ofGateway, ofAttachment string) bool {
	return gateway.props.str(ofGateway) != "disable" && it.props.flag(ofAttachment, yes) != no
}

func (t *transitTable) propagate(a *attachment) {
	if a.vpc == nil {
		return
	}
	for _, p := range a.vpc.cidrs {
		t.routes = append(t.routes, transitRoute{setOf(p), a})
	}
}

// lookup is where a table sends an address range: the most specific route's
// attachment.
func (t *transitTable) lookup(dest addrs) (*attachment, bool) {
	var best *transitRoute
	for i := range t.routes {
		r := &t.routes[i]
		if covers(r.dest, dest) && (best == nil || covers(best.dest, r.dest)) {
			best = r
		}
	}
	if best == nil {
		return nil, false
	}
	return best.to, true
}

// transits tells whether a transit gateway takes packets to their destination:
// both VPCs are attached, in the zone of the subnet they come from and go to,
// and its tables lead there and back. known is false when the other side is not
// among the resources.
func (w *walk) transits(p *packet, at *subnet, r *route) (known bool, block *Blocker) {
	t := w.n.transit[r.via]
	if t == nil || p.to.isWorld() || p.to.subnet.vpc == nil {
		return false, nil
	}
	gateway := "transit gateway " + t.name
	ends := make([]*attachment, 2)
	for i, s := range []*subnet{at, p.to.subnet} {
		j := slices.IndexFunc(t.attachments, func(a *attachment) bool { return a.vpc == s.vpc })
		if j < 0 {
			return true, &Blocker{At: gateway, Why: "VPC " + s.vpc.name + " is not attached to it", Take: "an attachment"}
		}
		if ends[i] = t.attachments[j]; s.zone != "" && !slices.Contains(ends[i].zones, s.zone) {
			return true, &Blocker{
				At:   gateway,
				Why:  fmt.Sprintf("attachment %s has no subnet in zone %s, where %s is", ends[i].item.Name, s.zone, s.name),
				Take: "a subnet of that zone in the attachment",
			}
		}
	}
	for i, dest := range []addrs{p.to.subnet.ranges, at.ranges} {
		from, to := ends[i], ends[1-i]
		if from.table == nil {
			return true, &Blocker{At: gateway, Why: "attachment " + from.item.Name + " has no route table", Take: "an association"}
		}
		if next, ok := from.table.lookup(p.family.of(dest)); !ok || next != to {
			return true, &Blocker{
				At:   gateway + ", route table " + from.table.name,
				Why:  fmt.Sprintf("it does not lead from %s to %s", from.item.Name, to.item.Name),
				Take: "a route or a propagation",
			}
		}
	}
	return true, nil
}
