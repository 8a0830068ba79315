package postgres_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/data/postgres"
)

// A database that survives the loss of a zone. The pods that may connect do so
// with a token of IAM, as the user "shop".
func ExampleNew() {
	_ = func(ctx *pulumi.Context, vpc pulumi.StringInput, subnets pulumi.StringArrayInput, pods, key pulumi.StringInput) error {
		db, err := postgres.New(ctx, "shop", postgres.Args{
			Region: "eu-central-1", AccountID: "123456789012", VPCID: vpc, SubnetIDs: subnets,
			Clients: map[string]pulumi.StringInput{"pods": pods}, KeyARN: key,
			InstanceClass: "db.m7g.large", MultiAZ: true, GiB: 100, Protect: true, FinalSnapshot: true,
		})
		if err != nil {
			return err
		}
		ctx.Export("databaseHost", db.Endpoint)
		ctx.Export("databaseConnect", db.ConnectARN("shop"))
		return nil
	}
}
