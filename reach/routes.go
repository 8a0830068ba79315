package reach

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
)

const (
	egressOnlyType  = "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway"
	managedListType = "aws:ec2/managedPrefixList:ManagedPrefixList"
	peeringType     = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
	transitType     = "aws:ec2transitgateway/transitGateway:TransitGateway"
	vpnType         = "aws:ec2/vpnGateway:VpnGateway"
)

// target is where a route leads.
type target int

const (
	toLocal target = iota
	toInternet
	toEgressOnly
	toNAT
	toPeering
	toTransit
	toEndpoint  // A gateway endpoint.
	toElsewhere // Something whose insides are not modelled.
	toNowhere   // A blackhole.
)

// route is one line of a route table.
type route struct {
	// name is the resource it is written in.
	name string
	// dest is the destination, bits how specific it is. unknown destinations
	// are nil.
	dest addrs
	bits int
	kind target
	// via is what it leads to; viaName is that in words.
	via     *item
	viaName string
	missing string
}

// table is a route table. Its routes stand most specific first.
type table struct {
	name   string
	vpc    *vpc
	routes []route
	done   bool
}

// targets are the properties of a route that say where it leads.
var targets = []struct {
	property string
	kind     target
	types    []string
}{
	{"gatewayId", toInternet, []string{gatewayType}},
	{"gatewayId", toElsewhere, []string{vpnType}},
	{"natGatewayId", toNAT, []string{natType}},
	{"egressOnlyGatewayId", toEgressOnly, []string{egressOnlyType}},
	{"transitGatewayId", toTransit, []string{transitType}},
	{"vpcPeeringConnectionId", toPeering, []string{peeringType}},
	{"networkInterfaceId", toElsewhere, []string{interfaceType}},
	{"vpcEndpointId", toElsewhere, []string{endpointType}},
	{"carrierGatewayId", toElsewhere, nil},
	{"localGatewayId", toElsewhere, nil},
	{"coreNetworkArn", toElsewhere, nil},
}

func (n *Network) readTables() {
	for _, it := range n.index.of(tableType) {
		n.tables[it] = &table{name: it.Name, vpc: n.vpcOf(it)}
	}
	for _, it := range n.index.of(defaultTableType) {
		owner, missing := n.index.ref(it, "defaultRouteTableId", vpcType, defaultVPCType)
		if owner == nil {
			// The VPC's own property names it, and is no identifier of the VPC.
			owner, missing = n.ownerOf(it, "defaultRouteTableId"), ""
		}
		n.gap(missing)
		if v := n.vpcs[owner]; v != nil {
			v.main.name = it.Name
			n.tables[it] = v.main
		}
	}
	for it, t := range n.tables {
		for _, r := range it.props.objs("routes") {
			n.addRoute(t, it, r, "routes", "cidrBlock", "ipv6CidrBlock", "destinationPrefixListId")
		}
	}
	for _, it := range n.index.of("aws:ec2/route:Route") {
		if t := n.tableRef(it); t != nil {
			n.addRoute(t, it, it.props, "", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
		}
	}
	n.associateTables()
	n.endpointRoutes()
	for _, v := range n.vpcs {
		v.main.finish()
	}
	for _, t := range n.tables {
		t.finish()
	}
	n.guessTiers()
}

// ownerOf is the VPC that has a property with the value of it's: the identifier
// of a thing that came with the VPC. In a preview it is the only VPC that the
// property came from.
func (n *Network) ownerOf(it *item, property string) *item {
	if id := it.props.str(property); id != "" {
		for owner := range n.vpcs {
			if slices.Contains([]string{owner.props.str("defaultRouteTableId"), owner.props.str("mainRouteTableId"),
				owner.props.str("defaultNetworkAclId"), owner.props.str("defaultSecurityGroupId")}, id) {
				return owner
			}
		}
		return nil
	}
	if from := n.index.sources(it, property, []string{vpcType, defaultVPCType}); len(from) == 1 {
		return from[0]
	}
	return nil
}

// tableRef is the table that a resource names, which may be a VPC's main one.
func (n *Network) tableRef(it *item) *table {
	found, missing := n.index.ref(it, "routeTableId", tableType, defaultTableType)
	if found != nil {
		return n.tables[found]
	}
	if owner := n.ownerOf(it, "routeTableId"); owner != nil {
		return n.vpcs[owner].main
	}
	n.gap(missing)
	return nil
}

// addRoute reads one route: r are its properties, part of those of it.
func (n *Network) addRoute(t *table, it *item, r props, within, v4, v6, prefixList string) {
	rt := route{name: it.Name, kind: toNowhere, viaName: "nothing"}
	if r.str("state") == "blackhole" {
		rt.viaName = "a target that is gone (blackhole)"
	} else {
		n.readTarget(&rt, it, r, within)
	}
	for _, property := range []string{v4, v6} {
		if p, ok := prefixOf(r.str(property)); ok {
			t.add(rt, p)
		} else if _, is := r[property]; is && !r.known(property) {
			t.routes = append(t.routes, unknownRoute(rt, "the destination of route "+it.Name+" is not known yet"))
		}
	}
	if value, is := r[prefixList]; is && value != "" {
		owner, missing := n.index.refPart(it, path(within, prefixList), value, managedListType, endpointType)
		if owner == nil {
			t.routes = append(t.routes, unknownRoute(rt, missing))
			return
		}
		for _, p := range n.lists[owner].Prefixes() {
			t.add(rt, p)
		}
	}
}

func unknownRoute(rt route, missing string) route {
	rt.dest, rt.missing = nil, missing
	return rt
}

func path(within, property string) string {
	if within == "" {
		return property
	}
	return within + "." + property
}

func (n *Network) readTarget(rt *route, it *item, r props, within string) {
	for _, t := range targets {
		value, is := r[t.property]
		if !is || value == "" || value == nil {
			continue
		}
		if value == "local" {
			rt.kind, rt.viaName = toLocal, "local"
			return
		}
		found, missing := n.index.refPart(it, path(within, t.property), value, t.types...)
		if found != nil {
			rt.kind, rt.via, rt.viaName, rt.missing = t.kind, found, found.Name, ""
			return
		}
		// Named, and not among the resources: it may lead anywhere.
		rt.kind, rt.missing = toElsewhere, missing
		if id, isText := value.(string); isText {
			rt.viaName = id
			if strings.HasPrefix(id, "igw-") {
				rt.kind, rt.missing = toInternet, ""
				return
			}
		} else {
			rt.viaName = "an unknown target"
		}
	}
}

// add appends a route to one destination.
func (t *table) add(rt route, dest netip.Prefix) {
	rt.dest, rt.bits = setOf(dest), dest.Bits()
	t.routes = append(t.routes, rt)
}

// associateTables tells the subnets which table is theirs.
func (n *Network) associateTables() {
	for _, it := range n.index.of("aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation") {
		if v, t := n.vpcOf(it), n.tableRef(it); v != nil && t != nil {
			for _, s := range n.subnets {
				if s.vpc == v && s.table == v.main {
					s.table = t
				}
			}
			v.main = t
		}
	}
	for _, it := range n.index.of("aws:ec2/routeTableAssociation:RouteTableAssociation") {
		if _, gateway := it.props["subnetId"]; !gateway || it.props.str("gatewayId") != "" {
			continue // Routes for what comes in through a gateway are not modelled.
		}
		found, missing := n.index.ref(it, "subnetId", subnetType)
		n.gap(missing)
		s := n.subnets[found]
		if s == nil {
			continue
		}
		if s.table = n.tableRef(it); s.table == nil {
			s.missing = "the route table of subnet " + s.name + " is not known"
		}
	}
}

// endpointRoutes puts the routes of gateway endpoints into their tables.
func (n *Network) endpointRoutes() {
	add := func(endpoint *item, t *table) {
		for _, p := range n.lists[endpoint].Prefixes() {
			t.add(route{name: endpoint.Name, kind: toEndpoint, via: endpoint, viaName: endpoint.Name}, p)
		}
	}
	for _, it := range n.index.of(endpointType) {
		if n.lists[it] == nil {
			continue
		}
		tables, missing := n.index.refs(it, "routeTableIds", it.props["routeTableIds"], tableType, defaultTableType)
		n.gap(missing)
		for _, t := range tables {
			add(it, n.tables[t])
		}
	}
	for _, it := range n.index.of("aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation") {
		endpoint, missing := n.index.ref(it, "vpcEndpointId", endpointType)
		n.gap(missing)
		if t := n.tableRef(it); t != nil && endpoint != nil && n.lists[endpoint] != nil {
			add(endpoint, t)
		}
	}
}

// finish adds the local routes and sorts: most specific first, local before
// others of the same length. See
// https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
func (t *table) finish() {
	if t.done || t.vpc == nil {
		return
	}
	t.done = true
	for _, p := range t.vpc.cidrs {
		t.add(route{name: t.name, kind: toLocal, viaName: "local"}, p)
	}
	slices.SortStableFunc(t.routes, func(a, b route) int {
		return cmp.Or(cmp.Compare(b.bits, a.bits), cmp.Compare(a.kind, b.kind))
	})
}

// guessTiers calls subnets without a tier public when they lead to an internet
// gateway.
func (n *Network) guessTiers() {
	for _, s := range n.subnets {
		if s.tier == "" && s.table != nil && slices.ContainsFunc(s.table.routes, func(r route) bool { return r.kind == toInternet }) {
			s.tier = TierPublic
		}
	}
}

// routed is a part of the destinations and the route that it takes; no route is
// nil.
type routed struct {
	dest addrs
	by   *route
}

// lookup splits destinations by the route they take.
func (t *table) lookup(dest addrs) []routed {
	var out []routed
	for i := range t.routes {
		r := &t.routes[i]
		if part := both(dest, r.dest); !empty(part) {
			out = append(out, routed{part, r})
			if dest = minus(dest, r.dest); empty(dest) {
				return out
			}
		}
	}
	return append(out, routed{dest, nil})
}

// uncertain is a route that may or may not take what it likes, because its
// destination is not known.
func (t *table) uncertain() *route {
	for i := range t.routes {
		if t.routes[i].dest == nil {
			return &t.routes[i]
		}
	}
	return nil
}
