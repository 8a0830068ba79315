package cluster_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/cluster"
	"github.com/slipway-iac/slipway/components/network"
)

// A cluster whose endpoint the VPC alone reaches. The role that runs Pulumi is an
// administrator because it is named, not because it made the cluster.
func ExampleNew() {
	_ = func(ctx *pulumi.Context, net *network.Network) error {
		const deployer = "arn:aws:iam::123456789012:role/deployer"
		_, err := cluster.New(ctx, "demo", cluster.Args{
			Region: "eu-central-1", AccountID: "123456789012",
			VPCID: net.VPCID, VPCCIDRs: []string{"10.0.0.0/16", "100.64.0.0/14"}, SubnetIDs: net.ControlSubnetIDs,
			DeployerARN: deployer, Admins: map[string]string{"deployer": deployer},
		})
		return err
	}
}
