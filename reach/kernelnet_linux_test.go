package reach

import (
	"fmt"
	"slices"
	"strings"
)

// kernelNet is a lab built from the kernel's own parts: a namespace for each
// host, for the router of each subnet with its table and its stateless list, for
// each VPC's fabric, NAT and internet gateway, and for the internet. Hosts have their
// groups as stateful rules of their own.
type kernelNet struct {
	lab    *lab
	all    []*namespace
	byName map[string]*namespace
	links  []string
}

const beyond = "internet"

// outsiders are the addresses on the internet.
var outsiders = []string{"8.8.8.8", "203.0.113.99"}

func buildKernelNet(l *lab) (*kernelNet, error) {
	k := &kernelNet{lab: l, byName: map[string]*namespace{}}
	steps := []func() error{k.namespaces, k.wire, k.configure}
	for _, step := range steps {
		if err := step(); err != nil {
			k.close()
			return nil, err
		}
	}
	return k, nil
}

func (k *kernelNet) close() {
	for _, n := range k.all {
		n.close()
	}
}

func (k *kernelNet) namespaces() error {
	names := []string{beyond}
	for _, v := range k.lab.vpcs {
		names = append(names, v.name)
		if v.gateway {
			names = append(names, "igw-"+v.name)
		}
		for _, s := range v.subnets {
			names = append(names, s.name)
		}
	}
	for name := range k.lab.nats {
		names = append(names, name)
	}
	for _, h := range k.lab.hosts {
		names = append(names, h.name)
	}
	for i, name := range names {
		n, err := newNamespace(name, i+1)
		if err != nil {
			return err
		}
		k.all = append(k.all, n)
		k.byName[name] = n
	}
	return nil
}

// link joins two namespaces by a cable whose ends are called after what the
// other end is.
func (k *kernelNet) link(a, aEnd, b, bEnd string) {
	x, y := k.byName[a], k.byName[b]
	k.links = append(k.links, fmt.Sprintf("link add name %s netns %s type veth peer name %s netns %s", aEnd, x.path(), bEnd, y.path()))
	x.ip("link set dev %s up", aEnd)
	y.ip("link set dev %s up", bEnd)
}

// send has a namespace send what is for a range to a neighbour.
func (k *kernelNet) send(from, cidr, to, end string) {
	k.byName[from].ip("route add %s via %s dev %s onlink", cidr, k.byName[to].hop(), end)
}

// The ends of cables: h to what lives in a subnet, f to a VPC's fabric, g to an
// internet gateway, w to the internet, p to a peer's fabric, n to and from the subnet
// of a NAT gateway, and r to a router.
func (k *kernelNet) wire() error {
	for i, v := range k.lab.vpcs {
		gateway := "igw-" + v.name
		if v.gateway {
			k.link(gateway, "w", beyond, fmt.Sprintf("g%d", i))
			k.send(gateway, "0.0.0.0/0", beyond, "w")
			k.translate(v)
		}
		for j, s := range v.subnets {
			end := fmt.Sprintf("r%d", j)
			k.link(s.name, "f", v.name, end)
			k.send(v.name, s.cidr, s.name, end)
			k.send(s.name, v.cidr, v.name, "f")
			if v.gateway {
				k.link(s.name, "g", gateway, end)
				k.send(gateway, s.cidr, s.name, end)
			}
			if k.lab.peering {
				other := k.lab.vpcs[1-i].name
				k.link(s.name, "p", other, fmt.Sprintf("p%d", j))
			}
			k.lists(s)
		}
	}
	for _, nat := range k.lab.nats {
		k.wireNAT(nat)
	}
	for i, h := range k.lab.hosts {
		k.wireHost(i, h)
	}
	for _, ip := range outsiders {
		k.byName[beyond].ip("addr add %s/32 dev lo", ip)
	}
	for _, v := range k.lab.vpcs {
		for _, s := range v.subnets {
			k.routes(s)
		}
	}
	return feed(k.links, "ip", "-batch", "-")
}

// public are the public addresses of a VPC by the private ones.
func (k *kernelNet) public(v *labVPC) map[string]string {
	out := map[string]string{}
	for _, h := range k.lab.hosts {
		if h.subnet.vpc == v && h.public != "" {
			out[h.ip] = h.public
		}
	}
	for _, nat := range k.lab.nats {
		if nat.subnet.vpc == v && nat.public != "" {
			out[nat.ip] = nat.public
		}
	}
	return out
}

// translate has an internet gateway exchange private and public addresses, one
// by one and without a memory; what has no public address does not pass.
func (k *kernelNet) translate(v *labVPC) {
	g := k.byName["igw-"+v.name]
	g.nft("table ip t {")
	g.nft("chain pre { type filter hook prerouting priority -300; policy accept;")
	var publics []string
	for private, public := range k.public(v) {
		g.nft(`iifname "w" ip daddr %s ip daddr set %s accept`, public, private)
		g.nft(`iifname != "w" ip saddr %s ip saddr set %s accept`, private, public)
		publics = append(publics, public)
		k.byName[beyond].ip("route add %s/32 via %s dev g%d onlink", public, g.hop(), slices.Index(k.lab.vpcs, v))
	}
	g.nft("}")
	g.nft("chain pass { type filter hook forward priority 0; policy accept;")
	if len(publics) > 0 {
		g.nft(`iifname != "w" ip saddr { %s } accept`, strings.Join(publics, ", "))
	}
	g.nft(`iifname != "w" drop`)
	g.nft("}\n}")
}

// routes are a subnet's own.
func (k *kernelNet) routes(s *labSubnet) {
	r := k.byName[s.name]
	for _, route := range s.routes {
		name, isNAT := strings.CutPrefix(route.target, "nat:")
		switch {
		case isNAT && k.lab.nats[name].subnet == s:
			k.send(s.name, route.dest, name, "h-nat")
		case isNAT:
			k.send(s.name, route.dest, k.lab.nats[name].subnet.name, "n")
		case route.target == "igw":
			k.send(s.name, route.dest, "igw-"+s.vpc.name, "g")
		case route.target == "peer":
			other := k.lab.vpcs[0]
			if other == s.vpc {
				other = k.lab.vpcs[1]
			}
			k.send(s.name, route.dest, other.name, "p")
		default:
			r.ip("route add blackhole %s", route.dest)
		}
	}
}

// lists are a subnet's network ACL: it looks at every packet that enters or
// leaves the subnet, and remembers none.
func (k *kernelNet) lists(s *labSubnet) {
	acl, ok := k.lab.acls[s.acl]
	if !ok {
		return
	}
	r := k.byName[s.name]
	write := func(chain, direction string, rules []labACLRule) {
		rules = slices.Clone(rules)
		slices.SortFunc(rules, func(a, b labACLRule) int { return a.number - b.number })
		r.nft("chain %s {", chain)
		for _, rule := range rules {
			r.nft("%s %s", match(rule.protocol, rule.from, rule.to, direction+" "+rule.peer), map[bool]string{true: "accept", false: "drop"}[rule.allow])
		}
		r.nft("drop\n}")
	}
	r.nft("table ip t {")
	write("entering", "ip saddr", acl.in)
	write("leaving", "ip daddr", acl.out)
	r.nft(`chain pass { type filter hook forward priority 0; policy accept;
iifname "h*" oifname "h*" accept
iifname "h*" jump leaving
oifname "h*" jump entering
}
}`)
}

// match is the condition of a rule.
func match(protocol string, from, to int, peer string) string {
	if protocol == "-1" {
		return peer
	}
	return fmt.Sprintf("%s %s dport %d-%d", peer, protocol, from, to)
}

// wireNAT puts a NAT gateway into its subnet. What other subnets send it comes
// in through their own cables, and goes to it whatever its destination.
func (k *kernelNet) wireNAT(nat *labNAT) {
	home, n := nat.subnet.name, k.byName[nat.name]
	k.link(home, "h-nat", nat.name, "r")
	n.ip("addr add %s/32 dev r", nat.ip)
	k.send(nat.name, "0.0.0.0/0", home, "r")
	k.send(home, nat.ip+"/32", nat.name, "h-nat")
	n.nft("table ip t {\nchain post { type nat hook postrouting priority 100; policy accept;\nip saddr != %s snat to %s\n}", nat.ip, nat.ip)
	// Answers to what never came through it belong to no connection of its own;
	// Linux would pass them on with the address that they have.
	n.nft("chain pass { type filter hook forward priority 0; policy accept;\nct state invalid drop\n}\n}")
	for i, s := range nat.subnet.vpc.subnets {
		if s == nat.subnet {
			continue
		}
		end := fmt.Sprintf("n%d", i)
		k.link(s.name, "n", home, end)
		k.byName[home].ip("rule add iif %s lookup 100", end)
	}
	k.byName[home].ip("route add default via %s dev h-nat onlink table 100", n.hop())
}

// wireHost puts a host into its subnet, behind its groups.
func (k *kernelNet) wireHost(i int, h *labHost) {
	n, end := k.byName[h.name], fmt.Sprintf("h%d", i)
	k.link(h.subnet.name, end, h.name, "r")
	n.ip("addr add %s/32 dev r", h.ip)
	k.send(h.name, "0.0.0.0/0", h.subnet.name, "r")
	k.send(h.subnet.name, h.ip+"/32", h.name, end)
	n.nft("table ip t {")
	for hook, direction := range map[string]string{"input": "ip saddr", "output": "ip daddr"} {
		n.nft("chain %s { type filter hook %s priority 0; policy drop;", hook, hook)
		n.nft("ct state established,related accept")
		for _, name := range h.groups {
			rules := k.lab.groups[name].in
			if hook == "output" {
				rules = k.lab.groups[name].out
			}
			for _, r := range rules {
				for _, peer := range k.peers(r.peer) {
					n.nft("%s accept", match(r.protocol, r.from, r.to, direction+" "+peer))
				}
			}
		}
		n.nft("}")
	}
	n.nft("}")
}

// peers are the ranges of a rule's other side: those of a group's members are
// their private addresses.
func (k *kernelNet) peers(peer string) []string {
	group, is := strings.CutPrefix(peer, "group:")
	if !is {
		return []string{peer}
	}
	var out []string
	for _, h := range k.lab.hosts {
		if slices.Contains(h.groups, group) {
			out = append(out, h.ip)
		}
	}
	return out
}

func (k *kernelNet) configure() error {
	for _, n := range k.all {
		if err := n.configure(); err != nil {
			return err
		}
	}
	return nil
}
