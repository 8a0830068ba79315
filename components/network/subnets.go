package network

import (
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/tags"
)

const anywhere = "0.0.0.0/0"

// subnet is a planned subnet with what was made of it.
type subnet struct {
	Subnet
	subnet      *ec2.Subnet
	table       *ec2.RouteTable
	association *ec2.RouteTableAssociation
}

// podBlock is a range that has joined the VPC.
type podBlock struct {
	prefix      netip.Prefix
	association *ec2.VpcIpv4CidrBlockAssociation
}

// podBlocks adds the pod ranges to the VPC, those of zones to come as well: a
// control plane may take hours to notice a range that joins after it was made.
// https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
func (b *builder) podBlocks(vpc *ec2.Vpc) ([]podBlock, error) {
	var blocks []podBlock
	for _, prefix := range b.plan.PodBlocks {
		a, err := ec2.NewVpcIpv4CidrBlockAssociation(b.ctx, b.named("pod-"+prefix.Addr().String()), &ec2.VpcIpv4CidrBlockAssociationArgs{
			VpcId:     vpc.ID(),
			CidrBlock: pulumi.String(prefix.String()),
		}, b.child)
		if err != nil {
			return nil, fmt.Errorf("adding pod range %s: %w", prefix, err)
		}
		blocks = append(blocks, podBlock{prefix, a})
	}
	return blocks, nil
}

// tier makes the subnets of one tier, each with a route table of its own, so
// that a route can later differ by tier and zone without moving a subnet to
// another table.
func (b *builder) tier(tier Tier, vpc *ec2.Vpc, blocks []podBlock) ([]subnet, error) {
	var made []subnet
	for _, plan := range b.plan.Tier(tier) {
		s, err := b.subnet(plan, vpc, blocks)
		if err != nil {
			return nil, fmt.Errorf("creating subnet %s: %w", plan.Key(), err)
		}
		made = append(made, s)
	}
	return made, nil
}

func (b *builder) subnet(plan Subnet, vpc *ec2.Vpc, blocks []podBlock) (subnet, error) {
	s, key := subnet{Subnet: plan}, plan.Key()
	opts := []pulumi.ResourceOption{b.child}
	for _, block := range blocks {
		if block.prefix.Contains(plan.CIDR.Addr()) {
			// Until its range has joined the VPC a subnet is refused
			// (InvalidSubnet.Range), and the range cannot leave before it.
			opts = append(opts, pulumi.DependsOn([]pulumi.Resource{block.association}))
		}
	}
	var err error
	s.subnet, err = ec2.NewSubnet(b.ctx, b.named(key), &ec2.SubnetArgs{
		VpcId:            vpc.ID(),
		CidrBlock:        pulumi.String(plan.CIDR.String()),
		AvailabilityZone: pulumi.String(plan.Zone),
		// Not in the public tier either: NAT gateways and load balancers bring
		// their own public addresses, and nothing else belongs there.
		MapPublicIpOnLaunch: pulumi.Bool(false),
		Tags:                b.tagged(key, subnetTags(plan.Tier, b.args.ClusterName)),
	}, opts...)
	if err != nil {
		return s, err
	}
	s.table, err = ec2.NewRouteTable(b.ctx, b.named(key), &ec2.RouteTableArgs{
		VpcId: vpc.ID(),
		Tags:  b.tagged(key, tags.Set{tags.Tier: string(plan.Tier)}),
	}, b.child)
	if err != nil {
		return s, err
	}
	s.association, err = ec2.NewRouteTableAssociation(b.ctx, b.named(key), &ec2.RouteTableAssociationArgs{
		SubnetId:     s.subnet.ID(),
		RouteTableId: s.table.ID(),
	}, b.child)
	return s, err
}

// internetRoutes sends the tiers that may leave the VPC on their way: public
// through the internet gateway, private and pod through NAT. Routes are
// resources of their own, since a table with routes inside would remove those
// that others add.
func (b *builder) internetRoutes(tiers map[Tier][]subnet, igw *ec2.InternetGateway, nat map[string]*ec2.NatGateway) ([]pulumi.Resource, error) {
	var routes []pulumi.Resource
	add := func(s subnet, args *ec2.RouteArgs) error {
		args.RouteTableId = s.table.ID()
		args.DestinationCidrBlock = pulumi.String(anywhere)
		route, err := ec2.NewRoute(b.ctx, b.named(s.Key()), args, b.child)
		if err != nil {
			return fmt.Errorf("creating route of %s: %w", s.Key(), err)
		}
		routes = append(routes, route)
		return nil
	}
	for _, s := range tiers[Public] {
		if err := add(s, &ec2.RouteArgs{GatewayId: igw.ID()}); err != nil {
			return nil, err
		}
	}
	for _, tier := range []Tier{Private, Pod} {
		for _, s := range tiers[tier] {
			via := b.natFor(s.Zone, nat)
			if via == nil {
				continue
			}
			if err := add(s, &ec2.RouteArgs{NatGatewayId: via.ID()}); err != nil {
				return nil, err
			}
		}
	}
	return routes, nil
}

// subnetTags are the tags by which controllers in the cluster find a subnet.
func subnetTags(tier Tier, clusterName string) tags.Set {
	set := tags.Set{tags.Tier: string(tier)}
	switch tier {
	case Public:
		set[tags.PublicLoadBalancer] = "1"
		set[tags.CNIRole] = "0"
	case Private:
		// No CNIRole: the node's own interface is here, and without custom
		// networking pods get their addresses from it.
		set[tags.InternalLoadBalancer] = "1"
		if clusterName != "" {
			set[tags.KarpenterDiscovery] = clusterName
		}
	case Pod:
		set[tags.CNIRole] = "1"
	case Data, Control:
		set[tags.CNIRole] = "0"
	}
	return set
}

// inZone returns the subnet of a tier that is in a zone.
func inZone(tier []subnet, zone string) subnet {
	for _, s := range tier {
		if s.Zone == zone {
			return s
		}
	}
	return subnet{}
}
