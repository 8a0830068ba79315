package platform

import (
	"maps"
	"slices"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/managed"
	"github.com/slipway-iac/slipway/components/cluster"
	"github.com/slipway-iac/slipway/components/dns/certificate"
	"github.com/slipway-iac/slipway/components/dns/zone"
	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/components/nodes"
	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/stacks/sample"
)

// blocks are what an environment consists of.
type blocks struct {
	network *network.Network
	cluster *cluster.Cluster
	before  *managed.BeforeNodes
	nodes   []pulumi.Resource
	after   *managed.AfterNodes
	data    *data
	// zone and certificate are nil without a domain, the latter also until the
	// zone is delegated.
	zone        *zone.Zone
	certificate *certificate.Certificate
	// frontDoors are what answers Ingresses and names them, and volumes the classes
	// of storage.
	frontDoors, volumes []pulumi.Resource
	// sample is nil where the environment does without.
	sample *sample.Sample
}

// Deploy makes the environment of the running stack.
func Deploy(ctx *pulumi.Context) error {
	e, err := Read(ctx)
	if err != nil {
		return err
	}
	if warning, err := versions.Check(e.Cluster.Version, time.Now()); err != nil {
		return inConfiguration(err)
	} else if warning != "" {
		if err := ctx.Log.Warn(warning, nil); err != nil {
			return err
		}
	}
	if err := e.retain(ctx); err != nil {
		return err
	}
	return e.build(ctx)
}

// build reads from top to bottom as the architecture does.
func (e Environment) build(ctx *pulumi.Context) error {
	provider, err := newAWS(ctx, e)
	if err != nil {
		return err
	}
	aws := pulumi.Composite(pulumi.Provider(provider), e.protection())
	b := &blocks{}

	if err := e.buildStores(ctx, b, aws); err != nil {
		return err
	}
	ground := e.networkArgs()
	if e.Network.FlowLogs == flowLogsToS3 {
		ground.FlowLogBucket = b.data.logs.Name
	}
	if b.network, err = network.New(ctx, networkName, ground, aws); err != nil {
		return err
	}
	// The cluster needs the VPC and two subnets, not the way to the internet:
	// it is made while NAT gateways still come up.
	clusterArgs := e.clusterArgs(b.network.VPCID, b.network.ControlSubnetIDs)
	if b.cluster, err = cluster.New(ctx, clusterName, clusterArgs, aws); err != nil {
		return err
	}
	if err := e.buildDatabase(ctx, b, aws); err != nil {
		return err
	}
	if b.before, err = managed.NewBeforeNodes(ctx, beforeName, e.beforeArgs(b), aws); err != nil {
		return err
	}
	if err := e.buildNodes(ctx, b, provider); err != nil {
		return err
	}
	if b.after, err = managed.NewAfterNodes(ctx, afterName, e.afterArgs(b), aws); err != nil {
		return err
	}
	if err := e.buildDNS(ctx, b, aws); err != nil {
		return err
	}
	if err := e.buildInside(ctx, b, aws); err != nil {
		return err
	}
	e.export(ctx, b)
	return nil
}

func (e Environment) beforeArgs(b *blocks) managed.BeforeArgs {
	subnets := map[string]pulumi.StringInput{}
	for _, zone := range e.Network.Zones {
		subnets[zone] = b.network.PodSubnetIDByZone.MapIndex(pulumi.String(zone))
	}
	return managed.BeforeArgs{
		ClusterName: b.cluster.Name, KubernetesVersion: e.Cluster.Version, Region: e.Region,
		PodSubnets: subnets, PodSecurityGroupID: b.cluster.PodSecurityGroupID,
	}
}

func (e Environment) buildNodes(ctx *pulumi.Context, b *blocks, provider pulumi.ProviderResource) error {
	c := nodes.Cluster{
		Name: b.cluster.Name, Endpoint: b.cluster.Endpoint, CertificateAuthority: b.cluster.CertificateAuthority,
		ServiceCIDR: pulumi.String(e.Cluster.ServiceCIDR),
	}
	for _, name := range slices.Sorted(maps.Keys(e.NodeGroups)) {
		group := e.NodeGroups[name]
		image, err := e.image(ctx, group, pulumi.Provider(provider))
		if err != nil {
			return err
		}
		args := e.nodeArgs(ctx.Stack(), group, c, b.network.PrivateSubnetIDs, image)
		// Nodes come after their routes, the cluster's access entries and the
		// CNI, and go before them: see nodes.Args.Ready.
		args.Ready = slices.Concat(b.cluster.Ready, b.before.Ready, b.network.Ready)
		made, err := nodes.New(ctx, groupName(name), args, pulumi.Provider(provider), e.protection())
		if err != nil {
			return err
		}
		b.nodes = append(b.nodes, made.Ready...)
	}
	return nil
}
