package route53

import (
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Set is a set of records that something other than a program keeps.
type Set struct {
	// ZoneID is the hosted zone, Name the full name in it.
	ZoneID, Name string
	// Type is A, AAAA, CNAME or TXT.
	Type string
	// Records are its values; none for an alias.
	Records []string
	// AliasName and AliasZoneID are what an alias leads to.
	AliasName, AliasZoneID string
}

// Upsert puts a set of records into its zone on behalf of owner, over one of the
// same name and type.
func Upsert(tx *cloud.Tx, owner string, s Set) error {
	props := cloud.Props{"zoneId": s.ZoneID, "name": s.Name, "type": s.Type, "allowOverwrite": false}
	if s.AliasName != "" {
		props["aliases"] = []any{map[string]any{"name": s.AliasName, "zoneId": s.AliasZoneID, "evaluateTargetHealth": true}}
	} else {
		props["records"], props["ttl"] = cloud.Strings(s.Records...), 300.0
	}
	r := &cloud.Resource{Kind: cloud.Route53Record, Owner: owner, Props: props, Facts: cloud.Props{}}
	if old := Find(tx, s.ZoneID, s.Name, s.Type); old != nil {
		r.Seq = old.Seq
	}
	if err := place(tx, r, true); err != nil {
		return err
	}
	tx.Put(r)
	return nil
}

// Find is the set of records of a name and type in a zone, or nil.
func Find(tx *cloud.Tx, zoneID, name, kind string) *cloud.Resource {
	for _, r := range sets(tx, zoneID, plain(name)) {
		if r.Props.Str("type") == kind {
			return r
		}
	}
	return nil
}

// ZonesFor are the zones that a name lies in, those with the longest name: a
// public one and a private one may have the same.
func ZonesFor(tx *cloud.Tx, name string) []*cloud.Resource {
	name = plain(name)
	var zones []*cloud.Resource
	longest := 0
	for _, z := range tx.List(cloud.Route53Zone) {
		domain := z.Props.Str("name")
		if name != domain && !strings.HasSuffix(name, "."+domain) {
			continue
		}
		if len(domain) > longest {
			zones, longest = nil, len(domain)
		}
		if len(domain) == longest {
			zones = append(zones, z)
		}
	}
	return zones
}
