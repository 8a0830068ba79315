package reach

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/slipway-iac/slipway/reach/flow"
)

var (
	allTraffic   = flow.All()
	everyAddress = join(everyIPv4, everyIPv6)
)

// aclRule is one rule of a network ACL.
type aclRule struct {
	name    string
	number  int
	allow   bool
	peers   addrs
	what    flow.Set
	missing string // Why the peers or ports are not known.
}

// acl is a network ACL: rules by direction, in the order in which they count.
type acl struct {
	name    string
	in, out []aclRule
	// untouched is how AWS made it: it lets everything through.
	untouched bool
}

// defaultACL is what a VPC is born with.
func defaultACL(vpcName string) *acl {
	a := &acl{name: "default of " + vpcName, untouched: true}
	rule := aclRule{name: "AWS's rule 100", number: 100, allow: true, peers: everyAddress, what: allTraffic}
	a.in, a.out = []aclRule{rule}, []aclRule{rule}
	return a
}

func (n *Network) readACLs() {
	for _, it := range n.index.of(aclType) {
		n.acls[it] = &acl{name: it.Name}
	}
	for _, it := range n.index.of(defaultACLType) {
		owner := n.ownerOf(it, "defaultNetworkAclId")
		if v := n.vpcs[owner]; v != nil {
			// The subnets point at it already. It has the rules that the program
			// gives it and no others.
			*v.acl = acl{name: it.Name}
			n.acls[it] = v.acl
		} else {
			n.gap("the VPC of network ACL " + it.Name + " is not known")
		}
	}
	for it, a := range n.acls {
		for _, r := range it.props.objs("ingress") {
			a.in = append(a.in, readACLRule("", r, "ruleNo", "action"))
		}
		for _, r := range it.props.objs("egress") {
			a.out = append(a.out, readACLRule("", r, "ruleNo", "action"))
		}
	}
	for _, it := range n.index.of("aws:ec2/networkAclRule:NetworkAclRule") {
		owner, missing := n.index.ref(it, "networkAclId", aclType, defaultACLType)
		a := n.acls[owner]
		if a == nil {
			n.gap(missing)
			continue
		}
		r := readACLRule(it.Name, it.props, "ruleNumber", "ruleAction")
		if it.props.flag("egress", no) == yes {
			a.out = append(a.out, r)
		} else {
			a.in = append(a.in, r)
		}
	}
	n.associateACLs()
	for _, a := range n.acls {
		for _, rules := range [][]aclRule{a.in, a.out} {
			slices.SortStableFunc(rules, func(x, y aclRule) int { return cmp.Compare(x.number, y.number) })
		}
	}
}

func (n *Network) associateACLs() {
	for it, a := range n.acls {
		found, missing := n.index.refs(it, "subnetIds", it.props["subnetIds"], subnetType)
		n.gap(missing)
		for _, s := range found {
			n.subnets[s].acl = a
		}
	}
	for _, it := range n.index.of("aws:ec2/networkAclAssociation:NetworkAclAssociation") {
		s, missing := n.index.ref(it, "subnetId", subnetType)
		n.gap(missing)
		a, missing := n.index.ref(it, "networkAclId", aclType, defaultACLType)
		n.gap(missing)
		if s != nil && a != nil {
			n.subnets[s].acl = n.acls[a]
		}
	}
}

// readACLRule reads a rule: owner is the resource that is one, "" where it is
// written in the ACL.
func readACLRule(owner string, p props, number, action string) aclRule {
	r := aclRule{number: p.num(number, 0), allow: p.str(action) == "allow"}
	if r.name = fmt.Sprintf("rule %d", r.number); owner != "" {
		r.name = fmt.Sprintf("%s (rule %d)", owner, r.number)
	}
	for _, property := range []string{"cidrBlock", "ipv6CidrBlock"} {
		if prefix, ok := prefixOf(p.str(property)); ok {
			r.peers = join(r.peers, setOf(prefix))
		} else if !p.known(property) {
			r.missing = "the range of " + r.name + " is not known yet"
		}
	}
	var known bool
	if r.what, known = readTraffic(p.str("protocol"), p); !known {
		r.missing = "the protocol of " + r.name + " is not known yet"
	}
	return r
}

// readTraffic reads protocol and ports as rules have them. known is false when
// they cannot be read.
func readTraffic(protocol string, p props) (what flow.Set, known bool) {
	number, all, ok := flow.ProtocolNumber(protocol)
	switch {
	case !ok || !p.known("fromPort") || !p.known("toPort"):
		return flow.Set{}, false
	case all:
		return allTraffic, true
	case number == flow.ICMP || number == flow.ICMPv6:
		// Security groups have type and code in the ports, network ACLs apart.
		kind, code := p.num("fromPort", -1), p.num("toPort", -1)
		if _, apart := p["icmpType"]; apart {
			kind, code = p.num("icmpType", -1), p.num("icmpCode", -1)
		}
		if kind < 0 {
			return flow.Protocol(number), true
		}
		return flow.ICMPType(number, kind, code), true
	case number != flow.TCP && number != flow.UDP:
		return flow.Protocol(number), true
	}
	from, to := p.num("fromPort", 0), p.num("toPort", flow.MaxPort)
	if from < 0 {
		return flow.Protocol(number), true
	}
	return flow.Ports(number, from, to), true
}

// verdict is what an ACL says of packets: by peer and by protocol and port.
type verdict struct {
	peers addrs
	what  flow.Set
	rule  string
}

// judge sorts packets into those that rules let through and those they stop. A
// rule that is not known stops nothing for the lenient and everything else for
// the strict.
func judge(rules []aclRule, peers addrs, what flow.Set, lenient bool) (let, stopped []verdict) {
	rest := []verdict{{peers, what, ""}}
	for _, r := range rules {
		if r.missing != "" {
			switch {
			case r.allow && lenient:
				let = append(let, by(rest, r.name)...)
			case !r.allow && !lenient:
				return let, append(stopped, by(rest, r.name)...)
			}
			continue
		}
		var next []verdict
		for _, v := range rest {
			peers, what := both(v.peers, r.peers), v.what.Intersect(r.what)
			if empty(peers) || what.Empty() {
				next = append(next, v)
				continue
			}
			if r.allow {
				let = append(let, verdict{peers, what, r.name})
			} else {
				stopped = append(stopped, verdict{peers, what, r.name})
			}
			if others := minus(v.peers, r.peers); !empty(others) {
				next = append(next, verdict{others, v.what, ""})
			}
			if others := v.what.Minus(r.what); !others.Empty() {
				next = append(next, verdict{peers, others, ""})
			}
		}
		rest = next
	}
	return let, append(stopped, by(rest, "no rule")...)
}

// by are verdicts with the rule that spoke them.
func by(verdicts []verdict, rule string) []verdict {
	out := slices.Clone(verdicts)
	for i := range out {
		out[i].rule = rule
	}
	return out
}
