// Package nodes makes one managed node group of an EKS cluster, with its launch
// template and its role.
//
// Nodes keep their instance metadata from pods, encrypt their volumes, and leave
// their number to the autoscaler once they exist. The launch template names no
// security group, so that EKS attaches the cluster's own; no subnet, instance
// profile or shutdown behaviour, which EKS forbids there; and no network
// interface, so that whether a node has a public address is its subnet's
// decision: pass private ones.
//
// It makes no autoscaler, no cluster and no network. It uses aws:eks.NodeGroup
// and not the ManagedNodeGroup of pulumi-eks, which asks for a whole cluster
// object, cannot be given a cluster that someone else made, and adds nothing
// that is needed here.
//
// Physical names are left to Pulumi, so that a group that must be replaced (for
// other instance types, say) is made before the old one goes. A change of the
// launch template rolls through the nodes in place.
package nodes

import (
	"fmt"

	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/components/tags"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// every child, so a rename needs an alias.
const typeToken = "slipway:nodes:NodeGroup"

// NodeGroup is a managed node group.
type NodeGroup struct {
	pulumi.ResourceState

	// Ready is the group, which exists once its nodes have joined. What runs on
	// them depends on it.
	Ready []pulumi.Resource

	// Name is the group's physical name.
	Name pulumi.StringOutput `pulumi:"nodeGroupName"`

	// ARN is the group's ARN.
	ARN pulumi.StringOutput `pulumi:"arn"`

	// RoleARN is the role of the nodes.
	RoleARN pulumi.StringOutput `pulumi:"roleArn"`

	// LaunchTemplateID is the launch template of the nodes.
	LaunchTemplateID pulumi.StringOutput `pulumi:"launchTemplateId"`

	// MaxPods is the number of pods each node takes: the one that EKS is
	// expected to set, or with Group.ExactMaxPods the one that is set.
	MaxPods int

	// Warnings are what Pulumi shows as warnings about this group: what is
	// allowed and likely not wanted.
	Warnings []string
}

// Cluster is what a node group must know of its cluster.
type Cluster struct {
	// Name is the cluster's name. Required.
	Name pulumi.StringInput

	// Version is the Kubernetes version of the nodes, such as "1.35". It may not
	// be newer than the cluster's. Required.
	Version string

	// Endpoint, CertificateAuthority (in base64) and ServiceCIDR are the
	// cluster's, as EKS reports them. Required with Group.ExactMaxPods, where
	// the nodes must be told; unused otherwise, where EKS tells them.
	Endpoint, CertificateAuthority, ServiceCIDR pulumi.StringInput
}

// Args configures a NodeGroup.
type Args struct {
	// Cluster is what the nodes join.
	Cluster Cluster

	// Group is what the nodes should be.
	Group Group

	// SubnetIDs are where the nodes live, all in the cluster's VPC. A change
	// replaces the group. Required.
	SubnetIDs pulumi.StringArrayInput

	// Networking is how the VPC CNI is set up, for the number of pods. The CNI
	// must be set up so before the first node starts: put its add-on into Ready.
	Networking instances.Networking

	// AMIID is the image of the nodes, of Group.OS, of the architecture of
	// Group.InstanceTypes and of Cluster.Version. Required with
	// Group.ExactMaxPods, forbidden without.
	AMIID pulumi.StringInput

	// RoleARN is a role that the nodes run as in place of one that is made
	// here. It needs what [NodePolicies] lists. Optional.
	RoleARN pulumi.StringInput

	// KMSKeyARN encrypts the volumes in place of the account's default key. Its
	// policy must let the role AWSServiceRoleForAutoScaling use it, or no
	// instance starts. Optional.
	KMSKeyARN pulumi.StringInput

	// Tags go on instances, volumes and network interfaces, which the
	// provider's default tags do not reach: it is EC2 that makes them.
	Tags tags.Set

	// Partition is the AWS partition of the managed policies. Defaults to aws.
	Partition string

	// Ready is what must exist before the first node starts and until the last
	// one is gone: routes, NAT gateways, the add-ons vpc-cni and
	// eks-pod-identity-agent, and the access that the nodes need. List the
	// resources themselves and no component that made them: of a component,
	// Pulumi's Go SDK sees only the children whose registration has begun by
	// then.
	Ready []pulumi.Resource
}

// New makes the node group.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*NodeGroup, error) {
	args = args.withDefaults()
	if err := args.Validate(name); err != nil {
		return nil, fmt.Errorf("node group %q: %w", name, err)
	}
	c := &NodeGroup{
		MaxPods:  args.Group.maxPods(args.Networking),
		Warnings: args.Group.warnings(args.Networking),
	}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	for _, warning := range c.Warnings {
		if err := ctx.Log.Warn(warning, &pulumi.LogArgs{Resource: c}); err != nil {
			return nil, err
		}
	}
	role, err := newRole(ctx, name, args, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("node group %q: %w", name, err)
	}
	template, err := newLaunchTemplate(ctx, name, args, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("node group %q: creating launch template: %w", name, err)
	}
	group, err := awseks.NewNodeGroup(ctx, name, args.nodeGroup(role.arn, template), pulumi.Parent(c),
		// Nothing else ties nodes to their routes and to their permissions: a
		// destroy would take those first, and EKS could not drain the nodes.
		pulumi.DependsOn(append(role.permissions, args.Ready...)),
		// From here on the autoscaler decides.
		pulumi.IgnoreChanges([]string{"scalingConfig.desiredSize"}))
	if err != nil {
		return nil, fmt.Errorf("node group %q: creating node group: %w", name, err)
	}
	c.Ready = []pulumi.Resource{group}
	c.Name, c.ARN, c.RoleARN = group.NodeGroupName, group.Arn, role.arn
	c.LaunchTemplateID = template.ID().ToStringOutput()
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"nodeGroupName": c.Name, "arn": c.ARN, "roleArn": c.RoleARN, "launchTemplateId": c.LaunchTemplateID,
	})
}
