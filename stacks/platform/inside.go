package platform

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/certmanager"
	"github.com/slipway-iac/slipway/components/addons/externaldns"
	"github.com/slipway-iac/slipway/components/addons/karpenter"
	"github.com/slipway-iac/slipway/components/addons/loadbalancer"
	"github.com/slipway-iac/slipway/components/addons/nodelocaldns"
	"github.com/slipway-iac/slipway/components/addons/storage"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/components/namespace"
	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/outputs"
)

// What runs in the cluster besides EKS's add-ons: the logical names, which are
// also those under which omitAddons leaves it out.
const (
	loadBalancerName = "aws-load-balancer-controller"
	certManagerName  = "cert-manager"
	externalDNSName  = "external-dns"
	karpenterName    = "karpenter"
	localDNSName     = "node-local-dns"
	storageName      = "storage"
)

// inside tells whether this program itself installs anything in the cluster, so
// that it must reach the cluster's endpoint.
func (e Environment) inside() bool {
	return len(e.Namespaces) > 0 || slices.ContainsFunc(controllers(), e.has) || e.has(versions.EBSCSI.Name)
}

// buildInside fills the cluster. What has pods comes after the nodes and EKS's
// add-ons, and goes before them; objects need no more than a way in.
func (e Environment) buildInside(ctx *pulumi.Context, b *blocks, aws pulumi.ResourceOption) error {
	if !e.inside() {
		return nil
	}
	provider, err := newKubernetes(ctx, outputs.String(b.cluster.KubeconfigJSON, e.engine().Kubeconfig))
	if err != nil {
		return err
	}
	objects := kube.Target{ClusterName: b.cluster.Name, Provider: provider, Ready: b.cluster.Ready}
	pods := objects
	pods.Ready = slices.Concat(b.cluster.Ready, b.before.Ready, b.nodes, b.after.Ready)

	if err := e.buildNamespaces(ctx, objects); err != nil {
		return err
	}
	if err := e.buildStorage(ctx, b, pods); err != nil {
		return err
	}
	cache, err := e.buildLocalDNS(ctx, pods)
	if err != nil {
		return err
	}
	if err := e.buildKarpenter(ctx, b, pods, cache, aws); err != nil {
		return err
	}
	if err := e.buildLoadBalancer(ctx, b, pods, aws); err != nil {
		return err
	}
	if err := e.buildExternalDNS(ctx, b, pods, aws); err != nil {
		return err
	}
	if err := e.buildCertManager(ctx, b, pods, aws); err != nil {
		return err
	}
	return e.buildSample(ctx, b, pods, aws)
}

// buildNamespaces makes namespaces that are closed to each other.
func (e Environment) buildNamespaces(ctx *pulumi.Context, in kube.Target) error {
	for _, name := range slices.Sorted(maps.Keys(e.Namespaces)) {
		if _, err := namespace.New(ctx, name, e.namespaceArgs(name, in), e.protection()); err != nil {
			return err
		}
	}
	return nil
}

func (e Environment) namespaceArgs(name string, in kube.Target) namespace.Args {
	return namespace.Args{
		Cluster: in, Namespace: name, Level: namespace.Level(e.Namespaces[name]), ServiceCIDR: e.Cluster.ServiceCIDR,
	}
}

func (e Environment) buildStorage(ctx *pulumi.Context, b *blocks, in kube.Target) error {
	if !e.has(versions.EBSCSI.Name) {
		return nil
	}
	// What AWS Backup does not find by its tag has no backup.
	marks := maps.Clone(e.ownership(ctx.Stack()))
	maps.Copy(marks, e.backedUp())
	classes, err := storage.New(ctx, storageName, storage.Args{Cluster: in, VolumeKeyARN: b.data.key.ARN, Tags: marks}, e.protection())
	if err != nil {
		return err
	}
	b.volumes = classes.Ready
	return nil
}

func (e Environment) buildLocalDNS(ctx *pulumi.Context, in kube.Target) (podDNS string, err error) {
	if !e.has(localDNSName) {
		return "", nil
	}
	cache, err := nodelocaldns.New(ctx, localDNSName, nodelocaldns.Args{Cluster: in, ServiceCIDR: e.Cluster.ServiceCIDR}, e.protection())
	if err != nil {
		return "", err
	}
	return cache.PodDNS, nil
}

func (e Environment) buildKarpenter(ctx *pulumi.Context, b *blocks, in kube.Target, podDNS string, aws pulumi.ResourceOption) error {
	if !e.has(karpenterName) {
		return nil
	}
	pools := make(map[string]karpenter.Pool, len(e.NodePools))
	for name, p := range e.NodePools {
		pools[name] = p.pool()
	}
	_, err := karpenter.New(ctx, karpenterName, karpenter.Args{
		Cluster: in, Region: e.Region, AccountID: e.AccountID,
		SecurityGroupIDs: []pulumi.StringInput{b.cluster.ClusterSecurityGroupID},
		Networking:       networking, PodDNS: podDNS, Pools: pools, Tags: e.ownership(ctx.Stack()),
	}, aws)
	return err
}

// pool is the pool as package karpenter takes it.
func (p NodePool) pool() karpenter.Pool {
	pool := karpenter.Pool{
		InstanceTypes: p.InstanceTypes, CPU: p.CPU, MemoryGiB: p.MemoryGiB, ExpireAfter: p.ExpireAfter,
		VolumeGiB: p.VolumeGiB, Labels: p.Labels, Weight: p.Weight,
	}
	for _, c := range p.Capacity {
		pool.Capacity = append(pool.Capacity, karpenter.Capacity(c))
	}
	for _, b := range p.Budgets {
		pool.Budgets = append(pool.Budgets, karpenter.Budget(b))
	}
	for _, t := range p.Taints {
		pool.Taints = append(pool.Taints, karpenter.Taint(t))
	}
	return pool
}

func (e Environment) buildLoadBalancer(ctx *pulumi.Context, b *blocks, in kube.Target, aws pulumi.ResourceOption) error {
	if !e.has(loadBalancerName) {
		return nil
	}
	controller, err := loadbalancer.New(ctx, loadBalancerName, loadbalancer.Args{
		Cluster: in, ClusterARN: b.cluster.ARN, VPCID: b.network.VPCID, Region: e.Region, Tags: e.ownership(ctx.Stack()),
		DisableWAF: !e.reachesWAF(),
	}, aws)
	if err != nil {
		return err
	}
	b.frontDoors = append(b.frontDoors, controller.Ready...)
	return nil
}

// buildExternalDNS has names written into the environment's zone. An environment
// that comes and goes takes them along; one that lasts keeps a name whose Ingress
// was deleted by mistake.
func (e Environment) buildExternalDNS(ctx *pulumi.Context, b *blocks, in kube.Target, aws pulumi.ResourceOption) error {
	if b.zone == nil || !e.has(externalDNSName) {
		return nil
	}
	policy := externaldns.Sync
	if e.Tier == Prod {
		policy = externaldns.UpsertOnly
	}
	controller, err := externaldns.New(ctx, externalDNSName, externaldns.Args{
		Cluster: in, ClusterARN: b.cluster.ARN, OwnerID: e.Cluster.ClusterName,
		ZoneIDs: []pulumi.StringInput{b.zone.ID}, Domains: []string{e.DNS.Domain}, Policy: policy,
	}, aws)
	if err != nil {
		return err
	}
	b.frontDoors = append(b.frontDoors, controller.Ready...)
	return nil
}

func (e Environment) buildCertManager(ctx *pulumi.Context, b *blocks, in kube.Target, aws pulumi.ResourceOption) error {
	if !e.has(certManagerName) {
		return nil
	}
	args := certmanager.Args{Cluster: in, ClusterARN: b.cluster.ARN, Region: e.Region, Email: e.DNS.Email}
	if b.zone != nil {
		args.Zones = []certmanager.Zone{{Domain: e.DNS.Domain, ID: b.zone.ID}}
	}
	_, err := certmanager.New(ctx, certManagerName, args, aws)
	return err
}
