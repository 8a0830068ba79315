package platform

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/components/tags"
)

// deployerSession names the deploying role's sessions in CloudTrail.
const deployerSession = "slipway"

// newAWS makes the provider of everything on AWS. It refuses credentials of
// another account than the environment's, and puts the ownership tags on all
// that takes tags.
func newAWS(ctx *pulumi.Context, e Environment) (*aws.Provider, error) {
	args := &aws.ProviderArgs{
		Region:            pulumi.String(e.Region),
		AllowedAccountIds: pulumi.ToStringArray([]string{e.AccountID}),
		DefaultTags:       &aws.ProviderDefaultTagsArgs{Tags: pulumi.ToStringMap(e.ownership(ctx.Stack()))},
	}
	if e.Engine.AssumeDeployerRole {
		args.AssumeRole = aws.ProviderAssumeRoleArgs{
			RoleArn: pulumi.String(e.DeployerRoleARN), SessionName: pulumi.String(deployerSession),
		}
	}
	provider, err := aws.NewProvider(ctx, "aws", args)
	if err != nil {
		return nil, fmt.Errorf("creating the AWS provider: %w", err)
	}
	return provider, nil
}

// ownership are the tags that say whose everything is. What EC2 makes from a
// launch template does not get a provider's default tags, so node groups are
// given the same set.
func (e Environment) ownership(stack string) tags.Set {
	set := tags.Set{"platform": "slipway", "environment": stack, "tier": string(e.Tier), "managed-by": "pulumi"}
	for k, v := range e.Tags {
		set[k] = v
	}
	return set
}

// newKubernetes makes the provider of everything in the cluster, from a
// kubeconfig that is right for the machine that Pulumi runs on.
func newKubernetes(ctx *pulumi.Context, kubeconfig pulumi.StringInput) (*kubernetes.Provider, error) {
	provider, err := kubernetes.NewProvider(ctx, "kubernetes", &kubernetes.ProviderArgs{
		Kubeconfig:            kubeconfig,
		EnableServerSideApply: pulumi.Bool(true),
	})
	if err != nil {
		return nil, fmt.Errorf("creating the Kubernetes provider: %w", err)
	}
	return provider, nil
}

// engine is the machine that runs Pulumi, as package kube describes it.
func (e Environment) engine() kube.Engine {
	engine := kube.Engine{Location: kube.Location(e.Engine.Location), Address: e.Engine.Address, ProxyURL: e.Engine.ProxyURL}
	if e.Engine.AssumeDeployerRole {
		engine.AssumeRoleARN = e.DeployerRoleARN
	}
	return engine
}
