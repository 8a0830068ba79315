// Command network builds a VPC with Slipway's network component, in a module of
// its own.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/network"
)

func main() { pulumi.Run(program) }

func program(ctx *pulumi.Context) error {
	net, err := network.New(ctx, "shared", network.Args{
		Region:    "eu-central-1",
		AccountID: "123456789012",
		Zones:     []string{"eu-central-1a", "eu-central-1b", "eu-central-1c"},
		NAT:       network.NATSingle,
	})
	if err != nil {
		return err
	}
	ctx.Export("vpcId", net.VPCID)
	ctx.Export("podSubnetIds", net.PodSubnetIDByZone)
	ctx.Export("natAddresses", net.NATPublicIPs)
	return nil
}
