package instances

// Caps on the pods of a node that EKS recommends, and that it enforces on
// managed node groups without a custom AMI whether or not prefixes are used. See
// https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html
const (
	// SmallCap holds below [CapVCPU] virtual processors.
	SmallCap = 110

	// LargeCap holds from [CapVCPU] virtual processors.
	LargeCap = 250

	// CapVCPU is where the cap changes. AWS says "less than 30" and "greater
	// than 30"; no known type has exactly 30.
	CapVCPU = 30
)

const (
	// addressesPerPrefix is the size of the /28 that takes the place of one
	// secondary address.
	addressesPerPrefix = 16

	// hostNetworkPods are aws-node and kube-proxy, which every node runs on its
	// own address.
	hostNetworkPods = 2
)

// Networking is how the VPC CNI gives addresses to pods. The zero value is its
// default: secondary addresses from the node's own subnet.
type Networking struct {
	// CustomNetworking puts pods in subnets of their own. The node's primary
	// interface then serves no pods.
	CustomNetworking bool

	// PrefixDelegation gives interfaces prefixes of 16 addresses in place of
	// single ones. Types that are not Nitro silently keep single addresses.
	PrefixDelegation bool
}

// Addresses is how many pods the addresses of t allow, without any cap: those
// of the interfaces that serve pods, less each interface's own, and the pods of
// the host network that need none.
func Addresses(t Type, n Networking) int {
	enis := t.ENIs
	if n.CustomNetworking {
		enis--
	}
	perENI := t.IPv4PerENI - 1
	if n.PrefixDelegation && t.Nitro {
		perENI *= addressesPerPrefix
	}
	return enis*perENI + hostNetworkPods
}

// Cap is the most pods that EKS recommends for a node of t.
func Cap(t Type) int {
	if t.VCPU < CapVCPU {
		return SmallCap
	}
	return LargeCap
}

// MaxPods is the number of pods that a node of t should take: what its
// addresses allow, and never more than its cap.
func MaxPods(t Type, n Networking) int {
	return min(Addresses(t, n), Cap(t))
}

// GroupMaxPods is the one number that suits every node of a group: the least
// [MaxPods] of its types. It is 0 for no types.
func GroupMaxPods(types []Type, n Networking) int {
	least := 0
	for i, t := range types {
		if pods := MaxPods(t, n); i == 0 || pods < least {
			least = pods
		}
	}
	return least
}
