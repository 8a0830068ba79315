package controls

import (
	"slices"

	"github.com/slipway-iac/slipway/policy/cidr"
	"github.com/slipway-iac/slipway/policy/control"
)

var routes = []control.Control{
	{
		ID: "route-default-private-via-nat", Severity: control.High,
		Title:   "Only public subnets have a route to an internet gateway",
		Mapping: control.Mapping{SecurityHub: "RDS.46", Checkov: "CKV2_AWS_35"},
		On:      []string{subnet, route, routeTable, routeAssociation, internetGateway}, Reads: []string{"tags", route + " gatewayId", route + " destinationCidrBlock", routeAssociation + " subnetId", routeAssociation + " routeTableId"},
		CheckStack: func(s *control.Stack) {
			s.Each(subnet, func(n *control.Resource) {
				if t := tier(n); t == "" || t == "public" {
					return
				}
				if way := routeToInternetGateway(s, n); way != "" {
					n.Violate("it is of tier %s and %s leads to an internet gateway: want NAT, or no way out", tier(n), way)
				}
			})
		},
		Fix: "send 0.0.0.0/0 of the subnet's route table to a NAT gateway",
		Bad: `
resources:
  net: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
  igw: {type: "aws:ec2/internetGateway:InternetGateway", properties: {vpcId: "${net.id}"}}
  data: {type: "aws:ec2/subnet:Subnet", properties: {vpcId: "${net.id}", cidrBlock: 10.0.0.0/24, tags: {tier: data}}}
  table: {type: "aws:ec2/routeTable:RouteTable", properties: {vpcId: "${net.id}"}}
  out: {type: "aws:ec2/route:Route", properties: {routeTableId: "${table.id}", destinationCidrBlock: 0.0.0.0/0, gatewayId: "${igw.id}"}}
  link: {type: "aws:ec2/routeTableAssociation:RouteTableAssociation", properties: {routeTableId: "${table.id}", subnetId: "${data.id}"}}
`,
		Good: `
resources:
  net: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
  igw: {type: "aws:ec2/internetGateway:InternetGateway", properties: {vpcId: "${net.id}"}}
  front: {type: "aws:ec2/subnet:Subnet", properties: {vpcId: "${net.id}", cidrBlock: 10.0.0.0/24, tags: {tier: public}}}
  table: {type: "aws:ec2/routeTable:RouteTable", properties: {vpcId: "${net.id}"}}
  out: {type: "aws:ec2/route:Route", properties: {routeTableId: "${table.id}", destinationCidrBlock: 0.0.0.0/0, gatewayId: "${igw.id}"}}
  link: {type: "aws:ec2/routeTableAssociation:RouteTableAssociation", properties: {routeTableId: "${table.id}", subnetId: "${front.id}"}}
`,
	},
	{
		ID: "plat-node-private-subnets", Severity: control.High,
		Title: "Nodes are in subnets without a route to an internet gateway",
		On:    []string{nodeGroup, subnet, route, routeAssociation}, Reads: []string{"subnetIds", route + " gatewayId", routeAssociation + " subnetId"},
		CheckStack: func(s *control.Stack) {
			s.Each(nodeGroup, func(g *control.Resource) {
				for _, n := range s.Referred(g, "subnetIds", subnet) {
					if way := routeToInternetGateway(s, n); way != "" {
						g.Violate("its %s is public: %s leads to an internet gateway", n, way)
					}
					if n.Input("mapPublicIpOnLaunch").True() {
						g.Violate("its %s gives public addresses", n)
					}
				}
			})
		},
		Fix: "give subnetIds private subnets",
		Bad: `
resources:
  igw: {type: "aws:ec2/internetGateway:InternetGateway", properties: {vpcId: vpc-1}}
  front: {type: "aws:ec2/subnet:Subnet", properties: {cidrBlock: 10.0.0.0/24}}
  table: {type: "aws:ec2/routeTable:RouteTable", properties: {vpcId: vpc-1}}
  out: {type: "aws:ec2/route:Route", properties: {routeTableId: "${table.id}", destinationCidrBlock: 0.0.0.0/0, gatewayId: "${igw.id}"}}
  link: {type: "aws:ec2/routeTableAssociation:RouteTableAssociation", properties: {routeTableId: "${table.id}", subnetId: "${front.id}"}}
  system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {clusterName: demo, subnetIds: ["${front.id}"]}}
`,
		Good: `
resources:
  back: {type: "aws:ec2/subnet:Subnet", properties: {cidrBlock: 10.0.0.0/24}}
  table: {type: "aws:ec2/routeTable:RouteTable", properties: {vpcId: vpc-1}}
  out: {type: "aws:ec2/route:Route", properties: {routeTableId: "${table.id}", destinationCidrBlock: 0.0.0.0/0, natGatewayId: nat-1}}
  link: {type: "aws:ec2/routeTableAssociation:RouteTableAssociation", properties: {routeTableId: "${table.id}", subnetId: "${back.id}"}}
  system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {clusterName: demo, subnetIds: ["${back.id}"]}}
`,
	},
	{
		ID: "plat-nat-in-public-subnet", Severity: control.High,
		Title: "A NAT gateway is in a public subnet and has an address",
		On:    []string{natGateway, subnet, route, routeAssociation}, Reads: []string{"subnetId", "allocationId", "connectivityType"},
		CheckStack: func(s *control.Stack) {
			s.Each(natGateway, func(r *control.Resource) {
				if r.Input("connectivityType").Text() == "private" {
					return
				}
				if !r.Input("allocationId").IsSet() {
					r.Want(r.Input("allocationId"), "the allocation of an elastic IP address")
				}
				for _, n := range s.Referred(r, "subnetId", subnet) {
					if routeToInternetGateway(s, n) == "" {
						r.Violate("its %s has no route to an internet gateway: nothing it translates gets out", n)
					}
				}
			})
		},
		Fix: "put it into a subnet whose route table sends 0.0.0.0/0 to the internet gateway",
		Bad: `
resources:
  back: {type: "aws:ec2/subnet:Subnet", properties: {cidrBlock: 10.0.0.0/24}}
  nat: {type: "aws:ec2/natGateway:NatGateway", properties: {subnetId: "${back.id}", allocationId: eipalloc-1}}
`,
		Good: `
resources:
  igw: {type: "aws:ec2/internetGateway:InternetGateway", properties: {vpcId: vpc-1}}
  front: {type: "aws:ec2/subnet:Subnet", properties: {cidrBlock: 10.0.0.0/24}}
  table: {type: "aws:ec2/routeTable:RouteTable", properties: {vpcId: vpc-1}}
  out: {type: "aws:ec2/route:Route", properties: {routeTableId: "${table.id}", destinationCidrBlock: 0.0.0.0/0, gatewayId: "${igw.id}"}}
  link: {type: "aws:ec2/routeTableAssociation:RouteTableAssociation", properties: {routeTableId: "${table.id}", subnetId: "${front.id}"}}
  nat: {type: "aws:ec2/natGateway:NatGateway", properties: {subnetId: "${front.id}", allocationId: eipalloc-1}}
`,
	},
	{
		ID: "plat-nat-per-az", Severity: control.High,
		Title: "Every zone has its own way out",
		On:    []string{natGateway, subnet, route, routeAssociation}, Reads: []string{"subnetId", subnet + " availabilityZone", route + " natGatewayId"},
		CheckStack: func(s *control.Stack) {
			s.Each(subnet, func(n *control.Resource) {
				for _, table := range tablesOf(s, n) {
					for _, way := range s.Referring(route, "routeTableId", table) {
						for _, nat := range s.Referred(way, "natGatewayId", natGateway) {
							for _, home := range s.Referred(nat, "subnetId", subnet) {
								if a, b := n.Get("availabilityZone").Text(), home.Get("availabilityZone").Text(); a != b {
									n.Violate("it is in %s and goes out through %s in %s: when that zone fails, this one is cut off", a, nat, b)
								}
							}
						}
					}
				}
			})
		},
		Fix: "make a NAT gateway in each zone and a route table that leads to it",
		Bad: `
resources:
  front: {type: "aws:ec2/subnet:Subnet", properties: {availabilityZone: us-west-2a}}
  back: {type: "aws:ec2/subnet:Subnet", properties: {availabilityZone: us-west-2b}}
  nat: {type: "aws:ec2/natGateway:NatGateway", properties: {subnetId: "${front.id}"}}
  table: {type: "aws:ec2/routeTable:RouteTable", properties: {vpcId: vpc-1}}
  out: {type: "aws:ec2/route:Route", properties: {routeTableId: "${table.id}", destinationCidrBlock: 0.0.0.0/0, natGatewayId: "${nat.id}"}}
  link: {type: "aws:ec2/routeTableAssociation:RouteTableAssociation", properties: {routeTableId: "${table.id}", subnetId: "${back.id}"}}
`,
		Good: `
resources:
  front: {type: "aws:ec2/subnet:Subnet", properties: {availabilityZone: us-west-2b}}
  back: {type: "aws:ec2/subnet:Subnet", properties: {availabilityZone: us-west-2b}}
  nat: {type: "aws:ec2/natGateway:NatGateway", properties: {subnetId: "${front.id}"}}
  table: {type: "aws:ec2/routeTable:RouteTable", properties: {vpcId: vpc-1}}
  out: {type: "aws:ec2/route:Route", properties: {routeTableId: "${table.id}", destinationCidrBlock: 0.0.0.0/0, natGatewayId: "${nat.id}"}}
  link: {type: "aws:ec2/routeTableAssociation:RouteTableAssociation", properties: {routeTableId: "${table.id}", subnetId: "${back.id}"}}
`,
	},
	{
		ID: "plat-pod-cidr-not-advertised", Severity: control.High,
		Title: "Nobody else routes to the addresses of pods",
		On:    []string{route, "aws:ec2transitgateway/route:Route"}, Reads: []string{"destinationCidrBlock", "transitGatewayId", "vpcPeeringConnectionId", "aws:ec2transitgateway/route:Route destinationCidrBlock"},
		Check: func(r *control.Resource) {
			to := r.Get("destinationCidrBlock")
			outside := r.Is("aws:ec2transitgateway/route:Route") || r.Get("transitGatewayId").IsSet() || r.Get("vpcPeeringConnectionId").IsSet() || r.Get("vpnGatewayId").IsSet()
			for _, p := range cidr.Parse(to.Text()) {
				if outside && p.Bits() > 0 && p.Overlaps(cidr.Pods) {
					r.Want(to, "no range of 100.64.0.0/10: every VPC may have pods with the same addresses")
				}
			}
		},
		Fix:  "let pods reach other networks through NAT, with the addresses of their nodes or of a private NAT gateway",
		Bad:  `{destinationCidrBlock: 100.64.0.0/16, transitGatewayId: tgw-0123456789abcdef0}`,
		Good: `{destinationCidrBlock: 10.8.0.0/16, transitGatewayId: tgw-0123456789abcdef0}`,
	},
	{
		ID: "route-peering-least-access", Severity: control.Medium,
		Title:   "A route to a peer is as narrow as the peer",
		Mapping: control.Mapping{CIS: "AWS 5.6/6.6", Checkov: "CKV2_AWS_44"},
		On:      []string{route}, Reads: []string{"destinationCidrBlock", "vpcPeeringConnectionId"},
		Check: func(r *control.Resource) {
			to := r.Get("destinationCidrBlock")
			for _, p := range cidr.Parse(to.Text()) {
				if r.Get("vpcPeeringConnectionId").IsSet() && p.Bits() < 16 {
					r.Want(to, "the peer's range, a /16 at most: no VPC is larger")
				}
			}
		},
		Fix:  "name the ranges of the peer's subnets that are needed",
		Bad:  `{destinationCidrBlock: 10.0.0.0/8, vpcPeeringConnectionId: pcx-0123456789abcdef0}`,
		Good: `{destinationCidrBlock: 10.8.0.0/16, vpcPeeringConnectionId: pcx-0123456789abcdef0}`,
	},
	{
		ID: "default-route-table-empty", Severity: control.Medium,
		Title: "The main route table has no way out",
		On:    []string{defaultRouteTable}, Reads: []string{"routes.cidrBlock"},
		Check: func(r *control.Resource) {
			r.Get("routes").Each(func(x control.Value) {
				if to := x.Get("cidrBlock"); cidr.Wide(cidr.Parse(to.Text())) {
					r.Want(to, "no default route: a new subnet has this table until somebody gives it another")
				}
			})
		},
		Fix:  "leave the default route table without routes and associate every subnet with a table of its own",
		Bad:  `{defaultRouteTableId: rtb-0123456789abcdef0, routes: [{cidrBlock: 0.0.0.0/0, gatewayId: igw-0123456789abcdef0}]}`,
		Good: `{defaultRouteTableId: rtb-0123456789abcdef0, routes: []}`,
	},
	{
		ID: "tgw-no-auto-accept", Severity: control.High,
		Title:   "A transit gateway is joined by invitation",
		Mapping: control.Mapping{SecurityHub: "EC2.23", Checkov: "CKV_AWS_331"},
		On:      []string{"aws:ec2transitgateway/transitGateway:TransitGateway"}, Reads: []string{"autoAcceptSharedAttachments"},
		Check: noneOf("autoAcceptSharedAttachments", "disable", "enable"),
		Fix:   "set autoAcceptSharedAttachments to disable",
		Bad:   `autoAcceptSharedAttachments: enable`,
		Good:  `autoAcceptSharedAttachments: disable`,
	},
}

// tablesOf are the route tables that a subnet is associated with. One that is
// with none has the main table.
func tablesOf(s *control.Stack, n *control.Resource) []*control.Resource {
	var tables []*control.Resource
	for _, link := range s.Referring(routeAssociation, "subnetId", n) {
		tables = append(tables, s.Referred(link, "routeTableId", routeTable, defaultRouteTable)...)
	}
	return tables
}

// routeToInternetGateway names the route by which a subnet's traffic comes to an
// internet gateway; "" when there is none.
func routeToInternetGateway(s *control.Stack, n *control.Resource) string {
	for _, table := range tablesOf(s, n) {
		for _, x := range s.Referring(route, "routeTableId", table) {
			if len(s.Referred(x, "gatewayId", internetGateway)) > 0 {
				return x.String()
			}
		}
		for _, inline := range table.Input("routes").Items() {
			if gateway := inline.Get("gatewayId"); gateway.IsKnown() && len(gateway.Text()) > 4 && gateway.Text()[:4] == "igw-" {
				return table.String()
			}
		}
		if slices.ContainsFunc(s.Of(internetGateway), func(g *control.Resource) bool {
			return table.Is(routeTable) && s.Refers(table, "routes", g)
		}) {
			return table.String()
		}
	}
	return ""
}
