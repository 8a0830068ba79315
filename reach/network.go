package reach

import (
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// Type tokens that more than one file of this package knows.
const (
	vpcType          = "aws:ec2/vpc:Vpc"
	defaultVPCType   = "aws:ec2/defaultVpc:DefaultVpc"
	subnetType       = "aws:ec2/subnet:Subnet"
	tableType        = "aws:ec2/routeTable:RouteTable"
	defaultTableType = "aws:ec2/defaultRouteTable:DefaultRouteTable"
	aclType          = "aws:ec2/networkAcl:NetworkAcl"
	defaultACLType   = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
	groupType        = "aws:ec2/securityGroup:SecurityGroup"
	defaultGroupType = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
	gatewayType      = "aws:ec2/internetGateway:InternetGateway"
	natType          = "aws:ec2/natGateway:NatGateway"
	endpointType     = "aws:ec2/vpcEndpoint:VpcEndpoint"
	addressType      = "aws:ec2/eip:Eip"
	interfaceType    = "aws:ec2/networkInterface:NetworkInterface"
	instanceType     = "aws:ec2/instance:Instance"
	templateType     = "aws:ec2/launchTemplate:LaunchTemplate"
	clusterType      = "aws:eks/cluster:Cluster"
	nodeGroupType    = "aws:eks/nodeGroup:NodeGroup"
	addonType        = "aws:eks/addon:Addon"
)

// DefaultTierTag is the tag of a subnet that names its tier, unless [Options]
// says otherwise.
const DefaultTierTag = "slipway:tier"

// Options change how resources are read. The zero value is good for most.
type Options struct {
	// TierTag is the tag of subnets that names their tier: public, private, pod,
	// data, control. Defaults to [DefaultTierTag]. A subnet without it is public
	// when its route table leads to an internet gateway.
	TierTag string
}

// Network is a model of everything that decides about packets. It does not
// change once it is made, and may be asked by several goroutines.
type Network struct {
	options Options
	index   *index
	vpcs    map[*item]*vpc
	subnets map[*item]*subnet
	tables  map[*item]*table
	acls    map[*item]*acl
	groups  map[*item]*group
	// lists are prefix lists by item: of gateway endpoints and managed lists.
	lists     map[*item]addrs
	places    []*Place
	hosts     map[*item][]*Place // Places by the resource they belong to.
	transit   map[*item]*transit
	peerings  map[*item][2]*vpc
	policies  []*policy
	enforced  tri // Whether network policies are.
	strays    []sgRule
	gaps      []string
	internet  addrs
	elsewhere addrs // The internet without the services that have a gateway endpoint.
	namespace []string
	kinds     func() *kinds
}

// New makes a model of resources.
func New(resources []Resource) *Network { return Options{}.New(resources) }

// New makes a model of resources.
func (o Options) New(resources []Resource) *Network {
	if o.TierTag == "" {
		o.TierTag = DefaultTierTag
	}
	n := &Network{
		options: o, index: newIndex(resources),
		vpcs: map[*item]*vpc{}, subnets: map[*item]*subnet{}, tables: map[*item]*table{}, acls: map[*item]*acl{},
		groups: map[*item]*group{}, lists: map[*item]addrs{}, hosts: map[*item][]*Place{}, transit: map[*item]*transit{}, peerings: map[*item][2]*vpc{},
	}
	// Each step uses what those before it made.
	n.readVPCs()
	n.readPrefixLists()
	n.readGroups()
	n.readSubnets()
	n.readTables()
	n.readTransit()
	n.readPeerings()
	n.readACLs()
	n.readPlaces()
	n.readPolicies()
	services := []addrs{}
	for it, list := range n.lists {
		if it.Type == endpointType {
			services = append(services, list)
		}
	}
	n.elsewhere = minus(n.internet, join(services...))
	n.kinds = sync.OnceValue(n.newKinds)
	slices.Sort(n.gaps)
	n.gaps = slices.Compact(n.gaps)
	return n
}

// Gaps are what could not be read or found, as sentences. Each may be why an
// answer is [Unknown].
func (n *Network) Gaps() []string { return slices.Clone(n.gaps) }

// gap notes what could not be found; "" is nothing.
func (n *Network) gap(missing string) {
	if missing != "" {
		n.gaps = append(n.gaps, missing)
	}
}

// vpc is a virtual network.
type vpc struct {
	name         string
	cidrs        []netip.Prefix
	ranges       addrs // All of cidrs.
	unknown      bool  // A range of it is not known.
	gateway      *item
	egressOnly   *item
	resolver     tri
	main         *table
	acl          *acl
	defaultGroup *group
}

func (n *Network) readVPCs() {
	for _, it := range n.index.of(vpcType, defaultVPCType) {
		v := &vpc{name: it.Name, resolver: it.props.flag("enableDnsSupport", yes)}
		v.addRange(it.props, "cidrBlock")
		v.addRange(it.props, "ipv6CidrBlock")
		v.unknown = v.unknown || it.props.str("ipv6CidrBlock") == "" && it.props.flag("assignGeneratedIpv6CidrBlock", no) != no
		v.main = &table{name: "main route table of " + it.Name, vpc: v}
		v.acl = defaultACL(it.Name)
		v.defaultGroup = n.group(v, "default security group of "+it.Name)
		// What every VPC is born with; a DefaultSecurityGroup of the program
		// takes it away.
		v.defaultGroup.in = []sgRule{{name: "AWS's own rule for itself", what: allTraffic, group: v.defaultGroup}}
		v.defaultGroup.out = []sgRule{{name: "AWS's own rule for everywhere", what: allTraffic, peers: everyAddress}}
		n.vpcs[it] = v
	}
	for _, it := range n.index.of("aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation", "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation") {
		if v := n.vpcOf(it); v != nil {
			v.addRange(it.props, "cidrBlock")
			v.addRange(it.props, "ipv6CidrBlock")
		}
	}
	for _, it := range n.index.of(gatewayType) {
		if v := n.vpcOf(it); v != nil {
			v.gateway = it
		}
	}
	for _, it := range n.index.of("aws:ec2/internetGatewayAttachment:InternetGatewayAttachment") {
		gateway, missing := n.index.ref(it, "internetGatewayId", gatewayType)
		n.gap(missing)
		if v := n.vpcOf(it); v != nil && gateway != nil {
			v.gateway = gateway
		}
	}
	for _, it := range n.index.of(egressOnlyType) {
		if v := n.vpcOf(it); v != nil {
			v.egressOnly = it
		}
	}
	var inside []addrs
	for _, v := range n.vpcs {
		inside = append(inside, v.ranges)
	}
	n.internet = minus(join(minus(everyIPv4, private), global, setOf(unmeasured)), join(inside...))
}

// addRange reads a range, when the property is there.
func (v *vpc) addRange(p props, property string) {
	if !p.known(property) {
		v.unknown = true
		return
	}
	if prefix, ok := prefixOf(p.str(property)); ok {
		v.cidrs = append(v.cidrs, prefix)
		v.ranges = setOf(v.cidrs...)
	}
}

func (n *Network) vpcOf(it *item) *vpc {
	found, missing := n.index.ref(it, "vpcId", vpcType, defaultVPCType)
	n.gap(missing)
	return n.vpcs[found]
}

// readPrefixLists reads the lists of addresses that rules and routes may name.
// An AWS service's list is known from its gateway endpoint.
func (n *Network) readPrefixLists() {
	next := unmeasured.Addr()
	for _, it := range n.index.of(endpointType) {
		if kind := it.props.str("vpcEndpointType"); kind != "" && kind != "Gateway" {
			continue
		}
		var ranges []addrs
		cidrs, _ := it.props.strs("cidrBlocks")
		for _, c := range cidrs {
			if p, ok := prefixOf(c); ok {
				ranges = append(ranges, setOf(p))
			}
		}
		if len(ranges) == 0 {
			next = next.Next()
			ranges = append(ranges, setOf(netip.PrefixFrom(next, next.BitLen())))
		}
		n.lists[it] = join(ranges...)
		// Both endpoints of one service in two VPCs have one list.
		if id := it.props.str("prefixListId"); id != "" {
			n.index.byKey[id] = append(n.index.byKey[id], it)
		}
	}
	for _, it := range n.index.of(managedListType) {
		var ranges []addrs
		for _, e := range it.props.objs("entries") {
			if p, ok := prefixOf(e.str("cidr")); ok {
				ranges = append(ranges, setOf(p))
			}
		}
		n.lists[it] = join(ranges...)
	}
	for _, it := range n.index.of("aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry") {
		owner, missing := n.index.ref(it, "prefixListId", managedListType)
		n.gap(missing)
		if p, ok := prefixOf(it.props.str("cidr")); ok && owner != nil {
			n.lists[owner] = join(n.lists[owner], setOf(p))
		}
	}
}

// serviceOf is the last part of an endpoint service's name: s3, ecr.api.
func serviceOf(name string) string {
	// com.amazonaws.us-west-2.ecr.api, in China cn.com.amazonaws.cn-north-1.eks.
	_, after, found := strings.Cut(name, "com.amazonaws.")
	if !found {
		return name
	}
	_, service, _ := strings.Cut(after, ".")
	return service
}

// subnet is a range of a VPC in one zone.
type subnet struct {
	name   string
	item   *item
	vpc    *vpc
	zone   string
	tier   string
	ranges addrs
	// unknown tells that a range of it is not known.
	unknown bool
	public  tri // Whether hosts get public addresses on launch.
	table   *table
	acl     *acl
	// missing says why the table or the ACL is not known.
	missing string
}

func (n *Network) readSubnets() {
	for _, it := range n.index.of(subnetType) {
		s := &subnet{
			name: it.Name, item: it, vpc: n.vpcOf(it), zone: it.props.str("availabilityZone"),
			tier: it.props.obj("tags").str(n.options.TierTag), public: it.props.flag("mapPublicIpOnLaunch", no),
		}
		for _, property := range []string{"cidrBlock", "ipv6CidrBlock"} {
			if !it.props.known(property) {
				s.unknown = true
			} else if p, ok := prefixOf(it.props.str(property)); ok {
				s.ranges = join(s.ranges, setOf(p))
			}
		}
		if s.vpc != nil {
			s.table, s.acl = s.vpc.main, s.vpc.acl
		} else {
			s.missing = "the VPC of subnet " + s.name + " is not among the resources"
		}
		n.subnets[it] = s
	}
}
