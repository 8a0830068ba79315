package tests

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ground is a network and a cluster written without any of our components, as
// somebody writes them for the first time. Its fields are the mistakes that can
// be made in it.
type ground struct {
	region     string
	name       string
	zones      []string
	cidrs      []string
	noWayOut   bool
	noCNI      bool
	lateCNI    bool
	networking bool // Only the network.
	noNodes    bool
	nodesMay   []string // More policies of the nodes' role.

	provider *aws.Provider
	vpc      *ec2.Vpc
	subnets  []*ec2.Subnet
	cluster  *awseks.Cluster
	routes   []pulumi.Resource
	nodes    pulumi.Resource
}

func (g *ground) program(ctx *pulumi.Context) error {
	*g = ground{
		region: g.region, name: g.name, zones: g.zones, cidrs: g.cidrs, noWayOut: g.noWayOut, noCNI: g.noCNI,
		lateCNI: g.lateCNI, networking: g.networking, noNodes: g.noNodes, nodesMay: g.nodesMay,
	}
	steps := []func(*pulumi.Context) error{g.makeProvider, g.makeVPC, g.makeSubnets, g.makeWayOut}
	if !g.networking {
		steps = append(steps, g.makeCluster)
	}
	if !g.networking && !g.noNodes {
		steps = append(steps, g.makeNodes)
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// named is a logical name of the ground's own, so that one program can hold two.
func (g *ground) named(name string) string { return g.name + "-" + name }

func (g *ground) makeProvider(ctx *pulumi.Context) (err error) {
	if g.region == "" {
		g.region = "us-west-2"
	}
	if g.name == "" {
		g.name = "bare"
	}
	g.provider, err = aws.NewProvider(ctx, g.named("aws"), &aws.ProviderArgs{Region: pulumi.String(g.region)})
	return err
}

func (g *ground) makeVPC(ctx *pulumi.Context) (err error) {
	g.vpc, err = ec2.NewVpc(ctx, g.named("vpc"), &ec2.VpcArgs{
		CidrBlock: pulumi.String("10.0.0.0/16"), EnableDnsHostnames: pulumi.Bool(true),
	}, pulumi.Provider(g.provider))
	return err
}

func (g *ground) makeSubnets(ctx *pulumi.Context) error {
	for i, zone := range g.zones {
		cidr := fmt.Sprintf("10.0.%d.0/24", i)
		if g.cidrs != nil {
			cidr = g.cidrs[i]
		}
		s, err := ec2.NewSubnet(ctx, g.named(fmt.Sprintf("private-%d", i)), &ec2.SubnetArgs{
			VpcId: g.vpc.ID(), CidrBlock: pulumi.String(cidr), AvailabilityZone: pulumi.String(zone),
		}, pulumi.Provider(g.provider))
		if err != nil {
			return err
		}
		g.subnets = append(g.subnets, s)
	}
	return nil
}

// makeWayOut makes a public subnet with a NAT gateway for the private ones.
func (g *ground) makeWayOut(ctx *pulumi.Context) error {
	if g.noWayOut || g.networking {
		return nil
	}
	p := pulumi.Provider(g.provider)
	igw, err := ec2.NewInternetGateway(ctx, g.named("igw"), &ec2.InternetGatewayArgs{VpcId: g.vpc.ID()}, p)
	if err != nil {
		return err
	}
	public, err := ec2.NewSubnet(ctx, g.named("public"), &ec2.SubnetArgs{
		VpcId: g.vpc.ID(), CidrBlock: pulumi.String("10.0.200.0/24"), AvailabilityZone: pulumi.String(g.zones[0]),
	}, p)
	if err != nil {
		return err
	}
	publicRoute, err := g.routed(ctx, "public", []*ec2.Subnet{public}, &ec2.RouteArgs{GatewayId: igw.ID()})
	if err != nil {
		return err
	}
	eip, err := ec2.NewEip(ctx, g.named("nat"), &ec2.EipArgs{Domain: pulumi.String("vpc")}, p, pulumi.DependsOn([]pulumi.Resource{igw}))
	if err != nil {
		return err
	}
	nat, err := ec2.NewNatGateway(ctx, g.named("nat"), &ec2.NatGatewayArgs{SubnetId: public.ID(), AllocationId: eip.ID()}, p,
		pulumi.DependsOn([]pulumi.Resource{publicRoute}))
	if err != nil {
		return err
	}
	_, err = g.routed(ctx, "private", g.subnets, &ec2.RouteArgs{NatGatewayId: nat.ID()})
	return err
}

// routed makes a route table with a default route and associates subnets.
func (g *ground) routed(ctx *pulumi.Context, name string, subnets []*ec2.Subnet, route *ec2.RouteArgs) (pulumi.Resource, error) {
	p := pulumi.Provider(g.provider)
	table, err := ec2.NewRouteTable(ctx, g.named(name), &ec2.RouteTableArgs{VpcId: g.vpc.ID()}, p)
	if err != nil {
		return nil, err
	}
	route.RouteTableId, route.DestinationCidrBlock = table.ID(), pulumi.String("0.0.0.0/0")
	r, err := ec2.NewRoute(ctx, g.named(name), route, p)
	if err != nil {
		return nil, err
	}
	g.routes = append(g.routes, r)
	for i, s := range subnets {
		a, err := ec2.NewRouteTableAssociation(ctx, g.named(fmt.Sprintf("%s-%d", name, i)), &ec2.RouteTableAssociationArgs{
			RouteTableId: table.ID(), SubnetId: s.ID(),
		}, p)
		if err != nil {
			return nil, err
		}
		g.routes = append(g.routes, a)
	}
	return r, nil
}

func (g *ground) subnetIDs() pulumi.StringArray {
	var ids pulumi.StringArray
	for _, s := range g.subnets {
		ids = append(ids, s.ID())
	}
	return ids
}

func (g *ground) role(ctx *pulumi.Context, name, service string, policies ...string) (*iam.Role, []pulumi.Resource, error) {
	p := pulumi.Provider(g.provider)
	role, err := iam.NewRole(ctx, g.named(name), &iam.RoleArgs{AssumeRolePolicy: pulumi.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":["sts:AssumeRole","sts:TagSession"]}]}`)}, p)
	if err != nil {
		return nil, nil, err
	}
	var attached []pulumi.Resource
	for _, policy := range policies {
		a, err := iam.NewRolePolicyAttachment(ctx, g.named(name+"-"+policy), &iam.RolePolicyAttachmentArgs{
			Role: role.Name, PolicyArn: pulumi.String("arn:aws:iam::aws:policy/" + policy),
		}, p)
		if err != nil {
			return nil, nil, err
		}
		attached = append(attached, a)
	}
	return role, attached, nil
}

func (g *ground) makeCluster(ctx *pulumi.Context) error {
	role, attached, err := g.role(ctx, "cluster", "eks.amazonaws.com", "AmazonEKSClusterPolicy")
	if err != nil {
		return err
	}
	g.cluster, err = awseks.NewCluster(ctx, g.name, &awseks.ClusterArgs{
		Name: pulumi.String(g.name), Version: pulumi.String("1.35"), RoleArn: role.Arn,
		BootstrapSelfManagedAddons: pulumi.Bool(false),
		AccessConfig:               &awseks.ClusterAccessConfigArgs{AuthenticationMode: pulumi.String("API")},
		VpcConfig: &awseks.ClusterVpcConfigArgs{
			SubnetIds: g.subnetIDs(), EndpointPrivateAccess: pulumi.Bool(true),
			PublicAccessCidrs: pulumi.ToStringArray([]string{"203.0.113.0/24"}),
		},
	}, pulumi.Provider(g.provider), pulumi.DependsOn(attached))
	return err
}

func (g *ground) makeNodes(ctx *pulumi.Context) error {
	p := pulumi.Provider(g.provider)
	role, ready, err := g.role(ctx, "nodes", "ec2.amazonaws.com", append([]string{
		"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy"}, g.nodesMay...)...)
	if err != nil {
		return err
	}
	ready = append(ready, g.routes...)
	cni := func(after ...pulumi.Resource) (pulumi.Resource, error) {
		return awseks.NewAddon(ctx, g.named("vpc-cni"), &awseks.AddonArgs{
			ClusterName: g.cluster.Name, AddonName: pulumi.String("vpc-cni"),
		}, p, pulumi.DependsOn(after))
	}
	if !g.noCNI && !g.lateCNI {
		addon, err := cni()
		if err != nil {
			return err
		}
		ready = append(ready, addon)
	}
	group, err := awseks.NewNodeGroup(ctx, g.named("nodes"), &awseks.NodeGroupArgs{
		ClusterName: g.cluster.Name, NodeRoleArn: role.Arn, SubnetIds: g.subnetIDs(), InstanceTypes: pulumi.ToStringArray([]string{"m6i.large"}),
		ScalingConfig: &awseks.NodeGroupScalingConfigArgs{MinSize: pulumi.Int(1), DesiredSize: pulumi.Int(2), MaxSize: pulumi.Int(2)},
	}, p, pulumi.DependsOn(ready))
	if err != nil {
		return err
	}
	if g.nodes = group; g.lateCNI {
		_, err = cni(group)
	}
	return err
}

// twoRegions is one program with a cluster in each of two regions and a
// namespace in each cluster.
func twoRegions(ctx *pulumi.Context) error {
	for _, g := range []ground{
		{name: "west", region: "us-west-2", noNodes: true, zones: []string{"us-west-2a", "us-west-2b"}},
		{name: "east", region: "us-east-1", noNodes: true, zones: []string{"us-east-1a", "us-east-1b"}},
	} {
		if err := g.program(ctx); err != nil {
			return err
		}
		provider, err := kubernetes.NewProvider(ctx, g.named("kubernetes"), &kubernetes.ProviderArgs{Kubeconfig: g.kubeconfig()})
		if err != nil {
			return err
		}
		if _, err := corev1.NewNamespace(ctx, g.named("namespace"), &corev1.NamespaceArgs{
			Metadata: metav1.ObjectMetaArgs{Name: pulumi.String("in-" + g.name)},
		}, pulumi.Provider(provider)); err != nil {
			return err
		}
	}
	return nil
}

func (g *ground) kubeconfig() pulumi.StringOutput {
	return pulumi.Sprintf(`{"apiVersion": "v1", "kind": "Config", "current-context": "c",
		"contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
		"clusters": [{"name": "c", "cluster": {"server": "%s"}}],
		"users": [{"name": "u", "user": {"exec": {"command": "aws", "args": ["--region", "%s", "eks", "get-token", "--cluster-name", "%s"]}}}]}`,
		g.cluster.Endpoint, g.region, g.cluster.Name)
}
