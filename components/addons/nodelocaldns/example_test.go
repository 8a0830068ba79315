package nodelocaldns_test

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/nodelocaldns"
	"github.com/slipway-iac/slipway/components/kube"
)

// A cache on every node, at an address that pods are told of.
func ExampleNew() {
	_ = func(ctx *pulumi.Context, inside kube.Target) error {
		_, err := nodelocaldns.New(ctx, "cache", nodelocaldns.Args{Cluster: inside, ServiceCIDR: "172.20.0.0/16"})
		return err
	}
}

// A file can be read before there is a cluster.
func ExampleCorefile() {
	fmt.Print(nodelocaldns.Corefile{{
		Zone: ".", Bind: []string{"169.254.20.10"}, Upstream: "10.0.0.2", Positive: 30, Negative: 5,
	}})
	// Output:
	// .:53 {
	//     errors
	//     cache {
	//         success 9984 30
	//         denial 9984 5
	//     }
	//     reload
	//     loop
	//     bind 169.254.20.10
	//     forward . 10.0.0.2
	//     prometheus :9253
	// }
}
