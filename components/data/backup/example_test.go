package backup_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/data/backup"
	"github.com/slipway-iac/slipway/components/data/bucket"
	"github.com/slipway-iac/slipway/components/tags"
)

// A bucket that is backed up each day, into a vault that nobody can empty.
func ExampleNew() {
	_ = func(ctx *pulumi.Context, key pulumi.StringInput) error {
		if _, err := bucket.New(ctx, "media", bucket.Args{
			Region: "eu-central-1", AccountID: "123456789012", Kind: bucket.Media, KeyARN: key,
			Tags: tags.Set{tags.Backup: "shop"},
		}); err != nil {
			return err
		}
		kept, err := backup.New(ctx, "shop", backup.Args{
			Region: "eu-central-1", AccountID: "123456789012", KeyARN: key, KeepDays: 35, MonthlyKeepDays: 400, Lock: true,
		})
		if err != nil {
			return err
		}
		ctx.Export("vault", kept.VaultName)
		return nil
	}
}
