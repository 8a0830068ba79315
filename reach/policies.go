package reach

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/reach/flow"
)

// policy is a Kubernetes NetworkPolicy.
type policy struct {
	name      string
	namespace string
	selector  props
	// ingress and egress tell which directions it isolates the selected pods in.
	ingress, egress bool
	in, out         []policyRule
}

// policyRule lets connections through: with any of its peers, or with anybody
// where it names none.
type policyRule struct {
	peers []policyPeer
	ports []props
}

type policyPeer struct {
	block             addrs // nil unless it is an ipBlock.
	pods, spaces      props
	hasPods, hasSpace bool
	missing           string
}

// readPolicies reads the policies. Where there are any, pods are told apart by
// their namespace.
func (n *Network) readPolicies() {
	for _, it := range n.index.of(policyType) {
		spec := it.props.obj("spec")
		types, _ := spec.strs("policyTypes")
		p := &policy{name: it.Name, namespace: namespaceOf(it), selector: spec.obj("podSelector")}
		p.ingress = len(types) == 0 || slices.Contains(types, "Ingress")
		p.egress = slices.Contains(types, "Egress") || len(types) == 0 && spec["egress"] != nil
		for _, r := range spec.objs("ingress") {
			p.in = append(p.in, policyRule{readPeers(r.objs("from")), r.objs("ports")})
		}
		for _, r := range spec.objs("egress") {
			p.out = append(p.out, policyRule{readPeers(r.objs("to")), r.objs("ports")})
		}
		n.policies = append(n.policies, p)
	}
	if len(n.policies) == 0 {
		return
	}
	slices.SortFunc(n.policies, func(a, b *policy) int { return strings.Compare(a.name, b.name) })
	if n.enforced == no {
		n.gap("network policies are not enforced: the add-on vpc-cni does not have enableNetworkPolicy")
	}
	n.namespace = n.spaces()
	var split []*Place
	for _, p := range n.places {
		if p.Role != RolePods {
			split = append(split, p)
			continue
		}
		for _, space := range n.namespace {
			its := *p
			its.pod = &pod{namespace: space}
			split = append(split, &its)
		}
	}
	n.places = split
}

func readPeers(list []props) []policyPeer {
	var out []policyPeer
	for _, p := range list {
		peer := policyPeer{pods: p.obj("podSelector"), spaces: p.obj("namespaceSelector")}
		_, peer.hasPods = p["podSelector"]
		_, peer.hasSpace = p["namespaceSelector"]
		if block := p.obj("ipBlock"); block != nil {
			peer.block = nothing
			if prefix, ok := prefixOf(block.str("cidr")); ok {
				peer.block = setOf(prefix)
			} else {
				peer.missing = "an ipBlock is not known yet"
			}
			except, all := block.strs("except")
			for _, e := range except {
				if prefix, ok := prefixOf(e); ok {
					peer.block = minus(peer.block, setOf(prefix))
				}
			}
			if !all {
				peer.missing = "an exception of an ipBlock is not known yet"
			}
		}
		out = append(out, peer)
	}
	return out
}

// matches tells whether a peer, seen from a policy of a namespace, is a pod.
func (n *Network) matches(peer policyPeer, namespace string, other *pod) tri {
	if peer.block != nil || other == nil {
		return no
	}
	result := yes
	if peer.hasSpace {
		labels, exact := n.spaceLabels(other.namespace)
		result = selects(peer.spaces, labels, exact)
	} else if other.namespace != namespace {
		return no
	}
	if peer.hasPods {
		switch selects(peer.pods, other.labels, other.exact) {
		case no:
			return no
		case maybe:
			if result == yes {
				result = maybe
			}
		}
	}
	return result
}

// what is what a rule lets through to the ports of a pod.
func (r policyRule) what(target *pod, assume func(fact string) bool) flow.Set {
	if len(r.ports) == 0 {
		return allTraffic
	}
	var what flow.Set
	for _, p := range r.ports {
		protocol, _, ok := flow.ProtocolNumber(cmp.Or(p.str("protocol"), "TCP"))
		if !ok {
			continue
		}
		port := p.num("port", -1)
		if name := p.str("port"); name != "" {
			number, known := 0, false
			if target != nil {
				number, known = target.ports[name]
			}
			if !known {
				if assume(fmt.Sprintf("which port is called %s is not known", name)) {
					what = what.Union(flow.Protocol(protocol))
				}
				continue
			}
			port = number
		}
		switch {
		case !p.known("port") && assume("a port of a network policy is not known yet"):
			what = what.Union(flow.Protocol(protocol))
		case !p.known("port"):
		case port < 0:
			what = what.Union(flow.Protocol(protocol))
		default:
			what = what.Union(flow.Ports(protocol, port, p.num("endPort", port)))
		}
	}
	return what
}
