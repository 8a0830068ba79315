package nodelocaldns_test

import (
	"fmt"

	"github.com/slipway-iac/slipway/components/addons/nodelocaldns"
)

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
