package controls

import (
	"fmt"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/reach"
	"github.com/slipway-iac/slipway/reach/flow"
)

// Ports that the parts of a cluster need of each other, from "View Amazon EKS
// security group requirements for clusters" in the EKS user guide.
var (
	apiPort     = flow.Port(flow.TCP, 443)
	kubeletPort = flow.Port(flow.TCP, 10250)
	dnsPorts    = flow.Port(flow.TCP, 53).Union(flow.Port(flow.UDP, 53))
)

// noPath refuses paths from one side to any of another.
func noPath(from reach.Endpoint, to ...reach.Endpoint) func(*control.Stack) {
	return func(s *control.Stack) {
		n := model(s)
		for _, there := range to {
			eachPair(n, from, there, flow.All(), func(p reach.Pair) {
				at := p.To.Name
				if from.String() != reach.Internet.String() {
					at = p.From.Name
				}
				refusePath(s, p, flow.All(), at)
			})
		}
	}
}

// ground is an example of a VPC with one subnet, whose default route leads where
// the first argument says, and more resources.
func ground(way, tier string, more ...string) string {
	return fmt.Sprintf(`
resources:
  net: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
  igw: {type: "aws:ec2/internetGateway:InternetGateway", properties: {vpcId: "${net.id}"}}
  front: {type: "aws:ec2/subnet:Subnet", properties: {vpcId: "${net.id}", cidrBlock: 10.0.9.0/24, availabilityZone: us-west-2a, tags: {tier: public}}}
  front-table: {type: "aws:ec2/routeTable:RouteTable", properties: {vpcId: "${net.id}", routes: [{cidrBlock: 0.0.0.0/0, gatewayId: "${igw.id}"}]}}
  front-link: {type: "aws:ec2/routeTableAssociation:RouteTableAssociation", properties: {routeTableId: "${front-table.id}", subnetId: "${front.id}"}}
  nat: {type: "aws:ec2/natGateway:NatGateway", properties: {subnetId: "${front.id}", allocationId: eipalloc-1}}
  home: {type: "aws:ec2/subnet:Subnet", properties: {vpcId: "${net.id}", cidrBlock: 10.0.0.0/24, availabilityZone: us-west-2a, tags: {tier: %s}}}
  table: {type: "aws:ec2/routeTable:RouteTable", properties: {vpcId: "${net.id}"}}
  link: {type: "aws:ec2/routeTableAssociation:RouteTableAssociation", properties: {routeTableId: "${table.id}", subnetId: "${home.id}"}}
%s  %s
`, tier, way, strings.Join(more, "\n  "))
}

const (
	byGateway = "  out: {type: \"aws:ec2/route:Route\", properties: {routeTableId: \"${table.id}\", destinationCidrBlock: 0.0.0.0/0, gatewayId: \"${igw.id}\"}}\n"
	byNAT     = "  out: {type: \"aws:ec2/route:Route\", properties: {routeTableId: \"${table.id}\", destinationCidrBlock: 0.0.0.0/0, natGatewayId: \"${nat.id}\"}}\n"

	demoCluster  = `demo: {type: "aws:eks/cluster:Cluster", properties: {name: demo, vpcConfig: {subnetIds: ["${home.id}"], clusterSecurityGroupId: sg-demo}}}`
	demoNodes    = `system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {clusterName: "${demo.name}", subnetIds: ["${home.id}"], launchTemplate: {id: "${lt.id}", version: "1"}}}`
	demoTemplate = `lt: {type: "aws:ec2/launchTemplate:LaunchTemplate", properties: {networkInterfaces: [{associatePublicIpAddress: "true", securityGroups: ["${web.id}"]}]}}`
	openGroup    = `web: {type: "aws:ec2/securityGroup:SecurityGroup", properties: {vpcId: "${net.id}", ingress: [{protocol: tcp, fromPort: 8080, toPort: 8080, cidrBlocks: [0.0.0.0/0]}], egress: [{protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: [0.0.0.0/0]}]}}`
	narrowGroup  = `web: {type: "aws:ec2/securityGroup:SecurityGroup", properties: {vpcId: "${net.id}", ingress: [{protocol: tcp, fromPort: 8080, toPort: 8080, cidrBlocks: [10.0.0.0/16]}], egress: [{protocol: tcp, fromPort: 5432, toPort: 5432, cidrBlocks: [10.0.0.0/16]}]}}`
	anyGroup     = `db: {type: "aws:ec2/securityGroup:SecurityGroup", properties: {vpcId: "${net.id}", ingress: [{protocol: tcp, fromPort: 5432, toPort: 5432, securityGroups: ["${web.id}"]}]}}`
	noGroup      = `db: {type: "aws:ec2/securityGroup:SecurityGroup", properties: {vpcId: "${net.id}"}}`
	frontCluster = `demo: {type: "aws:eks/cluster:Cluster", properties: {name: demo, vpcConfig: {subnetIds: ["${front.id}"], clusterSecurityGroupId: sg-demo}}}`
	plainNodes   = `system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {clusterName: "${demo.name}", subnetIds: ["${home.id}"]}}`
	frontLB      = `front-lb: {type: "aws:lb/loadBalancer:LoadBalancer", properties: {subnets: ["${front.id}"], securityGroups: ["${web.id}"]}}`
	dataGroup    = `data: {type: "aws:rds/subnetGroup:SubnetGroup", properties: {subnetIds: ["${home.id}"]}}`
	shopDB       = `shop: {type: "aws:rds/instance:Instance", properties: {engine: postgres, dbSubnetGroupName: "${data.name}", vpcSecurityGroupIds: ["${db.id}"]}}`
)

// customACL is a network ACL of the example's subnet that lets some ports in.
func customACL(ports string) string {
	return `limits: {type: "aws:ec2/networkAcl:NetworkAcl", properties: {vpcId: "${net.id}", subnetIds: ["${home.id}"], ` +
		`ingress: [{protocol: tcp, ruleNo: 100, action: allow, cidrBlock: 0.0.0.0/0, ` + ports + `}], ` +
		`egress: [{protocol: "-1", ruleNo: 100, action: allow, cidrBlock: 0.0.0.0/0, fromPort: 0, toPort: 0}]}}`
}

var paths = []control.Control{
	{
		ID: "plat-no-internet-path-to-nodes", Severity: control.Critical,
		Title: "No packet from the internet gets to a node or a pod",
		On:    networkTypes, Reads: []string{"vpcConfig", nodeGroup + " subnetIds", nodeGroup + " launchTemplate", route + " gatewayId", securityGroup + " ingress", launchTemplate + " networkInterfaces"},
		CheckStack: noPath(reach.Internet, reach.InRole(reach.RoleNodes), reach.InRole(reach.RolePods)),
		Fix:        "take away the route to the internet gateway, the public address or the rule of the security group; let callers come through a load balancer",
		Bad:        ground(byGateway, "public", demoCluster, openGroup, demoTemplate, demoNodes),
		Good:       ground(byNAT, "private", demoCluster, openGroup, demoTemplate, demoNodes),
	},
	{
		ID: "plat-no-internet-path-to-db", Severity: control.Critical,
		Title: "No packet gets from the internet to the data tier, and none from there to the internet",
		On:    networkTypes, Reads: []string{subnet + " tags", route + " gatewayId", route + " natGatewayId", database + " dbSubnetGroupName", databaseSubnets + " subnetIds"},
		CheckStack: func(s *control.Stack) {
			tier := []reach.Endpoint{reach.InRole(reach.RoleData), reach.InTier(reach.TierData)}
			noPath(reach.Internet, tier...)(s)
			for _, from := range tier {
				noPath(from, reach.Internet)(s)
			}
		},
		Fix:  "give the subnets of the data tier a route table without a default route",
		Bad:  ground(byNAT, "data"),
		Good: ground("", "data", noGroup, dataGroup, shopDB),
	},
	{
		ID: "plat-sg-chain-acyclic-tiers", Severity: control.Medium,
		Title: "Load balancers reach pods, and pods the databases; no load balancer reaches a database",
		On:    networkTypes, Reads: []string{loadBalancer + " securityGroups", database + " vpcSecurityGroupIds", securityGroup + " ingress"},
		CheckStack: noPath(reach.InRole(reach.RoleLoadBalancers), reach.InRole(reach.RoleData)),
		Fix:        "admit the security group of the pods in that of the database, and not that of the load balancer",
		Bad:        ground("", "data", narrowGroup, anyGroup, dataGroup, shopDB, frontLB),
		Good:       ground("", "data", narrowGroup, noGroup, dataGroup, shopDB, frontLB),
	},
	{
		ID: "plat-nacl-stateless-return", Severity: control.Medium,
		Title: "Network ACLs let a cluster's parts talk, and let the answers through",
		On:    networkTypes, Reads: []string{acl + " ingress", acl + " egress", acl + " subnetIds", nodeGroup + " subnetIds", cluster + " vpcConfig"},
		CheckStack: func(s *control.Stack) {
			if len(s.Of(acl, aclRule)) == 0 {
				return
			}
			for _, list := range s.Of(acl) {
				// Package reach takes rules that are not known for none.
				list.Input("ingress").Items()
				list.Input("egress").Items()
			}
			n := model(s)
			nodes, plane := reach.InRole(reach.RoleNodes), reach.InRole(reach.RoleControlPlane)
			for _, need := range []struct {
				from, to reach.Endpoint
				what     flow.Set
			}{
				{nodes, plane, apiPort}, {plane, nodes, kubeletPort}, {nodes, reach.Resolver, dnsPorts},
				{reach.InRole(reach.RolePods), reach.ClusterDNS, dnsPorts},
			} {
				eachPair(n, need.from, need.to, need.what, func(p reach.Pair) {
					why := p.Explain()
					byACL := why.Blocked != nil && strings.Contains(why.Blocked.At, "network ACL")
					switch {
					case byACL && !p.May.Contains(need.what):
						culprit(s, p.From.Name).Violate("%s does not reach %s on %s: stopped at %s", p.From, p.To, need.what, why.Blocked)
					case byACL && !p.All.Contains(need.what):
						s.Wait(why.Facts...)
					}
				})
			}
		},
		Fix:  "allow the port one way and 1024 to 65535 the other, in both subnets",
		Bad:  ground("", "private", frontCluster, plainNodes, customACL("fromPort: 443, toPort: 443")),
		Good: ground("", "private", frontCluster, plainNodes, customACL("fromPort: 0, toPort: 65535")),
	},
	{
		ID: "plat-alb-sg-to-pods-only", Severity: control.Medium,
		Title: "A load balancer opens connections to its targets, and not to the internet",
		On:    networkTypes, Reads: []string{loadBalancer + " securityGroups", securityGroup + " egress", egressRule + " cidrIpv4", egressRule + " securityGroupId"},
		CheckStack: func(s *control.Stack) {
			wide := func(r *control.Resource) (found bool) {
				// A wide rule of its own or one inside, whatever shape it has.
				eachEgress(func(_ *control.Resource, x rule) { found = found || x.open() })(r)
				return found
			}
			s.Each(loadBalancer, func(b *control.Resource) {
				for _, g := range s.Referred(b, "securityGroups", securityGroup) {
					open := wide(g)
					for _, shape := range []string{groupRule, egressRule} {
						for _, x := range s.Referring(shape, "securityGroupId", g) {
							open = open || wide(x)
						}
					}
					if open {
						b.Violate("its %s lets everything out to the internet", g)
					}
				}
			})
		},
		Fix:  "limit the egress to the security groups of the pods and the ports of the targets",
		Bad:  ground(byNAT, "private", openGroup, frontLB),
		Good: ground(byNAT, "private", narrowGroup, frontLB),
	},
	{
		ID: "plat-egress-inspected", Severity: control.Low,
		Title: "What leaves private subnets goes through a firewall or a proxy",
		On:    []string{subnet, route, routeTable, routeAssociation, natGateway}, Reads: []string{"tags", route + " natGatewayId", route + " destinationCidrBlock"},
		Settings: []control.Setting{{Name: "required", Doc: "Want the default route of private subnets to lead to a firewall", Default: false}},
		CheckStack: func(s *control.Stack) {
			if !s.Flag("required") {
				return
			}
			s.Each(subnet, func(n *control.Resource) {
				if t := tier(n); t == "" || t == "public" {
					return
				}
				for _, table := range tablesOf(s, n) {
					for _, way := range s.Referring(route, "routeTableId", table) {
						if len(s.Referred(way, "natGatewayId", natGateway)) > 0 || way.Input("natGatewayId").Present() {
							n.Violate("%s leads straight to a NAT gateway", way)
						}
					}
				}
			})
		},
		With: map[string]any{"required": true},
		Fix:  "send 0.0.0.0/0 to the endpoint of an AWS Network Firewall, and let that one's subnet have the NAT gateway",
		Bad:  ground(byNAT, "private"),
		Good: ground("  out: {type: \"aws:ec2/route:Route\", properties: {routeTableId: \"${table.id}\", destinationCidrBlock: 0.0.0.0/0, vpcEndpointId: vpce-1}}\n", "private"),
	},
}
