package platform

import (
	"fmt"
	"maps"
	"slices"

	"github.com/slipway-iac/slipway/components/cluster"
	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/components/nodes"
	"github.com/slipway-iac/slipway/components/versions"
)

// Tier is what an environment is for. It chooses the defaults.
type Tier string

// The tiers.
const (
	// Dev costs as little as it can and goes without a trace.
	Dev Tier = "dev"
	// Staging is shaped like prod, smaller.
	Staging Tier = "staging"
	// Prod survives the loss of a zone and is protected against deletion.
	Prod Tier = "prod"
)

// systemGroup is the node group that every tier has: the cluster's own pods
// run on it.
const systemGroup = "system"

// Defaults is the environment of a stack whose configuration gives a tier and
// nothing else. It is not one that can be deployed: what depends on the account
// has no default. It fails for a tier that does not exist.
func Defaults(t Tier, stack string) (Environment, error) { return t.defaults(stack) }

// defaults are a tier's choices for everything that has one. What depends on
// the account (region, zones, account, deployer, who may reach a public
// endpoint) has none.
func (t Tier) defaults(stack string) (Environment, error) {
	e := Environment{
		Tier:   t,
		Engine: Engine{Location: "vpc"},
		Network: Network{
			CIDR: "10.0.0.0/16", PodCIDR: "100.64.0.0/14", MaxZones: 4, NAT: string(network.NATPerZone), FlowLogRetentionDays: 90,
		},
		Cluster: Cluster{
			ClusterName: "slipway-" + stack, Version: versions.Kubernetes, ServiceCIDR: "172.20.0.0/16",
			LogRetentionDays: 90, Support: string(cluster.StandardSupport), KeyDeletionDays: 30,
		},
	}
	group := NodeGroup{
		OS: string(nodes.AL2023), InstanceTypes: []string{"m6i.large"}, Capacity: string(nodes.OnDemand),
		Size: Size{Min: 2, Desired: 2, Max: 4}, DiskGiB: 50,
	}
	t.dataDefaults(&e, stack)
	switch t {
	case Dev:
		e.Engine.Location = "outside"
		e.Network.NAT = string(network.NATSingle)
		e.Network.FlowLogRetentionDays = 7
		e.Cluster.LogRetentionDays = 7
		e.Cluster.KeyDeletionDays = 7
		group.Size.Max = 3
	case Staging:
		e.Network.NAT = string(network.NATSingle)
		e.Network.FlowLogRetentionDays = 30
		e.Cluster.LogRetentionDays = 30
	case Prod:
		e.Protect = true
		e.Network.FlowLogRetentionDays = 365
		e.Cluster.LogRetentionDays = 365
		group.InstanceTypes = []string{"m6i.xlarge"}
		group.Size = Size{Min: 3, Desired: 3, Max: 9}
		group.DiskGiB = 100
	case "":
		return e, fmt.Errorf("%s.tier is required: write dev, staging or prod", configKey)
	default:
		return e, fmt.Errorf("%s.tier is %q: want dev, staging or prod", configKey, t)
	}
	e.NodeGroups = map[string]NodeGroup{systemGroup: group}
	return e, nil
}

func (g NodeGroup) clone() NodeGroup {
	g.InstanceTypes = slices.Clone(g.InstanceTypes)
	g.Labels = maps.Clone(g.Labels)
	g.Taints = slices.Clone(g.Taints)
	return g
}
