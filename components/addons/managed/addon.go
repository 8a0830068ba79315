package managed

import (
	"fmt"
	"slices"

	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/identity"
	"github.com/slipway-iac/slipway/components/versions"
)

// namespace is where EKS puts all of these add-ons.
const namespace = "kube-system"

// installer makes the add-ons of one component.
type installer struct {
	ctx        *pulumi.Context
	name       string
	cluster    pulumi.StringInput
	kubernetes string
	owner      pulumi.Resource
}

// settings are what an add-on may have besides its name and version.
type settings struct {
	// configuration is JSON that fits the add-on's schema; nil for none.
	configuration pulumi.StringInput
	// role is what its service account runs as; nil for none.
	role *identity.Identity
	// after is what must exist before the add-on, and longer than it.
	after []pulumi.Resource
}

func (i installer) install(addon versions.Addon, s settings) (*awseks.Addon, error) {
	args := &awseks.AddonArgs{
		ClusterName:  i.cluster.ToStringOutput(),
		AddonName:    pulumi.String(addon.Name),
		AddonVersion: i.version(addon).ToStringOutput(),
		// What an attempt that failed or somebody's hand left behind gives way:
		// this program is the only place where add-ons are configured.
		ResolveConflictsOnCreate: pulumi.String("OVERWRITE"),
		ResolveConflictsOnUpdate: pulumi.String("OVERWRITE"),
		// Preserve would leave pods and the role's association behind when the
		// add-on goes, and an add-on cannot adopt an association that exists.
		// The order keeps the pods as long as something needs them.
		Preserve: pulumi.Bool(false),
	}
	if s.configuration != nil {
		args.ConfigurationValues = s.configuration.ToStringOutput()
	}
	after := slices.Clone(s.after)
	if s.role != nil {
		args.PodIdentityAssociations = awseks.AddonPodIdentityAssociationArray{
			awseks.AddonPodIdentityAssociationArgs{
				RoleArn:        s.role.RoleARN,
				ServiceAccount: pulumi.String(addon.ServiceAccount),
			},
		}
		// The role alone has no permissions yet; its policies come after it.
		after = append(after, s.role.Ready...)
	}
	made, err := awseks.NewAddon(i.ctx, i.name+"-"+addon.Name, args, pulumi.Parent(i.owner), pulumi.DependsOn(after))
	if err != nil {
		return nil, fmt.Errorf("installing %s: %w", addon.Name, err)
	}
	return made, nil
}

// role makes the role of an add-on's service account. The association belongs
// to the add-on.
func (i installer) role(addon versions.Addon, args identity.Args) (*identity.Identity, error) {
	args.Namespace, args.ServiceAccount, args.WithoutAssociation = namespace, addon.ServiceAccount, true
	made, err := identity.New(i.ctx, i.name+"-"+addon.Name, args, pulumi.Parent(i.owner))
	if err != nil {
		return nil, fmt.Errorf("making the role of %s: %w", addon.Name, err)
	}
	return made, nil
}

// version is the pinned version, or else what AWS installs by default on that
// minor of Kubernetes today. The newest is not asked for: AWS makes a version
// the default when it has stood the test.
func (i installer) version(addon versions.Addon) pulumi.StringInput {
	if pin, ok := addon.Pinned(i.kubernetes); ok {
		return pulumi.String(pin)
	}
	return awseks.GetAddonVersionOutput(i.ctx, awseks.GetAddonVersionOutputArgs{
		AddonName:         pulumi.String(addon.Name),
		KubernetesVersion: pulumi.String(i.kubernetes),
	}, pulumi.Parent(i.owner)).Version()
}
