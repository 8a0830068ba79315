package namespace_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/cluster"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/components/namespace"
)

// A team's namespace. The cluster's entry of the team names the group:
// cluster.Entry{PrincipalARN: …, Groups: []string{"team:shop"}}.
func ExampleNew() {
	_ = func(ctx *pulumi.Context, c *cluster.Cluster, inside kube.Target) error {
		_, err := namespace.New(ctx, "shop", namespace.Args{
			Cluster: inside, ServiceCIDR: c.ServiceCIDR,
			Quota:    map[string]string{"requests.cpu": "10", "requests.memory": "32Gi"},
			Defaults: namespace.Defaults{CPURequest: "100m", MemoryRequest: "128Mi", MemoryLimit: "256Mi"},
			Groups:   map[string]namespace.Role{"team:shop": namespace.Edit},
		})
		return err
	}
}
