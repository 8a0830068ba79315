package reach

import (
	"fmt"
	"slices"

	"github.com/slipway-iac/slipway/reach/flow"
)

// Ports that the parts of a cluster need of each other. See
// https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
var (
	apiPort     = flow.Port(flow.TCP, 443)
	kubeletPort = flow.Port(flow.TCP, 10250)
	dnsPorts    = flow.Port(flow.TCP, 53).Union(flow.Port(flow.UDP, 53))
)

// ClusterDNS are the pods of CoreDNS.
var ClusterDNS = Endpoint{"cluster-dns", func(n *Network) ([]*Place, error) {
	return n.podsOf(&pod{name: "coredns", namespace: systemSpace, labels: map[string]string{"k8s-app": "kube-dns"}}), nil
}}

// Standing are the assertions that every platform of this kind should pass:
// nothing of it but load balancers can be reached from the internet, the data
// tier has no way out and all else only that by NAT, and a cluster's parts reach
// each other.
func (n *Network) Standing() []Assertion {
	var out []Assertion
	for _, to := range []Endpoint{InRole(RoleNodes), InRole(RolePods), InRole(RoleControlPlane), InRole(RoleEndpoints), InRole(RoleData), InTier(TierData)} {
		out = append(out, MustNot(Internet, to, flow.All()).Called(fmt.Sprintf("%s cannot be reached from the internet", to)))
	}
	for _, from := range []Endpoint{InRole(RoleData), InTier(TierData)} {
		out = append(out, MustNot(from, Internet, flow.All()).Called(fmt.Sprintf("%s has no way out", from)))
	}
	for _, from := range []Endpoint{InRole(RoleNodes), InRole(RolePods), InRole(RoleControlPlane)} {
		out = append(out, MustLeaveByNAT(from).Called(fmt.Sprintf("%s leave by NAT gateways only", from)))
	}
	callers := InRole(RolePods)
	if len(n.policies) > 0 {
		// A namespace may keep its pods from the API; where the controllers are
		// it must not.
		callers = Namespace(systemSpace)
	}
	control := InRole(RoleControlPlane)
	return append(out,
		Must(InRole(RoleNodes), control, apiPort).Called("nodes reach the control plane"),
		Must(control, InRole(RoleNodes), kubeletPort).Called("the control plane reaches the kubelets"),
		Must(callers, control, apiPort).Called("pods reach the Kubernetes API"),
		Must(InRole(RolePods), ClusterDNS, dnsPorts).Called("pods reach the cluster's DNS"),
		Must(ClusterDNS, Resolver, dnsPorts).Called("the cluster's DNS reaches the VPC's resolver"),
		Must(InRole(RoleNodes), Resolver, dnsPorts).Called("nodes reach the VPC's resolver"),
		n.apart(),
	)
}

// apart asserts that namespaces are closed to each other unless a policy opens
// them. Where no policy exists nobody has promised it.
func (n *Network) apart() Assertion {
	a := Assertion{name: "namespaces are closed to each other unless a policy opens them"}
	a.check = func(n *Network) []Finding {
		var out []Finding
		if len(n.policies) > 0 && n.enforced == no {
			out = append(out, Finding{a.name, true, "no policy is enforced: set enableNetworkPolicy in the configuration of the add-on vpc-cni"})
		}
		for _, space := range n.namespace {
			if space == systemSpace {
				continue // Everybody asks its DNS, and the API server its webhooks.
			}
			any := &pod{namespace: space}
			closed := slices.ContainsFunc(n.policies, func(p *policy) bool {
				return p.namespace == space && p.ingress && selects(p.selector, any.labels, any.exact) == yes
			})
			if !closed {
				out = append(out, Finding{a.name, true, fmt.Sprintf(
					"no NetworkPolicy selects all pods of namespace %s for ingress, so all others reach them; it would take one with an empty podSelector and the policy type Ingress", space)})
			}
		}
		return out
	}
	return a
}
