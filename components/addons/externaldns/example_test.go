package externaldns_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/externaldns"
	"github.com/slipway-iac/slipway/components/cluster"
	"github.com/slipway-iac/slipway/components/dns/zone"
	"github.com/slipway-iac/slipway/components/kube"
)

// Records of one zone come and go with the Ingresses of a cluster that is made
// and destroyed often.
func ExampleNew() {
	_ = func(ctx *pulumi.Context, c *cluster.Cluster, inside kube.Target, z *zone.Zone) error {
		_, err := externaldns.New(ctx, "records", externaldns.Args{
			Cluster: inside, ClusterARN: c.ARN, OwnerID: "slipway-dev",
			ZoneIDs: []pulumi.StringInput{z.ID}, Domains: []string{"dev.example.com"},
			Policy: externaldns.Sync,
		})
		return err
	}
}
