package route53

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Public finds the set of records that the internet sees of a name, following
// the delegations between the account's public zones. The topmost of them is
// taken to be delegated by its registrar or by a zone of somebody else. When
// there is none, the reason says what is missing.
func Public(tx *cloud.Tx, name, kind string) (record *cloud.Resource, reason string) {
	name = plain(name)
	zones := publicZones(tx, name)
	if len(zones) == 0 {
		return nil, fmt.Sprintf("the account has no public zone that %s lies in", name)
	}
	top := zones[0].Props.Str("name")
	for _, z := range zones {
		if z.Props.Str("name") != top {
			break
		}
		if record, reason = follow(tx, z, zones, name, kind); record != nil {
			return record, ""
		}
	}
	return nil, reason
}

// publicZones are those that a name lies in, the shortest name first.
func publicZones(tx *cloud.Tx, name string) []*cloud.Resource {
	zones := tx.List(cloud.Route53Zone, func(z *cloud.Resource) bool { return !Private(z) && inside(name, z.Props.Str("name")) })
	slices.SortStableFunc(zones, func(a, b *cloud.Resource) int { return len(a.Props.Str("name")) - len(b.Props.Str("name")) })
	return zones
}

func inside(name, domain string) bool { return name == domain || strings.HasSuffix(name, "."+domain) }

// follow looks into a zone, and into those that it delegates to.
func follow(tx *cloud.Tx, zone *cloud.Resource, zones []*cloud.Resource, name, kind string) (*cloud.Resource, string) {
	domain := zone.Props.Str("name")
	if d := delegation(tx, zone, name); d != nil {
		for _, child := range zones {
			if child.Props.Str("name") == d.Props.Str("fqdn") && serves(child, d) {
				return follow(tx, child, zones, name, kind)
			}
		}
		return nil, fmt.Sprintf("zone %s (%s) delegates %s to name servers that no zone of the account has", domain, zone.ID, d.Props.Str("fqdn"))
	}
	if record := Find(tx, zone.ID, name, kind); record != nil {
		return record, ""
	}
	for _, child := range zones {
		if below := child.Props.Str("name"); len(below) > len(domain) && Find(tx, child.ID, name, kind) != nil {
			return nil, fmt.Sprintf("zone %s (%s) is not delegated: zone %s (%s) needs a record of type NS with its name servers", below, child.ID, domain, zone.ID)
		}
	}
	return nil, fmt.Sprintf("zone %s (%s) has no record %s of type %s", domain, zone.ID, name, kind)
}

// delegation is the set of a zone that gives a name, or one above it, to another
// zone; nil when there is none.
func delegation(tx *cloud.Tx, zone *cloud.Resource, name string) *cloud.Resource {
	return tx.One(cloud.Route53Record, cloud.Prop("zoneId", zone.ID), cloud.Prop("type", "NS"), func(r *cloud.Resource) bool {
		return !ownRecord(zone, r.Props) && inside(name, r.Props.Str("fqdn"))
	})
}

// serves tells whether a delegation leads to a zone: all its name servers are
// the zone's.
func serves(zone, delegation *cloud.Resource) bool {
	servers := zone.Props.Strs("nameServers")
	return !slices.ContainsFunc(delegation.Props.Strs("records"), func(s string) bool { return !slices.Contains(servers, plain(s)) })
}
