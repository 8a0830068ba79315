package bucket_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/data/bucket"
)

// Files of users, and who read them in a bucket of logs.
func ExampleNew() {
	_ = func(ctx *pulumi.Context, key pulumi.StringInput) error {
		here := bucket.Args{Region: "eu-central-1", AccountID: "123456789012"}
		logArgs, fileArgs := here, here
		logArgs.Kind = bucket.Logs
		logs, err := bucket.New(ctx, "logs", logArgs)
		if err != nil {
			return err
		}
		fileArgs.Kind, fileArgs.KeyARN, fileArgs.AccessLogs = bucket.Media, key, logs.Name
		files, err := bucket.New(ctx, "media", fileArgs)
		if err != nil {
			return err
		}
		ctx.Export("media", files.Name)
		return nil
	}
}
