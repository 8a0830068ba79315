// Package zone makes a hosted zone in Route 53, public or private, its
// delegation in the zone above, and records that a program knows.
//
// Records of what runs in a cluster are external-dns' affair. It makes no query
// log and does not sign the zone.
package zone

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// every child, so a rename needs an alias.
const typeToken = "slipway:zone:Zone"

// delegationTTL is how long resolvers remember the zone's name servers: an hour,
// so that a zone that is made again is found again on the same day.
const delegationTTL = 3600

// Zone is a hosted zone.
type Zone struct {
	pulumi.ResourceState

	// Ready is the zone and its delegation. What asks the internet for a name in it,
	// as the validation of a certificate does, waits for both.
	Ready []pulumi.Resource

	// ID is the zone's ID, such as Z0123456789ABCDEFGHIJ.
	ID pulumi.StringOutput `pulumi:"id"`

	// ARN is the zone's ARN, for policies.
	ARN pulumi.StringOutput `pulumi:"arn"`

	// NameServers answer for a public zone; whoever owns the domain above
	// delegates to them.
	NameServers pulumi.StringArrayOutput `pulumi:"nameServers"`
}

// Args configures a Zone.
type Args struct {
	// Domain is the zone's name, such as dev.example.com. Required.
	Domain string

	// VPCIDs make the zone private: only these VPCs see it. They are in the
	// provider's region.
	VPCIDs []pulumi.StringInput

	// ParentZoneID is the zone above, in the same account, which is to delegate to
	// this one. Without it the zone answers nobody until its name servers are
	// written there by hand.
	ParentZoneID pulumi.StringInput

	// Records are put into the zone. Optional.
	Records []Record

	// ForceDestroy deletes the zone with all that is in it, also what others put
	// there. Without it a zone with other records is not deleted.
	ForceDestroy bool
}

// New makes the zone.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Zone, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("zone %q: %w", name, err)
	}
	c := &Zone{}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	zone, err := route53.NewZone(ctx, name, &route53.ZoneArgs{
		Name: pulumi.String(args.Domain), Vpcs: args.vpcs(), ForceDestroy: pulumi.Bool(args.ForceDestroy),
	}, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("zone %q: creating it: %w", name, err)
	}
	c.Ready = []pulumi.Resource{zone}
	if args.ParentZoneID != nil {
		delegation, err := route53.NewRecord(ctx, name+"-delegation", &route53.RecordArgs{
			ZoneId: args.ParentZoneID, Name: pulumi.String(args.Domain), Type: pulumi.String("NS"),
			Ttl: pulumi.Int(delegationTTL), Records: zone.NameServers,
		}, pulumi.Parent(c))
		if err != nil {
			return nil, fmt.Errorf("zone %q: delegating to it: %w", name, err)
		}
		c.Ready = append(c.Ready, delegation)
	}
	for _, r := range args.Records {
		record := r.args(args.Domain)
		record.ZoneId = zone.ZoneId
		if _, err := route53.NewRecord(ctx, name+"-"+r.key(), record, pulumi.Parent(c)); err != nil {
			return nil, fmt.Errorf("zone %q: writing record %s: %w", name, r.key(), err)
		}
	}
	c.ID, c.ARN, c.NameServers = zone.ZoneId, zone.Arn, zone.NameServers
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"id": c.ID, "arn": c.ARN, "nameServers": c.NameServers})
}

func (a Args) vpcs() route53.ZoneVpcArray {
	var vpcs route53.ZoneVpcArray
	for _, id := range a.VPCIDs {
		vpcs = append(vpcs, route53.ZoneVpcArgs{VpcId: id})
	}
	return vpcs
}

// full is a record's name with the zone's.
func full(name, domain string) string {
	return strings.TrimPrefix(name+"."+domain, ".")
}
