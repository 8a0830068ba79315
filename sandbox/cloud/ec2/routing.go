package ec2

import (
	"net/netip"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// local is the target of the routes that a VPC brings along.
const local = "local"

var (
	routeExists = cloud.Declare(cloud.Rule{
		Name: "route-exists", Code: "RouteAlreadyExists", Source: moto,
	})
	targetMissing = cloud.Declare(cloud.Rule{
		Name: "route-target-does-not-exist", Code: "InvalidGatewayID.NotFound", Source: ec2API, Tag: cloud.Memory,
	})
	transitMissing = missing("transit-gateway", "InvalidTransitGatewayID.NotFound", cloud.Memory)
	peeringMissing = missing("peering-connection", "InvalidVpcPeeringConnectionID.NotFound", cloud.Memory)
	prefixMissing  = missing("prefix-list", "InvalidPrefixListID.NotFound", cloud.Memory)
)

// route is one line of a route table.
type route struct {
	// destination is a range, or the ID of a prefix list.
	destination string
	// target is local or the ID of what the traffic goes to.
	target string
	// by is the ID of the route resource or endpoint that made it; "" for local
	// routes and those written in the table itself.
	by string
}

// routesOf are the routes of a table. They are kept with the table because the
// route resources, the table's own list and endpoints share it.
func routesOf(table *cloud.Resource) []route {
	var routes []route
	for _, o := range table.Facts.Objs("routes") {
		routes = append(routes, route{o.Str("destination"), o.Str("target"), o.Str("by")})
	}
	return routes
}

func setRoutes(tx *cloud.Tx, table *cloud.Resource, routes []route) {
	list := make([]any, len(routes))
	for i, rt := range routes {
		list[i] = map[string]any{"destination": rt.destination, "target": rt.target, "by": rt.by}
	}
	table.Facts["routes"] = list
	tx.Put(table)
}

// find is the route to a destination.
func findRoute(routes []route, destination string) (route, bool) {
	for _, rt := range routes {
		if rt.destination == destination {
			return rt, true
		}
	}
	return route{}, false
}

// addRoute puts a route into a table, if AWS would.
func addRoute(tx *cloud.Tx, table *cloud.Resource, rt route) error {
	routes := routesOf(table)
	rt, err := resolve(tx, table, rt)
	if err != nil {
		return err
	}
	if old, ok := findRoute(routes, rt.destination); ok {
		return routeExists.Refuse("The route identified by %s already exists. (in %s, to %s)", rt.destination, table.ID, old.target)
	}
	have := 0
	for _, other := range routes {
		if other.target != local && isIPv6(other.destination) == isIPv6(rt.destination) {
			have++
		}
	}
	if err := routesPerTable.admit(have, 1); err != nil {
		return err
	}
	setRoutes(tx, table, append(routes, rt))
	return nil
}

// dropRoutes takes the routes out of a table that match.
func dropRoutes(tx *cloud.Tx, table *cloud.Resource, match func(route) bool) {
	var left []route
	for _, rt := range routesOf(table) {
		if !match(rt) {
			left = append(left, rt)
		}
	}
	setRoutes(tx, table, left)
}

// resolve checks destination and target of a route, and writes the destination
// as AWS does.
func resolve(tx *cloud.Tx, table *cloud.Resource, rt route) (route, error) {
	if strings.HasPrefix(rt.destination, "pl-") {
		if !knownPrefixList(tx.Session.Region, rt.destination) {
			return rt, prefixMissing.Refuse("The prefix list ID '%s' does not exist", rt.destination)
		}
	} else {
		p, err := parseCIDR("destinationCidrBlock", rt.destination)
		if err != nil {
			return rt, err
		}
		rt.destination = p.String()
	}
	return rt, checkTarget(tx, table.Props.Str("vpcId"), rt.target)
}

// checkTarget wants a route's target to exist in, or be attached to, the VPC.
func checkTarget(tx *cloud.Tx, vpcID, target string) error {
	switch kind, _, _ := strings.Cut(target, "-"); kind {
	case "igw":
		igw, err := internetGateways.find(tx, target)
		if err != nil {
			return err
		}
		if igw.Props.Str("vpcId") != vpcID {
			return invalidValue.Refuse("route table in network %s and gateway %s belong to different networks", vpcID, target)
		}
	case "nat":
		nat, err := natGateways.find(tx, target)
		if err != nil {
			return err
		}
		if nat.Facts.Str("vpcId") != vpcID {
			return invalidValue.Refuse("route table in network %s and NAT gateway %s belong to different networks", vpcID, target)
		}
		if nat.Facts.Str("state") == natFailed {
			return natGateways.rule.Refuse("NAT gateway %s is not available: it failed to come up", target)
		}
	case "eni":
		nic, err := interfaces.find(tx, target)
		if err != nil {
			return err
		}
		if nic.Props.Str("vpcId") != vpcID {
			return invalidValue.Refuse("route table in network %s and interface %s belong to different networks", vpcID, target)
		}
	case "vpce":
		if _, err := endpoints.find(tx, target); err != nil {
			return err
		}
		// Only Gateway Load Balancer endpoints can be targets of a route.
		return invalidValue.Refuse("VPC Endpoint %s cannot be the target of a route", target)
	case "tgw":
		return transitMissing.Refuse("The transitGateway ID '%s' does not exist", target)
	case "pcx":
		return peeringMissing.Refuse("The vpcPeeringConnection ID '%s' does not exist", target)
	default:
		return targetMissing.Refuse("The gateway ID '%s' does not exist", target)
	}
	return nil
}

// addLocalRoutes puts the route to a VPC's own range into its tables.
func addLocalRoutes(tx *cloud.Tx, vpc *cloud.Resource, block string) {
	for _, table := range tx.List(cloud.RouteTable, cloud.Prop("vpcId", vpc.ID)) {
		setRoutes(tx, table, append(routesOf(table), route{destination: block, target: local}))
	}
}

func removeLocalRoutes(tx *cloud.Tx, vpc *cloud.Resource, block string) {
	for _, table := range tx.List(cloud.RouteTable, cloud.Prop("vpcId", vpc.ID)) {
		dropRoutes(tx, table, func(rt route) bool { return rt.target == local && rt.destination == block })
	}
}

// localRoutes are the routes that every new table of a VPC has.
func localRoutes(tx *cloud.Tx, vpc *cloud.Resource) []route {
	var routes []route
	for _, b := range VPCCIDRs(tx, vpc.ID) {
		routes = append(routes, route{destination: b.String(), target: local})
	}
	if b := vpc.Props.Str("ipv6CidrBlock"); b != "" {
		routes = append(routes, route{destination: b, target: local})
	}
	return routes
}

// alive tells whether a route leads anywhere; one that does not is a blackhole.
func (rt route) alive(tx *cloud.Tx, vpcID string) bool {
	switch kind, _, _ := strings.Cut(rt.target, "-"); kind {
	case local:
		return true
	case "vpce":
		return tx.Get(cloud.VPCEndpoint, rt.target) != nil
	}
	return checkTarget(tx, vpcID, rt.target) == nil
}

func isIPv6(destination string) bool {
	p, err := netip.ParsePrefix(destination)
	return err == nil && p.Addr().Is6()
}
