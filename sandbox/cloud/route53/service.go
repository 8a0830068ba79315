// Package route53 simulates the hosted zones and records of Amazon Route 53.
//
// A zone brings its own NS and SOA records, and cannot go while it has others,
// whoever made them. A signed zone holds its last active key. What it does not
// simulate: resolution (but [Public]), health checks, delegation sets, routing by CIDR or geoproximity, and zones shared
// between accounts.
package route53

import "github.com/slipway-iac/slipway/sandbox/cloud"

// Service lists what Route 53 adds to an account.
func Service() cloud.Service {
	return cloud.Service{
		Kinds:     []cloud.Kind{zoneKind(), recordKind(), queryLogKind(), signingKeyKind(), dnssecKind()},
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

	zoneHasKeys = rule("zone-has-signing-keys", "HostedZoneNotEmpty", guide+"dns-configuring-dnssec-disable.html", 400, cloud.Memory)

	queryLogRegion = rule("query-log-region", "InvalidInput", docs+"API_CreateQueryLoggingConfig.html", 400, cloud.Verified)
	queryLogZone   = rule("query-log-of-private-zone", "InvalidInput", guide+"query-logs.html", 400, cloud.Memory)
	queryLogGroup  = rule("query-log-group-missing", "NoSuchCloudWatchLogsLogGroup", docs+"API_CreateQueryLoggingConfig.html", 404, cloud.Verified)
	queryLogPolicy = rule("query-log-group-policy", "InsufficientCloudWatchLogsResourcePolicy", docs+"API_CreateQueryLoggingConfig.html", 400, cloud.Verified)
	queryLogExists = rule("query-log-exists", "QueryLoggingConfigAlreadyExists", docs+"API_CreateQueryLoggingConfig.html", 409, cloud.Verified)

	signingZone    = rule("signing-key-of-private-zone", "InvalidArgument", guide+"dns-configuring-dnssec.html", 400, cloud.Memory)
	signingKMS     = rule("signing-key-kms-key", "InvalidKMSArn", guide+"dns-configuring-dnssec-cmk-requirements.html", 400, cloud.Verified)
	signingExists  = rule("signing-key-exists", "KeySigningKeyAlreadyExists", docs+"API_CreateKeySigningKey.html", 409, cloud.Verified)
	signingQuota   = rule("too-many-signing-keys", "TooManyKeySigningKeys", docs+"API_CreateKeySigningKey.html", 400, cloud.Verified)
	signingInUse   = rule("signing-key-in-use", "KeySigningKeyInUse", docs+"API_DeactivateKeySigningKey.html", 400, cloud.Verified)
	signingNoKey   = rule("zone-without-active-signing-key", "KeySigningKeyWithActiveStatusNotFound", docs+"API_EnableHostedZoneDNSSEC.html", 400, cloud.Verified)
	signingTrusted = rule("signed-zone-in-parent", "KeySigningKeyInParentDSRecord", docs+"API_DisableHostedZoneDNSSEC.html", 400, cloud.Verified)

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
