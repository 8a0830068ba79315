package instances

// Prediction is the number of pods that EKS sets on every node of a managed
// node group without a custom AMI.
type Prediction struct {
	// MaxPods is EKS's number if it counts every setting of the VPC CNI.
	MaxPods int

	// Unaware is EKS's number if it does not count custom networking. Pods
	// above [Prediction.MaxPods] would then be scheduled and find no address.
	Unaware int
}

// Certain reports whether the prediction is the same either way.
func (p Prediction) Certain() bool { return p.MaxPods == p.Unaware }

// Managed predicts the number that EKS sets for a managed node group of these
// types. It goes into the node's user data and beats every maxPods and
// maxPodsExpression given there, unless the launch template names an AMI.
//
// AWS documents that it is one number for the whole group, the least of its
// types, computed as [MaxPods] is, under the same caps, and that prefix
// delegation counts. AWS's engineers have said that custom networking counts
// too, but of AL2023, whose own bootstrap program does not know it, nothing
// recent says so: [Prediction.Unaware] is the other answer.
//
// EKS looks at the CNI when it makes or updates the group. For a CNI that is
// configured only later, predict with the zero [Networking].
//
// See https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html#max-pods-precedence
func Managed(types []Type, n Networking) Prediction {
	return Prediction{
		MaxPods: GroupMaxPods(types, n),
		Unaware: GroupMaxPods(types, Networking{PrefixDelegation: n.PrefixDelegation}),
	}
}

// Nodeadm is what nodeadm, the bootstrap program of AL2023, computes when
// neither EKS nor its NodeConfig tells it a number: it knows no custom
// networking, no prefixes and no cap.
func Nodeadm(t Type) int {
	return Addresses(t, Networking{})
}

// KubeReservedMemoryMiB is the memory that a node withholds from pods when it
// expects that many of them.
//
// nodeadm computes it from its own number or from maxPodsExpression, never from
// kubelet's maxPods. So a node on which EKS raised the number by prefix
// delegation still reserves for the few pods of [Nodeadm].
func KubeReservedMemoryMiB(maxPods int) int {
	return 11*maxPods + 255
}
