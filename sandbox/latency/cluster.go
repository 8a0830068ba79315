package latency

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const (
	eksTests = "hashicorp/terraform-provider-aws#40371, December 2024"
	accessed = "Terraform logs of access entries: 1 s; AWS is consistent some seconds later"
)

var cluster = slices.Concat(
	entry(cloud.EKSCluster,
		minutes(7, 9, 14, cloud.Derived,
			"Terraform logs: 8 min 33 s (2024), 10 min 6 s (terraform-aws-modules/terraform-aws-eks#3218, 2024), 9 min 43 s (its #2203, 2022)"),
		minutes(7, 9, 20, cloud.Derived, eksTests+": a test with one update takes 8 to 10 min longer"),
		minutes(2, 4, 10, cloud.Derived, eksTests+": what its tests take beyond the creation")),
	entry(cloud.EKSNodeGroup,
		minutes(1.6, 2.5, 5, cloud.Derived, "Terraform logs of November 2024: 1 min 48 s on demand, 1 min 59 s spot; a vendor's note of 2026: 2 to 5 min"),
		minutes(2, 5, 15, cloud.Memory, general+"; a new version or template replaces the nodes one after the other"),
		minutes(2, 4.5, 10, cloud.Memory, general+": the nodes are drained")),
	when(cloud.EKSAddon, Create, "nothing but a DaemonSet: CNI, kube-proxy, Pod Identity agent", daemonSet,
		seconds(10, 25, 60, cloud.Memory, general+"; needs no nodes")),
	entry(cloud.EKSAddon,
		seconds(15, 35, 90, cloud.Memory, general+"; waits for pods on nodes"),
		seconds(15, 35, 90, cloud.Memory, general),
		seconds(10, 25, 60, cloud.Memory, general)),
	alike(seconds(0.5, 1, 5, cloud.Derived, accessed),
		cloud.EKSAccessEntry, cloud.EKSAccessPolicyAssociation, cloud.EKSPodIdentityAssociation),
)

// daemonSet tells whether an add-on has nothing but a DaemonSet, which EKS
// calls active while there are no nodes.
func daemonSet(p cloud.Props) bool {
	return slices.Contains([]string{"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}, p.Str("addonName"))
}
