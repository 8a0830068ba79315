package karpenter

import (
	"fmt"
	"maps"
	"slices"

	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/components/tags"
	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/object"
	"github.com/slipway-iac/slipway/internal/partition"
)

// nodePolicies are what a node needs to join and to pull images, and for
// sessions. The CNI has a role of its own.
func nodePolicies() []string {
	return []string{"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore"}
}

// nodeRole is the role of the nodes.
type nodeRole struct {
	name, arn pulumi.StringOutput
	// ready is what lets nodes with the role join.
	ready []pulumi.Resource
}

// nodeRole makes the role of the nodes and admits it to the cluster. EKS admits
// the roles of managed nodes by itself, and no others.
func (a Args) nodeRole(ctx *pulumi.Context, name string, parent pulumi.Resource) (nodeRole, error) {
	child, called := pulumi.Parent(parent), name+"-nodes"
	trust, err := iampolicy.TrustService("ec2.amazonaws.com").JSON()
	if err != nil {
		return nodeRole{}, err
	}
	role, err := iam.NewRole(ctx, called, &iam.RoleArgs{
		Description: pulumi.String("Nodes that Karpenter makes"), AssumeRolePolicy: pulumi.String(trust),
	}, child)
	if err != nil {
		return nodeRole{}, fmt.Errorf("creating role of nodes: %w", err)
	}
	made := nodeRole{name: role.Name, arn: role.Arn}
	for _, policy := range nodePolicies() {
		attachment, err := iam.NewRolePolicyAttachment(ctx, called+"-"+policy, &iam.RolePolicyAttachmentArgs{
			Role: role.Name, PolicyArn: pulumi.String("arn:" + partition.Of(a.Region) + ":iam::aws:policy/" + policy),
		}, child)
		if err != nil {
			return nodeRole{}, fmt.Errorf("attaching %s: %w", policy, err)
		}
		made.ready = append(made.ready, attachment)
	}
	entry, err := awseks.NewAccessEntry(ctx, called, &awseks.AccessEntryArgs{
		ClusterName: a.Cluster.ClusterName.ToStringOutput(), PrincipalArn: role.Arn, Type: pulumi.String("EC2_LINUX"),
	}, child)
	if err != nil {
		return nodeRole{}, fmt.Errorf("admitting nodes: %w", err)
	}
	made.ready = append(made.ready, entry)
	return made, nil
}

// pools makes the pools. They come after the controller, and go before it.
func (a Args) pools(ctx *pulumi.Context, name string, nodes nodeRole, controller, parent pulumi.Resource) ([]pulumi.Resource, error) {
	var made []pulumi.Resource
	for _, pool := range slices.Sorted(maps.Keys(a.Pools)) {
		p := a.Pools[pool]
		class, err := fields(a.nodeClass(p, versions.NodeImage))
		if err != nil {
			return nil, err
		}
		class["role"] = nodes.name
		class["subnetSelectorTerms"] = a.subnets()
		class["securityGroupSelectorTerms"] = byID(a.SecurityGroupIDs)
		// Nodes can join as long as there is a class to make them of.
		nodeClass, err := object.New(ctx, name+"-"+pool, object.Args{
			Cluster: a.Cluster, APIVersion: classVersion, Kind: classKind, Name: pool, Body: pulumi.Map{"spec": class},
		}, parent, pulumi.DependsOn(append([]pulumi.Resource{controller}, nodes.ready...)))
		if err != nil {
			return nil, err
		}
		spec, err := fields(p.nodePool(pool))
		if err != nil {
			return nil, err
		}
		// The class cannot go while a node of it runs, so that the pool goes first.
		nodePool, err := object.New(ctx, name+"-"+pool, object.Args{
			Cluster: a.Cluster, APIVersion: poolVersion, Kind: poolKind, Name: pool, Body: pulumi.Map{"spec": spec},
		}, parent, pulumi.DependsOn([]pulumi.Resource{nodeClass}))
		if err != nil {
			return nil, err
		}
		made = append(made, nodePool)
	}
	return made, nil
}

// subnets selects where nodes start.
func (a Args) subnets() pulumi.Input {
	if len(a.SubnetIDs) > 0 {
		return byID(a.SubnetIDs)
	}
	return pulumi.Array{pulumi.Map{"tags": pulumi.StringMap{tags.KarpenterDiscovery: a.Cluster.ClusterName}}}
}

func byID(ids []pulumi.StringInput) pulumi.Array {
	terms := make(pulumi.Array, len(ids))
	for i, id := range ids {
		terms[i] = pulumi.Map{"id": id}
	}
	return terms
}
