package secret_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/data/secret"
	"github.com/slipway-iac/slipway/components/kube"
)

// A token of another company's API, for the pods of one service account. Somebody
// puts its value.
func ExampleNew() {
	_ = func(ctx *pulumi.Context, inside kube.Target, key pulumi.StringInput) error {
		token, err := secret.New(ctx, "payments", secret.Args{
			Region: "eu-central-1", Description: "Token of the payment provider", KeyARN: key,
			Pods: secret.Pods{Cluster: inside, Namespace: "shop", ServiceAccount: "checkout"},
		})
		if err != nil {
			return err
		}
		ctx.Export("paymentsClass", token.ClassName)
		return nil
	}
}
