package controllers

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/cloud/ssm"
	"github.com/slipway-iac/slipway/sandbox/kube/control"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
	"github.com/slipway-iac/slipway/sandbox/kube/pods"
)

// nodePool is a NodePool with its class.
type nodePool struct {
	name   string
	class  *nodeClass
	weight int
	// requirements are the pool's, its labels are single ones.
	requirements []cloud.Props
	labels       map[string]string
	taints       []eks.Taint
	limits       cloud.Props
}

func newNodePool(tx *cloud.Tx, cluster, o *cloud.Resource) (*nodePool, error) {
	spec := o.Props.Obj("spec")
	template := spec.Obj("template")
	p := &nodePool{
		name: objects.NameOf(o.Props).Name, weight: spec.Int("weight"), limits: spec.Obj("limits"),
		requirements: template.Obj("spec").Objs("requirements"), labels: template.Obj("metadata").StrMap("labels"),
	}
	for _, t := range template.Obj("spec").Objs("taints") {
		p.taints = append(p.taints, eks.Taint{Key: t.Str("key"), Value: t.Str("value"), Effect: t.Str("effect")})
	}
	class := objects.Name{Name: template.Obj("spec").Obj("nodeClassRef").Str("name")}
	found := objects.Find(tx, cluster, "karpenter.k8s.aws/v1", "EC2NodeClass", class)
	if found == nil || control.Deleting(found) {
		return nil, fmt.Errorf("NodeClassNotFound: EC2NodeClass %s is not in the cluster", class.Name)
	}
	var err error
	p.class, err = newNodeClass(tx, cluster, found)
	return p, err
}

// provide starts nodes for pods that find no place and that a pool would take.
func provide(tx *cloud.Tx, cluster *cloud.Resource, own []*cloud.Resource) map[string]error {
	problems := map[string]error{}
	pools := map[string]*nodePool{}
	for _, o := range own {
		if p, err := newNodePool(tx, cluster, o); err != nil {
			problems[o.ID] = err
		} else {
			pools[o.ID] = p
		}
	}
	order := slices.SortedFunc(maps.Keys(pools), func(a, b string) int {
		return cmp.Or(pools[b].weight-pools[a].weight, strings.Compare(a, b))
	})
	state := pods.Look(tx, cluster)
	for _, w := range pods.Workloads(tx, cluster) {
		// A start that places no pod more is the last for these.
		for placed := -1; homeless(state, w, &placed); state = pods.Look(tx, cluster) {
			if !slices.ContainsFunc(order, func(id string) bool {
				started, err := pools[id].start(tx, cluster, w.Spec)
				if err != nil {
					problems[id] = err
				}
				return started
			}) {
				break
			}
		}
	}
	return problems
}

// homeless tells whether pods of a workload find no node, and more of them run
// than before. Those of DaemonSets follow nodes, not the other way round.
func homeless(state *pods.State, w pods.Workload, before *int) bool {
	if w.Kind == "DaemonSet" || w.Object != nil && control.Deleting(w.Object) {
		return false
	}
	var late *cloud.Late
	running := state.Running(w)
	more := running > *before
	*before = running
	return more && running < w.Replicas && errors.As(state.Trouble(w), &late) && late.Code() == "Unschedulable"
}

// start starts a node that takes a pod, if the pool has one.
func (p *nodePool) start(tx *cloud.Tx, cluster *cloud.Resource, pod cloud.Props) (bool, error) {
	if !pods.Tolerates(pod, p.taints) {
		return false, nil
	}
	custom, zones := eks.PodNetwork(tx, cluster)
	without := ""
	for _, s := range p.class.subnets {
		zone := s.Props.Str("availabilityZone")
		if custom && !slices.Contains(zones, zone) {
			without = zone
			continue
		}
		for _, t := range sorted() {
			labels := p.nodeLabels(t, zone, tx.Session.Region)
			if !p.offers(labels) || !pods.Fits(pod, eks.Node{Labels: labels, Taints: p.taints}) {
				continue
			}
			if err := p.withinLimits(tx, cluster, t); err != nil {
				return false, err
			}
			err := p.launch(tx, cluster, s, t, labels)
			return err == nil, err
		}
	}
	if without != "" {
		return false, fmt.Errorf("the VPC CNI uses custom networking and has no ENIConfig for zone %s, so pods on a node there would get no address", without)
	}
	return false, nil
}

// launch starts one node. One that does not join is terminated again.
func (p *nodePool) launch(tx *cloud.Tx, cluster, subnet *cloud.Resource, t instances.Type, labels map[string]string) error {
	arch := map[instances.Arch]string{instances.AMD64: "x86_64", instances.ARM64: "arm64"}[t.Arch]
	tags := map[string]string{
		poolLabel: p.name, "karpenter.k8s.aws/ec2nodeclass": p.class.name, "kubernetes.io/cluster/" + cluster.ID: "owned",
		"eks:eks-cluster-name": cluster.ID, "Name": p.name,
	}
	maps.Copy(tags, p.class.tags)
	i, err := eks.Start(tx, cluster, eks.Machine{
		Owner: karpenter, SubnetID: subnet.ID, SecurityGroups: p.class.groups, Type: t,
		Image:   ssm.ImageID(tx.Session.Region, ssm.AL2023, arch, cluster.Props.Str("version")),
		RoleARN: p.class.roleARN, Profile: p.class.profile,
		Labels: labels, Taints: p.taints, MaxPods: p.class.maxPods, MetadataHops: p.class.hops, Tags: tags,
		Facts: cloud.Props{poolFact: p.name, classFact: p.class.name},
	})
	if err == nil {
		return nil
	}
	if i != nil {
		if stopped := eks.Stop(tx, cluster, i); stopped != nil {
			return stopped
		}
	}
	return fmt.Errorf("a node in subnet %s did not register: %w", subnet.ID, err)
}

// nodeLabels are the labels of a node of the pool.
func (p *nodePool) nodeLabels(t instances.Type, zone, region string) map[string]string {
	family, size, _ := strings.Cut(t.Name, ".")
	labels := map[string]string{
		"kubernetes.io/arch": string(t.Arch), "kubernetes.io/os": "linux", "node.kubernetes.io/instance-type": t.Name,
		"topology.kubernetes.io/zone": zone, "topology.kubernetes.io/region": region, "topology.k8s.aws/zone-id": cloud.ZoneID(zone),
		"karpenter.k8s.aws/instance-family": family, "karpenter.k8s.aws/instance-size": size, "karpenter.k8s.aws/instance-category": family[:1],
		"karpenter.k8s.aws/instance-generation": generation(family), "karpenter.k8s.aws/instance-cpu": strconv.Itoa(t.VCPU),
		"karpenter.k8s.aws/instance-memory": strconv.Itoa(t.MemoryMiB), "karpenter.k8s.aws/instance-hypervisor": map[bool]string{true: "nitro", false: "xen"}[t.Nitro],
		"karpenter.sh/capacity-type": "on-demand", poolLabel: p.name, "karpenter.k8s.aws/ec2nodeclass": p.class.name,
	}
	for _, r := range p.requirements {
		values := r.Strs("values")
		switch {
		case r.Str("operator") != "In" || len(values) == 0:
		case r.Str("key") == "karpenter.sh/capacity-type" && !slices.Contains(values, "on-demand"):
			labels[r.Str("key")] = values[0]
		case labels[r.Str("key")] == "":
			labels[r.Str("key")] = values[0]
		}
	}
	maps.Copy(labels, p.labels)
	return labels
}

// generation is the first number of a family: 7 for m7g.
func generation(family string) string {
	digits := strings.TrimLeft(family, "abcdefghijklmnopqrstuvwxyz")
	return digits[:len(digits)-len(strings.TrimLeft(digits, "0123456789"))]
}

// offers tells whether the pool's requirements allow a node.
func (p *nodePool) offers(labels map[string]string) bool {
	return !slices.ContainsFunc(p.requirements, func(r cloud.Props) bool { return !meets(r, labels) })
}

// withinLimits refuses what would exceed the pool's limits.
func (p *nodePool) withinLimits(tx *cloud.Tx, cluster *cloud.Resource, t instances.Type) error {
	used := map[string]float64{"cpu": float64(t.VCPU), "memory": float64(t.MemoryMiB) * (1 << 20), "nodes": 1}
	for _, i := range eks.Machines(tx, cluster) {
		if other, ok := instances.Lookup(i.Props.Str("instanceType")); ok && i.Facts.Str(poolFact) == p.name {
			used["cpu"] += float64(other.VCPU)
			used["memory"] += float64(other.MemoryMiB) * (1 << 20)
			used["nodes"]++
		}
	}
	for _, what := range p.limits.Names() {
		limit, err := quantity(fmt.Sprint(p.limits[what]))
		if err == nil && used[what] > limit {
			return fmt.Errorf("a node of type %s would exceed the limit of %v %s", t.Name, p.limits[what], what)
		}
	}
	return nil
}

// smallest is the least that Karpenter takes when nothing else is asked for: a
// node must have room for more than its DaemonSets.
const smallest = 2

// sorted are the instance types, small ones first; of the same size current
// general ones first.
func sorted() []instances.Type {
	var types []instances.Type
	for _, name := range instances.Names() {
		if t, ok := instances.Lookup(name); ok && t.VCPU >= smallest && t.Nitro {
			types = append(types, t)
		}
	}
	general := func(t instances.Type) int {
		if strings.HasPrefix(t.Name, "m6i.") || strings.HasPrefix(t.Name, "m7g.") {
			return 0
		}
		return 1
	}
	slices.SortFunc(types, func(a, b instances.Type) int {
		return cmp.Or(a.VCPU-b.VCPU, general(a)-general(b), a.MemoryMiB-b.MemoryMiB, strings.Compare(a.Name, b.Name))
	})
	return types
}
