// Package nodelocaldns runs a DNS cache on every node of a cluster.
//
// Pods then ask their own node, which answers most questions itself and asks
// CoreDNS by TCP for the rest: fewer questions reach CoreDNS and the VPC's
// resolver, which answers 1024 a second for each interface, and none gets lost
// in the conntrack table. With kube-proxy's iptables mode nothing else changes;
// with the others nodes must give their pods the cache's address: see
// [ProxyMode]. Pods whose traffic policies restrict need [kube.DNSAddresses].
//
// The package makes no CoreDNS, and does not suit Fargate and EKS Auto Mode,
// nor the strict mode of security groups for pods.
//
// See https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
package nodelocaldns

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/internal/check"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// every child, so a rename needs an alias.
const typeToken = "slipway:nodelocaldns:NodeLocalDNS"

const (
	namespace     = "kube-system"
	app           = "node-local-dns"
	upstreamName  = "kube-dns-upstream"
	localAddress  = kube.LocalDNS
	defaultDomain = "cluster.local"
)

// ProxyMode is how kube-proxy makes the addresses of Services work.
type ProxyMode string

// The modes.
const (
	// IPTables is what EKS sets up. The cache takes over the address of the
	// cluster's DNS on each node, so that pods need not know of it.
	IPTables ProxyMode = "iptables"
	// IPVS has the address of every Service on an interface of its own, so that
	// the cache cannot take over one. Nodes must set kubelet's clusterDNS to
	// 169.254.20.10.
	IPVS ProxyMode = "ipvs"
	// NFTables is treated like IPVS: the cache's own rules are iptables', and
	// nothing says in which order they and kube-proxy's come.
	NFTables ProxyMode = "nftables"
)

// NodeLocalDNS is a cache on every node.
type NodeLocalDNS struct {
	pulumi.ResourceState

	// Ready is the cache. A workload need not wait for it: until it is there,
	// CoreDNS answers, unless kubelet names the cache's address.
	Ready []pulumi.Resource

	// PodDNS is the address that kubelet must give pods: the cache's own, or in
	// iptables mode that of the cluster's DNS, as kubelet does anyway.
	PodDNS string
}

// Args configures a NodeLocalDNS.
type Args struct {
	// Cluster is where it runs. Required.
	Cluster kube.Target

	// ServiceCIDR is the cluster's range of Services, such as 172.20.0.0/16.
	// Required: the address of the cluster's DNS is the tenth of it.
	ServiceCIDR string

	// Proxy is the mode of kube-proxy. Defaults to IPTables, as in EKS. A wrong
	// mode leaves pods without DNS.
	Proxy ProxyMode

	// Domain is the cluster's domain. Defaults to cluster.local.
	Domain string
}

// New runs the cache.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*NodeLocalDNS, error) {
	args = args.withDefaults()
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("node-local DNS %q: %w", name, err)
	}
	c := &NodeLocalDNS{PodDNS: args.podDNS()}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	daemons, err := args.install(ctx, name, c)
	if err != nil {
		return nil, fmt.Errorf("node-local DNS %q: %w", name, err)
	}
	c.Ready = []pulumi.Resource{daemons}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{})
}

func (a Args) withDefaults() Args {
	a.Proxy = cmp.Or(a.Proxy, IPTables)
	a.Domain = cmp.Or(a.Domain, defaultDomain)
	return a
}

var domainPattern = regexp.MustCompile(`^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

// validate reports every problem at once, each naming the field to fix.
func (a Args) validate() error {
	var e check.Errors
	e.In("Cluster", a.Cluster.Validate())
	if _, err := kube.ClusterDNS(a.ServiceCIDR); err != nil {
		e.Add("ServiceCIDR: %w", err)
	}
	e.That(slices.Contains([]ProxyMode{IPTables, IPVS, NFTables}, a.Proxy), "Proxy", string(a.Proxy), "iptables, ipvs or nftables")
	e.That(domainPattern.MatchString(a.Domain), "Domain", a.Domain, "a domain without a dot at its end, such as cluster.local")
	return e.Err()
}

// clusterDNS is the address of the cluster's DNS; validate has seen the range.
func (a Args) clusterDNS() string {
	address, err := kube.ClusterDNS(a.ServiceCIDR)
	if err != nil {
		panic(fmt.Sprintf("bug in nodelocaldns: %v: please report", err))
	}
	return address
}

// addresses are those that the cache listens on.
func (a Args) addresses() []string {
	if a.Proxy == IPTables {
		return []string{localAddress, a.clusterDNS()}
	}
	return []string{localAddress}
}

// upstream is where the cache finds CoreDNS. In iptables mode the address of the
// cluster's DNS is the cache's own, so that it needs a second Service.
func (a Args) upstream() string {
	if a.Proxy == IPTables {
		return upstreamService
	}
	return a.clusterDNS()
}

func (a Args) podDNS() string {
	if a.Proxy == IPTables {
		return a.clusterDNS()
	}
	return localAddress
}
