// Package bucket makes S3 buckets for one of three purposes: media, backups and
// logs.
//
// Nobody outside the account gets in: public access is blocked, ACLs are off and
// plain HTTP is refused. Media and backups are encrypted with a key that the
// caller gives, and an upload that names another key or algorithm is refused.
// Logs are encrypted by S3 itself, because load balancers can deliver to nothing
// else. Who in the account reads what is for IAM policies elsewhere.
//
// See https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
package bucket

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/tags"
	"github.com/slipway-iac/slipway/internal/outputs"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// the bucket, so a rename needs an alias.
const typeToken = "slipway:bucket:Bucket"

// Kind is what a bucket is for.
type Kind string

// The kinds.
const (
	// Media are files that the platform's users upload and read.
	Media Kind = "media"
	// Backups are written once and rarely read.
	Backups Kind = "backups"
	// Logs are delivered by AWS services.
	Logs Kind = "logs"
)

// Bucket is a bucket with all its settings.
type Bucket struct {
	pulumi.ResourceState

	// Ready is what must exist before the bucket is written to: its encryption
	// and its policy. A load balancer that a controller makes waits for it, or its
	// logs are refused.
	Ready []pulumi.Resource

	// Name is the bucket's. Whatever takes it waits for Ready.
	Name pulumi.StringOutput `pulumi:"name"`

	// ARN is the bucket's, for policies.
	ARN pulumi.StringOutput `pulumi:"arn"`
}

// Args configures a Bucket.
type Args struct {
	// Region and AccountID are where the bucket is. Required.
	Region, AccountID string

	// Kind is what the bucket is for. Required. It cannot be changed for a bucket
	// that has objects: those keep their encryption.
	Kind Kind

	// KeyARN is the key that encrypts the objects. Required for Media and
	// Backups; Logs have none.
	KeyARN pulumi.StringInput

	// AccessLogs is the name of a bucket of the kind Logs, in the same region,
	// which records who reads and writes. Optional; not for Logs, whose
	// every record would make another.
	AccessLogs pulumi.StringInput

	// KeepDays is how long a version that was overwritten or deleted is kept; for
	// Logs it is how long everything is. Defaults to 90; 365 for Logs.
	KeepDays int

	// Tags are on the bucket besides its name, such as the tag by which package
	// backup selects. Optional.
	Tags tags.Set

	// ForceDestroy deletes the objects with the bucket. Without it a bucket that
	// holds any cannot be destroyed.
	ForceDestroy bool
}

// New makes the bucket.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Bucket, error) {
	args = args.withDefaults()
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("bucket %q: %w", name, err)
	}
	c := &Bucket{}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	made, err := s3.NewBucketV2(ctx, name, &s3.BucketV2Args{
		ForceDestroy: pulumi.Bool(args.ForceDestroy),
		Tags:         pulumi.ToStringMap(tags.Named(name, args.Tags)),
	}, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("bucket %q: creating it: %w", name, err)
	}
	b := &builder{ctx: ctx, name: name, args: args, bucket: made, child: pulumi.Parent(c)}
	for _, step := range []func() error{b.close, b.encrypt, b.keep, b.permit, b.record} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("bucket %q: %w", name, err)
		}
	}
	c.Ready, c.Name, c.ARN = b.ready, outputs.After(ctx, made.Bucket, b.ready...), made.Arn
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"name": c.Name, "arn": c.ARN})
}
