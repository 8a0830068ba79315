package platform

import (
	"context"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/data/postgres"
)

const (
	typeKey      = "aws:kms/key:Key"
	typeLogGroup = "aws:cloudwatch/logGroup:LogGroup"
)

// logKeys are the keys without which kept logs could not be read.
var logKeys = []string{networkName + "-flow-logs", clusterName + "-logs", databaseName + "-postgresql", databaseName + "-upgrade"}

// bucketParts are a bucket and its settings. Without them a bucket that stays
// would be open to what its policy and its block of public access refuse.
var bucketParts = []string{
	"bucketV2:BucketV2", "bucketPublicAccessBlock:BucketPublicAccessBlock", "bucketOwnershipControls:BucketOwnershipControls",
	"bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", "bucketVersioningV2:BucketVersioningV2",
	"bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "bucketPolicy:BucketPolicy",
}

// keeps tells whether a destroy leaves what holds data: in prod.
func (e Environment) keeps() bool { return e.Tier == Prod }

// Retained is what a destroy leaves in the account on purpose, by type and number,
// but for the objects in buckets and what AWS deletes later by itself. In dev it is
// nothing and in staging the bucket of logs. In prod it is the logs, which outlive
// what they tell of, the buckets, the vault of backups with the role that
// empties it in time, the database's last snapshot, and the keys of all that.
func (e Environment) Retained() map[string]int {
	left := map[string]int{}
	buckets := 0
	if !e.Buckets.ForceDestroy {
		buckets = 1
	}
	if e.keeps() {
		buckets = 3
		left["aws:s3/bucketLoggingV2:BucketLoggingV2"] = 2
		left[typeLogGroup], left[typeKey], left["aws:kms/alias:Alias"] = 1, 2, 1
		if e.Network.FlowLogs == flowLogsToCloudWatch {
			left[typeLogGroup]++
			left[typeKey]++
		}
		if e.Database.Enabled {
			left[typeLogGroup] += 2
			left[typeKey] += 2
		}
		if e.Backup.Enabled {
			left["aws:backup/vault:Vault"] = 1
			left["aws:iam/role:Role"], left["aws:iam/rolePolicyAttachment:RolePolicyAttachment"] = 1, 2
		}
		if e.Backup.Enabled && e.Backup.Lock {
			left["aws:backup/vaultLockConfiguration:VaultLockConfiguration"] = 1
		}
	}
	if e.Database.Enabled && e.Database.FinalSnapshot {
		snapshot := "aws:rds/snapshot:Snapshot"
		if e.Database.Shape == string(postgres.Cluster) {
			snapshot = "aws:rds/clusterSnapshot:ClusterSnapshot"
		}
		left[snapshot] = 1
	}
	for _, part := range bucketParts {
		if buckets > 0 {
			left["aws:s3/"+part] = buckets
		}
	}
	return left
}

// retained keeps what a block makes when it is destroyed.
func retained(opts pulumi.ResourceOption, keep bool) pulumi.ResourceOption {
	if !keep {
		return opts
	}
	return pulumi.Composite(opts, pulumi.RetainOnDelete(true))
}

// protection keeps Pulumi from deleting or replacing anything of a block while
// the environment is protected. It has to be all: of a stack that is protected
// in part, a destroy deletes the other part before it fails.
func (e Environment) protection() pulumi.ResourceOption { return pulumi.Protect(e.Protect) }

// retain keeps what a destroy should leave, wherever in the blocks it is made.
// Other resources it does not touch: one that goes through a transform loses
// the IDs of the resources that it refers to.
func (e Environment) retain(ctx *pulumi.Context) error {
	if !e.keeps() {
		return nil
	}
	return ctx.RegisterResourceTransform(func(_ context.Context, args *pulumi.ResourceTransformArgs) *pulumi.ResourceTransformResult {
		if args.Type != typeLogGroup && (args.Type != typeKey || !slices.Contains(logKeys, args.Name)) {
			return nil
		}
		opts := args.Opts
		opts.RetainOnDelete = true
		return &pulumi.ResourceTransformResult{Props: args.Props, Opts: opts}
	})
}
