// Package zone makes a hosted zone in Route 53, public or private, its
// delegation in the zone above, and records that a program knows. It may log what
// is asked of a public zone, and sign it.
//
// Records of what runs in a cluster are external-dns' affair.
package zone

import (
	"cmp"
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

// defaultKeyDeletionDays is the longest that KMS waits.
const defaultKeyDeletionDays = 30

// Zone is a hosted zone.
type Zone struct {
	pulumi.ResourceState

	// Ready is the zone, its delegation and its records. What asks the internet for a
	// name in it, as the validation of a certificate does, waits for all of them.
	Ready []pulumi.Resource

	// ID is the zone's ID, such as Z0123456789ABCDEFGHIJ.
	ID pulumi.StringOutput `pulumi:"id"`

	// ARN is the zone's ARN, for policies.
	ARN pulumi.StringOutput `pulumi:"arn"`

	// NameServers answer for a public zone; whoever owns the domain above
	// delegates to them.
	NameServers pulumi.StringArrayOutput `pulumi:"nameServers"`

	// DSRecord is what the zone above writes into a record of type DS to vouch for
	// a signed one, where that is somebody else's; otherwise empty.
	DSRecord pulumi.StringOutput `pulumi:"dsRecord"`
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

	// QueryLogDays is how long CloudWatch Logs keeps what is asked of the zone: one
	// of the values that it allows. 0 logs nothing. For public zones only.
	QueryLogDays int

	// DNSSEC defaults to Unsigned. For public zones only. Trusted needs
	// ParentZoneID; see the constants before changing it for an existing zone.
	DNSSEC DNSSEC

	// East is an AWS provider for us-east-1, where Route 53 wants logs and keys, and
	// AccountID the number of the account. Required with QueryLogDays or DNSSEC.
	East      pulumi.ProviderResource
	AccountID string

	// KeyDeletionDays is how long the keys of logs and signatures wait once they are
	// deleted: 7 to 30. Defaults to 30.
	KeyDeletionDays int

	// ForceDestroy deletes the zone with all that is in it, also what others put
	// there. Without it a zone with other records is not deleted.
	ForceDestroy bool
}

// New makes the zone.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Zone, error) {
	args = args.withDefaults()
	if err := args.Validate(); err != nil {
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
	c.ID, c.ARN, c.NameServers, c.DSRecord = zone.ZoneId, zone.Arn, zone.NameServers, pulumi.String("").ToStringOutput()
	c.Ready = []pulumi.Resource{zone}
	if args.ParentZoneID != nil {
		delegation, err := args.delegate(ctx, name, zone, c)
		if err != nil {
			return nil, fmt.Errorf("zone %q: delegating to it: %w", name, err)
		}
		c.Ready = append(c.Ready, delegation)
	}
	for _, r := range args.Records {
		record := r.args(args.Domain)
		record.ZoneId = zone.ZoneId
		made, err := route53.NewRecord(ctx, name+"-"+r.key(), record, pulumi.Parent(c))
		if err != nil {
			return nil, fmt.Errorf("zone %q: writing record %s: %w", name, r.key(), err)
		}
		// A certificate is judged by the records of type CAA that are there.
		c.Ready = append(c.Ready, made)
	}
	if args.QueryLogDays != 0 {
		if err := args.logQueries(ctx, name, zone, c); err != nil {
			return nil, fmt.Errorf("zone %q: %w", name, err)
		}
	}
	if args.DNSSEC != Unsigned {
		if c.DSRecord, err = args.sign(ctx, name, zone, c); err != nil {
			return nil, fmt.Errorf("zone %q: %w", name, err)
		}
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"id": c.ID, "arn": c.ARN, "nameServers": c.NameServers, "dsRecord": c.DSRecord})
}

// delegate writes the zone's name servers into the zone above.
func (a Args) delegate(ctx *pulumi.Context, name string, zone *route53.Zone, parent pulumi.Resource) (pulumi.Resource, error) {
	return route53.NewRecord(ctx, name+"-delegation", &route53.RecordArgs{
		ZoneId: a.ParentZoneID, Name: pulumi.String(a.Domain), Type: pulumi.String("NS"),
		Ttl: pulumi.Int(delegationTTL), Records: zone.NameServers,
	}, pulumi.Parent(parent))
}

func (a Args) withDefaults() Args {
	a.KeyDeletionDays = cmp.Or(a.KeyDeletionDays, defaultKeyDeletionDays)
	return a
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
