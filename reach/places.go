package reach

import (
	"cmp"
	"slices"
	"strings"
)

// Role is what a place is in a platform.
type Role string

// The roles of places.
const (
	// RoleNodes are the hosts of node groups.
	RoleNodes Role = "nodes"
	// RolePods are the pods, wherever the VPC CNI gives them addresses.
	RolePods Role = "pods"
	// RoleControlPlane are the interfaces by which a cluster's control plane is
	// in the VPC.
	RoleControlPlane Role = "control-plane"
	// RoleEndpoints are the interface endpoints of AWS services.
	RoleEndpoints Role = "endpoints"
	// RoleData are databases.
	RoleData Role = "data"
	// RoleNAT are NAT gateways.
	RoleNAT Role = "nat"
	// RoleLoadBalancers are load balancers, those of Ingresses and Services as well.
	RoleLoadBalancers Role = "load-balancers"
	// RoleHosts are instances and interfaces that are none of the above.
	RoleHosts Role = "hosts"
	// RoleSubnet is whatever might stand in a subnet: with a public address, and
	// with security groups that let everything through.
	RoleSubnet Role = "subnet"
)

// The tiers of subnets that roles are compared with.
const (
	TierPublic = "public"
	TierData   = "data"
)

// Place is where packets begin or end: a network interface, or all those of one
// resource in one subnet.
type Place struct {
	// Name is that of the resource it belongs to.
	Name string
	Role Role
	// Subnet and Zone say where it is; Tier is the subnet's.
	Subnet, Zone, Tier string

	item   *item
	tags   props
	subnet *subnet
	groups []*group
	open   bool // No security group is in the way.
	// addrs are its addresses; exact tells that it has all of them, and not one
	// that nobody knows yet.
	addrs addrs
	exact bool
	// public tells whether it has a public address; outside is which.
	public  tri
	outside addrs
	// deaf places take no connections.
	deaf bool
	// linux tells that its clients use the ports that Linux gives them.
	linux bool
	// nodes are where the packets of pods that leave the VPC come out, when the
	// CNI translates their address; unless those to keep.
	nodes []*Place
	snat  tri
	keep  addrs
	pod   *pod
	// resolves is the VPC whose resolver it is; beyond marks private networks
	// that are not among the resources.
	resolves *vpc
	beyond   bool
	// service marks the addresses of an AWS service.
	service bool
	// missing are facts that are not known about it. groupless ones are about
	// its groups.
	missing, groupless string
}

// String is the place's name and where it is.
func (p *Place) String() string {
	name := p.Name
	if p.pod != nil {
		name = p.pod.String()
	}
	if p.Subnet == "" || p.Role == RoleSubnet {
		return name
	}
	return name + " in " + p.Subnet
}

// at makes a place of a resource in a subnet.
func (n *Network) at(it *item, role Role, s *subnet, groups []*group) *Place {
	p := &Place{Name: it.Name, Role: role, item: it, tags: it.props.obj("tags"), groups: groups, subnet: s}
	if s == nil {
		p.missing = "the subnet of " + it.Name + " is not known"
	} else {
		p.Subnet, p.Zone, p.Tier, p.addrs = s.name, s.zone, s.tier, s.ranges
	}
	n.places = append(n.places, p)
	n.hosts[it] = append(n.hosts[it], p)
	return p
}

// in makes places of a resource in each subnet that a property names.
func (n *Network) in(it *item, role Role, property string, value any, groups []*group, groupless string) []*Place {
	found, missing := n.index.refs(it, property, value, subnetType)
	var out []*Place
	for _, s := range found {
		p := n.at(it, role, n.subnets[s], groups)
		p.groupless = groupless
		out = append(out, p)
	}
	if missing != "" || len(found) == 0 {
		p := n.at(it, role, nil, groups)
		p.missing = cmp.Or(missing, p.missing)
		out = append(out, p)
		n.gap(p.missing)
	}
	slices.SortFunc(out, func(a, b *Place) int { return strings.Compare(a.Subnet, b.Subnet) })
	return out
}

// groupsOf are the security groups that a property names.
func (n *Network) groupsOf(it *item, property string, value any) ([]*group, string) {
	found, missing := n.index.refs(it, property, value, groupTypes...)
	var out []*group
	for _, g := range found {
		out = append(out, n.groups[g])
	}
	n.gap(missing)
	return out, missing
}

// orDefault gives places without groups the one of their VPC, as AWS does.
func orDefault(places []*Place) {
	for _, p := range places {
		if len(p.groups) == 0 && p.groupless == "" && p.subnet != nil && p.subnet.vpc != nil {
			p.groups = []*group{p.subnet.vpc.defaultGroup}
		}
	}
}

func (n *Network) readPlaces() {
	n.readNATs()
	n.readClusters()
	n.readNodes()
	n.readPods()
	n.readEndpoints()
	n.readDatabases()
	n.readLoadBalancers()
	n.readHosts()
	n.readPublicAddresses()
	n.readIngresses()
	for it, s := range n.subnets {
		p := n.at(it, RoleSubnet, s, nil)
		p.open, p.public, p.outside = true, yes, n.internet
	}
	slices.SortStableFunc(n.places, func(a, b *Place) int {
		return cmp.Or(strings.Compare(string(a.Role), string(b.Role)), strings.Compare(a.Name, b.Name), strings.Compare(a.Subnet, b.Subnet))
	})
}

// readNATs reads the NAT gateways. They answer nobody who was not asked.
func (n *Network) readNATs() {
	for _, it := range n.index.of(natType) {
		for _, p := range n.in(it, RoleNAT, "subnetId", it.props["subnetId"], nil, "") {
			p.open, p.deaf = true, true
			p.know(it.props.str("privateIp"))
			if it.props.str("connectivityType") == "private" {
				continue
			}
			p.public = yes
			p.outside = n.internet
			if a, ok := prefixOf(it.props.str("publicIp")); ok {
				p.outside = setOf(a)
			} else if eip, _ := n.index.ref(it, "allocationId", addressType); eip != nil {
				if a, ok := prefixOf(eip.props.str("publicIp")); ok {
					p.outside = setOf(a)
				}
			}
		}
	}
}

// know tells a place its address.
func (p *Place) know(address string) {
	if a, ok := prefixOf(address); ok {
		p.addrs, p.exact = setOf(a), true
	}
}

// readClusters reads the control planes' interfaces in the VPC.
func (n *Network) readClusters() {
	for _, it := range n.index.of(clusterType) {
		config := it.props.obj("vpcConfig")
		groups, groupless := n.groupsOf(it, "vpcConfig.securityGroupIds", config["securityGroupIds"])
		groups = append([]*group{n.groups[it]}, groups...)
		for _, p := range n.in(it, RoleControlPlane, "vpcConfig.subnetIds", config["subnetIds"], groups, groupless) {
			if p.subnet != nil && n.groups[it].vpc == nil {
				n.groups[it].vpc = p.subnet.vpc
			}
		}
	}
}

// readEndpoints reads the interface endpoints.
func (n *Network) readEndpoints() {
	for _, it := range n.index.of(endpointType) {
		if it.props.str("vpcEndpointType") != "Interface" {
			continue
		}
		groups, groupless := n.groupsOf(it, "securityGroupIds", it.props["securityGroupIds"])
		orDefault(n.in(it, RoleEndpoints, "subnetIds", it.props["subnetIds"], groups, groupless))
	}
}

// readDatabases reads RDS. An instance may be in any subnet of its group, and
// moves when it fails over.
func (n *Network) readDatabases() {
	const subnetGroupType = "aws:rds/subnetGroup:SubnetGroup"
	for _, it := range n.index.of("aws:rds/instance:Instance", "aws:rds/cluster:Cluster", "aws:rds/clusterInstance:ClusterInstance") {
		if it.props.str("clusterIdentifier") != "" && it.Type == "aws:rds/clusterInstance:ClusterInstance" && it.props.str("dbSubnetGroupName") == "" {
			continue // It stands where its cluster does.
		}
		groups, groupless := n.groupsOf(it, "vpcSecurityGroupIds", it.props["vpcSecurityGroupIds"])
		owner, missing := n.index.ref(it, "dbSubnetGroupName", subnetGroupType)
		var places []*Place
		if owner == nil {
			p := n.at(it, RoleData, nil, groups)
			p.missing = cmp.Or(missing, "the subnet group of "+it.Name+" is the account's default one")
			n.gap(p.missing)
			continue
		}
		for _, s := range n.in(owner, RoleData, "subnetIds", owner.props["subnetIds"], groups, groupless) {
			s.Name, s.item, s.tags = it.Name, it, it.props.obj("tags")
			s.public = it.props.flag("publiclyAccessible", no)
			s.outside = n.internet
			places = append(places, s)
		}
		n.hosts[it] = append(n.hosts[it], places...)
		orDefault(places)
	}
}

// readHosts reads instances and interfaces.
func (n *Network) readHosts() {
	for _, it := range n.index.of(instanceType) {
		groups, groupless := n.groupsOf(it, "vpcSecurityGroupIds", it.props["vpcSecurityGroupIds"])
		places := n.in(it, RoleHosts, "subnetId", it.props["subnetId"], groups, groupless)
		orDefault(places)
		for _, p := range places {
			p.know(it.props.str("privateIp"))
			p.public = it.props.flag("associatePublicIpAddress", onLaunch(p.subnet))
			p.outside = n.internet
			if a, ok := prefixOf(it.props.str("publicIp")); ok {
				p.public, p.outside = yes, setOf(a)
			}
		}
	}
	for _, it := range n.index.of(interfaceType) {
		groups, groupless := n.groupsOf(it, "securityGroups", it.props["securityGroups"])
		places := n.in(it, RoleHosts, "subnetId", it.props["subnetId"], groups, groupless)
		orDefault(places)
		for _, p := range places {
			p.know(it.props.str("privateIp"))
		}
	}
}

func onLaunch(s *subnet) tri {
	if s == nil {
		return maybe
	}
	return s.public
}

// readPublicAddresses gives elastic addresses to whom they belong.
func (n *Network) readPublicAddresses() {
	give := func(it, address *item) {
		for property, types := range map[string][]string{
			"instance": {instanceType}, "instanceId": {instanceType}, "networkInterface": {interfaceType}, "networkInterfaceId": {interfaceType},
		} {
			owner, _ := n.index.ref(it, property, types...)
			for _, p := range n.hosts[owner] {
				p.public, p.outside = yes, n.internet
				if a, ok := prefixOf(address.props.str("publicIp")); ok {
					p.outside = setOf(a)
				}
			}
		}
	}
	for _, it := range n.index.of(addressType) {
		give(it, it)
	}
	for _, it := range n.index.of("aws:ec2/eipAssociation:EipAssociation") {
		address, missing := n.index.ref(it, "allocationId", addressType)
		n.gap(missing)
		if address != nil {
			give(it, address)
		}
	}
}
