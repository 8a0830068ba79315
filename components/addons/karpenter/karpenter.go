// Package karpenter makes nodes for pods that find no place, and takes away
// those that are not needed.
//
// It installs Karpenter with a role of its own, a queue from which it learns that
// AWS takes an instance away, the role of its nodes with their access to the
// cluster, and a pool of nodes for each entry of Pools: a NodePool with an
// EC2NodeClass of the same name. The controller runs on managed nodes
// only: it cannot make the node that it runs on. On the way down the pools go
// while the controller still runs, or their nodes would stay and hold the
// network.
//
// See https://karpenter.sh/docs/
package karpenter

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/components/identity"
	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/check"
	"github.com/slipway-iac/slipway/internal/helm"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// every child, so a rename needs an alias.
const typeToken = "slipway:karpenter:Karpenter"

const (
	// namespace is where the API server gives the controller priority.
	namespace      = "kube-system"
	serviceAccount = "karpenter"

	// maxName is the longest name of a Karpenter: that of a rule has 64 characters,
	// of which "-rebalance" and autonaming take 18.
	maxName = 46
)

// Karpenter is a controller with its pools.
type Karpenter struct {
	pulumi.ResourceState

	// Ready is the controller and its pools. Workloads that only Karpenter's
	// nodes take wait for it.
	Ready []pulumi.Resource

	// RoleARN is the controller's role.
	RoleARN pulumi.StringOutput `pulumi:"roleArn"`

	// NodeRoleARN is the role of the nodes.
	NodeRoleARN pulumi.StringOutput `pulumi:"nodeRoleArn"`
}

// Args configures a Karpenter.
type Args struct {
	// Cluster is where it runs. Its Ready must have a managed node group of two
	// nodes and the Pod Identity agent. Required.
	Cluster kube.Target

	// Region and AccountID are where the cluster is. Required.
	Region, AccountID string

	// SecurityGroupIDs are those of the nodes, such as the cluster's own.
	// Required.
	SecurityGroupIDs []pulumi.StringInput

	// SubnetIDs are where nodes start. Defaults to the subnets with the tag
	// karpenter.sh/discovery and the cluster's name, as package network sets it on
	// private ones.
	SubnetIDs []pulumi.StringInput

	// Networking is how the VPC CNI gives addresses to pods; it must be what the
	// add-on is set to. It decides how many pods a node takes. Karpenter knows
	// neither of it, and would place pods that never get an address.
	Networking instances.Networking

	// PodDNS is the address that kubelet gives pods, where it is not the
	// cluster's DNS: nodelocaldns.NodeLocalDNS.PodDNS. Optional.
	PodDNS string

	// Pools are the nodes by name. Required.
	Pools map[string]Pool

	// Tags are on every instance, volume and interface, which Pulumi never sees.
	// Pass the ownership tags of the environment. Optional.
	Tags map[string]string
}

// New installs Karpenter and its pools.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Karpenter, error) {
	args = args.withDefaults()
	if err := args.validate(name); err != nil {
		return nil, fmt.Errorf("karpenter %q: %w", name, err)
	}
	c := &Karpenter{}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	nodes, err := args.nodeRole(ctx, name, c)
	if err != nil {
		return nil, fmt.Errorf("karpenter %q: %w", name, err)
	}
	queue, err := args.interruptions(ctx, name, c)
	if err != nil {
		return nil, fmt.Errorf("karpenter %q: %w", name, err)
	}
	role, err := args.role(ctx, name, nodes, queue, c)
	if err != nil {
		return nil, fmt.Errorf("karpenter %q: %w", name, err)
	}
	controller, err := args.install(ctx, name, queue.Name, role, c)
	if err != nil {
		return nil, fmt.Errorf("karpenter %q: %w", name, err)
	}
	pools, err := args.pools(ctx, name, nodes, controller, c)
	if err != nil {
		return nil, fmt.Errorf("karpenter %q: %w", name, err)
	}
	c.Ready = append(pools, controller)
	c.RoleARN, c.NodeRoleARN = role.RoleARN, nodes.arn
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"roleArn": c.RoleARN, "nodeRoleArn": c.NodeRoleARN})
}

// role is what the controller runs as.
func (a Args) role(ctx *pulumi.Context, name string, nodes nodeRole, queue *sqs.Queue, parent pulumi.Resource) (*identity.Identity, error) {
	on := func(cluster string) grounds { return grounds{a.Region, a.AccountID, cluster} }
	policy := func(name string, document func(values []string) iampolicy.Document, more ...pulumi.StringInput) identity.Policy {
		return identity.Policy{Name: name, Document: document, Inputs: append([]pulumi.StringInput{a.Cluster.ClusterName}, more...)}
	}
	return identity.New(ctx, name, identity.Args{
		ClusterName: a.Cluster.ClusterName, Namespace: namespace, ServiceAccount: serviceAccount,
		Policies: []identity.Policy{
			policy("nodes", func(v []string) iampolicy.Document { return on(v[0]).lifecycle() }),
			policy("profiles", func(v []string) iampolicy.Document { return on(v[0]).profiles(v[1]) }, nodes.arn),
			policy("cluster", func(v []string) iampolicy.Document { return on(v[0]).clusterAccess() }),
			{Name: "interruptions", Document: func(v []string) iampolicy.Document { return readNotices(v[0]) }, Inputs: []pulumi.StringInput{queue.Arn}},
			policy("discovery", func(v []string) iampolicy.Document { return on(v[0]).discovery() }),
		},
	}, pulumi.Parent(parent))
}

// install installs the definitions and then the controller.
func (a Args) install(ctx *pulumi.Context, name string, queue pulumi.StringInput, role *identity.Identity, parent pulumi.Resource) (pulumi.Resource, error) {
	definitions, err := helm.New(ctx, name+"-crd", helm.Args{
		Cluster: a.Cluster, Chart: versions.KarpenterCRDChart, Namespace: pulumi.String(namespace),
	}, parent)
	if err != nil {
		return nil, err
	}
	// Without its role the controller ends as it starts; and it must have the role
	// as long as there are nodes to take away.
	after := append([]pulumi.Resource{definitions}, role.Ready...)
	return helm.New(ctx, name, helm.Args{
		Cluster: a.Cluster, Chart: versions.KarpenterChart, Namespace: pulumi.String(namespace),
		Values: a.values(queue), SkipCRDs: true,
	}, parent, pulumi.DependsOn(after))
}

// values are the chart's.
func (a Args) values(queue pulumi.StringInput) pulumi.Map {
	exists := func(key, operator string) pulumi.Map {
		return pulumi.Map{"key": pulumi.String(key), "operator": pulumi.String(operator)}
	}
	settings := pulumi.Map{"clusterName": a.Cluster.ClusterName, "interruptionQueue": queue}
	if a.Networking.CustomNetworking {
		// The interface that custom networking leaves without pods: what is computed
		// for types, such as memory kept for kubelet, would count it otherwise.
		settings["reservedENIs"] = pulumi.String("1")
	}
	return pulumi.Map{
		"settings":            settings,
		"replicas":            pulumi.Int(2),
		"podDisruptionBudget": pulumi.Map{"maxUnavailable": pulumi.Int(1)},
		"serviceAccount":      pulumi.Map{"name": pulumi.String(serviceAccount)},
		"controller": pulumi.Map{"resources": pulumi.Map{
			"requests": pulumi.StringMap{"cpu": pulumi.String("250m"), "memory": pulumi.String("512Mi")},
			"limits":   pulumi.StringMap{"memory": pulumi.String("1Gi")},
		}},
		"affinity": pulumi.Map{"nodeAffinity": pulumi.Map{"requiredDuringSchedulingIgnoredDuringExecution": pulumi.Map{
			"nodeSelectorTerms": pulumi.Array{pulumi.Map{"matchExpressions": pulumi.Array{
				exists("eks.amazonaws.com/nodegroup", "Exists"), exists(poolTag, "DoesNotExist"),
			}}},
		}}},
	}
}

func (a Args) withDefaults() Args {
	pools := make(map[string]Pool, len(a.Pools))
	for name, p := range a.Pools {
		pools[name] = p.withDefaults()
	}
	a.Pools = pools
	return a
}

// validate reports every problem at once, each naming the field to fix.
func (a Args) validate(name string) error {
	var e check.Errors
	e.That(len(name) <= maxName, "name", name, "at most 46 characters: EventBridge allows 64 and autonaming adds to them")
	e.In("Cluster", a.Cluster.Validate())
	e.That(check.IsRegion(a.Region), "Region", a.Region, "a region such as eu-central-1")
	e.That(check.IsAccount(a.AccountID), "AccountID", a.AccountID, "the twelve digits of the account")
	e.Require(len(a.SecurityGroupIDs) > 0, "SecurityGroupIDs", "pass the cluster's output ClusterSecurityGroupID")
	e.Require(len(a.Pools) > 0, "Pools", "describe at least one pool of nodes")
	for _, name := range slices.Sorted(maps.Keys(a.Pools)) {
		e.That(check.IsLabel(name), "Pools", name, "names of lower-case letters, digits and hyphens")
		e.In("Pools."+name, a.Pools[name].Validate())
	}
	return e.Err()
}
