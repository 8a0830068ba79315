package capacity

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/reach"
)

// Report is how far a platform can grow.
type Report struct {
	Groups  []Group
	Subnets []Subnet
	// Problems are what could not be counted, and why.
	Problems []string
}

// Group is a node group.
type Group struct {
	Name string
	// Type is the instance type that takes most addresses.
	Type string
	// PodsPerNode is what EKS sets. Certain is false when it may be more; see
	// [instances.Prediction].
	PodsPerNode int
	Certain     bool
	// Idle is what a node takes without pods but those of the host's network, Full
	// with all.
	Idle, Full Node
	// Desired and Max are sizes. Fed is how many full nodes the pods' subnets feed
	// if no other group takes of them; FedWorst if every single address breaks a
	// block of its own.
	Desired, Max, Fed, FedWorst int
	// First is what runs out first as the group grows, and after how many nodes.
	First string
	Nodes int
}

// Subnet is a subnet of pods.
type Subnet struct {
	Name, Zone string
	// Addresses are those that AWS does not keep; Blocks are whole blocks of 16.
	Addresses, Blocks int
	// Desired and Max are the blocks that all groups take at these sizes, full
	// of pods; MaxWorst when every single address breaks a block. Without prefix
	// delegation they are addresses, and Prefixes is false.
	Desired, Max, MaxWorst int
	Prefixes               bool
	// Fits and FitsWorst tell whether the maximum fits.
	Fits, FitsWorst bool
}

// Fragmentation is what single addresses in the wrong places cost, in blocks, at
// the maximum.
func (s Subnet) Fragmentation() int { return s.MaxWorst - s.Max }

// Has is how much there is of what the other numbers count.
func (s Subnet) Has() int {
	if s.Prefixes {
		return s.Blocks
	}
	return s.Addresses
}

// Verdict says in a word or two whether the maximum fits.
func (s Subnet) Verdict() string {
	switch {
	case !s.Fits:
		return "no"
	case !s.FitsWorst:
		return "unless fragmented"
	}
	return "yes"
}

// Of counts a network's node groups.
func Of(n *reach.Network) Report {
	var r Report
	desired, most := map[string]need{}, map[string]need{}
	subnets := map[string]reach.Subnet{}
	for _, g := range n.NodeGroups() {
		group, ok := r.group(g)
		if !ok {
			continue
		}
		r.Groups = append(r.Groups, group)
		for _, s := range g.Pods {
			subnets[s.Name] = s
			desired[s.Name] = desired[s.Name].plus(group.Full, share(g.Desired, g.Pods))
			most[s.Name] = most[s.Name].plus(group.Full, share(g.Max, g.Pods))
		}
	}
	for name, s := range subnets {
		room := roomOf(s)
		out := Subnet{Name: name, Zone: s.Zone, Addresses: room.addresses, Blocks: room.blocks, Prefixes: most[name].prefixes > 0}
		out.Fits, out.FitsWorst = most[name].fits(room, false), most[name].fits(room, true)
		if out.Prefixes {
			out.Desired, out.Max, out.MaxWorst = desired[name].blocks(room, false), most[name].blocks(room, false), most[name].blocks(room, true)
		} else {
			out.Desired, out.Max, out.MaxWorst = desired[name].singles, most[name].singles, most[name].singles
		}
		r.Subnets = append(r.Subnets, out)
	}
	slices.SortFunc(r.Subnets, func(a, b Subnet) int { return strings.Compare(a.Name, b.Name) })
	return r
}

// share is how many of a group's nodes are in one zone: it spreads them evenly,
// and one zone may have the odd one.
func share(nodes int, zones []reach.Subnet) int { return divideUp(nodes, len(zones)) }

func (r *Report) group(g reach.NodeGroup) (Group, bool) {
	problem := func(format string, args ...any) (Group, bool) {
		r.Problems = append(r.Problems, fmt.Sprintf("node group %s: ", g.Name)+fmt.Sprintf(format, args...))
		return Group{}, false
	}
	if !g.CNI.Known {
		return problem("the configuration of vpc-cni is not known yet")
	}
	var types []instances.Type
	for _, name := range g.InstanceTypes {
		t, known := instances.Lookup(name)
		if !known {
			return problem("the limits of instance type %s are not known", name)
		}
		types = append(types, t)
	}
	if len(types) == 0 || len(g.Pods) == 0 {
		return problem("its instance types or the subnets of its pods are not known")
	}
	predicted := instances.Managed(types, instances.Networking{CustomNetworking: g.CNI.CustomNetworking, PrefixDelegation: g.CNI.PrefixDelegation})
	out := Group{Name: g.Name, PodsPerNode: predicted.MaxPods, Certain: predicted.Certain(), Desired: g.Desired, Max: g.Max}
	for _, t := range types {
		if full := node(t, g.CNI, predicted.MaxPods); full.Addresses > out.Full.Addresses {
			out.Type, out.Full, out.Idle = t.Name, full, node(t, g.CNI, 0)
		}
	}
	for _, s := range g.Pods {
		out.Fed += nodes(out.Full, roomOf(s), false)
		out.FedWorst += nodes(out.Full, roomOf(s), true)
	}
	out.first(g)
	return out, true
}

// first finds what runs out first: the group's own maximum, the addresses of the
// pods, or those of the nodes. A zone that is full stops it, since nodes are
// spread evenly.
func (g *Group) first(of reach.NodeGroup) {
	g.First, g.Nodes = "its maximum size", of.Max
	try := func(what string, nodes int) {
		if nodes < g.Nodes {
			g.First, g.Nodes = what, nodes
		}
	}
	for _, s := range of.Pods {
		try("addresses for pods in subnet "+s.Name, nodes(g.Full, roomOf(s), false)*len(of.Pods))
	}
	if !of.CNI.CustomNetworking {
		return // The nodes' own addresses are those of the first interfaces.
	}
	for _, s := range of.Nodes {
		try("addresses for nodes in subnet "+s.Name, roomOf(s).addresses*len(of.Nodes))
	}
}
