package nodes

import (
	"cmp"

	"github.com/slipway-iac/slipway/components/instances"
)

// OS is the operating system of a group's nodes.
type OS string

const (
	// AL2023 is Amazon Linux 2023.
	AL2023 OS = "AL2023"

	// Bottlerocket is AWS's minimal system for containers: no shell, a read-only
	// root, and a volume of its own for data.
	Bottlerocket OS = "Bottlerocket"
)

// Capacity is how instances are bought, in the words of the EKS API.
type Capacity string

const (
	// OnDemand instances stay until they are ended.
	OnDemand Capacity = "ON_DEMAND"

	// Spot instances are cheaper, and AWS takes them back on two minutes' notice.
	Spot Capacity = "SPOT"
)

// Defaults of a [Group].
const (
	defaultDiskGiB        = 50
	defaultHopLimit       = 1
	defaultMaxUnavailable = 1
)

// Group is what one group of nodes should be. It holds decisions only, so that
// configuration can say all of it.
type Group struct {
	// OS is the operating system. Defaults to AL2023. A change replaces the
	// group; with ExactMaxPods it replaces only the nodes.
	OS OS

	// InstanceTypes are the types to choose from: 1 to 20, all of one
	// architecture. More types mean more spot capacity, but every node takes as
	// few pods as the smallest type does. A change replaces the group. Required.
	InstanceTypes []string

	// Capacity is how instances are bought. Defaults to OnDemand. A change
	// replaces the group.
	Capacity Capacity

	// Size is how many nodes there are. Size.Max is required.
	Size Size

	// Surge is how many nodes an update takes away at once. Defaults to one.
	Surge Surge

	// Labels are the Kubernetes labels of the nodes.
	Labels map[string]string

	// Taints keep pods away that do not tolerate them: at most 50.
	Taints []Taint

	// DiskGiB is the size of the volume for images, logs and scratch space, in
	// GiB. Defaults to 50; the AMIs need 20.
	DiskGiB int

	// MetadataHops is how many network hops an answer of the instance metadata
	// service may travel. The default 1 keeps it on the node, so that a pod
	// cannot take the node's role; with 2, every pod of the group can. Pods get
	// their roles from EKS Pod Identity, which needs no metadata service. A
	// controller that asks it for region and VPC must be told both.
	MetadataHops int

	// DetailedMonitoring reports metrics to CloudWatch each minute and not each
	// five. It costs per instance.
	DetailedMonitoring bool

	// SessionManager lets people with the right permissions open a shell on a
	// node through AWS Systems Manager. Bottlerocket opens it in its control
	// container.
	SessionManager bool

	// ExactMaxPods tells kubelet the number of pods that
	// [instances.GroupMaxPods] computes, and reserves memory for as many.
	// Without it EKS sets its own number, and a node of AL2023 with prefix
	// delegation reserves memory for fewer pods than it takes.
	//
	// The price is an AMI of one's own choice: see Args.AMIID. A change replaces
	// the group.
	ExactMaxPods bool

	// ReleaseVersion pins the release of the AMI, such as 1.35.0-20260715. When
	// empty, EKS takes the newest at creation and whenever the version changes.
	// It must be empty with ExactMaxPods, where Args.AMIID says it.
	ReleaseVersion string
}

// Size is how many nodes a group has.
type Size struct {
	// Min is the least number of nodes. Defaults to 0.
	Min int

	// Desired is the number to begin with. Defaults to Min. After creation it
	// belongs to the autoscaler, and a change here does nothing.
	Desired int

	// Max is the greatest number of nodes: at least 1. Required. An update adds
	// nodes beyond it for a while.
	Max int
}

// Surge is how many nodes of a group an update may make unavailable at once:
// one of the two. Replacements are started first.
type Surge struct {
	// MaxUnavailable is a number of nodes, 1 to 100.
	MaxUnavailable int

	// MaxUnavailablePercentage is a share of the nodes, 1 to 100.
	MaxUnavailablePercentage int
}

// Taint keeps pods away that do not tolerate it.
type Taint struct {
	// Key is the taint's name: 1 to 63 characters. Required.
	Key string

	// Value is up to 63 characters. Optional.
	Value string

	// Effect is what happens to such pods. Required.
	Effect Effect
}

// Effect is what a taint does, in Kubernetes' words.
type Effect string

const (
	// NoSchedule lets no such pod start.
	NoSchedule Effect = "NoSchedule"

	// PreferNoSchedule starts one only where there is no other node.
	PreferNoSchedule Effect = "PreferNoSchedule"

	// NoExecute also evicts those that run.
	NoExecute Effect = "NoExecute"
)

// inAPI are the effects in the words of the EKS API.
var inAPI = map[Effect]string{
	NoSchedule:       "NO_SCHEDULE",
	PreferNoSchedule: "PREFER_NO_SCHEDULE",
	NoExecute:        "NO_EXECUTE",
}

func (g Group) withDefaults() Group {
	g.OS = cmp.Or(g.OS, AL2023)
	g.Capacity = cmp.Or(g.Capacity, OnDemand)
	g.DiskGiB = cmp.Or(g.DiskGiB, defaultDiskGiB)
	g.MetadataHops = cmp.Or(g.MetadataHops, defaultHopLimit)
	g.Size.Desired = cmp.Or(g.Size.Desired, g.Size.Min)
	if g.Surge == (Surge{}) {
		g.Surge.MaxUnavailable = defaultMaxUnavailable
	}
	return g
}

// types looks the instance types up. Unknown ones, which validation refuses,
// are left out.
func (g Group) types() []instances.Type {
	var types []instances.Type
	for _, name := range g.InstanceTypes {
		if t, ok := instances.Lookup(name); ok {
			types = append(types, t)
		}
	}
	return types
}

// amiType is EKS's name for the AMI of an operating system and architecture.
func (g Group) amiType() string {
	arm := g.types()[0].Arch == instances.ARM64
	switch {
	case g.OS == Bottlerocket && arm:
		return "BOTTLEROCKET_ARM_64"
	case g.OS == Bottlerocket:
		return "BOTTLEROCKET_x86_64"
	case arm:
		return "AL2023_ARM_64_STANDARD"
	default:
		return "AL2023_x86_64_STANDARD"
	}
}
