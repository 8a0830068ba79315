package certmanager_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/certmanager"
	"github.com/slipway-iac/slipway/components/cluster"
	"github.com/slipway-iac/slipway/components/dns/zone"
	"github.com/slipway-iac/slipway/components/kube"
)

// Certificates of Let's Encrypt for the names of one zone. A Certificate names
// its issuer: certmanager.Staging first, then certmanager.Production.
func ExampleNew() {
	_ = func(ctx *pulumi.Context, c *cluster.Cluster, inside kube.Target, z *zone.Zone) error {
		_, err := certmanager.New(ctx, "certificates", certmanager.Args{
			Cluster: inside, ClusterARN: c.ARN, Region: "eu-central-1", Email: "platform@example.com",
			Zones: []certmanager.Zone{{Domain: "dev.example.com", ID: z.ID}},
		})
		return err
	}
}
