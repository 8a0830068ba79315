package route53

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
)

const (
	maxSigningKeys = 2
	active         = "ACTIVE"
	signing        = "SIGNING"
	signer         = "dnssec-route53.amazonaws.com"
)

var keyNameText = cloud.Text{Want: "3 to 128 characters", Example: "example", Good: func(s string) bool { return len(s) >= 3 && len(s) <= 128 }}

func signingKeyKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.Route53KeySigningKey, Noun: "Route 53 Key Signing Key", Service: serviceName, Global: true,
		CreateCall: "CreateKeySigningKey", UpdateCall: "DeactivateKeySigningKey", DeleteCall: "DeactivateKeySigningKey",
		Fields: cloud.Fields{
			"hostedZoneId":             cloud.String.Required().ForceNew(),
			"keyManagementServiceArn":  cloud.String.Like(cloud.ARNText).Required(),
			"name":                     cloud.String.Like(keyNameText).Required().ForceNew(),
			"status":                   cloud.String.OneOf(active, "INACTIVE").Default(active),
			"digestAlgorithmMnemonic":  cloud.String.Output(),
			"digestAlgorithmType":      cloud.Number.Output(),
			"digestValue":              cloud.String.Output(),
			"dnskeyRecord":             cloud.String.Output(),
			"dsRecord":                 cloud.String.Output(),
			"flag":                     cloud.Number.Output(),
			"keyTag":                   cloud.Number.Output(),
			"publicKey":                cloud.String.Output(),
			"signingAlgorithmMnemonic": cloud.String.Output(),
			"signingAlgorithmType":     cloud.Number.Output(),
		},
		Create: createSigningKey,
		Update: func(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
			if news.Str("status") == active {
				return nil
			}
			return checkLastKey(tx, r)
		},
		Delete: checkLastKey,
	}
}

func createSigningKey(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	zone, err := findZone(tx, p.Str("hostedZoneId"))
	if err != nil {
		return err
	}
	r.ID = zone.ID + "," + p.Str("name")
	switch {
	case Private(zone):
		return signingZone.Refuse("DNSSEC is not supported for private hosted zone %s", zone.ID)
	case tx.Get(cloud.Route53KeySigningKey, r.ID) != nil:
		return signingExists.Refuse("You've already created a key-signing key with the name %s in hosted zone %s", p.Str("name"), zone.ID)
	case tx.Count(cloud.Route53KeySigningKey, cloud.Prop("hostedZoneId", zone.ID)) >= maxSigningKeys:
		return signingQuota.Refuse("Hosted zone %s has %d key-signing keys already", zone.ID, maxSigningKeys)
	}
	arn := p.Str("keyManagementServiceArn")
	reason := ""
	tx.In(home, func() { reason = unsuitable(tx, arn) })
	if reason != "" {
		return signingKMS.Refuse("The KeyManagementServiceArn that you specified isn't valid to use with DNSSEC signing: key %s %s", arn, reason)
	}
	tag, _ := strconv.ParseUint(tx.Hex(4), 16, 16)
	digest, public := strings.ToUpper(tx.Hex(64)), tx.Hex(64)
	for name, v := range map[string]any{
		"digestAlgorithmMnemonic": "SHA-256", "digestAlgorithmType": 2.0, "digestValue": digest, "flag": 257.0, "keyTag": float64(tag),
		"signingAlgorithmMnemonic": "ECDSAP256SHA256", "signingAlgorithmType": 13.0, "publicKey": public,
		"dnskeyRecord": "257 3 13 " + public, "dsRecord": fmt.Sprintf("%d 13 2 %s", tag, digest),
	} {
		p[name] = v
	}
	return nil
}

// unsuitable says why Route 53 cannot sign with a key; "" when it can.
func unsuitable(tx *cloud.Tx, arn string) string {
	key := kms.Key(tx, arn)
	switch {
	case key == nil:
		return "is not in " + home
	case key.Props.Str("customerMasterKeySpec") != "ECC_NIST_P256" || key.Props.Str("keyUsage") != "SIGN_VERIFY":
		return "must be of spec ECC_NIST_P256 and for SIGN_VERIFY"
	case kms.Usable(tx, arn) != nil:
		return "is disabled or waits for its deletion"
	case !kms.AllowsServiceTo(tx, arn, signer, nil, "kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"):
		return "has a policy that does not let " + signer + " describe it, get its public key and sign"
	}
	return ""
}

// checkLastKey refuses to take the last active key from a zone that is signed.
// The provider deactivates a key before it deletes it.
func checkLastKey(tx *cloud.Tx, r *cloud.Resource) error {
	zoneID := r.Props.Str("hostedZoneId")
	others := tx.Count(cloud.Route53KeySigningKey, cloud.Prop("hostedZoneId", zoneID), cloud.Prop("status", active),
		func(o *cloud.Resource) bool { return o.ID != r.ID })
	if r.Props.Str("status") == active && others == 0 && tx.One(cloud.Route53HostedZoneDNSSEC, cloud.Prop("hostedZoneId", zoneID), cloud.Prop("signingStatus", signing)) != nil {
		return signingInUse.Refuse("The key-signing key %s cannot be deactivated: it is the only active one of hosted zone %s, which is signed", r.Props.Str("name"), zoneID)
	}
	return nil
}

func dnssecKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.Route53HostedZoneDNSSEC, Noun: "Route 53 Hosted Zone DNSSEC", Service: serviceName, Global: true,
		CreateCall: "EnableHostedZoneDNSSEC", UpdateCall: "DisableHostedZoneDNSSEC", DeleteCall: "DisableHostedZoneDNSSEC",
		Fields: cloud.Fields{
			"hostedZoneId":  cloud.String.Required().ForceNew(),
			"signingStatus": cloud.String.OneOf(signing, "NOT_SIGNING").Default(signing),
		},
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			zone, err := findZone(tx, r.Props.Str("hostedZoneId"))
			if err != nil {
				return err
			}
			r.ID = zone.ID
			return sign(tx, zone, r.Props)
		},
		Update: func(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
			zone, err := findZone(tx, r.ID)
			if err != nil {
				return err
			}
			return sign(tx, zone, news)
		},
		Delete: func(tx *cloud.Tx, r *cloud.Resource) error {
			zone := tx.Get(cloud.Route53Zone, r.ID)
			if zone == nil || r.Props.Str("signingStatus") != signing {
				return nil
			}
			return sign(tx, zone, cloud.Props{})
		},
	}
}

// sign begins or ends the signing of a zone. Ending it while the zone above
// vouches for its key would take the domain off the internet.
func sign(tx *cloud.Tx, zone *cloud.Resource, p cloud.Props) error {
	if p.Str("signingStatus") == signing {
		if tx.One(cloud.Route53KeySigningKey, cloud.Prop("hostedZoneId", zone.ID), cloud.Prop("status", active)) == nil {
			return signingNoKey.Refuse("Hosted zone %s has no key-signing key with the status ACTIVE", zone.ID)
		}
		return nil
	}
	if ds := tx.One(cloud.Route53Record, cloud.Prop("type", "DS"), cloud.Prop("fqdn", zone.Props.Str("name"))); ds != nil {
		return signingTrusted.Refuse("Hosted zone %s cannot cease to be signed: the zone above has the record %s of type DS", zone.ID, ds.ID)
	}
	return nil
}
