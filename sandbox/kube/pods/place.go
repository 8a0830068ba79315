package pods

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

const scheduling = "https://kubernetes.io/docs/concepts/scheduling-eviction/"

// late declares a reason why pods do not run.
func late(name, code, source string) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: "pods-" + name, Code: code, Source: source, Effect: cloud.FailsLate})
}

const unschedulable = "Unschedulable"

var rules = map[stage]*cloud.Rule{
	noNode:   late("without-node", unschedulable, scheduling+"kube-scheduler/"),
	selected: late("select-no-node", unschedulable, scheduling+"assign-pod-node/"),
	tainted:  late("tolerate-no-node", unschedulable, scheduling+"taint-and-toleration/"),
	apart:    late("anti-affinity", unschedulable, scheduling+"assign-pod-node/"),
	spread:   late("topology-spread", unschedulable, scheduling+"topology-spread-constraints/"),
	full:     late("nodes-full", unschedulable, "https://docs.aws.amazon.com/eks/latest/userguide/cni-increase-ip-addresses-procedure.html"),
	addressless: late("without-address", "InsufficientCidrBlocks",
		"https://docs.aws.amazon.com/eks/latest/best-practices/prefix-mode-linux.html"),
}

// mends say what would help.
var mends = map[stage]string{
	noNode:   "make a node group, and let this depend on it",
	selected: "give a node group the labels that the pods select, or select others",
	tainted:  "add tolerations, or a node group without the taints",
	apart:    "add nodes, or want fewer pods",
	spread:   "add nodes in the zones that lack them, or allow more skew",
	full:     "add nodes, or nodes that take more pods (prefix delegation, larger instance types)",
}

// State is where the pods of a cluster are.
type State struct {
	nodes      []*node
	namespaces map[string]*namespace
	// running counts the pods of each workload that run.
	running map[string]int
	// waiting are why the others of a workload do not.
	waiting map[string]error
}

// looking asks where the pods of a cluster are.
type looking struct{ cluster string }

// Look places the pods of a cluster. Every controller asks for its own.
func Look(tx *cloud.Tx, cluster *cloud.Resource) *State {
	return cloud.Once(tx, looking{eks.Key(cluster)}, func() *State { return look(tx, cluster) })
}

func look(tx *cloud.Tx, cluster *cloud.Resource) *State {
	s := &State{namespaces: namespacesOf(tx, cluster), running: map[string]int{}, waiting: map[string]error{}}
	subnets := map[string]*subnet{}
	for _, n := range eks.Nodes(tx, cluster) {
		if n.Ready {
			room, where := addresses(tx, cluster, n, subnets)
			s.nodes = append(s.nodes, &node{Node: n, room: room, subnet: where})
		}
	}
	for _, w := range Workloads(tx, cluster) {
		s.place(w)
	}
	return s
}

// place finds a node for each pod of a workload.
func (s *State) place(w Workload) {
	if w.Kind == "DaemonSet" {
		for _, n := range s.nodes {
			why, said := n.refuses(w, s.nodes)
			switch {
			case why == selected || why == tainted: // It wants no pod there.
			case why != placed:
				s.wait(w, why, map[string]int{said: 1})
			case !s.admits(w):
				return
			default:
				s.put(w, n)
			}
		}
		return
	}
	for range w.Replicas {
		if !s.admits(w) {
			return
		}
		furthest, said := noNode, map[string]int{}
		slices.SortFunc(s.nodes, emptiest)
		found := slices.IndexFunc(s.nodes, func(n *node) bool {
			why, what := n.refuses(w, s.nodes)
			furthest = max(furthest, why)
			said[what]++
			return why == placed
		})
		if found < 0 {
			s.wait(w, furthest, said)
			return // Those of a workload are alike.
		}
		s.put(w, s.nodes[found])
	}
}

// admits tells whether the API server makes another pod of a workload.
func (s *State) admits(w Workload) bool {
	n := s.namespaces[w.Name.Namespace]
	if n == nil || w.Object == nil {
		return true // What EKS itself runs is not judged.
	}
	err := n.refuses(w)
	if err != nil {
		s.waiting[w.id()] = err
	}
	return err == nil
}

// put runs a pod on a node, if it gets an address.
func (s *State) put(w Workload, n *node) {
	n.pods = append(n.pods, w)
	if !w.Spec.Bool("hostNetwork") && !n.address() {
		what := "InsufficientFreeAddressesInSubnet: no free address is left"
		if n.subnet.prefixes {
			what = "InsufficientCidrBlocks: the specified subnet does not have enough free cidr blocks: no free /28 is left"
		}
		s.waiting[w.id()] = rules[addressless].Late("pods of %s on node %s stay in ContainerCreating: failed to assign an IP address to container: %s in subnet %s: "+
			"make the subnet of the pods larger, or reserve blocks in it for prefixes", w.id(), n.Name, what, n.subnet.id)
		return
	}
	s.running[w.id()]++
}

func (s *State) wait(w Workload, why stage, said map[string]int) {
	var reasons []string
	for _, reason := range slices.Sorted(maps.Keys(said)) {
		reasons = append(reasons, fmt.Sprintf("%d %s", said[reason], reason))
	}
	if len(reasons) == 0 {
		reasons = []string{"no nodes available to schedule pods"}
	}
	s.waiting[w.id()] = rules[why].Late("pods of %s stay Pending: 0/%d nodes are available: %s: %s", w.id(), len(s.nodes), strings.Join(reasons, ", "), mends[why])
}

// Trouble is why pods of a workload do not run, as a late failure; nil when all
// do.
func (s *State) Trouble(w Workload) error { return s.waiting[w.id()] }

// Running counts the pods of a workload that run.
func (s *State) Running(w Workload) int { return s.running[w.id()] }

// Behind counts the pods that run and that a Service selects.
func (s *State) Behind(namespace string, selector cloud.Props) int {
	count := 0
	for _, n := range s.nodes {
		for _, p := range n.pods {
			if p.Name.Namespace == namespace && s.running[p.id()] > 0 && objects.Selects(cloud.Props{"matchLabels": map[string]any(selector)}, p.Labels) {
				count++
			}
		}
	}
	return count
}
