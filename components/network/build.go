package network

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/tags"
)

// builder is what the making of every child needs.
type builder struct {
	ctx   *pulumi.Context
	name  string
	args  Args
	plan  Plan
	child pulumi.ResourceOption
}

func (b *builder) named(key string) string { return b.name + "-" + key }

func (b *builder) tagged(key string, others ...tags.Set) pulumi.StringMap {
	return pulumi.ToStringMap(tags.Named(b.named(key), others...))
}

// build makes the children and fills in the outputs of c.
func (b *builder) build(c *Network) error {
	vpc, err := ec2.NewVpc(b.ctx, b.name, &ec2.VpcArgs{
		CidrBlock: pulumi.String(b.plan.VPC.String()),
		// EKS refuses a VPC without both, and private DNS of endpoints needs them.
		EnableDnsSupport:   pulumi.Bool(true),
		EnableDnsHostnames: pulumi.Bool(true),
		Tags:               pulumi.ToStringMap(tags.Named(b.name)),
	}, b.child)
	if err != nil {
		return fmt.Errorf("creating VPC: %w", err)
	}
	c.VPCID, c.VPCARN, c.VPCCIDR = vpc.ID().ToStringOutput(), vpc.Arn, vpc.CidrBlock
	if err := b.emptyDefaultGroup(vpc); err != nil {
		return err
	}
	if err := b.flowLogs(c, vpc); err != nil {
		return err
	}
	tiers, err := b.subnets(c, vpc)
	if err != nil {
		return err
	}
	if c.DataNetworkACLID, err = b.dataACL(vpc, tiers[Data]); err != nil {
		return err
	}
	if err := b.internet(c, vpc, tiers); err != nil {
		return err
	}
	return b.endpoints(c, vpc, tiers)
}

// subnets makes the subnets of all tiers.
func (b *builder) subnets(c *Network, vpc *ec2.Vpc) (map[Tier][]subnet, error) {
	blocks, err := b.podBlocks(vpc)
	if err != nil {
		return nil, err
	}
	podCIDRs := pulumi.StringArray{}
	for _, block := range blocks {
		podCIDRs = append(podCIDRs, block.association.CidrBlock)
	}
	tiers, tables := map[Tier][]subnet{}, pulumi.StringMap{}
	for _, tier := range Tiers() {
		if tiers[tier], err = b.tier(tier, vpc, blocks); err != nil {
			return nil, err
		}
		for _, s := range tiers[tier] {
			tables[s.Key()] = s.table.ID()
			if tier == Public || tier == Private || tier == Pod {
				c.Ready = append(c.Ready, s.association)
			}
		}
	}
	c.PodCIDRs, c.RouteTableIDs = podCIDRs.ToStringArrayOutput(), tables.ToStringMapOutput()
	c.PublicSubnetIDs = ids(tiers[Public]).ToStringArrayOutput()
	c.PrivateSubnetIDs = ids(tiers[Private]).ToStringArrayOutput()
	c.PodSubnetIDs = ids(tiers[Pod]).ToStringArrayOutput()
	c.DataSubnetIDs = ids(tiers[Data]).ToStringArrayOutput()
	c.ControlSubnetIDs = ids(tiers[Control]).ToStringArrayOutput()
	c.PrivateSubnetIDByZone = idsByZone(tiers[Private]).ToStringMapOutput()
	c.PodSubnetIDByZone = idsByZone(tiers[Pod]).ToStringMapOutput()
	return tiers, nil
}

// internet opens the public tier to the internet, and the way out for those
// behind it.
func (b *builder) internet(c *Network, vpc *ec2.Vpc, tiers map[Tier][]subnet) error {
	c.InternetGatewayID, c.NATPublicIPs = none(), pulumi.StringArray{}.ToStringArrayOutput()
	if len(tiers[Public]) == 0 {
		return nil
	}
	igw, err := ec2.NewInternetGateway(b.ctx, b.name, &ec2.InternetGatewayArgs{
		VpcId: vpc.ID(),
		Tags:  pulumi.ToStringMap(tags.Named(b.name)),
	}, b.child)
	if err != nil {
		return fmt.Errorf("creating internet gateway: %w", err)
	}
	nat, addresses, err := b.gateways(tiers[Public], igw)
	if err != nil {
		return err
	}
	routes, err := b.internetRoutes(tiers, igw, nat)
	if err != nil {
		return err
	}
	c.Ready = append(c.Ready, routes...)
	c.InternetGatewayID, c.NATPublicIPs = igw.ID().ToStringOutput(), addresses.ToStringArrayOutput()
	return nil
}

// endpoints makes the ways to AWS services that do not leave the VPC.
func (b *builder) endpoints(c *Network, vpc *ec2.Vpc, tiers map[Tier][]subnet) error {
	gateways, err := b.gatewayEndpoints(vpc, tiers[Private], tiers[Pod])
	if err != nil {
		return err
	}
	c.S3EndpointID, c.DynamoDBEndpointID = gateways["s3"].ID().ToStringOutput(), gateways["dynamodb"].ID().ToStringOutput()
	c.Ready = append(c.Ready, gateways["s3"], gateways["dynamodb"])

	c.EndpointSecurityGroupID = none()
	if len(b.args.InterfaceEndpoints) == 0 {
		return nil
	}
	group, err := b.endpointGroup(vpc)
	if err != nil {
		return err
	}
	c.EndpointSecurityGroupID = group.ID().ToStringOutput()
	interfaces, err := b.interfaceEndpoints(vpc, tiers[Private], group)
	if err != nil {
		return err
	}
	c.Ready = append(c.Ready, interfaces...)
	return nil
}
