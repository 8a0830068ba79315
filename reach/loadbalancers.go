package reach

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/reach/flow"
)

// readLoadBalancers reads those that the program makes itself.
func (n *Network) readLoadBalancers() {
	for _, it := range n.index.of("aws:lb/loadBalancer:LoadBalancer") {
		groups, groupless := n.groupsOf(it, "securityGroups", it.props["securityGroups"])
		var places []*Place
		if _, is := it.props["subnets"]; is {
			places = n.in(it, RoleLoadBalancers, "subnets", it.props["subnets"], groups, groupless)
		}
		for _, m := range it.props.objs("subnetMappings") {
			places = append(places, n.in(it, RoleLoadBalancers, "subnetMappings.subnetId", m["subnetId"], groups, groupless)...)
		}
		network := it.props.str("loadBalancerType") == "network"
		if !network {
			orDefault(places)
		}
		for _, p := range places {
			// A network load balancer may do without groups; then none is in the way.
			p.open = network && len(groups) == 0 && groupless == ""
			p.outside = n.internet
			switch it.props.flag("internal", no) {
			case no:
				p.public = yes
			case maybe:
				p.public = maybe
			}
		}
	}
}

// A Service and an Ingress ask the AWS Load Balancer Controller for a load
// balancer by annotations. See
// https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
const (
	ingressNotes = "alb.ingress.kubernetes.io/"
	serviceNotes = "service.beta.kubernetes.io/aws-load-balancer-"
)

// readIngresses reads the load balancers that the controller makes.
func (n *Network) readIngresses() {
	for _, it := range n.index.of("kubernetes:networking.k8s.io/v1:Ingress") {
		notes := it.props.obj("metadata").obj("annotations")
		class := cmp.Or(it.props.obj("spec").str("ingressClassName"), notes.str("kubernetes.io/ingress.class"))
		if class != "alb" {
			continue
		}
		n.controlled(it, notes, ingressNotes, listenPorts(notes), cmp.Or(notes.str(ingressNotes+"inbound-cidrs"), "0.0.0.0/0"))
	}
	for _, it := range n.index.of("kubernetes:core/v1:Service") {
		spec := it.props.obj("spec")
		if spec.str("type") != "LoadBalancer" {
			continue
		}
		var what flow.Set
		for _, p := range spec.objs("ports") {
			protocol, _, _ := flow.ProtocolNumber(cmp.Or(p.str("protocol"), "TCP"))
			what = what.Union(flow.Port(protocol, p.num("port", 0)))
		}
		ranges, _ := spec.strs("loadBalancerSourceRanges")
		n.controlled(it, it.props.obj("metadata").obj("annotations"), serviceNotes, what, cmp.Or(strings.Join(ranges, ","), "0.0.0.0/0"))
	}
}

// listenPorts reads the annotation listen-ports, such as [{"HTTPS":443}].
func listenPorts(notes props) flow.Set {
	var listeners []map[string]int
	if json.Unmarshal([]byte(notes.str(ingressNotes+"listen-ports")), &listeners) != nil || len(listeners) == 0 {
		if notes.str(ingressNotes+"certificate-arn") != "" {
			return flow.Port(flow.TCP, 443)
		}
		return flow.Port(flow.TCP, 80)
	}
	var what flow.Set
	for _, l := range listeners {
		for _, port := range l {
			what = what.Union(flow.Port(flow.TCP, port))
		}
	}
	return what
}

// controlled is a load balancer that the controller makes: it has a group of its
// own that admits its ports, and the controller opens the targets to it.
func (n *Network) controlled(it *item, notes props, prefix string, what flow.Set, cidrs string) {
	public := notes.str(prefix+"scheme") == "internet-facing"
	front := n.group(nil, "load balancer group of "+it.Name)
	front.out = []sgRule{{name: front.name, what: allTraffic, peers: everyAddress}}
	for cidr := range strings.SplitSeq(cidrs, ",") {
		if p, ok := prefixOf(strings.TrimSpace(cidr)); ok {
			front.in = append(front.in, sgRule{name: front.name, what: what, peers: setOf(p)})
		}
	}
	groups := []*group{front}
	if own := notes.str(prefix + "security-groups"); own != "" {
		named, missing := n.groupsOf(it, "metadata.annotations", anys(strings.Split(own, ",")))
		n.gap(missing)
		groups = append(named, n.group(nil, "backend group of "+it.Name))
		groups[len(groups)-1].out = front.out
	}
	opened := false
	for _, s := range n.elbSubnets(it, notes, prefix, public) {
		p := n.at(it, RoleLoadBalancers, s, groups)
		p.public, p.outside = truth(public), n.internet
		back := groups[len(groups)-1]
		if back.vpc = s.vpc; !opened {
			n.openTargets(it, back, notes.str(prefix+"target-type"), notes.str(prefix+"nlb-target-type"))
			opened = true
		}
	}
	if !opened {
		n.gap("no subnet is tagged for the load balancer of " + it.Name)
	}
}

// elbSubnets are the subnets of a load balancer: those named, else those with
// the tag of its scheme.
func (n *Network) elbSubnets(it *item, notes props, prefix string, public bool) []*subnet {
	var out []*subnet
	if named := notes.str(prefix + "subnets"); named != "" {
		found, missing := n.index.refs(it, "metadata.annotations", anys(strings.Split(named, ",")), subnetType)
		n.gap(missing)
		for _, s := range found {
			out = append(out, n.subnets[s])
		}
		return out
	}
	tag := "kubernetes.io/role/internal-elb"
	if public {
		tag = "kubernetes.io/role/elb"
	}
	for _, s := range n.subnets {
		if mark, tagged := s.item.props.obj("tags")[tag]; tagged && (mark == "1" || mark == "") {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b *subnet) int { return strings.Compare(a.name, b.name) })
	return out
}

// openTargets adds the rule that the controller adds to the group of pods, or
// of nodes where targets are instances.
func (n *Network) openTargets(it *item, back *group, kinds ...string) {
	role := RoleNodes
	if slices.Contains(kinds, "ip") {
		role = RolePods
	}
	var done []*group
	for _, p := range n.places {
		if p.Role == role && len(p.groups) > 0 && !slices.Contains(done, p.groups[0]) {
			done = append(done, p.groups[0])
			p.groups[0].in = append(p.groups[0].in, sgRule{
				name: "rule of the load balancer controller for " + it.Name, what: flow.Protocol(flow.TCP).Union(flow.Protocol(flow.UDP)), group: back,
			})
		}
	}
}
