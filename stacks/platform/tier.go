package platform

import (
	"fmt"
	"maps"
	"slices"

	"github.com/slipway-iac/slipway/components/addons/karpenter"
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

// What every tier has.
const (
	// systemGroup is the managed node group that the cluster's own pods run on.
	systemGroup = "system"
	// generalPool is the pool of nodes that Karpenter makes for everything else.
	generalPool = "general"
)

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
			CIDR: "10.0.0.0/16", PodCIDR: "100.64.0.0/14", MaxZones: 4, NAT: string(network.NATPerZone),
			FlowLogs: flowLogsToS3, FlowLogRetentionDays: 90,
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
	pool := NodePool{
		InstanceTypes: []string{"m6i.large", "m6i.xlarge", "m6a.large", "m6a.xlarge"}, Capacity: []string{string(karpenter.OnDemand)},
		CPU: 64, MemoryGiB: 256, ExpireAfter: "720h", VolumeGiB: 50,
	}
	switch t {
	case Dev:
		e.Engine.Location = "outside"
		e.Network.NAT = string(network.NATSingle)
		e.Network.FlowLogRetentionDays = 7
		e.Cluster.LogRetentionDays = 7
		e.Cluster.KeyDeletionDays = 7
		group.Size.Max = 3
		pool.Capacity = []string{string(karpenter.Spot), string(karpenter.OnDemand)}
		pool.CPU, pool.MemoryGiB = 16, 64
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
		pool.InstanceTypes = []string{"m6i.xlarge", "m6i.2xlarge", "m6a.xlarge", "m6a.2xlarge"}
		pool.CPU, pool.MemoryGiB, pool.VolumeGiB = 256, 1024, 100
	case "":
		return e, fmt.Errorf("%s.tier is required: write dev, staging or prod", configKey)
	default:
		return e, fmt.Errorf("%s.tier is %q: want dev, staging or prod", configKey, t)
	}
	e.NodeGroups = map[string]NodeGroup{systemGroup: group}
	e.NodePools = map[string]NodePool{generalPool: pool}
	return e, nil
}

func (g NodeGroup) clone() NodeGroup {
	g.InstanceTypes = slices.Clone(g.InstanceTypes)
	g.Labels = maps.Clone(g.Labels)
	g.Taints = slices.Clone(g.Taints)
	return g
}

func (p NodePool) clone() NodePool {
	p.InstanceTypes = slices.Clone(p.InstanceTypes)
	p.Capacity = slices.Clone(p.Capacity)
	p.Budgets = slices.Clone(p.Budgets)
	p.Labels = maps.Clone(p.Labels)
	p.Taints = slices.Clone(p.Taints)
	return p
}
