package eks

import (
	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
)

var machineNowhere = failure("machine-role-or-subnet-missing", notJoined, guide+"create-node-role.html")

// machineFact is the cluster of a node that no node group has.
const machineFact = "machineOf"

// Machine is a node that something in the cluster starts, not a node group.
type Machine struct {
	// Owner starts it.
	Owner string
	// SubnetID and SecurityGroups are where it stands.
	SubnetID       string
	SecurityGroups []string
	// Type is its instance type, Image its AMI.
	Type  instances.Type
	Image string
	// RoleARN is the role that it runs as, Profile the instance profile by which.
	RoleARN, Profile string
	// Labels and Taints are the node's own.
	Labels map[string]string
	Taints []Taint
	// MaxPods is how many pods it takes; EC2's own number when zero.
	MaxPods int
	// MetadataHops is how far its metadata are heard.
	MetadataHops int
	// Tags are the instance's.
	Tags map[string]string
	// Facts are what the owner remembers of it.
	Facts cloud.Props
}

// Start starts a node of a cluster. When the error is a [cloud.Late] and there is
// an instance, it runs but does not join.
func Start(tx *cloud.Tx, cluster *cloud.Resource, m Machine) (*cloud.Resource, error) {
	role, subnet := iam.RoleByARN(tx, m.RoleARN), tx.Get(cloud.Subnet, m.SubnetID)
	if role == nil || subnet == nil {
		return nil, machineNowhere.Late("the node role %s or the subnet %s does not exist", m.RoleARN, m.SubnetID)
	}
	s := &nodeSpec{
		cluster: cluster, role: role, subnets: []*cloud.Resource{subnet}, types: []instances.Type{m.Type}, labels: m.Labels,
		groups: m.SecurityGroups, hops: m.MetadataHops, cni: cniOf(tx, cluster), image: image{id: m.Image},
	}
	if m.MaxPods == 0 {
		m.MaxPods = instances.Nodeadm(m.Type)
	}
	var taints []any
	for _, t := range m.Taints {
		taints = append(taints, map[string]any{"key": t.Key, "value": t.Value, "effect": t.Effect})
	}
	i, f := s.start(tx, subnet, start{by: m.Owner, profile: m.Profile, tags: m.Tags, facts: m.Facts.With(cloud.Props{
		machineFact: Key(cluster), maxPodsFact: m.MaxPods, "labels": m.Labels, "taints": taints,
	})})
	return i, f.err()
}

// Stop terminates a node that [Start] started, with its interfaces, or without
// them when the VPC CNI cannot clean up.
func Stop(tx *cloud.Tx, cluster, instance *cloud.Resource) error {
	return terminate(tx, instance, leaks(tx, cluster, instance.Facts.Str(roleFact)))
}

// Machines are the instances of a cluster that [Start] started, oldest first.
func Machines(tx *cloud.Tx, cluster *cloud.Resource) []*cloud.Resource {
	key := Key(cluster)
	return tx.List(cloud.Instance, func(i *cloud.Resource) bool { return i.Facts.Str(machineFact) == key })
}

func machineNode(tx *cloud.Tx, i *cloud.Resource) Node {
	n := nodeOf(tx, i, i.Facts.StrMap("labels"))
	for _, t := range i.Facts.Objs("taints") {
		n.Taints = append(n.Taints, Taint{t.Str("key"), t.Str("value"), t.Str("effect")})
	}
	sortTaints(n.Taints)
	return n
}

// PodNetwork tells whether the VPC CNI uses custom networking, and the zones for
// which it has a place for pods.
func PodNetwork(tx *cloud.Tx, cluster *cloud.Resource) (custom bool, zones []string) {
	n := cniOf(tx, cluster)
	return n.networking().CustomNetworking, n.zones.Names()
}
