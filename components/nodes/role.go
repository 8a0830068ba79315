package nodes

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
)

// NodePolicies are the managed policies that the role of a node needs: to join
// a cluster and to pull images. AmazonEKS_CNI_Policy is not among them, for the
// CNI has a role of its own.
func NodePolicies() []string {
	return []string{"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"}
}

// sessionManagerPolicy lets the SSM agent of a node work.
const sessionManagerPolicy = "AmazonSSMManagedInstanceCore"

// role is the role of the nodes and what gives it its permissions.
type role struct {
	arn         pulumi.StringOutput
	permissions []pulumi.Resource
}

// newRole makes the role of the nodes, or takes the one that was given.
func newRole(ctx *pulumi.Context, name string, args Args, child pulumi.ResourceOption) (role, error) {
	if args.RoleARN != nil {
		return role{arn: args.RoleARN.ToStringOutput()}, nil
	}
	trust, err := iampolicy.TrustService("ec2.amazonaws.com").JSON()
	if err != nil {
		return role{}, err
	}
	r, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		Description:      pulumi.String("Nodes of group " + name),
		AssumeRolePolicy: pulumi.String(trust),
	}, child)
	if err != nil {
		return role{}, fmt.Errorf("creating role: %w", err)
	}
	made := role{arn: r.Arn}
	policies := NodePolicies()
	if args.Group.SessionManager {
		policies = append(policies, sessionManagerPolicy)
	}
	for _, policy := range policies {
		attachment, err := iam.NewRolePolicyAttachment(ctx, name+"-"+policy, &iam.RolePolicyAttachmentArgs{
			Role:      r.Name,
			PolicyArn: pulumi.String("arn:" + args.Partition + ":iam::aws:policy/" + policy),
		}, child)
		if err != nil {
			return role{}, fmt.Errorf("attaching %s: %w", policy, err)
		}
		made.permissions = append(made.permissions, attachment)
	}
	return made, nil
}
