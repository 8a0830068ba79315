package kube

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Location says where the Pulumi engine runs.
type Location string

// Where the engine can run.
const (
	// Outside is anywhere on the internet: a laptop, a hosted CI.
	Outside Location = "outside"
	// InVPC is a machine inside the cluster's VPC, or joined to it.
	InVPC Location = "vpc"
	// Proxy is outside, with a proxy inside the VPC for the cluster's API.
	Proxy Location = "proxy"
)

// Engine is the machine the Pulumi engine runs on, as a cluster's endpoint
// sees it.
type Engine struct {
	// Location defaults to [Outside].
	Location Location
	// Address is the public address that its calls come from. Where it is not
	// known, only endpoints that are open to all addresses answer.
	Address netip.Addr
}

// reach is nil when the engine gets an answer from the cluster's endpoint.
func (e Engine) reach(cluster *cloud.Resource, proxied bool) error {
	name, vpc := cluster.Props.Str("name"), cluster.Props.Obj("vpcConfig")
	private, public := vpc.Bool("endpointPrivateAccess"), vpc.Bool("endpointPublicAccess")
	const unanswered = "configured Kubernetes cluster is unreachable: dial tcp: i/o timeout: cluster %s: "
	if (e.Location == InVPC || e.Location == Proxy && proxied) && private {
		return nil
	}
	if e.Location == Proxy && !proxied {
		return proxyMissing.Refuse(unanswered+"the engine needs a proxy, and the kubeconfig names none (proxy-url)", name)
	}
	if !public {
		return endpointShut.Refuse(unanswered+"its endpoint is private and the engine runs outside the VPC; run the engine in the VPC, use a proxy, or open the public endpoint to the engine's address", name)
	}
	cidrs := vpc.Strs("publicAccessCidrs")
	if slices.ContainsFunc(cidrs, e.within) {
		return nil
	}
	return notAdmitted.Refuse(unanswered+"its public endpoint admits %s, and the engine's address is %s; add it to publicAccessCidrs", name, strings.Join(cidrs, ", "), e.Address)
}

// within tells whether the engine's calls come from a range. An address that is
// not known is somewhere in the whole internet.
func (e Engine) within(cidr string) bool {
	p, err := netip.ParsePrefix(cidr)
	if err != nil {
		return false
	}
	if !e.Address.IsValid() {
		return p.Bits() == 0
	}
	return p.Contains(e.Address.Unmap())
}
