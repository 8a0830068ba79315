package platform

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/managed"
	"github.com/slipway-iac/slipway/components/cluster"
	"github.com/slipway-iac/slipway/components/egress"
	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/components/nodes"
	"github.com/slipway-iac/slipway/internal/check"
	"github.com/slipway-iac/slipway/internal/naming"
	"github.com/slipway-iac/slipway/internal/partition"
)

// The logical names of the blocks. Other names would be other resources.
const (
	networkName = "network"
	clusterName = "cluster"
	nodesName   = "nodes"
	beforeName  = "addons-before-nodes"
	afterName   = "addons-after-nodes"
)

// Where flow logs go.
const (
	flowLogsToS3         = "s3"
	flowLogsToCloudWatch = "cloudwatch"
)

// networking is how pods get their addresses: in subnets of their own, by
// prefixes.
var networking = instances.Networking{CustomNetworking: true, PrefixDelegation: true}

func (e Environment) networkArgs() network.Args {
	return network.Args{
		Region: e.Region, AccountID: e.AccountID,
		CIDR: e.Network.CIDR, PodCIDR: e.Network.PodCIDR, AvoidCIDRs: append(slices.Clone(e.Network.AvoidCIDRs), e.Cluster.ServiceCIDR),
		Zones: e.Network.Zones, MaxZones: e.Network.MaxZones, NAT: network.NAT(e.Network.NAT),
		InterfaceEndpoints: e.Network.InterfaceEndpoints, ClusterName: e.Cluster.ClusterName,
		FlowLogRetentionDays: e.Network.FlowLogRetentionDays, FlowLogGroup: naming.FlowLogGroup(e.Cluster.ClusterName), KeyDeletionDays: e.Cluster.KeyDeletionDays,
	}
}

func (e Environment) clusterArgs(vpc pulumi.StringInput, subnets pulumi.StringArrayInput) cluster.Args {
	admins := maps.Clone(e.Cluster.Admins)
	if admins == nil {
		admins = map[string]string{}
	}
	admins["deployer"] = e.DeployerRoleARN
	access := map[string]cluster.Entry{}
	for name, arn := range e.Cluster.Viewers {
		access[name] = cluster.Entry{PrincipalARN: arn, Policies: map[cluster.Policy][]string{cluster.View: nil}}
	}
	return cluster.Args{
		ClusterName: e.Cluster.ClusterName, Version: e.Cluster.Version, Region: e.Region, AccountID: e.AccountID,
		VPCID: vpc, VPCCIDRs: []string{e.Network.CIDR, e.Network.PodCIDR}, OtherCIDRs: e.Network.AvoidCIDRs, SubnetIDs: subnets,
		ServiceCIDR: e.Cluster.ServiceCIDR, PublicCIDRs: e.Cluster.PublicCIDRs, AllowWorld: e.Cluster.AllowWorld,
		DeployerARN: e.DeployerRoleARN, Admins: admins, Access: access, Support: cluster.Support(e.Cluster.Support),
		LogRetentionDays: e.Cluster.LogRetentionDays, KeyDeletionDays: e.Cluster.KeyDeletionDays,
	}
}

func (e Environment) nodeArgs(stack string, g NodeGroup, c nodes.Cluster, subnets pulumi.StringArrayInput, ami pulumi.StringInput) nodes.Args {
	group := nodes.Group{
		OS: nodes.OS(g.OS), InstanceTypes: g.InstanceTypes, Capacity: nodes.Capacity(g.Capacity),
		Size:   nodes.Size(g.Size),
		Surge:  nodes.Surge(g.Surge),
		Labels: g.Labels, DiskGiB: g.DiskGiB, MetadataHops: g.MetadataHops, DetailedMonitoring: g.DetailedMonitoring,
		SessionManager: g.SessionManager, ExactMaxPods: g.ExactMaxPods, ReleaseVersion: g.ReleaseVersion,
	}
	for _, t := range g.Taints {
		group.Taints = append(group.Taints, nodes.Taint{Key: t.Key, Value: t.Value, Effect: nodes.Effect(t.Effect)})
	}
	c.Version = e.Cluster.Version
	args := nodes.Args{
		Cluster: c, Group: group, SubnetIDs: subnets, Networking: networking,
		Tags: e.ownership(stack), Partition: partition.Of(e.Region),
	}
	if g.ExactMaxPods {
		args.AMIID = ami
	}
	return args
}

// pending stands for outputs while the blocks' decisions are checked, before
// anything exists.
var pending = pulumi.String("pending")

// checkBlocks has every block check its part of the configuration, so that a
// mistake in the last one is found before the first makes anything.
func (e Environment) checkBlocks(stack string, p *check.Errors) {
	ground := e.networkArgs()
	ground.KeyDeletionDays = 0 // It is the cluster's setting, and reported there.
	p.That(e.Network.FlowLogs == flowLogsToS3 || e.Network.FlowLogs == flowLogsToCloudWatch, "network.flowLogs", e.Network.FlowLogs, "s3 or cloudwatch")
	p.Join(renamed("network", Network{}, ground.Validate(networkName)))
	p.Join(renamed("cluster", Cluster{}, e.clusterArgs(pending, pulumi.StringArray{pending}).Validate(clusterName)))
	for _, name := range slices.Sorted(maps.Keys(e.NodeGroups)) {
		c := nodes.Cluster{Name: pending, Endpoint: pending, CertificateAuthority: pending, ServiceCIDR: pending}
		args := e.nodeArgs(stack, e.NodeGroups[name], c, pulumi.StringArray{pending}, pending)
		p.Join(renamed("nodeGroups."+name, NodeGroup{}, withoutGroup(args.Validate(groupName(name)))))
	}
	e.checkData(p)
	e.checkAddons(p)
	e.checkPools(p)
	e.checkNamespaces(p)
	e.checkDNS(p)
	e.checkSample(p)
	e.checkWayOut(p)
}

func (e Environment) afterArgs(b *blocks) managed.AfterArgs {
	omit := slices.DeleteFunc(managed.Optional(), e.has)
	return managed.AfterArgs{
		ClusterName: b.cluster.Name, KubernetesVersion: e.Cluster.Version, Region: e.Region, Nodes: b.nodes, Omit: omit,
		VolumeKeyARN: b.data.key.ARN,
	}
}

// withoutGroup drops the name under which package nodes keeps what the
// configuration has at the top of a node group.
func withoutGroup(err error) error {
	if err == nil {
		return nil
	}
	var p check.Errors
	for _, problem := range check.Problems(err) {
		p.Add("%s", strings.TrimPrefix(problem.Error(), "Group."))
	}
	return p.Err()
}

func groupName(name string) string { return fmt.Sprintf("%s-%s", nodesName, name) }

// checkWayOut refuses nodes that could reach neither the internet nor every AWS
// service that they need in order to join, and controllers that would never get
// their images or an answer.
func (e Environment) checkWayOut(p *check.Errors) {
	if network.NAT(e.Network.NAT) != network.NATNone {
		return
	}
	var missing []string
	for _, service := range network.NodeEndpoints() {
		if !slices.Contains(e.Network.InterfaceEndpoints, service) {
			missing = append(missing, service)
		}
	}
	if len(missing) > 0 {
		p.Add("network.nat is %q and network.interfaceEndpoints lacks %v: nodes could not join; add them, or choose single or per-zone", e.Network.NAT, missing)
	}
	way := egress.Way{InterfaceEndpoints: e.Network.InterfaceEndpoints, Mirrored: e.Network.MirroredRegistries}
	var gaps []string
	for _, gap := range egress.Missing(way, e.needs()...) {
		gaps = append(gaps, gap.String())
	}
	if len(gaps) > 0 {
		p.Add("network.nat is %q and what controllers need is not reached; choose single or per-zone, leave controllers out (omitAddons), or mend each: %s",
			e.Network.NAT, strings.Join(gaps, ". "))
	}
}

// reachesWAF tells whether the load balancer controller can ask AWS WAF.
func (e Environment) reachesWAF() bool {
	return network.NAT(e.Network.NAT) != network.NATNone || slices.Contains(e.Network.InterfaceEndpoints, "wafv2")
}

// needs are what the controllers of the environment need from outside the VPC.
func (e Environment) needs() []egress.Need {
	var all []egress.Need
	for name, need := range map[string]egress.Need{
		loadBalancerName: egress.LoadBalancerController(e.reachesWAF()), certManagerName: egress.CertManager(e.DNS.Domain != ""),
		karpenterName: egress.Karpenter(), localDNSName: egress.NodeLocalDNS(),
	} {
		if e.has(name) {
			all = append(all, need)
		}
	}
	if e.has(externalDNSName) && e.DNS.Domain != "" {
		all = append(all, egress.ExternalDNS())
	}
	return all
}
