// Package tags holds the tag keys that mean something to AWS, Kubernetes or
// this library. Ownership tags (who pays, which environment) are not here: they
// are the AWS provider's default tags and so on every resource.
package tags

import "maps"

// Set is a resource's own tags: key to value.
type Set map[string]string

const (
	// Name is the tag that the AWS console shows as a resource's name.
	Name = "Name"

	// Tier names the tier of a subnet: public, private, pod, data or control.
	Tier = "slipway:tier"

	// PublicLoadBalancer with value "1" marks subnets for internet-facing
	// load balancers. See
	// https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/subnet_discovery/
	PublicLoadBalancer = "kubernetes.io/role/elb"

	// InternalLoadBalancer with value "1" marks subnets for internal load
	// balancers.
	InternalLoadBalancer = "kubernetes.io/role/internal-elb"

	// KarpenterDiscovery with a cluster's name as value marks the subnets and
	// security groups that Karpenter may use.
	KarpenterDiscovery = "karpenter.sh/discovery"

	// Backup with the name of a plan of AWS Backup as value marks what that plan
	// backs up.
	Backup = "slipway:backup"

	// CNIRole with value "0" keeps the VPC CNI's subnet discovery from
	// taking addresses from a subnet.
	CNIRole = "kubernetes.io/role/cni"
)

// Cluster is the tag key by which Kubernetes controllers know the resources of
// a cluster; the value is "owned" or "shared".
func Cluster(name string) string { return "kubernetes.io/cluster/" + name }

// Named returns a new set with the Name tag and the other tags given, of which
// the later win.
func Named(name string, others ...Set) Set {
	s := Set{Name: name}
	for _, o := range others {
		maps.Copy(s, o)
	}
	return s
}
