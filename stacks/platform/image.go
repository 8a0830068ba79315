package platform

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/components/nodes"
)

// image is the machine image of a node group with exact max-pods: the one in
// the configuration, else the one that EKS recommends for the cluster's version
// today. Other groups have none; EKS chooses theirs.
func (e Environment) image(ctx *pulumi.Context, g NodeGroup, aws pulumi.InvokeOption) (pulumi.StringInput, error) {
	switch {
	case !g.ExactMaxPods:
		return nil, nil
	case g.AMIID != "":
		return pulumi.String(g.AMIID), nil
	}
	parameter, err := ssm.LookupParameter(ctx, &ssm.LookupParameterArgs{Name: e.imageParameter(g)}, aws)
	if err != nil {
		return nil, fmt.Errorf("finding the image of Kubernetes %s: %w", e.Cluster.Version, err)
	}
	return pulumi.String(parameter.Value), nil
}

// imageParameter is where AWS publishes the image. See
// https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html and
// https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id-bottlerocket.html
func (e Environment) imageParameter(g NodeGroup) string {
	arch := "x86_64"
	if t, ok := instances.Lookup(g.InstanceTypes[0]); ok && t.Arch == instances.ARM64 {
		arch = "arm64"
	}
	if nodes.OS(g.OS) == nodes.Bottlerocket {
		return fmt.Sprintf("/aws/service/bottlerocket/aws-k8s-%s/%s/latest/image_id", e.Cluster.Version, arch)
	}
	return fmt.Sprintf("/aws/service/eks/optimized-ami/%s/amazon-linux-2023/%s/standard/recommended/image_id", e.Cluster.Version, arch)
}
