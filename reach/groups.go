package reach

import (
	"strings"

	"github.com/slipway-iac/slipway/reach/flow"
)

// sgRule is one rule of a security group, in whatever shape the program wrote
// it: from or to some addresses, or hosts of a group.
type sgRule struct {
	name  string
	what  flow.Set
	peers addrs
	group *group
	// missing says what is not known of it; such a rule may let anything
	// through.
	missing string
}

// group is a security group.
type group struct {
	name    string
	vpc     *vpc
	in, out []sgRule
}

func (n *Network) group(v *vpc, name string) *group { return &group{name: name, vpc: v} }

// groupTypes are the resources that a security group's identifier may belong
// to. A cluster has the group that EKS makes for it.
var groupTypes = []string{groupType, defaultGroupType, clusterType}

func (n *Network) readGroups() {
	for _, it := range n.index.of(groupType) {
		// The provider takes away the rule that lets everything out, with which
		// AWS makes a group: without rules in the program nothing gets out.
		n.groups[it] = n.group(n.vpcOf(it), it.Name)
	}
	for _, it := range n.index.of(defaultGroupType) {
		if v := n.vpcOf(it); v != nil {
			v.defaultGroup.name, v.defaultGroup.in, v.defaultGroup.out = it.Name, nil, nil
			n.groups[it] = v.defaultGroup
		}
	}
	for _, it := range n.index.of(clusterType) {
		n.groups[it] = n.clusterGroup(it)
	}
	for it, g := range n.groups {
		if it.Type == clusterType {
			continue
		}
		for _, p := range it.props.objs("ingress") {
			g.in = append(g.in, n.inlineRules(it, g, "ingress", p)...)
		}
		for _, p := range it.props.objs("egress") {
			g.out = append(g.out, n.inlineRules(it, g, "egress", p)...)
		}
		for _, direction := range []string{"ingress", "egress"} {
			if !it.props.known(direction) && it.ID != "" {
				n.gap(direction + " of security group " + it.Name + " is not known")
			}
		}
	}
	n.oldRules()
	n.newRules("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", false)
	n.newRules("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", true)
}

// clusterGroup is the group that EKS makes for a cluster and puts on its
// interfaces, and on nodes whose launch template names no other: everything
// from itself, and everything out. See
// https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
func (n *Network) clusterGroup(it *item) *group {
	g := n.group(nil, "cluster security group of "+it.Name)
	g.in = []sgRule{{name: "EKS's own rule for itself", what: allTraffic, group: g}}
	out := everyIPv4
	if it.props.obj("kubernetesNetworkConfig").str("ipFamily") == "ipv6" {
		out = everyAddress
	}
	g.out = []sgRule{{name: "EKS's own rule for everywhere", what: allTraffic, peers: out}}
	if id := it.props.obj("vpcConfig").str("clusterSecurityGroupId"); id != "" {
		n.index.byKey[id] = append(n.index.byKey[id], it)
	}
	return g
}

// inlineRules are the rules that one block inside a group stands for.
func (n *Network) inlineRules(it *item, g *group, property string, p props) []sgRule {
	rule := sgRule{name: strings.TrimSpace("its own rule " + p.str("description"))}
	rule.readTraffic(p.str("protocol"), p)
	var out []sgRule
	for _, ranges := range []string{"cidrBlocks", "ipv6CidrBlocks"} {
		out = append(out, rangeRules(rule, p, ranges)...)
	}
	for _, list := range list(p["prefixListIds"]) {
		out = append(out, n.listRule(rule, it, property+".prefixListIds", list))
	}
	groups, missing := n.index.refs(it, property+".securityGroups", p["securityGroups"], groupTypes...)
	for _, peer := range groups {
		out = append(out, rule.from(n.groups[peer]))
	}
	if missing != "" {
		out = append(out, rule.unknown(missing))
	}
	if self := p.flag("self", no); self == yes {
		out = append(out, rule.from(g))
	}
	return out
}

func (r *sgRule) readTraffic(protocol string, p props) {
	var known bool
	if r.what, known = readTraffic(protocol, p); !known {
		r.what, r.missing = allTraffic, "the protocol or the ports of "+r.name+" are not known yet"
	}
}

func (r sgRule) from(g *group) sgRule { r.group = g; return r }

func (r sgRule) unknown(missing string) sgRule { r.missing = missing; return r }

func (r sgRule) at(peers addrs) sgRule { r.peers = peers; return r }

// rangeRules are the rules for ranges of addresses.
func rangeRules(rule sgRule, p props, property string) []sgRule {
	texts, all := p.strs(property)
	var ranges []addrs
	for _, text := range texts {
		if prefix, ok := prefixOf(text); ok {
			ranges = append(ranges, setOf(prefix))
		} else {
			all = false
		}
	}
	var out []sgRule
	if len(ranges) > 0 {
		out = append(out, rule.at(join(ranges...)))
	}
	if !all {
		out = append(out, rule.unknown("a range of "+rule.name+" is not known yet"))
	}
	return out
}

// listRule is the rule for one prefix list.
func (n *Network) listRule(rule sgRule, it *item, property string, value any) sgRule {
	owner, missing := n.index.refPart(it, property, value, managedListType, endpointType)
	if owner == nil {
		return rule.unknown(missing)
	}
	return rule.at(n.lists[owner])
}

// oldRules reads SecurityGroupRule, which has several peers in one resource.
func (n *Network) oldRules() {
	for _, it := range n.index.of("aws:ec2/securityGroupRule:SecurityGroupRule") {
		rule := sgRule{name: it.Name}
		rule.readTraffic(it.props.str("protocol"), it.props)
		owner, missing := n.index.ref(it, "securityGroupId", groupTypes...)
		g := n.groups[owner]
		var rules []sgRule
		for _, property := range []string{"cidrBlocks", "ipv6CidrBlocks"} {
			rules = append(rules, rangeRules(rule, it.props, property)...)
		}
		for _, v := range list(it.props["prefixListIds"]) {
			rules = append(rules, n.listRule(rule, it, "prefixListIds", v))
		}
		if value, is := it.props["sourceSecurityGroupId"]; is && value != "" && it.props.flag("self", no) != yes {
			rules = append(rules, n.peerRule(rule, it, "sourceSecurityGroupId"))
		}
		if it.props.flag("self", no) == yes && g != nil {
			rules = append(rules, rule.from(g))
		}
		n.give(g, missing, it.props.str("type") == "egress", rules)
	}
}

// newRules reads SecurityGroupIngressRule and SecurityGroupEgressRule.
func (n *Network) newRules(typ string, egress bool) {
	for _, it := range n.index.of(typ) {
		rule := sgRule{name: it.Name}
		rule.readTraffic(it.props.str("ipProtocol"), it.props)
		owner, missing := n.index.ref(it, "securityGroupId", groupTypes...)
		var rules []sgRule
		for _, property := range []string{"cidrIpv4", "cidrIpv6"} {
			if value, is := it.props[property]; is && value != "" {
				rules = append(rules, rangeRules(rule, it.props, property)...)
			}
		}
		if value, is := it.props["prefixListId"]; is && value != "" {
			rules = append(rules, n.listRule(rule, it, "prefixListId", value))
		}
		if value, is := it.props["referencedSecurityGroupId"]; is && value != "" {
			rules = append(rules, n.peerRule(rule, it, "referencedSecurityGroupId"))
		}
		n.give(n.groups[owner], missing, egress, rules)
	}
}

func (n *Network) peerRule(rule sgRule, it *item, property string) sgRule {
	peer, missing := n.index.ref(it, property, groupTypes...)
	if peer == nil {
		return rule.unknown(missing)
	}
	return rule.from(n.groups[peer])
}

// give hands rules to their group. Those whose group is not known may belong to
// any.
func (n *Network) give(g *group, missing string, egress bool, rules []sgRule) {
	switch {
	case g == nil:
		n.gap(missing)
		for _, r := range rules {
			n.strays = append(n.strays, r.unknown(missing))
		}
	case egress:
		g.out = append(g.out, rules...)
	default:
		g.in = append(g.in, rules...)
	}
}
