package loadbalancer_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/loadbalancer"
	"github.com/slipway-iac/slipway/components/cluster"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/components/tags"
)

// What makes Ingresses takes the cluster with the controller's Ready among its
// own, so that the controller is still there to take their load balancers away.
func ExampleNew() {
	_ = func(ctx *pulumi.Context, n *network.Network, c *cluster.Cluster, inside kube.Target) (kube.Target, error) {
		lb, err := loadbalancer.New(ctx, "balancers", loadbalancer.Args{
			Cluster: inside, ClusterARN: c.ARN, VPCID: n.VPCID, Region: "eu-central-1",
			Tags: tags.Set{"cost-centre": "1234"},
		})
		if err != nil {
			return kube.Target{}, err
		}
		inside.Ready = append(inside.Ready, lb.Ready...)
		return inside, nil
	}
}
