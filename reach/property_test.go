package reach

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/reach/flow"
)

var (
	labPorts = []int{22, 53, 443, 1023, 1024, 5432, 32767, 32768, 50000, 65535}
	labPeers = []string{
		"0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16", "10.0.1.0/24", "10.0.1.10/32", "10.0.2.0/25", "10.1.0.0/16", "10.1.1.10/32",
		"128.0.0.0/1", "8.8.8.8/32", "203.0.113.0/24", "203.0.113.10/32", "52.0.0.1/32",
	}
	labProtocols = []string{"tcp", "tcp", "udp", "-1"}
)

func drawRule(t *rapid.T, groups []string) labRule {
	from := rapid.SampledFrom(labPorts).Draw(t, "from")
	to := rapid.SampledFrom(labPorts).Draw(t, "to")
	return labRule{
		protocol: rapid.SampledFrom(labProtocols).Draw(t, "protocol"), from: min(from, to), to: max(from, to),
		peer: rapid.SampledFrom(append(slices.Clone(labPeers), groups...)).Draw(t, "peer"),
	}
}

func drawACLRules(t *rapid.T) []labACLRule {
	var out []labACLRule
	for i := range rapid.IntRange(0, 5).Draw(t, "rules") {
		r := drawRule(t, nil)
		out = append(out, labACLRule{
			number: 100 + (i*7)%5*10 + i, allow: rapid.IntRange(0, 3).Draw(t, "allow") > 0,
			protocol: r.protocol, from: r.from, to: r.to, peer: r.peer,
		})
	}
	// Mostly open, so that packets get far enough to be stopped elsewhere.
	if rapid.Bool().Draw(t, "open") {
		out = append(out, labACLRule{number: 900, allow: true, protocol: "-1", peer: "0.0.0.0/0"})
	}
	return out
}

// drawLab makes a network of two VPCs, four subnets and as many hosts.
func drawLab(t *rapid.T) *lab {
	l := &lab{groups: map[string]*labGroup{}, acls: map[string]*labACL{}, nats: map[string]*labNAT{}, peering: rapid.Bool().Draw(t, "peering")}
	for i, name := range []string{"vpc-a", "vpc-b"} {
		v := &labVPC{name: name, cidr: fmt.Sprintf("10.%d.0.0/16", i), gateway: rapid.IntRange(0, 3).Draw(t, "gateway") > 0}
		for j := range 3 - i {
			v.subnets = append(v.subnets, &labSubnet{name: fmt.Sprintf("subnet-%c%d", 'a'+i, j), cidr: fmt.Sprintf("10.%d.%d.0/24", i, j+1), vpc: v})
		}
		l.vpcs = append(l.vpcs, v)
	}
	first := l.vpcs[0].subnets[0]
	l.nats["nat-1"] = &labNAT{name: "nat-1", subnet: first, ip: "10.0.1.4", public: rapid.SampledFrom([]string{"52.0.0.1", "52.0.0.1", ""}).Draw(t, "nat")}
	var groupNames, groupPeers []string
	for i := range 3 {
		groupNames = append(groupNames, fmt.Sprintf("sg-%d", i))
		groupPeers = append(groupPeers, "group:"+groupNames[i])
	}
	for _, name := range groupNames {
		g := &labGroup{name: name}
		for range rapid.IntRange(0, 3).Draw(t, "ingress") {
			g.in = append(g.in, drawRule(t, groupPeers))
		}
		for range rapid.IntRange(0, 2).Draw(t, "egress") {
			g.out = append(g.out, drawRule(t, groupPeers))
		}
		if rapid.Bool().Draw(t, "open") {
			g.out = append(g.out, labRule{protocol: "-1", peer: "0.0.0.0/0"})
		}
		l.groups[name] = g
	}
	for _, name := range []string{"acl-0", "acl-1"} {
		l.acls[name] = &labACL{name: name, in: drawACLRules(t), out: drawACLRules(t)}
	}
	for i, v := range l.vpcs {
		for j, s := range v.subnets {
			s.acl = rapid.SampledFrom([]string{"", "", "acl-0", "acl-1"}).Draw(t, "acl")
			targets := []string{"blackhole", "igw", "igw", "nat:nat-1", "nat:nat-1"}
			if i == 1 {
				targets = targets[:3]
			}
			if !v.gateway {
				targets = slices.DeleteFunc(targets, func(t string) bool { return t == "igw" })
			}
			for _, dest := range []string{"0.0.0.0/0", "0.0.0.0/1", "203.0.113.0/24"} {
				if rapid.Bool().Draw(t, "routed") {
					s.routes = append(s.routes, labRoute{dest, rapid.SampledFrom(targets).Draw(t, "target")})
				}
			}
			if l.peering && rapid.IntRange(0, 3).Draw(t, "peered") > 0 {
				s.routes = append(s.routes, labRoute{fmt.Sprintf("10.%d.0.0/16", 1-i), "peer"})
			}
			h := &labHost{name: fmt.Sprintf("host-%c%d", 'a'+i, j), ip: fmt.Sprintf("10.%d.%d.10", i, j+1), subnet: s}
			if v.gateway && rapid.Bool().Draw(t, "public") {
				h.public = fmt.Sprintf("203.0.113.1%d", i*3+j)
			}
			for range rapid.IntRange(1, 2).Draw(t, "groups") {
				if name := rapid.SampledFrom(groupNames).Draw(t, "group"); !slices.Contains(h.groups, name) {
					h.groups = append(h.groups, name)
				}
			}
			l.hosts = append(l.hosts, h)
		}
	}
	return l
}

// clientSamples are the ports that answers go to, one of each kind that rules
// tell apart.
func clientSamples() []int {
	out := []int{1024, 65535}
	for _, p := range labPorts {
		for _, q := range []int{p - 1, p, p + 1} {
			if q >= 1024 && q <= 65535 {
				out = append(out, q)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// The engine says of every two ends, and of every port, what a simulator says
// that sends one packet after the other.
func TestSameAsSimulator(t *testing.T) {
	t.Parallel()
	clients := clientSamples()
	outside := &labHost{name: "8.8.8.8", ip: "8.8.8.8"}
	far := &labHost{name: "203.0.113.99", ip: "203.0.113.99"}
	compared, through := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		l := drawLab(t)
		n := New(l.resources())
		if gaps := n.Gaps(); len(gaps) > 0 {
			t.Fatal(gaps)
		}
		ends := append(slices.Clone(l.hosts), outside, far)
		from, to := rapid.SampledFrom(ends).Draw(t, "from"), rapid.SampledFrom(ends).Draw(t, "to")
		if from == to || from.subnet == nil && to.subnet == nil {
			return
		}
		a, _ := ParseEndpoint(from.name)
		b, _ := ParseEndpoint(to.name)
		r, err := n.From(a).To(b)
		if err != nil {
			t.Fatal(err)
		}
		for protocol, number := range map[string]int{"tcp": flow.TCP, "udp": flow.UDP} {
			for _, port := range labPorts {
				sure, may := true, false
				for _, client := range clients {
					for _, translated := range clients {
						ok := try{l, protocol, port, client, translated}.connects(from, to)
						sure, may = sure && ok, may || ok
					}
				}
				compared++
				if sure {
					through++
				}
				if got := r.Some().Has(number, port); got != sure {
					t.Fatalf("%s to %s, %s %d: the engine says sure %v, the simulator %v\n%s", from.name, to.name, protocol, port, got, sure, r.Pairs[0].Text(flow.Port(number, port)))
				}
				if got := r.May().Has(number, port); got != may {
					t.Fatalf("%s to %s, %s %d: the engine says may %v, the simulator %v\n%s", from.name, to.name, protocol, port, got, may, r.Pairs[0].Text(flow.Port(number, port)))
				}
			}
		}
	})
	if through*200 < compared {
		t.Errorf("only %d of %d packets got through: the networks are too closed to tell", through, compared)
	}
}
