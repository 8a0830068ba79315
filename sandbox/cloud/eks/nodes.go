package eks

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Taint keeps pods away that do not tolerate it, in Kubernetes' own words.
type Taint struct{ Key, Value, Effect string }

// Node is a machine of a cluster.
type Node struct {
	// Name is the node's name in Kubernetes: the private DNS name.
	Name string
	// Zone, InstanceID, InstanceType, SubnetID and PrivateIP are its machine's.
	Zone, InstanceID, InstanceType, SubnetID, PrivateIP string
	// Group is the name of its node group; "" for a node that none has.
	Group string
	// RoleARN is the role that it runs as.
	RoleARN string
	// MetadataHops is how far from the machine its metadata are heard, its role's
	// credentials among them.
	MetadataHops int
	// Version is the kubelet's minor, such as 1.35.
	Version string
	// Arch is amd64 or arm64.
	Arch string
	// Ready is whether it joined the cluster.
	Ready bool
	// MaxPods is how many pods its kubelet takes.
	MaxPods int
	// Labels are all its labels, well-known ones included.
	Labels map[string]string
	// Taints are its group's.
	Taints []Taint
}

// Nodes are the machines of a cluster's node groups and those that [Start]
// started, in this order, those that did not join included, oldest first.
func Nodes(tx *cloud.Tx, cluster *cloud.Resource) []Node {
	var nodes []Node
	for _, g := range nodeGroups(tx, cluster.ID) {
		for _, i := range instancesOf(tx, g.ID) {
			nodes = append(nodes, node(tx, g, i))
		}
	}
	for _, i := range Machines(tx, cluster) {
		nodes = append(nodes, machineNode(tx, i))
	}
	return nodes
}

// node is a machine of a node group.
func node(tx *cloud.Tx, g, i *cloud.Resource) Node {
	n := nodeOf(tx, i, g.Props.StrMap("labels"))
	n.Group, n.Version = g.Props.Str("nodeGroupName"), g.Props.Str("version")
	n.Labels["eks.amazonaws.com/nodegroup"], n.Labels["eks.amazonaws.com/capacityType"] = n.Group, g.Props.Str("capacityType")
	effect := map[string]string{"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}
	for _, t := range g.Props.Objs("taints") {
		n.Taints = append(n.Taints, Taint{t.Str("key"), t.Str("value"), effect[t.Str("effect")]})
	}
	sortTaints(n.Taints)
	return n
}

// nodeOf is what every node has, and labels of its own.
func nodeOf(tx *cloud.Tx, i *cloud.Resource, labels map[string]string) Node {
	n := Node{
		Name: i.Props.Str("privateDns"), Zone: i.Props.Str("availabilityZone"), InstanceID: i.ID, InstanceType: i.Props.Str("instanceType"),
		SubnetID: i.Props.Str("subnetId"), PrivateIP: i.Props.Str("privateIp"), Ready: i.Facts.Bool(readyFact), MaxPods: i.Facts.Int(maxPodsFact),
		RoleARN: i.Facts.Str(roleFact), MetadataHops: i.Facts.Int(hopsFact), Labels: labels,
	}
	if t, ok := instances.Lookup(n.InstanceType); ok {
		n.Arch = string(t.Arch)
	}
	for key, value := range map[string]string{
		"kubernetes.io/arch": n.Arch, "kubernetes.io/hostname": n.Name, "kubernetes.io/os": "linux",
		"node.kubernetes.io/instance-type": n.InstanceType, "topology.kubernetes.io/region": tx.Session.Region, "topology.kubernetes.io/zone": n.Zone,
		"topology.k8s.aws/zone-id": cloud.ZoneID(n.Zone),
	} {
		n.Labels[key] = value
	}
	return n
}

func sortTaints(taints []Taint) {
	slices.SortFunc(taints, func(a, b Taint) int { return strings.Compare(a.Key+a.Effect, b.Key+b.Effect) })
}

// privateDNS is the name that EC2 gives an address inside a VPC.
func privateDNS(region, ip string) string {
	domain := region + ".compute.internal"
	if region == "us-east-1" {
		domain = "ec2.internal"
	}
	return "ip-" + strings.ReplaceAll(ip, ".", "-") + "." + domain
}
