package cluster

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// changedToken is the type of the one resource that [Args.harden] changes.
const changedToken = "aws:eks/cluster:Cluster"

// harden sets on the control plane what pulumi-eks fixes otherwise or has no
// argument for:
//
//   - bootstrapClusterCreatorAdminPermissions, which it sets to true: the
//     creator would have an access entry that no program shows, and that
//     collides with the deploying role's own.
//   - bootstrapSelfManagedAddons, which it leaves to AWS's default of true: EKS
//     would install a VPC CNI, CoreDNS and kube-proxy of its own before the
//     managed add-ons come.
//   - upgradePolicy.
//
// AWS takes the first two only when the cluster is created, and pulumi-eks
// ignores later changes of both.
func (a Args) harden(_ context.Context, r *pulumi.ResourceTransformArgs) *pulumi.ResourceTransformResult {
	if r.Type != changedToken {
		return nil
	}
	props := pulumi.Map{}
	for name, value := range r.Props {
		props[name] = value
	}
	props["accessConfig"] = pulumi.Map{
		"authenticationMode":                      pulumi.String("API"),
		"bootstrapClusterCreatorAdminPermissions": pulumi.Bool(false),
	}
	props["bootstrapSelfManagedAddons"] = pulumi.Bool(false)
	props["upgradePolicy"] = pulumi.Map{"supportType": pulumi.String(a.Support)}
	return &pulumi.ResourceTransformResult{Props: props, Opts: r.Opts}
}
