package reach

import "testing"

// Each way to and from the internet, and what breaks it.
func TestInternet(t *testing.T) {
	t.Parallel()
	open := func(s *scene) *scene {
		return s.add(ingressType, "open", p{"securityGroupId": "app", "ipProtocol": "tcp", "fromPort": float64(443), "toPort": float64(443), "cidrIpv4": "203.0.113.0/24"})
	}
	for name, c := range map[string]struct {
		change func(*scene)
		q      question
	}{
		"out by NAT": {
			func(*scene) {}, question{from: "host", to: "internet", some: "all", says: []string{
				"route table table-private: route route-private leads to nat",
				"NAT gateway nat: translates the source to 10.0.0.4, on the internet 52.0.0.1",
				"internet gateway igw: leaves the network",
			}},
		},
		"no route": {
			func(s *scene) { s.drop("route-private") },
			question{from: "host", to: "internet", some: "nothing", says: []string{"stopped at route table table-private: it has no route to"}},
		},
		"a blackhole": {
			func(s *scene) { s.set("route-private", p{"state": "blackhole"}) },
			question{from: "host", to: "internet", some: "nothing", says: []string{"leads to a target that is gone"}},
		},
		"a NAT gateway in a private subnet": {
			func(s *scene) { s.set("nat", p{"subnetId": "private"}) },
			question{from: "host", to: "internet", some: "nothing", says: []string{"NAT gateway nat: its own subnet leads back to it"}},
		},
		"a private NAT gateway": {
			func(s *scene) { s.set("nat", p{"connectivityType": "private"}) },
			question{from: "host", to: "internet", some: "nothing", says: []string{"nat in public has no public address"}},
		},
		"no internet gateway": {
			func(s *scene) { s.set("igw", p{"vpcId": ""}) },
			question{from: "host", to: "internet", some: "nothing", says: []string{"internet gateway igw: it is not attached to VPC vpc"}},
		},
		"an ACL that stops answers": {
			func(s *scene) {
				s.add(aclType, "acl", p{"vpcId": "vpc", "subnetIds": []any{"private"},
					"egress":  []any{p{"ruleNo": float64(100), "action": "allow", "protocol": "-1", "cidrBlock": "0.0.0.0/0"}},
					"ingress": []any{p{"ruleNo": float64(90), "action": "deny", "protocol": "tcp", "fromPort": float64(1024), "toPort": float64(65535), "cidrBlock": "0.0.0.0/0"}, p{"ruleNo": float64(100), "action": "allow", "protocol": "tcp", "fromPort": float64(0), "toPort": float64(65535), "cidrBlock": "0.0.0.0/0"}}})
			},
			question{from: "host", to: "internet", some: "icmp type 0 code 0 to type 7 code 255, type 9 code 0 to type 255 code 255; " +
				"icmpv6 type 0 code 0 to type 127 code 255, type 129 code 0 to type 255 code 255"},
		},
		"in to a public host": {
			func(s *scene) { open(s).set("host", p{"subnetId": "public", "associatePublicIpAddress": true}) },
			question{from: "internet", to: "host", some: "tcp 443", says: []string{"only from 203.0.113.0/24", "security group app: open"}},
		},
		"in to a host with an elastic address": {
			func(s *scene) { open(s).set("host", p{"subnetId": "public"}).set("eip", p{"instance": "host"}) },
			question{from: "internet", to: "host", some: "tcp 443"},
		},
		"in from elsewhere": {
			func(s *scene) { open(s).set("host", p{"subnetId": "public", "associatePublicIpAddress": true}) },
			question{from: "198.51.100.7", to: "host", some: "nothing", says: []string{"no rule admits all from 198.51.100.7"}},
		},
		"in to a host without a public address": {
			func(s *scene) { open(s).set("host", p{"subnetId": "public"}) },
			question{from: "internet", to: "host", some: "nothing", says: []string{"it has no public address"}},
		},
		"in to a public address in a private subnet": {
			func(s *scene) { open(s).set("host", p{"associatePublicIpAddress": true}) },
			question{from: "internet", to: "host", some: "nothing", says: []string{"route table table-private: it does not lead to the internet gateway"}},
		},
		"in to a NAT gateway": {
			func(*scene) {}, question{from: "internet", to: "nat", some: "nothing", says: []string{"takes no connections, only answers"}},
		},
		"in where it is not known whether the address is public": {
			func(s *scene) { open(s).set("host", p{"subnetId": "public", "associatePublicIpAddress": Unknown}) },
			question{from: "internet", to: "host", some: "nothing", may: "tcp 443", says: []string{"whether host in public has a public address is not known yet"}},
		},
		"a more specific route to a firewall": {
			func(s *scene) {
				s.add(interfaceType, "firewall", p{"subnetId": "public"}).
					add(routeType, "detour", p{"routeTableId": "table-private", "destinationCidrBlock": "10.0.2.0/24", "networkInterfaceId": "firewall"})
			},
			question{from: "host", to: "tier:data", some: "nothing", may: "all", says: []string{"what firewall does with packets is not modelled"}},
		},
		"the main route table": {
			func(s *scene) { s.drop("association-private").drop("route-private") },
			question{from: "host", to: "internet", some: "nothing", says: []string{"main route table of vpc: it has no route"}},
		},
		"the main route table, adopted": {
			func(s *scene) {
				s.drop("association-private").set("vpc", p{"defaultRouteTableId": "rtb-main"}).
					add(defaultTableType, "adopted", p{"defaultRouteTableId": "rtb-main", "routes": []any{p{"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat"}}})
			},
			question{from: "host", to: "internet", some: "all", says: []string{"route table adopted: route adopted leads to nat"}},
		},
		"another main route table": {
			func(s *scene) {
				s.drop("association-private").add("aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation", "main", p{"vpcId": "vpc", "routeTableId": "table-private"})
			},
			question{from: "host", to: "internet", some: "all", says: []string{"route table table-private"}},
		},
		"the resolver": {func(*scene) {}, question{from: "host", to: "resolver", some: "tcp 53; udp 53"}},
		"no resolver": {
			func(s *scene) { s.set("vpc", p{"enableDnsSupport": false}) },
			question{from: "host", to: "resolver", some: "nothing", says: []string{"it would take enableDnsSupport of VPC vpc"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ground()
			c.change(s)
			ask(t, s.network(), c.q)
		})
	}
}

func TestNetworkACLs(t *testing.T) {
	t.Parallel()
	rule := func(number int, action, protocol, cidr string, from, to int) p {
		return p{"ruleNo": float64(number), "action": action, "protocol": protocol, "cidrBlock": cidr, "fromPort": float64(from), "toPort": float64(to)}
	}
	everything := rule(200, "allow", "-1", "0.0.0.0/0", 0, 0)
	for name, c := range map[string]struct {
		in, out []any
		some    string
		says    string
	}{
		"as the data tier has it": {
			[]any{rule(100, "allow", "tcp", "10.0.0.0/16", 1024, 65535)}, []any{rule(100, "allow", "tcp", "10.0.0.0/16", 1024, 65535)}, "tcp 5432", "network ACL acl, into subnet data: rule 100",
		},
		"a deny before": {
			[]any{everything, rule(90, "deny", "tcp", "10.0.1.0/24", 5000, 6000)}, []any{everything}, "nothing", "stopped at network ACL acl, into subnet data: rule 90",
		},
		"a deny after": {[]any{everything, rule(300, "deny", "tcp", "10.0.1.0/24", 5000, 6000)}, []any{everything}, "tcp 5432", ""},
		"answers stopped": {
			[]any{everything}, []any{rule(90, "deny", "tcp", "0.0.0.0/0", 1024, 65535), everything}, "nothing", "for the answers at subnet data: rule 90 stops the answers, which go to ports tcp 1024-65535",
		},
		"nothing allowed": {nil, nil, "nothing", "no rule allows"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ground().database().add(ingressType, "rule", p{"securityGroupId": "db", "ipProtocol": "tcp", "fromPort": float64(5432), "toPort": float64(5432), "referencedSecurityGroupId": "app"}).
				set("app-out", p{"ipProtocol": "tcp", "fromPort": float64(5432), "toPort": float64(5432)}).
				add(aclType, "acl", p{"vpcId": "vpc", "subnetIds": []any{"data"}, "ingress": c.in, "egress": c.out})
			q := question{from: "host", to: "postgres", some: c.some}
			if c.says != "" {
				q.says = []string{c.says}
			}
			ask(t, s.network(), q)
		})
	}
	// Within a subnet no ACL is asked.
	s := ground().add(instanceType, "other", p{"subnetId": "private", "vpcSecurityGroupIds": []any{"app"}}).
		add(ingressType, "self", p{"securityGroupId": "app", "ipProtocol": "-1", "referencedSecurityGroupId": "app"}).
		add(aclType, "acl", p{"vpcId": "vpc", "subnetIds": []any{"private"}})
	ask(t, s.network(), question{from: "host", to: "other", some: "all"})
	// Rules and associations as resources of their own, and the default ACL adopted.
	s = ground().add(defaultACLType, "adopted", p{"defaultNetworkAclId": "acl-default"}).set("vpc", p{"defaultNetworkAclId": "acl-default"})
	ask(t, s.network(), question{from: "host", to: "internet", some: "nothing", says: []string{"network ACL adopted, out of subnet private: no rule allows"}})
	for _, out := range []bool{true, false} {
		s.add("aws:ec2/networkAclRule:NetworkAclRule", "all", p{"networkAclId": "adopted", "ruleNumber": float64(100), "ruleAction": "allow", "protocol": "all", "egress": out, "cidrBlock": "0.0.0.0/0"})
	}
	ask(t, s.network(), question{from: "host", to: "internet", some: "all", says: []string{"all (rule 100)"}})
	s.add(aclType, "shut", p{"vpcId": "vpc"}).add("aws:ec2/networkAclAssociation:NetworkAclAssociation", "association", p{"subnetId": "private", "networkAclId": "shut"})
	ask(t, s.network(), question{from: "host", to: "internet", some: "nothing", says: []string{"network ACL shut"}})
}

// A second VPC, and the ways to it.
func neighbour() *scene {
	return ground().add(vpcType, "vpc2", p{"cidrBlock": "10.1.0.0/16"}).
		add(subnetType, "far", p{"vpcId": "vpc2", "cidrBlock": "10.1.0.0/24", "availabilityZone": "a"}).
		add(tableType, "table-far", p{"vpcId": "vpc2", "routes": []any{p{"cidrBlock": "10.0.0.0/16", "vpcPeeringConnectionId": "peering"}}}).
		add(associationType, "association-far", p{"subnetId": "far", "routeTableId": "table-far"}).
		add(groupType, "friends", p{"vpcId": "vpc2", "ingress": []any{p{"protocol": "-1", "securityGroups": []any{"app"}}}, "egress": []any{p{"protocol": "-1", "cidrBlocks": []any{"0.0.0.0/0"}}}}).
		add(instanceType, "neighbour", p{"subnetId": "far", "vpcSecurityGroupIds": []any{"friends"}}).
		add(peeringType, "peering", p{"vpcId": "vpc", "peerVpcId": "vpc2"}).
		add(routeType, "to-peer", p{"routeTableId": "table-private", "destinationCidrBlock": "10.1.0.0/16", "vpcPeeringConnectionId": "peering"})
}

func TestPeering(t *testing.T) {
	t.Parallel()
	ask(t, neighbour().network(), question{from: "host", to: "neighbour", some: "all", says: []string{"peering: to VPC vpc2"}})
	ask(t, neighbour().drop("to-peer").network(), question{from: "host", to: "neighbour", some: "nothing"})
	ask(t, neighbour().set("table-far", p{"routes": []any{}}).network(), question{from: "host", to: "neighbour", some: "nothing",
		says: []string{"route table table-far, for the answers: no route takes them to 10.0.1.0/24, not back"}})
	ask(t, neighbour().set("peering", p{"peerVpcId": "vpc-elsewhere"}).network(), question{from: "host", to: "neighbour", some: "nothing", may: "all",
		says: []string{"what is behind peering is not among the resources"}})
}

func TestTransitGateway(t *testing.T) {
	t.Parallel()
	transit := func() *scene {
		return neighbour().drop("peering").
			set("to-peer", p{"vpcPeeringConnectionId": nil, "transitGatewayId": "tgw"}).
			set("table-far", p{"routes": []any{p{"cidrBlock": "10.0.0.0/16", "transitGatewayId": "tgw"}}}).
			set("friends", p{"ingress": []any{p{"protocol": "-1", "cidrBlocks": []any{"10.0.0.0/16"}}}}).
			add(transitType, "tgw", p{}).
			add(attachmentType, "here", p{"transitGatewayId": "tgw", "vpcId": "vpc", "subnetIds": []any{"private"}}).
			add(attachmentType, "there", p{"transitGatewayId": "tgw", "vpcId": "vpc2", "subnetIds": []any{"far"}})
	}
	ask(t, transit().network(), question{from: "host", to: "neighbour", some: "all", says: []string{"tgw: to VPC vpc2"}})
	ask(t, transit().drop("there").network(), question{from: "host", to: "neighbour", some: "nothing", says: []string{"VPC vpc2 is not attached to it"}})
	ask(t, transit().set("here", p{"subnetIds": []any{}}).network(), question{from: "host", to: "neighbour", some: "nothing", says: []string{"attachment here has no subnet in zone a"}})
	ask(t, transit().set("tgw", p{"defaultRouteTablePropagation": "disable"}).network(), question{from: "host", to: "neighbour", some: "nothing",
		says: []string{"default route table of tgw: it does not lead from here to there"}})
	own := func() *scene {
		s := transit().set("tgw", p{"defaultRouteTablePropagation": "disable", "defaultRouteTableAssociation": "disable"}).add(transitTableType, "core", p{"transitGatewayId": "tgw"})
		for _, a := range []string{"here", "there"} {
			s.add("aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation", "association-"+a, p{"transitGatewayRouteTableId": "core", "transitGatewayAttachmentId": a})
		}
		return s.add("aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation", "propagation", p{"transitGatewayRouteTableId": "core", "transitGatewayAttachmentId": "here"}).
			add("aws:ec2transitgateway/route:Route", "static", p{"transitGatewayRouteTableId": "core", "transitGatewayAttachmentId": "there", "destinationCidrBlock": "10.1.0.0/16"})
	}
	ask(t, own().network(), question{from: "host", to: "neighbour", some: "all"})
	ask(t, own().set("static", p{"blackhole": true}).network(), question{from: "host", to: "neighbour", some: "nothing"})
	// By a transit gateway the group of the sender is not seen.
	ask(t, transit().set("friends", p{"ingress": []any{p{"protocol": "-1", "securityGroups": []any{"app"}}}}).network(), question{from: "host", to: "neighbour", some: "nothing"})
}

// A host with a public address sees others by their public addresses.
func TestPublicAddressesAcrossNetworks(t *testing.T) {
	t.Parallel()
	s := neighbour().drop("peering").drop("to-peer").
		add(gatewayType, "igw2", p{"vpcId": "vpc2"}).
		set("table-far", p{"routes": []any{p{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw2"}}}).
		set("neighbour", p{"publicIp": "203.0.113.9"}).
		set("friends", p{"ingress": []any{p{"protocol": "tcp", "fromPort": float64(443), "toPort": float64(443), "cidrBlocks": []any{"52.0.0.1/32"}}}})
	ask(t, s.network(), question{from: "host", to: "neighbour", some: "tcp 443", says: []string{"igw: leaves for the public address of neighbour", "igw2: to the public address of neighbour"}})
	// While the address of the NAT gateway is not known, nobody can say.
	s.set("eip", p{"publicIp": Unknown})
	ask(t, s.network(), question{from: "host", to: "neighbour", some: "nothing", may: "tcp 443", says: []string{"not known: which address of"}})
}

func TestIPv6(t *testing.T) {
	t.Parallel()
	s := ground().set("vpc", p{"ipv6CidrBlock": "2600:1f00::/56"}).set("private", p{"ipv6CidrBlock": "2600:1f00:0:1::/64"}).
		add(egressOnlyType, "eigw", p{"vpcId": "vpc"}).
		add(routeType, "six", p{"routeTableId": "table-private", "destinationIpv6CidrBlock": "::/0", "egressOnlyGatewayId": "eigw"}).
		add(egressType, "six-out", p{"securityGroupId": "app", "ipProtocol": "tcp", "fromPort": float64(443), "toPort": float64(443), "cidrIpv6": "::/0"}).
		add(ingressType, "six-in", p{"securityGroupId": "app", "ipProtocol": "tcp", "fromPort": float64(22), "toPort": float64(22), "cidrIpv6": "::/0"}).
		drop("route-private")
	ask(t, s.network(), question{from: "host", to: "internet", some: "tcp 443", says: []string{"egress-only gateway eigw: leaves the network"}})
	ask(t, s.network(), question{from: "internet", to: "host", some: "nothing"})
	s.set("six", p{"egressOnlyGatewayId": nil, "gatewayId": "igw"})
	ask(t, s.network(), question{from: "internet", to: "host", some: "tcp 22"})
}

// A private network that is not among the resources is reached by a gateway, as
// far as anybody knows.
func TestNetworksBeyond(t *testing.T) {
	t.Parallel()
	s := ground().add(vpnType, "vpn", p{"vpcId": "vpc"}).
		add(routeType, "office", p{"routeTableId": "table-private", "destinationCidrBlock": "192.168.0.0/16", "gatewayId": "vpn"}).
		add(ingressType, "in", p{"securityGroupId": "app", "ipProtocol": "tcp", "fromPort": float64(22), "toPort": float64(22), "cidrIpv4": "192.168.0.0/16"})
	ask(t, s.network(), question{from: "host", to: "192.168.1.0/24", some: "nothing", may: "all", says: []string{"what vpn does with packets is not modelled"}})
	ask(t, s.network(), question{from: "192.168.1.0/24", to: "host", some: "nothing", may: "tcp 22"})
	ask(t, s.drop("office").network(), question{from: "192.168.1.0/24", to: "host", some: "nothing", says: []string{"no route leads back"}})
}

func TestGatewayEndpoints(t *testing.T) {
	t.Parallel()
	s := ground().drop("route-private").
		add(endpointType, "s3", p{"vpcId": "vpc", "serviceName": "com.amazonaws.eu-central-1.s3", "vpcEndpointType": "Gateway", "routeTableIds": []any{"table-private"}})
	// Its addresses are not known before it exists, and are not needed.
	ask(t, s.network(), question{from: "host", to: "service:s3", some: "all", says: []string{"gateway endpoint s3: leaves the network"}})
	ask(t, s.network(), question{from: "host", to: "internet", some: "nothing"})
	ask(t, s.network(), question{from: "tier:data", to: "service:s3", some: "nothing"})
	// A rule for the service's list alone is enough.
	s.drop("app-out").add(egressType, "s3-only", p{"securityGroupId": "app", "ipProtocol": "tcp", "fromPort": float64(443), "toPort": float64(443), "prefixListId": "pl-1"}).
		set("s3", p{"prefixListId": "pl-1", "cidrBlocks": []any{"52.216.0.0/15"}})
	ask(t, s.network(), question{from: "host", to: "service:s3", some: "tcp 443", says: []string{"security group app: s3-only"}})
}
