package network_test

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/network"
)

// A network of three zones, whose pods and nodes leave by one NAT gateway.
func ExampleNew() {
	_ = func(ctx *pulumi.Context) error {
		_, err := network.New(ctx, "shared", network.Args{
			Region: "eu-central-1", AccountID: "123456789012",
			Zones: []string{"eu-central-1a", "eu-central-1b", "eu-central-1c"}, NAT: network.NATSingle,
		})
		return err
	}
}

// The plan can be read before there is an account. Taking zone b away and
// naming c first moves nothing.
func ExamplePlanAddresses() {
	for _, zones := range [][]string{
		{"eu-central-1a", "eu-central-1b", "eu-central-1c"},
		{"eu-central-1c", "eu-central-1a"},
	} {
		plan, err := network.PlanAddresses(network.Args{Region: "eu-central-1", Zones: zones})
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, s := range plan.Tier(network.Private) {
			fmt.Println(s.Key(), s.CIDR)
		}
	}
	// Output:
	// private-a 10.0.0.0/19
	// private-b 10.0.32.0/19
	// private-c 10.0.64.0/19
	// private-c 10.0.64.0/19
	// private-a 10.0.0.0/19
}
