package pods

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// stage is how far a pod came on a node: the first thing that kept it away.
type stage int

const (
	placed stage = iota
	noNode
	selected
	tainted
	apart
	spread
	full
	addressless
)

// node is a node with what runs on it.
type node struct {
	eks.Node
	pods []Workload
	// room is how many more pods have an address without asking for more.
	room   int
	subnet *subnet
}

// refuses tells what keeps a pod of a workload from a node, in the scheduler's
// words.
func (n *node) refuses(w Workload, all []*node) (stage, string) {
	switch {
	case !selects(w.Spec, n.Labels):
		return selected, "node(s) didn't match Pod's node affinity/selector"
	case intolerable(w.Spec, n.Taints) != "":
		return tainted, "node(s) had untolerated taint(s) {" + intolerable(w.Spec, n.Taints) + "}"
	case n.repels(w):
		return apart, "node(s) didn't match pod anti-affinity rules"
	case n.skews(w, all):
		return spread, "node(s) didn't match pod topology spread constraints"
	case len(n.pods) >= n.MaxPods:
		return full, fmt.Sprintf("Too many pods (%d of %d)", len(n.pods), n.MaxPods)
	}
	return placed, ""
}

// repels tells whether a pod must not share the node with one that is there.
func (n *node) repels(w Workload) bool {
	for _, term := range w.Spec.Obj("affinity").Obj("podAntiAffinity").Objs("requiredDuringSchedulingIgnoredDuringExecution") {
		if term.Str("topologyKey") != "kubernetes.io/hostname" {
			continue
		}
		if slices.ContainsFunc(n.pods, func(o Workload) bool {
			return o.Name.Namespace == w.Name.Namespace && objects.Selects(term.Obj("labelSelector"), o.Labels)
		}) {
			return true
		}
	}
	return false
}

// skews tells whether a pod on the node would spread the workload too unevenly.
func (n *node) skews(w Workload, all []*node) bool {
	for _, c := range w.Spec.Objs("topologySpreadConstraints") {
		key := c.Str("topologyKey")
		if c.Str("whenUnsatisfiable") != "DoNotSchedule" || n.Labels[key] == "" {
			continue
		}
		counts := map[string]int{}
		for _, o := range all {
			domain := o.Labels[key]
			if domain == "" || !selects(w.Spec, o.Labels) {
				continue
			}
			counts[domain] += 0
			for _, p := range o.pods {
				if p.Name.Namespace == w.Name.Namespace && objects.Selects(c.Obj("labelSelector"), p.Labels) {
					counts[domain]++
				}
			}
		}
		least := counts[n.Labels[key]]
		for _, count := range counts {
			least = min(least, count)
		}
		if counts[n.Labels[key]]+1-least > max(c.Int("maxSkew"), 1) {
			return true
		}
	}
	return false
}

// emptiest orders nodes: those with the fewest pods first.
func emptiest(a, b *node) int {
	return cmp.Or(len(a.pods)-len(b.pods), strings.Compare(a.Name, b.Name))
}
