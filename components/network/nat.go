package network

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// NAT is how the private and pod tiers reach the internet.
type NAT string

const (
	// NATPerZone gives each zone a NAT gateway of its own: no zone depends on
	// another, and no traffic is paid for between zones.
	NATPerZone NAT = "per-zone"

	// NATSingle gives the first zone a NAT gateway that all share. It costs one
	// gateway, and when that zone fails none reaches the internet.
	NATSingle NAT = "single"

	// NATNone gives no way to the internet. Nodes then work only with every
	// service of NodeEndpoints among Args.InterfaceEndpoints, and images must
	// come from ECR in the same region. Without those, nothing in the network
	// reaches AWS but S3 and DynamoDB: fit for databases, or for routes that the
	// caller adds to Network.RouteTableIDs.
	NATNone NAT = "none"
)

func natModes() []NAT { return []NAT{NATPerZone, NATSingle, NATNone} }

// natZones are the zones that have a NAT gateway.
func (a Args) natZones() []string {
	switch a.NAT {
	case NATPerZone:
		return a.Zones
	case NATSingle:
		return a.Zones[:1]
	default:
		return nil
	}
}

// gateways makes the NAT gateways and returns them by zone, together with their
// public addresses in the order of zones.
func (b *builder) gateways(public []subnet, igw *ec2.InternetGateway) (map[string]*ec2.NatGateway, pulumi.StringArray, error) {
	made, addresses := map[string]*ec2.NatGateway{}, pulumi.StringArray{}
	for _, zone := range b.args.natZones() {
		at := inZone(public, zone)
		key := "nat-" + letter(zone)
		eip, err := ec2.NewEip(b.ctx, b.named(key), &ec2.EipArgs{
			Domain: pulumi.String("vpc"),
			Tags:   b.tagged(key),
		}, b.child)
		if err != nil {
			return nil, nil, fmt.Errorf("creating address for NAT in %s: %w", zone, err)
		}
		nat, err := ec2.NewNatGateway(b.ctx, b.named(key), &ec2.NatGatewayArgs{
			AllocationId: eip.ID(),
			SubnetId:     at.subnet.ID(),
			Tags:         b.tagged(key),
			// Before the internet gateway is attached a NAT gateway fails for
			// good (Gateway.NotAttached); while one has its address mapped, the
			// internet gateway cannot be detached.
		}, b.child, pulumi.DependsOn([]pulumi.Resource{igw}))
		if err != nil {
			return nil, nil, fmt.Errorf("creating NAT gateway in %s: %w", zone, err)
		}
		made[zone] = nat
		addresses = append(addresses, eip.PublicIp)
	}
	return made, addresses, nil
}

// natFor returns the gateway that a zone's traffic takes: its own, or the one
// that all share, or nil.
func (b *builder) natFor(zone string, made map[string]*ec2.NatGateway) *ec2.NatGateway {
	if own := made[zone]; own != nil {
		return own
	}
	return made[b.args.Zones[0]]
}
