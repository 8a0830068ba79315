package managed

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/identity"
	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/check"
	"github.com/slipway-iac/slipway/internal/outputs"
	"github.com/slipway-iac/slipway/internal/partition"
)

// beforeToken is the identity of BeforeNodes in Pulumi state. Changing it
// replaces every child, so a rename needs an alias.
const beforeToken = "slipway:managed:BeforeNodes"

// BeforeNodes are the add-ons that nodes need at their first start.
type BeforeNodes struct {
	pulumi.ResourceState

	// Ready are the add-ons. Nodes depend on them, so that they are there before
	// the first and after the last of them. In particular the CNI keeps its role
	// until then, or the interfaces that it made would stay behind and hold the
	// subnets and the security group. To depend on BeforeNodes itself is not
	// enough: of a component, Pulumi's Go SDK sees only the children whose
	// registration has begun by then.
	Ready []pulumi.Resource

	// CNIRoleARN is the role of the VPC CNI. Node roles need no such policy.
	CNIRoleARN pulumi.StringOutput `pulumi:"cniRoleArn"`
}

// BeforeArgs configures BeforeNodes.
type BeforeArgs struct {
	// ClusterName is the cluster; pass its output, so that the cluster is made
	// first. Required.
	ClusterName pulumi.StringInput

	// KubernetesVersion is the cluster's minor, such as "1.35". Required: it
	// decides the versions.
	KubernetesVersion string

	// Region is where the cluster is. Required.
	Region string

	// PodSubnets are the subnets of pods, one for each zone that has nodes,
	// such as "eu-central-1a". Required: a node in another zone would get no
	// pods.
	PodSubnets map[string]pulumi.StringInput

	// PodSecurityGroupID is the security group of the pods' interfaces.
	// Required.
	PodSecurityGroupID pulumi.StringInput

	// KeepPodAddresses has packets leave the VPC with the pod's own address, by
	// the routes of the pod subnets. Set it when every network that pods talk
	// to has a route back to them. Without it the node puts its own address in
	// place, and such packets go by the node's subnet and security group: pods
	// have addresses of 100.64.0.0/10, which peers and networks on premises
	// usually cannot answer. Inside the VPC pods keep their address either way.
	KeepPodAddresses bool
}

// NewBeforeNodes installs the add-ons that come before nodes.
func NewBeforeNodes(ctx *pulumi.Context, name string, args BeforeArgs, opts ...pulumi.ResourceOption) (*BeforeNodes, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("add-ons %q: %w", name, err)
	}
	c := &BeforeNodes{}
	if err := ctx.RegisterComponentResource(beforeToken, name, c, opts...); err != nil {
		return nil, err
	}
	i := installer{ctx: ctx, name: name, cluster: args.ClusterName, kubernetes: args.KubernetesVersion, owner: c}
	agent, err := i.install(versions.PodIdentityAgent, settings{})
	if err != nil {
		return nil, fmt.Errorf("add-ons %q: %w", name, err)
	}
	role, err := i.role(versions.VPCCNI, identity.Args{
		ManagedPolicyARNs: []string{"arn:" + partition.Of(args.Region) + ":iam::aws:policy/AmazonEKS_CNI_Policy"},
	})
	if err != nil {
		return nil, fmt.Errorf("add-ons %q: %w", name, err)
	}
	cni, err := i.install(versions.VPCCNI, settings{
		configuration: args.cniValues(), role: role,
		// The CNI gets its role from the agent; without it, no node gets an
		// interface for pods.
		after: []pulumi.Resource{agent},
	})
	if err != nil {
		return nil, fmt.Errorf("add-ons %q: %w", name, err)
	}
	proxy, err := i.install(versions.KubeProxy, settings{})
	if err != nil {
		return nil, fmt.Errorf("add-ons %q: %w", name, err)
	}
	c.Ready = []pulumi.Resource{agent, cni, proxy}
	c.CNIRoleARN = role.RoleARN
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"cniRoleArn": c.CNIRoleARN})
}

// cniValues is the CNI's configuration once the subnets and the group exist.
func (a BeforeArgs) cniValues() pulumi.StringOutput {
	zones := slices.Sorted(maps.Keys(a.PodSubnets))
	inputs := []pulumi.StringInput{a.PodSecurityGroupID}
	for _, zone := range zones {
		inputs = append(inputs, a.PodSubnets[zone])
	}
	return outputs.Strings(inputs, func(values []string) (string, error) {
		subnets := map[string]string{}
		for n, zone := range zones {
			subnets[zone] = values[n+1]
		}
		return cniValues(a.Region, values[0], subnets, a.KeepPodAddresses)
	})
}

// validate reports every problem at once, each naming the field to fix.
func (a BeforeArgs) validate() error {
	var e check.Errors
	validateCluster(&e, a.ClusterName, a.KubernetesVersion, a.Region)
	e.Require(len(a.PodSubnets) > 0, "PodSubnets", "map each zone that has nodes to a subnet for its pods")
	for _, zone := range slices.Sorted(maps.Keys(a.PodSubnets)) {
		e.That(strings.HasPrefix(zone, a.Region) && len(zone) == len(a.Region)+1, "PodSubnets", zone,
			"zones of the region "+a.Region+", such as "+a.Region+"a")
		e.Require(a.PodSubnets[zone] != nil, "PodSubnets."+zone, "pass a subnet")
	}
	e.Require(a.PodSecurityGroupID != nil, "PodSecurityGroupID", "pass the cluster's security group for pods")
	return e.Err()
}

// validateCluster checks what both components need to know of the cluster.
func validateCluster(e *check.Errors, name pulumi.StringInput, version, region string) {
	e.Require(name != nil, "ClusterName", "pass the cluster's output Name")
	if err := versions.Supported(version); err != nil {
		e.Add("KubernetesVersion: %w", err)
	}
	e.That(check.IsRegion(region), "Region", region, "a region such as eu-central-1")
}
