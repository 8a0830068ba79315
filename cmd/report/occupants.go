package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/reach"
)

// occupant is what stands in a subnet.
type occupant struct{ key, label, class string }

// occupants are what the program or a service of AWS puts into a subnet.
func (d *diagram) occupants(s thing) []occupant {
	var out []occupant
	add := func(t thing, class, format string, args ...any) {
		out = append(out, occupant{t.Type + t.ID, fmt.Sprintf(format, args...), class})
	}
	in := func(list []string) bool { return slices.Contains(list, s.ID) }
	for _, n := range d.s.of(natType) {
		if n.text("subnetId") == s.ID {
			add(n, "gateway", "NAT gateway\n%s", strings.TrimSpace(n.text("publicIp")+" "+privately(n)))
		}
	}
	for _, c := range d.s.of(clusterType) {
		if in(c.texts("vpcConfig.subnetIds")) {
			add(c, "control", "Control plane's interfaces")
		}
	}
	for _, g := range d.s.of(groupType) {
		if in(g.texts("subnetIds")) {
			add(g, "nodes", "Nodes %s\n%s-%s × %s in all zones", g.Name, g.text("scalingConfig.minSize"), g.text("scalingConfig.maxSize"), strings.Join(g.texts("instanceTypes"), ", "))
		}
	}
	for _, e := range d.s.of(endpointType) {
		if e.text("vpcEndpointType") == "Interface" && in(e.texts("subnetIds")) {
			out = joined(out, occupant{"interface endpoints", "Interface endpoints", "endpoint"})
		}
	}
	for _, p := range d.s.placed[s.Name] {
		out = joined(out, p)
	}
	return out
}

// joined adds an occupant that is not there yet.
func joined(list []occupant, o occupant) []occupant {
	if slices.Contains(list, o) {
		return list
	}
	return append(list, o)
}

func privately(nat thing) string {
	if nat.text("connectivityType") == "private" {
		return "private " + nat.text("privateIp")
	}
	return ""
}

// place finds databases, load balancers, pods and other hosts where package
// reach sees them, by the names of their subnets: also load balancers that
// only a controller makes.
func (s *stack) place(n *reach.Network) {
	s.placed = map[string][]occupant{}
	for role, kind := range map[reach.Role]struct{ word, class string }{
		reach.RoleData: {"Database", "data"}, reach.RoleLoadBalancers: {"Load balancer", "balancer"}, reach.RolePods: {"Pods", "nodes"}, reach.RoleHosts: {"Host", "nodes"},
	} {
		for _, p := range n.Places(role) {
			label := kind.word + "\n" + p.Name
			if role == reach.RolePods {
				label = "Pods"
			}
			s.placed[p.Subnet] = joined(s.placed[p.Subnet], occupant{string(role) + p.Name, label, kind.class})
		}
	}
	for _, list := range s.placed {
		slices.SortFunc(list, func(a, b occupant) int { return strings.Compare(a.key, b.key) })
	}
}

// wayOut is where a subnet's default route leads.
func (d *diagram) wayOut(s thing) string {
	table := ""
	for _, a := range d.s.of("aws:ec2/routeTableAssociation:RouteTableAssociation") {
		if a.text("subnetId") == s.ID {
			table = a.text("routeTableId")
		}
	}
	for _, r := range d.s.of(routeType) {
		if r.text("routeTableId") != table || r.text("destinationCidrBlock") != "0.0.0.0/0" {
			continue
		}
		for _, target := range []string{"gatewayId", "natGatewayId", "transitGatewayId", "networkInterfaceId"} {
			if id := r.text(target); id != "" {
				return "default route to " + d.s.nameOf(id, target)
			}
		}
	}
	return "no way out"
}

// nameOf says what a route leads to: the internet, or the logical name of a
// physical identifier.
func (s *stack) nameOf(id, target string) string {
	if target == "gatewayId" && strings.HasPrefix(id, "igw-") {
		return "the internet gateway"
	}
	for _, r := range s.resources {
		if r.ID == id {
			return r.Name
		}
	}
	return id
}
