package nodes_test

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/managed"
	"github.com/slipway-iac/slipway/components/cluster"
	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/components/nodes"
)

// Two nodes, which come after their routes, the cluster's access entries and the
// CNI, and go before them.
func ExampleNew() {
	_ = func(ctx *pulumi.Context, net *network.Network, c *cluster.Cluster, before *managed.BeforeNodes) error {
		_, err := nodes.New(ctx, "system", nodes.Args{
			Cluster: nodes.Cluster{
				Name: c.Name, Version: "1.35", Endpoint: c.Endpoint,
				CertificateAuthority: c.CertificateAuthority, ServiceCIDR: pulumi.String(c.ServiceCIDR),
			},
			Group:      nodes.Group{InstanceTypes: []string{"m7g.large"}, Size: nodes.Size{Min: 2, Max: 3}},
			SubnetIDs:  net.PrivateSubnetIDs,
			Networking: instances.Networking{CustomNetworking: true, PrefixDelegation: true},
			Ready:      slices.Concat(c.Ready, before.Ready, net.Ready),
		})
		return err
	}
}
