package bucket

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/outputs"
)

// builder makes the settings of one bucket.
type builder struct {
	ctx    *pulumi.Context
	name   string
	args   Args
	bucket *s3.BucketV2
	child  pulumi.ResourceOption
	block  *s3.BucketPublicAccessBlock
	ready  []pulumi.Resource
}

// close shuts out the public and turns ACLs off. Both are S3's default for new
// buckets; as resources they are put back when somebody takes them away.
func (b *builder) close() error {
	block, err := s3.NewBucketPublicAccessBlock(b.ctx, b.name, &s3.BucketPublicAccessBlockArgs{
		Bucket:                b.bucket.ID(),
		BlockPublicAcls:       pulumi.Bool(true),
		BlockPublicPolicy:     pulumi.Bool(true),
		IgnorePublicAcls:      pulumi.Bool(true),
		RestrictPublicBuckets: pulumi.Bool(true),
	}, b.child)
	if err != nil {
		return fmt.Errorf("blocking public access: %w", err)
	}
	b.block = block
	if _, err := s3.NewBucketOwnershipControls(b.ctx, b.name, &s3.BucketOwnershipControlsArgs{
		Bucket: b.bucket.ID(),
		Rule:   s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerEnforced")},
	}, b.child); err != nil {
		return fmt.Errorf("turning ACLs off: %w", err)
	}
	return nil
}

// encrypt says how objects are encrypted whose upload does not. A bucket key
// spares a call of KMS for each object.
func (b *builder) encrypt() error {
	rule := s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
		ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
			SseAlgorithm: pulumi.String("AES256"),
		},
	}
	if b.args.KeyARN != nil {
		rule.BucketKeyEnabled = pulumi.Bool(true)
		rule.ApplyServerSideEncryptionByDefault = s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
			SseAlgorithm:   pulumi.String(kms),
			KmsMasterKeyId: b.args.KeyARN.ToStringOutput(),
		}
	}
	encryption, err := s3.NewBucketServerSideEncryptionConfigurationV2(b.ctx, b.name, &s3.BucketServerSideEncryptionConfigurationV2Args{
		Bucket: b.bucket.ID(),
		Rules:  s3.BucketServerSideEncryptionConfigurationV2RuleArray{rule},
	}, b.child)
	if err != nil {
		return fmt.Errorf("encrypting it: %w", err)
	}
	b.ready = append(b.ready, encryption)
	return nil
}

// keep keeps the versions of objects, and for how long.
func (b *builder) keep() error {
	versioning, err := s3.NewBucketVersioningV2(b.ctx, b.name, &s3.BucketVersioningV2Args{
		Bucket:                  b.bucket.ID(),
		VersioningConfiguration: s3.BucketVersioningV2VersioningConfigurationArgs{Status: pulumi.String("Enabled")},
	}, b.child)
	if err != nil {
		return fmt.Errorf("versioning it: %w", err)
	}
	// Rules about old versions mean nothing to S3 before there are any.
	if _, err := s3.NewBucketLifecycleConfigurationV2(b.ctx, b.name, &s3.BucketLifecycleConfigurationV2Args{
		Bucket: b.bucket.ID(), Rules: b.args.lifecycle(),
	}, b.child, pulumi.DependsOn([]pulumi.Resource{versioning})); err != nil {
		return fmt.Errorf("writing its lifecycle: %w", err)
	}
	return nil
}

// permit writes the policy.
func (b *builder) permit() error {
	values := []pulumi.StringInput{b.bucket.Arn}
	if b.args.KeyARN != nil {
		values = append(values, b.args.KeyARN)
	}
	policy, err := s3.NewBucketPolicy(b.ctx, b.name, &s3.BucketPolicyArgs{
		Bucket: b.bucket.ID(),
		Policy: outputs.Strings(values, b.args.policyJSON),
		// S3 refuses to change the policy and the block of one bucket at once:
		// OperationAborted.
	}, b.child, pulumi.DependsOn([]pulumi.Resource{b.block}))
	if err != nil {
		return fmt.Errorf("writing its policy: %w", err)
	}
	b.ready = append(b.ready, policy)
	return nil
}

// record has S3 write down who reads and writes.
func (b *builder) record() error {
	if b.args.AccessLogs == nil {
		return nil
	}
	if _, err := s3.NewBucketLoggingV2(b.ctx, b.name, &s3.BucketLoggingV2Args{
		Bucket:       b.bucket.ID(),
		TargetBucket: b.args.AccessLogs,
		TargetPrefix: pulumi.String(accessLogs + b.name + "/"),
	}, b.child); err != nil {
		return fmt.Errorf("recording access: %w", err)
	}
	return nil
}
