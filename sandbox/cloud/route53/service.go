// Package route53 simulates the hosted zones and records of Amazon Route 53.
//
// A zone brings its own NS and SOA records, and cannot go while it has others,
// whoever made them. What it does not simulate: resolution, health checks,
// DNSSEC, delegation sets, routing by CIDR or geoproximity, and zones shared
// between accounts.
package route53

import "github.com/slipway-iac/slipway/sandbox/cloud"

// Service lists what Route 53 adds to an account.
func Service() cloud.Service {
	return cloud.Service{
		Kinds:     []cloud.Kind{zoneKind(), recordKind()},
		Functions: []cloud.Function{{Token: "aws:route53/getZone:getZone", Call: getZone}},
		Tags:      tagRules,
	}
}

const (
	serviceName = "Route 53"
	docs        = "https://docs.aws.amazon.com/Route53/latest/APIReference/"
	guide       = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/"
	moto        = "getmoto/moto 5.2.3, moto/route53"
)

func rule(name, code, source string, status int, tag cloud.Tag) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: name, Code: code, Source: source, Status: status, Tag: tag})
}

var (
	zoneMissing   = rule("zone-missing", "NoSuchHostedZone", docs+"API_GetHostedZone.html", 404, cloud.Verified)
	zoneName      = rule("zone-name", "InvalidDomainName", docs+"API_CreateHostedZone.html", 400, cloud.Verified)
	zoneQuota     = rule("too-many-zones", "TooManyHostedZones", guide+"DNSLimitations.html", 400, cloud.Memory)
	zoneNotEmpty  = rule("zone-has-records", "HostedZoneNotEmpty", docs+"API_DeleteHostedZone.html", 400, cloud.Verified)
	delegationSet = rule("zone-delegation-set-missing", "NoSuchDelegationSet", docs+"API_CreateHostedZone.html", 404, cloud.Verified)
	zoneVPC       = rule("zone-vpc-missing", "InvalidVPCId", docs+"API_CreateHostedZone.html", 400, cloud.Verified)
	zoneConflict  = rule("zone-name-taken-in-vpc", "ConflictingDomainExists", docs+"API_CreateHostedZone.html", 400, cloud.Verified)
	zoneLastVPC   = rule("zone-without-vpc", "LastVPCAssociation", docs+"API_DisassociateVPCFromHostedZone.html", 400, cloud.Verified)
	zonePublic    = rule("zone-is-public", "PublicZoneVPCAssociation", docs+"API_AssociateVPCWithHostedZone.html", 400, cloud.Verified)

	recordExists  = rule("record-exists", invalidBatch, moto, 400, cloud.Verified)
	recordCNAME   = rule("record-cname-beside-others", invalidBatch, guide+"ResourceRecordTypes.html", 400, cloud.Verified)
	recordApex    = rule("record-cname-at-apex", invalidBatch, guide+"ResourceRecordTypes.html", 400, cloud.Verified)
	recordName    = rule("record-name", invalidBatch, guide+"DomainNameFormat.html", 400, cloud.Memory)
	recordValue   = rule("record-value", invalidBatch, guide+"ResourceRecordTypes.html", 400, cloud.Memory)
	recordRouting = rule("record-simple-beside-routed", invalidBatch, guide+"routing-policy.html", 400, cloud.Memory)
	recordAlias   = rule("record-alias-target-missing", invalidBatch, docs+"API_AliasTarget.html", 400, cloud.Verified)
	recordNS      = rule("record-of-the-zone-itself", invalidBatch, guide+"SOA-NSrecords.html", 400, cloud.Memory)
)

const invalidBatch = "InvalidChangeBatch"

// tagRules are Route 53's rules for tags.
var tagRules = cloud.TagRules{
	TooMany: cloud.Declare(cloud.Rule{
		Name: "route53-too-many-tags", Code: "InvalidInput", Source: docs + "API_ChangeTagsForResource.html", Tag: cloud.Memory,
	}),
	Malformed: cloud.Declare(cloud.Rule{
		Name: "route53-tag-malformed", Code: "InvalidInput", Source: docs + "API_ChangeTagsForResource.html", Tag: cloud.Memory,
	}),
}
