package alerts_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/data/alerts"
	"github.com/slipway-iac/slipway/components/data/key"
)

// A topic and the key that its publishers may use.
func ExampleNew() {
	_ = func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "alarms", key.Args{
			Region: "eu-central-1", AccountID: "123456789012", Description: "Alarms", Users: alerts.Users(),
		})
		if err != nil {
			return err
		}
		made, err := alerts.New(ctx, "alarms", alerts.Args{Region: "eu-central-1", AccountID: "123456789012", KeyARN: k.ARN})
		if err != nil {
			return err
		}
		ctx.Export("alarms", made.TopicARN)
		return nil
	}
}
