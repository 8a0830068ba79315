package key_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/data/key"
)

// A key for a database and its backups, which one role reads directly.
func ExampleNew() {
	_ = func(ctx *pulumi.Context, reader pulumi.StringInput) error {
		k, err := key.New(ctx, "data", key.Args{
			Region: "eu-central-1", AccountID: "123456789012", Description: "The shop's data",
			Users: []key.User{
				{Name: "Storage", Through: []string{"rds", "backup"}},
				{Name: "Reader", Principals: []pulumi.StringInput{reader}},
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("key", k.ARN)
		return nil
	}
}
