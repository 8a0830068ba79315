package route53

import (
	"fmt"
	"hash/crc32"
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const maxZones = 500

func zoneKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.Route53Zone, Noun: "Route53 Hosted Zone", Service: serviceName, Global: true, Tagged: true,
		CreateCall: "CreateHostedZone", UpdateCall: "AssociateVPCWithHostedZone", DeleteCall: "DeleteHostedZone",
		Fields: cloud.Fields{
			"name":            cloud.String.AutoNamed(255).ForceNew().SameWhen(sameName),
			"comment":         cloud.String.Default("Managed by Pulumi"),
			"delegationSetId": cloud.String.ForceNew(),
			"forceDestroy":    cloud.Bool.Default(false),
			"vpcs": cloud.SetOf(cloud.Object(cloud.Fields{
				"vpcId": cloud.String.Required(), "vpcRegion": cloud.String.Computed(),
			})),
			"arn":               cloud.String.Output(),
			"nameServers":       cloud.ListOf(cloud.String).Output(),
			"primaryNameServer": cloud.String.Output(),
			"zoneId":            cloud.String.Output(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			if p.Has("delegationSetId") && p.Has("vpcs") {
				return []cloud.Problem{{Property: "delegationSetId", Reason: "conflicts with vpcs"}}
			}
			return nil
		},
		Create: createZone, Update: updateZone, Delete: deleteZone,
	}
}

var domainName = regexp.MustCompile(`^([a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?$`)

func createZone(tx *cloud.Tx, r *cloud.Resource) error {
	name := plain(r.Props.Str("name"))
	switch {
	case len(name) > 255 || !domainName.MatchString(name):
		return zoneName.Refuse("%s is not a valid domain name", r.Props.Str("name"))
	case tx.Count(cloud.Route53Zone) >= maxZones:
		return zoneQuota.Refuse("Limits Exceeded: the account has %d hosted zones", maxZones)
	case r.Props.Str("delegationSetId") != "":
		return delegationSet.Refuse("A delegation set with the specified ID does not exist: %s", r.Props.Str("delegationSetId"))
	}
	r.ID = "Z" + strings.ToUpper(tx.Hex(20))
	r.Props["name"], r.Props["zoneId"] = name, r.ID
	r.Props["arn"] = "arn:" + cloud.Partition(tx.Session.Region) + ":route53:::hostedzone/" + r.ID
	servers := nameServers(r.ID)
	r.Props["nameServers"], r.Props["primaryNameServer"] = cloud.Strings(servers...), servers[0]
	return checkVPCs(tx, r, r.Props)
}

// checkVPCs refuses VPCs that are not there or have a zone of that name
// already, and completes their region. Of other regions nothing is known here.
func checkVPCs(tx *cloud.Tx, r *cloud.Resource, p cloud.Props) error {
	for _, v := range p.Objs("vpcs") {
		if v.Str("vpcRegion") == "" {
			v["vpcRegion"] = tx.Session.Region
		}
		id := v.Str("vpcId")
		if v.Str("vpcRegion") == tx.Session.Region && tx.Get(cloud.VPC, id) == nil {
			return zoneVPC.Refuse("The VPC: %s in region %s that you provided is not authorized to make the association.", id, tx.Session.Region)
		}
		for _, other := range tx.List(cloud.Route53Zone, cloud.Prop("name", r.Props.Str("name"))) {
			if other.ID != r.ID && slices.Contains(vpcsOf(other.Props), id) {
				return zoneConflict.Refuse("The VPC %s in region %s has already been associated with the hosted zone %s with the same domain name.",
					id, v.Str("vpcRegion"), other.ID)
			}
		}
	}
	return nil
}

func updateZone(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	had, has := len(vpcsOf(r.Props)) > 0, len(vpcsOf(news)) > 0
	switch {
	case had && !has:
		return zoneLastVPC.Refuse("The VPC %s is the only one of private hosted zone %s", vpcsOf(r.Props)[0], r.ID)
	case !had && has:
		return zonePublic.Refuse("You're trying to associate a VPC with the public hosted zone %s", r.ID)
	}
	return checkVPCs(tx, r, news)
}

func deleteZone(tx *cloud.Tx, r *cloud.Resource) error {
	if k := tx.One(cloud.Route53KeySigningKey, cloud.Prop("hostedZoneId", r.ID)); k != nil {
		return zoneHasKeys.Refuse("The specified hosted zone contains DNSSEC Key Signing Keys and so cannot be deleted. (%s)", k.Props.Str("name"))
	}
	for _, record := range tx.List(cloud.Route53Record, cloud.Prop("zoneId", r.ID)) {
		p := record.Props
		if !r.Props.Bool("forceDestroy") && !ownRecord(r, p) {
			who := ""
			if record.Owner != "" {
				who = ", made by " + record.Owner
			}
			return zoneNotEmpty.Refuse("The specified hosted zone contains non-required resource record sets and so cannot be deleted. (%s %s%s)",
				p.Str("fqdn"), p.Str("type"), who)
		}
		tx.Remove(record)
	}
	return nil
}

// Private tells whether a zone answers inside VPCs only.
func Private(zone *cloud.Resource) bool { return len(vpcsOf(zone.Props)) > 0 }

func vpcsOf(p cloud.Props) []string {
	var ids []string
	for _, v := range p.Objs("vpcs") {
		ids = append(ids, v.Str("vpcId"))
	}
	return ids
}

// findZone finds the zone of an ID, with or without the path that the API puts
// before it.
func findZone(tx *cloud.Tx, id string) (*cloud.Resource, error) {
	if zone := tx.Get(cloud.Route53Zone, strings.TrimPrefix(id, "/hostedzone/")); zone != nil {
		return zone, nil
	}
	return nil, zoneMissing.Refuse("No hosted zone found with ID: %s", id)
}

// plain is a domain name as the provider keeps it.
func plain(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

func sameName(a, b string) bool { return plain(a) == plain(b) }

// nameServers are the four of a zone, sorted as the provider sorts them.
func nameServers(id string) []string {
	n := int(crc32.ChecksumIEEE([]byte(id)) % 512)
	var servers []string
	for i, top := range []string{"com", "net", "org", "co.uk"} {
		servers = append(servers, fmt.Sprintf("ns-%d.awsdns-%02d.%s", n+512*i, n%64, top))
	}
	slices.Sort(servers)
	return servers
}
