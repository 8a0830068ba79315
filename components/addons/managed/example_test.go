package managed_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/managed"
	"github.com/slipway-iac/slipway/components/cluster"
	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/components/nodes"
)

// The CNI, which nodes wait for, with a subnet of pods in each zone.
func ExampleNewBeforeNodes() {
	_ = func(ctx *pulumi.Context, net *network.Network, c *cluster.Cluster) error {
		subnets := map[string]pulumi.StringInput{}
		for _, zone := range []string{"eu-central-1a", "eu-central-1b"} {
			subnets[zone] = net.PodSubnetIDByZone.MapIndex(pulumi.String(zone))
		}
		_, err := managed.NewBeforeNodes(ctx, "before", managed.BeforeArgs{
			ClusterName: c.Name, KubernetesVersion: "1.35", Region: "eu-central-1",
			PodSubnets: subnets, PodSecurityGroupID: c.PodSecurityGroupID,
		})
		return err
	}
}

// CoreDNS and volumes, which wait for nodes. Volumes are under a key of one's own.
func ExampleNewAfterNodes() {
	_ = func(ctx *pulumi.Context, c *cluster.Cluster, group *nodes.NodeGroup, keyARN pulumi.StringOutput) error {
		_, err := managed.NewAfterNodes(ctx, "after", managed.AfterArgs{
			ClusterName: c.Name, KubernetesVersion: "1.35", Region: "eu-central-1", Nodes: group.Ready, VolumeKeyARN: keyARN,
		})
		return err
	}
}
