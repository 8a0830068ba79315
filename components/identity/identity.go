// Package identity gives one Kubernetes service account an IAM role: through EKS
// Pod Identity or, for what cannot use it, through the cluster's OIDC provider.
//
// It makes the role, its permissions and, unless an EKS add-on owns it, the
// association of the role with the service account. It does not make the
// service account, and it needs the add-on eks-pod-identity-agent on the nodes:
// without the agent an association does nothing.
//
// See https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
package identity

import (
	"fmt"

	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// every child, so a rename needs an alias.
const typeToken = "slipway:identity:Identity"

// Identity is a role that the pods of one service account run as.
type Identity struct {
	pulumi.ResourceState

	// Ready is what must exist before the role is used and as long as it is: its
	// permissions and its association. Depend on it, not on the Identity: of a
	// component, Pulumi's Go SDK sees only the children whose registration has
	// begun by then.
	Ready []pulumi.Resource

	// RoleARN is the role, which may do nothing yet: see Ready.
	RoleARN pulumi.StringOutput `pulumi:"roleArn"`

	// RoleName is the role's name, without account and path.
	RoleName pulumi.StringOutput `pulumi:"roleName"`
}

// Args configures an Identity.
type Args struct {
	// ClusterName is the cluster of the service account. Required, unless there
	// is no association: see WithoutAssociation and OIDCProviderARN.
	ClusterName pulumi.StringInput

	// ClusterARN, when given, lets only that cluster and its account assume the
	// role. Optional: only this account can associate the role either way.
	ClusterARN pulumi.StringInput

	// Namespace and ServiceAccount name the service account, which need not
	// exist yet. Required.
	Namespace, ServiceAccount string

	// Policies are what the role may do, each an inline policy of its own.
	// Together they may have 10240 characters.
	Policies []Policy

	// ManagedPolicyARNs are policies to attach, such as
	// arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy.
	ManagedPolicyARNs []string

	// OIDCProviderARN, when given, makes a role for tokens of the service account
	// instead of one for Pod Identity, and no association: for what cannot use Pod
	// Identity, such as pods on Fargate. See [NewOIDCProvider]. The service account
	// names the role in its annotation eks.amazonaws.com/role-arn.
	OIDCProviderARN pulumi.StringInput

	// WithoutAssociation makes the role only. Set it for the service account of
	// an EKS add-on that is given this role: the add-on makes and owns the
	// association, and cannot adopt one that exists.
	WithoutAssociation bool

	// PermissionsBoundary is the ARN of a policy that limits the role. Optional.
	PermissionsBoundary pulumi.StringInput
}

// New makes the role and associates it.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Identity, error) {
	if err := args.validate(name); err != nil {
		return nil, fmt.Errorf("identity %q: %w", name, err)
	}
	c := &Identity{}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	trust, err := args.trust()
	if err != nil {
		return nil, fmt.Errorf("identity %q: writing the trust policy: %w", name, err)
	}
	roleArgs := &iam.RoleArgs{
		Description:      pulumi.String("Pods of service account " + args.Namespace + "/" + args.ServiceAccount),
		AssumeRolePolicy: trust,
	}
	if args.PermissionsBoundary != nil {
		roleArgs.PermissionsBoundary = args.PermissionsBoundary.ToStringOutput()
	}
	role, err := iam.NewRole(ctx, name, roleArgs, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("identity %q: creating role: %w", name, err)
	}
	permissions, err := permit(ctx, name, args, role, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("identity %q: %w", name, err)
	}
	c.Ready = permissions
	if args.associates() {
		// Last, so that no pod gets credentials that may do nothing yet, and
		// first on destroy, so that none keeps them after that.
		association, err := awseks.NewPodIdentityAssociation(ctx, name, &awseks.PodIdentityAssociationArgs{
			ClusterName:    args.ClusterName,
			Namespace:      pulumi.String(args.Namespace),
			ServiceAccount: pulumi.String(args.ServiceAccount),
			RoleArn:        role.Arn,
		}, pulumi.Parent(c), pulumi.DependsOn(permissions))
		if err != nil {
			return nil, fmt.Errorf("identity %q: associating role: %w", name, err)
		}
		c.Ready = append(c.Ready, association)
	}
	c.RoleARN, c.RoleName = role.Arn, role.Name
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"roleArn": c.RoleARN, "roleName": c.RoleName})
}

// permit gives the role its permissions and returns what grants them.
func permit(ctx *pulumi.Context, name string, args Args, role *iam.Role, child pulumi.ResourceOption) ([]pulumi.Resource, error) {
	var permissions []pulumi.Resource
	for _, p := range args.Policies {
		r, err := iam.NewRolePolicy(ctx, name+"-"+p.Name, &iam.RolePolicyArgs{Role: role.Name, Policy: p.json()}, child)
		if err != nil {
			return nil, fmt.Errorf("writing policy %s: %w", p.Name, err)
		}
		permissions = append(permissions, r)
	}
	for _, arn := range args.ManagedPolicyARNs {
		r, err := iam.NewRolePolicyAttachment(ctx, name+"-"+policyName(arn), &iam.RolePolicyAttachmentArgs{
			Role:      role.Name,
			PolicyArn: pulumi.String(arn),
		}, child)
		if err != nil {
			return nil, fmt.Errorf("attaching %s: %w", arn, err)
		}
		permissions = append(permissions, r)
	}
	return permissions, nil
}
