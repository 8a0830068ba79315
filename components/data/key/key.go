// Package key makes a KMS key for data at rest, whose policy names who uses it
// and by which way.
//
// It makes the key and an alias. What may be done with the data is not its
// business: a user of the key also needs permission in the service that holds
// the data. A key of a cluster's secrets or of a log group belongs to those and
// is made with them.
//
// See https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
package key

import (
	"cmp"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/tags"
	"github.com/slipway-iac/slipway/internal/outputs"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// the key, so a rename needs an alias.
const typeToken = "slipway:key:Key"

// defaultDeletionDays is the longest that KMS waits: with a key gone, all that
// it encrypted is gone.
const defaultDeletionDays = 30

// Key is a key and its alias.
type Key struct {
	pulumi.ResourceState

	// ARN is the key's. Give it to whatever is to be encrypted.
	ARN pulumi.StringOutput `pulumi:"arn"`

	// AliasName is its alias, as the console shows it.
	AliasName pulumi.StringOutput `pulumi:"aliasName"`
}

// Args configures a Key.
type Args struct {
	// Region and AccountID are where the key is. Required.
	Region, AccountID string

	// Description says what the key is for. Required.
	Description string

	// Users are who uses the key besides the account's administrators, whose IAM
	// policies decide. None is fine where those suffice.
	Users []User

	// DeletionDays is how long the key waits once it is deleted: 7 to 30.
	// Defaults to 30.
	DeletionDays int
}

// New makes the key.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Key, error) {
	args = args.withDefaults()
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("key %q: %w", name, err)
	}
	c := &Key{}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	made, err := kms.NewKey(ctx, name, &kms.KeyArgs{
		Description:          pulumi.String(args.Description),
		EnableKeyRotation:    pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(args.DeletionDays),
		Policy:               outputs.Strings(args.principals(), args.policyJSON),
		Tags:                 pulumi.ToStringMap(tags.Named(name)),
	}, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("key %q: creating it: %w", name, err)
	}
	alias, err := kms.NewAlias(ctx, name, &kms.AliasArgs{TargetKeyId: made.KeyId}, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("key %q: naming it: %w", name, err)
	}
	c.ARN, c.AliasName = made.Arn, alias.Name
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"arn": c.ARN, "aliasName": c.AliasName})
}

func (a Args) withDefaults() Args {
	a.DeletionDays = cmp.Or(a.DeletionDays, defaultDeletionDays)
	return a
}
