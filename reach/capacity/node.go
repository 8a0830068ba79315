// Package capacity tells how far a platform can grow before its addresses are
// used up: what a node with all its pods takes from the subnet of its pods, how
// many nodes that subnet feeds, whether the growth to each node group's maximum
// fits, and what runs out first.
//
// It counts what the VPC CNI takes, warm targets included, of whole blocks of
// 16 addresses where prefixes are delegated. It does not count what pods ask of
// processors and memory, which decides before addresses do where pods are large,
// nor quotas.
package capacity

import (
	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/reach"
)

const (
	// blockSize is the size of the blocks that are delegated: a /28.
	blockSize = 16

	// hostNetworkPods need no address: aws-node and kube-proxy.
	hostNetworkPods = 2

	// defaultWarm is what the CNI keeps ahead unless it is told otherwise: one
	// prefix, or one interface.
	defaultWarm = 1
)

// Node is what one node takes of the subnet of its pods.
type Node struct {
	// Pods is how many it runs, those of the host's network included.
	Pods int
	// Interfaces are those that serve pods, each with an address of its own in
	// the pods' subnet.
	Interfaces int
	// Prefixes are the blocks delegated to them, warm ones included; 0 without
	// prefix delegation.
	Prefixes int
	// Addresses is all of it, as single addresses.
	Addresses int
}

// node is what a node of a type takes when it runs some pods.
func node(t instances.Type, c reach.CNI, pods int) Node {
	n := Node{Pods: pods}
	own := 1 // The address of each interface itself.
	perInterface := t.IPv4PerENI - own
	most := t.ENIs
	if c.CustomNetworking {
		most-- // The node's first interface serves no pods.
	}
	addresses := max(pods-hostNetworkPods, 0)
	if c.PrefixDelegation && t.Nitro {
		n.Prefixes = min(prefixes(c, addresses), most*perInterface)
		n.Interfaces = max(divideUp(n.Prefixes, perInterface), 1)
		n.Addresses = n.Prefixes*blockSize + n.Interfaces*own
		return n
	}
	n.Interfaces, n.Addresses = singles(c, addresses, perInterface, most)
	return n
}

// prefixes are the blocks that the CNI keeps for some pods.
func prefixes(c reach.CNI, addresses int) int {
	if c.WarmIPs >= 0 || c.MinimumIPs >= 0 {
		// Targets in addresses overrule that in prefixes.
		return max(divideUp(max(addresses+max(c.WarmIPs, 0), c.MinimumIPs), blockSize), 1)
	}
	warm := defaultWarm
	if c.WarmPrefixes >= 0 {
		warm = c.WarmPrefixes
	}
	return max(divideUp(addresses, blockSize)+warm, 1)
}

// singles are the interfaces and addresses that the CNI keeps without prefixes.
// A warm interface comes with all its addresses.
func singles(c reach.CNI, addresses, perInterface, most int) (interfaces, taken int) {
	if c.WarmIPs >= 0 || c.MinimumIPs >= 0 {
		addresses = min(max(addresses+max(c.WarmIPs, 0), c.MinimumIPs), most*perInterface)
		interfaces = min(max(divideUp(addresses, perInterface), 1), most)
		return interfaces, addresses + interfaces
	}
	warm := defaultWarm
	if c.WarmENIs >= 0 {
		warm = c.WarmENIs
	}
	interfaces = min(max(divideUp(addresses, perInterface)+warm, 1), most)
	return interfaces, interfaces * (perInterface + 1)
}

func divideUp(a, b int) int {
	if b <= 0 {
		return 0
	}
	return (a + b - 1) / b
}
