package karpenter_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/karpenter"
	"github.com/slipway-iac/slipway/components/cluster"
	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/components/kube"
)

// Spot nodes of Graviton that nobody takes away during the day.
func ExampleNew() {
	_ = func(ctx *pulumi.Context, c *cluster.Cluster, inside kube.Target) error {
		_, err := karpenter.New(ctx, "scale", karpenter.Args{
			Cluster: inside, Region: "eu-central-1", AccountID: "123456789012",
			SecurityGroupIDs: []pulumi.StringInput{c.ClusterSecurityGroupID},
			Networking:       instances.Networking{CustomNetworking: true, PrefixDelegation: true},
			Pools: map[string]karpenter.Pool{"general": {
				InstanceTypes: []string{"m7g.large", "m7g.xlarge", "m7g.2xlarge"},
				Capacity:      []karpenter.Capacity{karpenter.Spot, karpenter.OnDemand},
				CPU:           64, MemoryGiB: 256,
				Budgets: []karpenter.Budget{{Nodes: "0", Schedule: "0 7 * * 1-5", Duration: "11h"}, {Nodes: "10%"}},
			}},
		})
		return err
	}
}
