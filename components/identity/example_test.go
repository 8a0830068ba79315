package identity_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/cluster"
	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/components/identity"
)

// A role that the service account shop/web runs as, and that reads one bucket.
func ExampleNew() {
	_ = func(ctx *pulumi.Context, c *cluster.Cluster, bucketARN pulumi.StringOutput) error {
		_, err := identity.New(ctx, "web", identity.Args{
			ClusterName: c.Name, ClusterARN: c.ARN, Namespace: "shop", ServiceAccount: "web",
			Policies: []identity.Policy{{
				Name: "read", Inputs: []pulumi.StringInput{bucketARN},
				Document: func(arns []string) iampolicy.Document {
					return iampolicy.Document{iampolicy.Allow("Read", []string{"s3:GetObject"}, []string{arns[0] + "/*"})}
				},
			}},
		})
		return err
	}
}
