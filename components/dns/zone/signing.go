package zone

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/components/tags"
	"github.com/slipway-iac/slipway/internal/outputs"
)

// DNSSEC is whether resolvers can tell that an answer is the zone's.
type DNSSEC string

// The stages, one after the other in both directions. Between two of them an
// existing zone has to wait until its records, or the zone's record of type DS,
// have left the caches of resolvers: a zone that is vouched for and not signed is
// gone for all who check. See
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec.html
const (
	// Unsigned zones can be forged.
	Unsigned DNSSEC = ""
	// Signed zones have signatures that nobody asks for yet.
	Signed DNSSEC = "signed"
	// Trusted zones are vouched for by the zone above, which is signed itself or
	// vouches for nothing.
	Trusted DNSSEC = "trusted"
)

// dsTTL is how long resolvers go on asking for signatures once the zone above has
// ceased to vouch: five minutes, as Route 53 recommends.
const dsTTL = 300

// sign signs the zone and returns what the zone above says of it.
func (a Args) sign(ctx *pulumi.Context, name string, zone *route53.Zone, parent pulumi.Resource) (pulumi.StringOutput, error) {
	called, child := name+"-signing", pulumi.Parent(parent)
	// Asymmetric keys are not rotated by KMS.
	key, err := kms.NewKey(ctx, called, &kms.KeyArgs{
		Description: pulumi.String("Signs the zone " + a.Domain), CustomerMasterKeySpec: pulumi.String("ECC_NIST_P256"),
		KeyUsage: pulumi.String("SIGN_VERIFY"), DeletionWindowInDays: pulumi.Int(a.KeyDeletionDays),
		Policy: outputs.String(zone.Arn, a.signature), Tags: pulumi.ToStringMap(tags.Named(called)),
	}, child, pulumi.Provider(a.East))
	if err != nil {
		return pulumi.StringOutput{}, fmt.Errorf("creating the key that signs: %w", err)
	}
	signer, err := route53.NewKeySigningKey(ctx, called, &route53.KeySigningKeyArgs{
		HostedZoneId: zone.ZoneId, Name: pulumi.String("signing"), KeyManagementServiceArn: key.Arn,
	}, child)
	if err != nil {
		return pulumi.StringOutput{}, fmt.Errorf("naming the key that signs: %w", err)
	}
	// The zone ceases to be signed before its key goes.
	signed, err := route53.NewHostedZoneDnsSec(ctx, called, &route53.HostedZoneDnsSecArgs{HostedZoneId: signer.HostedZoneId},
		child, pulumi.DependsOn([]pulumi.Resource{signer}))
	if err != nil {
		return pulumi.StringOutput{}, fmt.Errorf("signing it: %w", err)
	}
	if a.DNSSEC == Trusted {
		// Nobody vouches for the zone before it is signed, or after that.
		if _, err := route53.NewRecord(ctx, name+"-trust", &route53.RecordArgs{
			ZoneId: a.ParentZoneID, Name: pulumi.String(a.Domain), Type: pulumi.String("DS"),
			Ttl: pulumi.Int(dsTTL), Records: pulumi.StringArray{signer.DsRecord},
		}, child, pulumi.DependsOn([]pulumi.Resource{signed})); err != nil {
			return pulumi.StringOutput{}, fmt.Errorf("vouching for it: %w", err)
		}
	}
	return outputs.After(ctx, signer.DsRecord, signed), nil
}

// signature is the policy of the key, with which Route 53 signs this zone. See
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/access-control-managing-permissions.html
func (a Args) signature(zoneARN string) (string, error) {
	const service = "dnssec-route53.amazonaws.com"
	all := []string{"*"}
	return iampolicy.Document{
		iampolicy.KeyAdministration("aws", a.AccountID),
		iampolicy.AllowService("Sign", service, []string{"kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"}, all, ofZone(a.AccountID, zoneARN)),
		iampolicy.AllowService("Grant", service, []string{"kms:CreateGrant"}, all,
			iampolicy.Conditions{"Bool": {"kms:GrantIsForAWSResource": {"true"}}}),
	}.JSON()
}
