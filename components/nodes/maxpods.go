package nodes

import (
	"fmt"
	"strings"

	"github.com/slipway-iac/slipway/components/instances"
)

// maxPods is the number of pods that each node of the group takes. With
// ExactMaxPods it is set so; without, it is what EKS is expected to set, which
// is the same number if EKS counts what [instances.Managed] says it counts.
func (g Group) maxPods(n instances.Networking) int {
	return instances.GroupMaxPods(g.types(), n)
}

// warnings says what is allowed and likely not wanted, a sentence each.
func (g Group) warnings(n instances.Networking) []string {
	var all []string
	if g.Capacity == Spot && len(g.InstanceTypes) == 1 {
		all = append(all, fmt.Sprintf("spot capacity of %s alone runs out: "+
			"list more types of about its size in InstanceTypes", g.InstanceTypes[0]))
	}
	all = append(all, g.wasted(n)...)
	if p := instances.Managed(g.types(), n); !g.ExactMaxPods && !p.Certain() {
		all = append(all, fmt.Sprintf("EKS may set %d pods per node where custom networking leaves addresses for %d, "+
			"and pods beyond those would wait for an address: set ExactMaxPods", p.Unaware, p.MaxPods))
	}
	return all
}

// wasted says where the nodes of a type take fewer pods than its addresses
// allow, or its addresses fewer than was hoped.
func (g Group) wasted(n instances.Networking) []string {
	group := g.maxPods(n)
	var single, larger []string
	for _, t := range g.types() {
		if n.PrefixDelegation && !t.Nitro {
			single = append(single, fmt.Sprintf("%s is not a Nitro type and takes no prefixes: its addresses allow %d pods",
				t.Name, instances.MaxPods(t, n)))
		}
		if pods := instances.MaxPods(t, n); pods > group {
			larger = append(larger, fmt.Sprintf("%s (%d)", t.Name, pods))
		}
	}
	if len(larger) == 0 {
		return single
	}
	return append(single, fmt.Sprintf("every node takes %d pods, as the smallest type does, "+
		"though the formula allows more on %s: give those a group of their own", group, strings.Join(larger, ", ")))
}
