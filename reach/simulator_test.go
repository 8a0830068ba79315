package reach

import (
	"net/netip"
	"slices"
	"strings"
)

// lab is a small network in its own words, and a simulator that sends one packet
// at a time through it. It shares nothing with the engine but the meaning of the
// words.
type lab struct {
	vpcs    []*labVPC
	groups  map[string]*labGroup
	acls    map[string]*labACL
	hosts   []*labHost
	nats    map[string]*labNAT
	peering bool // Between the first two VPCs.
}

type labVPC struct {
	name, cidr string
	gateway    bool
	subnets    []*labSubnet
}

type labSubnet struct {
	name, cidr string
	vpc        *labVPC
	acl        string // "" is the default one.
	routes     []labRoute
}

// labRoute leads to igw, nat:NAME, peer or blackhole.
type labRoute struct{ dest, target string }

type labNAT struct {
	name   string
	subnet *labSubnet
	ip     string
	public string // "" for a private one.
}

type labHost struct {
	name, ip, public string
	subnet           *labSubnet
	groups           []string
}

type labGroup struct {
	name    string
	in, out []labRule
}

// labRule has as peer a range or group:NAME.
type labRule struct {
	protocol string
	from, to int
	peer     string
}

type labACL struct {
	name    string
	in, out []labACLRule
}

type labACLRule struct {
	number   int
	allow    bool
	protocol string
	from, to int
	peer     string
}

func contains(cidr, ip string) bool {
	return netip.MustParsePrefix(cidr).Contains(netip.MustParseAddr(ip))
}

// try sends one connection and its answer.
type try struct {
	l        *lab
	protocol string
	port     int
	// client is the port that the answer goes to, translated the one that a NAT
	// gateway chose in its place.
	client, translated int
}

func (t try) matches(protocol string, from, to, port int) bool {
	return protocol == "-1" || protocol == t.protocol && from <= port && port <= to
}

// groupAllows tells whether any rule of any group admits the peer.
func (t try) groupAllows(groups []string, out bool, peerIP string, peer *labHost) bool {
	for _, name := range groups {
		rules := t.l.groups[name].in
		if out {
			rules = t.l.groups[name].out
		}
		for _, r := range rules {
			if !t.matches(r.protocol, r.from, r.to, t.port) {
				continue
			}
			if group, is := strings.CutPrefix(r.peer, "group:"); is {
				if peer != nil && slices.Contains(peer.groups, group) {
					return true
				}
			} else if contains(r.peer, peerIP) {
				return true
			}
		}
	}
	return false
}

// aclAllows reads the rules in order; port is the packet's destination port.
func (t try) aclAllows(s *labSubnet, out bool, peerIP string, port int) bool {
	if s.acl == "" {
		return true
	}
	rules := t.l.acls[s.acl].in
	if out {
		rules = t.l.acls[s.acl].out
	}
	rules = slices.Clone(rules)
	slices.SortFunc(rules, func(a, b labACLRule) int { return a.number - b.number })
	for _, r := range rules {
		if t.matches(r.protocol, r.from, r.to, port) && contains(r.peer, peerIP) {
			return r.allow
		}
	}
	return false
}

// next is the target of the most specific route.
func (t try) next(s *labSubnet, ip string) string {
	best, target := -1, ""
	if contains(s.vpc.cidr, ip) {
		best, target = netip.MustParsePrefix(s.vpc.cidr).Bits(), "local"
	}
	for _, r := range s.routes {
		if bits := netip.MustParsePrefix(r.dest).Bits(); contains(r.dest, ip) && bits > best {
			best, target = bits, r.target
		}
	}
	return target
}

// hostToHost tries the private address.
func (t try) hostToHost(a, b *labHost) bool {
	if !t.groupAllows(a.groups, true, b.ip, b) {
		return false
	}
	back := "local"
	target := t.next(a.subnet, b.ip)
	if name, is := strings.CutPrefix(target, "nat:"); is {
		return t.natToPeer(a, b, t.l.nats[name])
	}
	switch {
	case target == "local" && a.subnet.vpc == b.subnet.vpc:
	case target == "peer" && a.subnet.vpc != b.subnet.vpc && t.l.peering:
		back = "peer"
	default:
		return false
	}
	if a.subnet != b.subnet {
		if !t.aclAllows(a.subnet, true, b.ip, t.port) || !t.aclAllows(b.subnet, false, a.ip, t.port) {
			return false
		}
		if !t.aclAllows(b.subnet, true, a.ip, t.client) || !t.aclAllows(a.subnet, false, b.ip, t.client) {
			return false
		}
	}
	return t.groupAllows(b.groups, false, a.ip, a) && t.next(b.subnet, a.ip) == back
}

// natToPeer goes on from a NAT gateway, with its address, to the other VPC.
func (t try) natToPeer(a, b *labHost, nat *labNAT) bool {
	if t.next(nat.subnet, b.ip) != "peer" || !t.l.peering || a.subnet.vpc == b.subnet.vpc {
		return false
	}
	return t.throughNAT(a, nat, b.ip) &&
		t.aclAllows(nat.subnet, true, b.ip, t.port) && t.aclAllows(b.subnet, false, nat.ip, t.port) &&
		t.groupAllows(b.groups, false, nat.ip, nil) && t.next(b.subnet, nat.ip) == "peer" &&
		t.aclAllows(b.subnet, true, nat.ip, t.translated) && t.aclAllows(nat.subnet, false, b.ip, t.translated)
}

// throughNAT tells whether packets for an address get to a NAT gateway and the
// answers back from it.
func (t try) throughNAT(a *labHost, nat *labNAT, ip string) bool {
	return a.subnet == nat.subnet ||
		t.aclAllows(a.subnet, true, ip, t.port) && t.aclAllows(nat.subnet, false, a.ip, t.port) &&
			t.aclAllows(nat.subnet, true, a.ip, t.client) && t.aclAllows(a.subnet, false, ip, t.client)
}

// outside tries an address on the internet, and returns the source it sees.
func (t try) outside(a *labHost, ip string) (string, bool) {
	if !t.groupAllows(a.groups, true, ip, nil) {
		return "", false
	}
	s := a.subnet
	target := t.next(s, ip)
	if target == "igw" {
		ok := s.vpc.gateway && a.public != "" && t.aclAllows(s, true, ip, t.port) && t.aclAllows(s, false, ip, t.client)
		return a.public, ok
	}
	name, isNAT := strings.CutPrefix(target, "nat:")
	if !isNAT {
		return "", false
	}
	nat := t.l.nats[name]
	ok := t.throughNAT(a, nat, ip) && t.next(nat.subnet, ip) == "igw" && nat.subnet.vpc.gateway && nat.public != "" &&
		t.aclAllows(nat.subnet, true, ip, t.port) && t.aclAllows(nat.subnet, false, ip, t.translated)
	return nat.public, ok
}

// inside comes from an address on the internet.
func (t try) inside(ip string, b *labHost) bool {
	s := b.subnet
	return s.vpc.gateway && b.public != "" && t.next(s, ip) == "igw" &&
		t.aclAllows(s, false, ip, t.port) && t.groupAllows(b.groups, false, ip, nil) && t.aclAllows(s, true, ip, t.client)
}

// connects tries every way from one end to the other; an end is a host or an
// address on the internet.
func (t try) connects(from, to *labHost) bool {
	switch {
	case from.subnet == nil:
		return t.inside(from.ip, to)
	case to.subnet == nil:
		_, ok := t.outside(from, to.ip)
		return ok
	}
	if t.hostToHost(from, to) {
		return true
	}
	if to.public == "" {
		return false
	}
	seen, ok := t.outside(from, to.public)
	if seen != from.public {
		t.client = t.translated // What comes in again comes from the NAT gateway.
	}
	return ok && t.inside(seen, to)
}

// resources are the lab as a program would have registered it.
func (l *lab) resources() []Resource {
	var out []Resource
	add := func(typ, id string, p map[string]any) {
		out = append(out, Resource{Type: typ, Name: id, URN: "urn:" + typ + "::" + id, ID: id, Properties: p})
	}
	for _, v := range l.vpcs {
		add(vpcType, v.name, map[string]any{"cidrBlock": v.cidr})
		if v.gateway {
			add(gatewayType, "igw-"+v.name, map[string]any{"vpcId": v.name})
		}
		for _, s := range v.subnets {
			add(subnetType, s.name, map[string]any{"vpcId": v.name, "cidrBlock": s.cidr, "availabilityZone": "a"})
			table := "rtb-" + s.name
			add(tableType, table, map[string]any{"vpcId": v.name})
			add("aws:ec2/routeTableAssociation:RouteTableAssociation", "assoc-"+s.name, map[string]any{"subnetId": s.name, "routeTableId": table})
			for _, r := range s.routes {
				p := map[string]any{"routeTableId": table, "destinationCidrBlock": r.dest}
				switch name, isNAT := strings.CutPrefix(r.target, "nat:"); {
				case isNAT:
					p["natGatewayId"] = name
				case r.target == "igw":
					p["gatewayId"] = "igw-" + v.name
				case r.target == "peer":
					p["vpcPeeringConnectionId"] = "pcx"
				default:
					p["state"] = "blackhole"
				}
				add("aws:ec2/route:Route", "route-"+s.name+"-"+r.dest, p)
			}
		}
	}
	if l.peering {
		add(peeringType, "pcx", map[string]any{"vpcId": l.vpcs[0].name, "peerVpcId": l.vpcs[1].name})
	}
	for _, n := range l.nats {
		p := map[string]any{"subnetId": n.subnet.name, "privateIp": n.ip, "connectivityType": "private"}
		if n.public != "" {
			p["connectivityType"], p["publicIp"] = "public", n.public
		}
		add(natType, n.name, p)
	}
	for _, a := range l.acls {
		var subnets []any
		for _, v := range l.vpcs {
			for _, s := range v.subnets {
				if s.acl == a.name {
					subnets = append(subnets, s.name)
				}
			}
		}
		add(aclType, a.name, map[string]any{"vpcId": l.vpcs[0].name, "subnetIds": subnets, "ingress": aclProps(a.in), "egress": aclProps(a.out)})
	}
	for _, g := range l.groups {
		add(groupType, g.name, map[string]any{"vpcId": l.vpcs[0].name, "ingress": groupProps(g.in), "egress": groupProps(g.out)})
	}
	for _, h := range l.hosts {
		p := map[string]any{"subnetId": h.subnet.name, "vpcSecurityGroupIds": anys(h.groups), "privateIp": h.ip, "associatePublicIpAddress": false}
		if h.public != "" {
			p["publicIp"], p["associatePublicIpAddress"] = h.public, true
		}
		add(instanceType, h.name, p)
	}
	return out
}

func aclProps(rules []labACLRule) []any {
	out := []any{}
	for _, r := range rules {
		action := "deny"
		if r.allow {
			action = "allow"
		}
		out = append(out, map[string]any{"ruleNo": float64(r.number), "action": action, "protocol": r.protocol, "cidrBlock": r.peer, "fromPort": float64(r.from), "toPort": float64(r.to)})
	}
	return out
}

func groupProps(rules []labRule) []any {
	out := []any{}
	for _, r := range rules {
		p := map[string]any{"protocol": r.protocol, "fromPort": float64(r.from), "toPort": float64(r.to)}
		if group, is := strings.CutPrefix(r.peer, "group:"); is {
			p["securityGroups"] = []any{group}
		} else {
			p["cidrBlocks"] = []any{r.peer}
		}
		out = append(out, p)
	}
	return out
}
