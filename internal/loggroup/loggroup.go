// Package loggroup makes encrypted CloudWatch log groups with a retention, for
// services that would otherwise make their own: unencrypted, and kept for ever.
//
// It makes the group and, unless it is given one, a key that serves for this
// group alone. It is not a component: group and key belong to whoever asked.
package loggroup

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/tags"
)

// Args describes a group.
type Args struct {
	// Group is the group's physical name. Required.
	Group string

	// Region and AccountID are where the group is. Required.
	Region, AccountID string

	// RetentionDays is how long events are kept. Required; see [Retains].
	RetentionDays int

	// KeyARN is a key whose policy lets CloudWatch Logs use it. When absent, a
	// key is made.
	KeyARN pulumi.StringInput

	// KeyDeletionDays is how long a key made here waits once it is deleted: 7 to
	// 30. Required unless KeyARN is given.
	KeyDeletionDays int
}

// New makes the group below parent; group and key have the same logical name and
// options, such as the provider of another region.
func New(ctx *pulumi.Context, name string, args Args, parent pulumi.Resource, opts ...pulumi.ResourceOption) (*cloudwatch.LogGroup, error) {
	options := pulumi.Composite(append([]pulumi.ResourceOption{pulumi.Parent(parent)}, opts...)...)
	key := args.KeyARN
	if key == nil {
		made, err := newKey(ctx, name, args, options)
		if err != nil {
			return nil, err
		}
		key = made.Arn
	}
	group, err := cloudwatch.NewLogGroup(ctx, name, &cloudwatch.LogGroupArgs{
		Name:            pulumi.String(args.Group),
		RetentionInDays: pulumi.Int(args.RetentionDays),
		KmsKeyId:        key.ToStringOutput(),
		Tags:            pulumi.ToStringMap(tags.Named(name)),
	}, options)
	if err != nil {
		return nil, fmt.Errorf("creating log group %s: %w", args.Group, err)
	}
	return group, nil
}

func newKey(ctx *pulumi.Context, name string, args Args, options pulumi.ResourceOption) (*kms.Key, error) {
	policy, err := keyPolicy(args.Region, args.AccountID, args.Group).JSON()
	if err != nil {
		return nil, fmt.Errorf("writing the policy of the key of log group %s: %w", args.Group, err)
	}
	key, err := kms.NewKey(ctx, name, &kms.KeyArgs{
		Description:          pulumi.String("Log group " + args.Group),
		EnableKeyRotation:    pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(args.KeyDeletionDays),
		Policy:               pulumi.String(policy),
		Tags:                 pulumi.ToStringMap(tags.Named(name)),
	}, options)
	if err != nil {
		return nil, fmt.Errorf("creating the key of log group %s: %w", args.Group, err)
	}
	return key, nil
}
