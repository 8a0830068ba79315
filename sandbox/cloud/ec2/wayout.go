package ec2

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const (
	everywhere = "0.0.0.0/0"
	httpsPort  = 443
)

// WayOut tells whether a host in a subnet reaches the internet, and if not what
// is missing first. The default route of the subnet's table must lead to an
// available public NAT gateway whose own subnet's default route leads to the
// VPC's internet gateway, or, where hosts get public addresses on launch, to
// that gateway itself.
func WayOut(tx *cloud.Tx, subnetID string) (bool, string) {
	subnet := tx.Get(cloud.Subnet, subnetID)
	if subnet == nil {
		return false, "subnet " + subnetID + " does not exist"
	}
	target, why := defaultRoute(tx, subnetID)
	if why != "" {
		return false, why
	}
	switch kind, _, _ := strings.Cut(target, "-"); kind {
	case "igw":
		if !subnet.Props.Bool("mapPublicIpOnLaunch") {
			return false, fmt.Sprintf("subnet %s leads to the internet gateway %s, but its hosts get no public address (mapPublicIpOnLaunch is off)", subnetID, target)
		}
		return attached(tx, target, subnet.Props.Str("vpcId"))
	case "nat":
		return throughNAT(tx, target)
	}
	return false, fmt.Sprintf("the default route of subnet %s leads to %s, which is no way to the internet", subnetID, target)
}

// Public tells whether a subnet's default route leads to an internet gateway.
func Public(tx *cloud.Tx, subnetID string) bool {
	target, _ := defaultRoute(tx, subnetID)
	return strings.HasPrefix(target, "igw-")
}

// defaultRoute is where a subnet's table sends what is for elsewhere.
func defaultRoute(tx *cloud.Tx, subnetID string) (target, why string) {
	table := TableOf(tx, subnetID)
	if table == nil {
		return "", "subnet " + subnetID + " has no route table"
	}
	rt, ok := findRoute(routesOf(table), everywhere)
	if !ok {
		return "", fmt.Sprintf("route table %s of subnet %s has no route to %s", table.ID, subnetID, everywhere)
	}
	return rt.target, ""
}

func attached(tx *cloud.Tx, gatewayID, vpcID string) (bool, string) {
	if igw := tx.Get(cloud.InternetGateway, gatewayID); igw == nil || igw.Props.Str("vpcId") != vpcID {
		return false, fmt.Sprintf("internet gateway %s is not attached to %s", gatewayID, vpcID)
	}
	return true, ""
}

func throughNAT(tx *cloud.Tx, natID string) (bool, string) {
	nat := tx.Get(cloud.NATGateway, natID)
	switch {
	case nat == nil:
		return false, "NAT gateway " + natID + " does not exist any more"
	case nat.Facts.Str("state") != natAvailable:
		return false, "NAT gateway " + natID + " is " + nat.Facts.Str("state")
	case nat.Props.Str("connectivityType") != natPublic:
		return false, "NAT gateway " + natID + " is private"
	}
	target, why := defaultRoute(tx, nat.Props.Str("subnetId"))
	if why != "" {
		return false, fmt.Sprintf("NAT gateway %s stands in a subnet without a way out: %s", natID, why)
	}
	if !strings.HasPrefix(target, "igw-") {
		return false, fmt.Sprintf("NAT gateway %s stands in subnet %s, whose default route leads to %s and not to an internet gateway",
			natID, nat.Props.Str("subnetId"), target)
	}
	return attached(tx, target, nat.Facts.Str("vpcId"))
}

// ReachesService tells whether a host in a subnet reaches an AWS service of the
// region over HTTPS, and if not why. service is the last part of the endpoint
// service's name, such as ecr.api or s3; groups are the host's security groups.
// It goes through an interface endpoint with private DNS where the VPC has one
// (it then takes the service's name away from every other way), a gateway
// endpoint in the subnet's route table, or [WayOut].
func ReachesService(tx *cloud.Tx, subnetID, service string, groups ...string) (bool, string) {
	subnet := tx.Get(cloud.Subnet, subnetID)
	if subnet == nil {
		return false, "subnet " + subnetID + " does not exist"
	}
	for _, e := range endpointsOf(tx, subnet.Props.Str("vpcId"), service, interfaceEndpoint) {
		inboundOnly := e.Props.Obj("dnsOptions").Bool("privateDnsOnlyForInboundResolverEndpoint")
		if e.Props.Bool("privateDnsEnabled") && !inboundOnly {
			return throughInterface(tx, e, subnet, service, groups)
		}
	}
	table := TableOf(tx, subnetID)
	for _, e := range endpointsOf(tx, subnet.Props.Str("vpcId"), service, gatewayEndpoint) {
		if table == nil {
			break
		}
		if rt, ok := findRoute(routesOf(table), e.Props.Str("prefixListId")); ok && rt.target == e.ID {
			return true, ""
		}
	}
	ok, why := WayOut(tx, subnetID)
	if !ok {
		why = fmt.Sprintf("%s has no endpoint for subnet %s, and %s", service, subnetID, why)
	}
	return ok, why
}

func throughInterface(tx *cloud.Tx, e, subnet *cloud.Resource, service string, groups []string) (bool, string) {
	nics := InterfacesFor(tx, For(cloud.VPCEndpoint, e.ID))
	if len(nics) == 0 {
		return false, fmt.Sprintf("endpoint %s of %s has no interface in any subnet", e.ID, service)
	}
	if Admits(tx, e.Props.Strs("securityGroupIds"), httpsPort, subnetBlock(subnet), groups...) {
		return true, ""
	}
	return false, fmt.Sprintf("the security groups of endpoint %s (%s) do not admit port %d from subnet %s (%s), and its private DNS name hides every other way to %s",
		e.ID, strings.Join(e.Props.Strs("securityGroupIds"), ", "), httpsPort, subnet.ID, subnetBlock(subnet), service)
}

// Admits tells whether security groups let TCP connections to a port in, from
// all of a range or from hosts with one of the groups.
func Admits(tx *cloud.Tx, groupIDs []string, port int, from netip.Prefix, fromGroups ...string) bool {
	for _, id := range groupIDs {
		group := tx.Get(cloud.SecurityGroup, id)
		if group == nil {
			continue
		}
		for _, p := range Permissions(group) {
			if p.Egress || !p.covers(port) {
				continue
			}
			if block, err := netip.ParsePrefix(p.Peer); err == nil && within(block, from) || slices.Contains(fromGroups, p.Peer) {
				return true
			}
		}
	}
	return false
}

func (p Permission) covers(port int) bool {
	return p.Protocol == allProtocols || p.Protocol == "tcp" && p.From <= port && port <= p.To
}
