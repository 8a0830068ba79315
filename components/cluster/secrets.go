package cluster

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/components/tags"
	"github.com/slipway-iac/slipway/internal/partition"
)

// newSecretsKey makes the key that encrypts the cluster's Secrets in its
// database, so that the account and not EKS holds it. There is no way back: a
// cluster stays with its key, and with the key gone its Secrets are gone.
func newSecretsKey(ctx *pulumi.Context, name string, args Args, child pulumi.ResourceOption) (*kms.Key, error) {
	policy, err := secretsPolicy(args.Region, args.AccountID, args.DeployerARN).JSON()
	if err != nil {
		return nil, fmt.Errorf("writing the policy of the key for secrets: %w", err)
	}
	key, err := kms.NewKey(ctx, name+"-secrets", &kms.KeyArgs{
		Description:          pulumi.String("Kubernetes secrets of cluster " + args.ClusterName),
		EnableKeyRotation:    pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(args.KeyDeletionDays),
		Policy:               pulumi.String(policy),
		Tags:                 pulumi.ToStringMap(tags.Named(name + "-secrets")),
	}, child)
	if err != nil {
		return nil, fmt.Errorf("creating the key for secrets: %w", err)
	}
	if _, err := kms.NewAlias(ctx, name+"-secrets", &kms.AliasArgs{TargetKeyId: key.KeyId}, child); err != nil {
		return nil, fmt.Errorf("naming the key for secrets: %w", err)
	}
	return key, nil
}

// secretsPolicy lets the role that makes the cluster pass the key on: EKS uses
// it through a grant made in that role's name. The usual condition
// kms:GrantIsForAWSResource is left out: a grant made by CreateCluster need not
// fulfil it. See https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
func secretsPolicy(region, account, deployerARN string) iampolicy.Document {
	return iampolicy.Document{
		iampolicy.KeyAdministration(partition.Of(region), account),
		{
			Sid:       "PassToCluster",
			Effect:    "Allow",
			Principal: &iampolicy.Principal{AWS: []string{deployerARN}},
			Action:    []string{"kms:CreateGrant", "kms:DescribeKey"},
			Resource:  []string{"*"},
		},
	}
}
