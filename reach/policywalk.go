package reach

import (
	"fmt"
)

// policiesOut passes the network policies of the pod that sends.
func (w *walk) policiesOut(p *packet) *Blocker {
	return w.passPolicies(p, p.from.pod, p.to, destination)
}

// policiesIn passes the network policies of the pod that receives.
func (w *walk) policiesIn(p *packet) *Blocker {
	return w.passPolicies(p, p.to.pod, p.from, source)
}

// passPolicies passes the policies that select a pod. A pod that none selects is
// open; one that any selects takes only what one of them lets through. See
// https://kubernetes.io/docs/concepts/services-networking/network-policies/
func (w *walk) passPolicies(p *packet, own *pod, peer *Place, s side) *Blocker {
	if own == nil || w.n.enforced == no {
		return nil
	}
	if w.n.enforced == maybe && w.assume("whether the VPC CNI enforces network policies is not known yet") {
		return nil
	}
	var kept boxes
	var by, names, doubtful []string
	isolated := false
	for _, policy := range w.n.policies {
		rules, isolates := policy.in, policy.ingress
		if s == destination {
			rules, isolates = policy.out, policy.egress
		}
		selected := selects(policy.selector, own.labels, own.exact)
		if policy.namespace != own.namespace || !isolates || selected == no {
			continue
		}
		names = append(names, policy.name)
		if selected == maybe && !w.lenient {
			isolated = true // For the strict it isolates and opens nothing.
			continue
		}
		isolated = isolated || selected == yes
		if selected == maybe {
			doubtful = append(doubtful, policy.name)
		}
		for _, r := range rules {
			for _, b := range w.ruled(p, policy, r, peer, s) {
				if selected == maybe {
					w.assume(doubt(policy.name, own))
				}
				kept, by = append(kept, b), append(by, "policy "+policy.name)
			}
		}
	}
	if !isolated {
		// It may be that none of them selects it.
		for _, name := range doubtful {
			w.assume(doubt(name, own))
			kept, by = append(kept, p.conns...), append(by, "not selected by "+name)
		}
	}
	at := fmt.Sprintf("network policies of %s", own)
	if len(names) == 0 {
		p.hop(at, "none selects them")
		return nil
	}
	return w.pass(p, kept, func() (Hop, Blocker) {
		return Hop{at, enumerate(by)}, Blocker{
			Why:  fmt.Sprintf("%s isolates them, and no rule is for %s %s %s", enumerate(names), p.conns.what(), preposition(s), peer),
			Take: "a NetworkPolicy that opens it",
		}
	})
}

// doubt is the fact that a pod is selected or not.
func doubt(policy string, own *pod) string {
	return fmt.Sprintf("whether policy %s selects %s depends on their labels", policy, own)
}

// ruled are the connections that one rule lets through.
func (w *walk) ruled(p *packet, policy *policy, r policyRule, peer *Place, s side) boxes {
	target := p.to.pod
	what := r.what(target, w.assume)
	var out boxes
	for _, b := range p.conns {
		if b.what = b.what.Intersect(what); b.what.Empty() {
			continue
		}
		if len(r.peers) == 0 {
			out = append(out, b)
		}
		for _, other := range r.peers {
			out = append(out, w.peered(p, b, policy, other, peer, s)...)
		}
	}
	return out
}

// peered is the part of connections whose other side is a peer of a rule.
func (w *walk) peered(p *packet, b box, policy *policy, other policyPeer, peer *Place, s side) boxes {
	if other.missing != "" {
		if w.assume(other.missing) {
			return boxes{b}
		}
		return nil
	}
	if other.block != nil {
		return boxes{}.add(w.narrow(p, b, s, other.block))
	}
	t := w.n.matches(other, policy.namespace, peer.pod)
	if w.holds(t, fmt.Sprintf("whether policy %s opens to %s depends on their labels", policy.name, peer)) {
		return boxes{b}
	}
	return nil
}
