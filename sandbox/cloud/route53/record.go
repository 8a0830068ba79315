package route53

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// types are the types of records; see
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
var types = []string{
	"A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB", "TLSA", "TXT",
}

// policies are the properties that route between records of the same name.
var policies = []string{
	"failoverRoutingPolicies", "geolocationRoutingPolicies", "latencyRoutingPolicies", "multivalueAnswerRoutingPolicy", "weightedRoutingPolicies",
}

func recordKind() cloud.Kind {
	policy := func(fields cloud.Fields) cloud.Field { return cloud.ListOf(cloud.Object(fields)) }
	return cloud.Kind{
		Token: cloud.Route53Record, Noun: "Route53 Record", Service: serviceName, Global: true,
		CreateCall: changeCall, UpdateCall: changeCall, DeleteCall: changeCall,
		Fields: cloud.Fields{
			"zoneId":  cloud.String.Required().ForceNew(),
			"name":    cloud.String.Required().ForceNew().SameWhen(sameName),
			"type":    cloud.String.Required(),
			"ttl":     cloud.Number,
			"records": cloud.SetOf(cloud.String),
			"aliases": policy(cloud.Fields{
				"name": cloud.String.Required().SameWhen(sameName), "zoneId": cloud.String.Required(), "evaluateTargetHealth": cloud.Bool.Required(),
			}),
			"allowOverwrite":             cloud.Bool.Computed(),
			"setIdentifier":              cloud.String,
			"failoverRoutingPolicies":    policy(cloud.Fields{"type": cloud.String.Required()}),
			"geolocationRoutingPolicies": policy(cloud.Fields{"continent": cloud.String, "country": cloud.String, "subdivision": cloud.String}),
			"latencyRoutingPolicies":     policy(cloud.Fields{"region": cloud.String.Required()}),
			"weightedRoutingPolicies":    policy(cloud.Fields{"weight": cloud.Number.Required()}),

			"multivalueAnswerRoutingPolicy": cloud.Bool,
			"fqdn":                          cloud.String.Output(),
		},
		Check: checkRecord, Create: createRecord, Update: updateRecord, Delete: deleteRecord,
	}
}

const changeCall = "ChangeResourceRecordSets"

// checkRecord finds what the provider finds before Route 53 is asked.
func checkRecord(p cloud.Props) []cloud.Problem {
	var problems []cloud.Problem
	add := func(property, reason string) {
		problems = append(problems, cloud.Problem{Property: property, Reason: reason})
	}
	if t := p.Str("type"); t != "" && !slices.Contains(types, t) {
		add("type", fmt.Sprintf("is %q, want one of %s", t, strings.Join(types, ", ")))
	}
	if p.Has("aliases") == p.Has("records") {
		add("records", "exactly one of aliases, records must be set")
	}
	switch {
	case p.Has("aliases") && p.Has("ttl"):
		add("ttl", "conflicts with aliases")
	}
	var used []string
	for _, name := range policies {
		if p.Has(name) && p[name] != false {
			used = append(used, name)
		}
	}
	switch {
	case len(used) > 1:
		add(used[0], "conflicts with "+strings.Join(used[1:], ", "))
	case len(used) == 1 && !p.Has("setIdentifier"):
		add("setIdentifier", "is required with "+used[0])
	}
	return problems
}

func createRecord(tx *cloud.Tx, r *cloud.Resource) error {
	if !r.Props.Has("allowOverwrite") {
		r.Props["allowOverwrite"] = false
	}
	return place(tx, r, r.Props.Bool("allowOverwrite"))
}

// place puts a record into its zone, over one of the same name, type and
// identifier when it may.
func place(tx *cloud.Tx, r *cloud.Resource, overwrite bool) error {
	zone, err := findZone(tx, r.Props.Str("zoneId"))
	if err != nil {
		return err
	}
	p := r.Props
	name := expand(p.Str("name"), zone.Props.Str("name"))
	if err := checkSet(tx, zone, name, p, overwrite); err != nil {
		return err
	}
	p["fqdn"], p["name"] = name, plain(p.Str("name"))
	parts := []string{zone.ID, plain(p.Str("name")), p.Str("type")}
	if id := p.Str("setIdentifier"); id != "" {
		parts = append(parts, id)
	}
	r.ID = strings.Join(parts, "_")
	for _, old := range sets(tx, zone.ID, name) {
		if old.Props.Str("type") == p.Str("type") && old.Props.Str("setIdentifier") == p.Str("setIdentifier") {
			tx.Remove(old)
		}
	}
	return nil
}

// checkSet holds a set of records to what a zone can have.
func checkSet(tx *cloud.Tx, zone *cloud.Resource, name string, p cloud.Props, overwrite bool) error {
	kind := p.Str("type")
	if err := checkName(name); err != nil {
		return err
	}
	if p.Has("records") && !p.Has("ttl") {
		return recordValue.Refuse("[Invalid request: Missing field 'TTL' in Change with [Action=CREATE, Name=%s., Type=%s, SetIdentifier=%s]]",
			name, kind, p.Str("setIdentifier"))
	}
	if err := checkValues(kind, p.Strs("records")); err != nil {
		return err
	}
	if kind == "CNAME" && name == zone.Props.Str("name") {
		return recordApex.Refuse("[RRSet of type CNAME with DNS name %s. is not permitted at apex in zone %s.]", name, name)
	}
	if ownRecord(zone, p.With(cloud.Props{"fqdn": name})) && !overwrite {
		return exists(name, kind)
	}
	for _, old := range sets(tx, zone.ID, name) {
		other, id := old.Props.Str("type"), old.Props.Str("setIdentifier")
		switch {
		case other == kind && id == p.Str("setIdentifier"):
			if !overwrite {
				return exists(name, kind)
			}
		case other == kind && (id == "") != (p.Str("setIdentifier") == ""):
			return recordRouting.Refuse("[RRSet with DNS name %s., type %s, SetIdentifier %s cannot be created as it conflicts with another one of the same name and type]",
				name, kind, p.Str("setIdentifier"))
		case other != kind && (other == "CNAME" || kind == "CNAME"):
			return recordCNAME.Refuse("[RRSet of type %s with DNS name %s. is not permitted because a conflicting RRSet of type %s with the same DNS name already exists in zone %s.]",
				kind, name, other, zone.Props.Str("name"))
		}
	}
	return checkAliases(tx, zone, name, p)
}

func exists(name, kind string) error {
	return recordExists.Refuse("[Tried to create resource record set [name='%s.', type='%s'] but it already exists]", name, kind)
}

func checkName(name string) error {
	if len(name) > 255 {
		return recordName.Refuse("[FATAL problem: DomainNameTooLong (Domain name is too long) encountered with '%s']", name)
	}
	for _, label := range strings.Split(name, ".") {
		if len(label) > 63 || label == "" {
			return recordName.Refuse("[FATAL problem: DomainLabelTooLong (Domain label is too long or empty) encountered with '%s']", name)
		}
	}
	return nil
}

// checkValues holds values to their type, as far as the sandbox knows it.
func checkValues(kind string, values []string) error {
	for _, v := range values {
		switch kind {
		case "A", "AAAA":
			if a, err := netip.ParseAddr(v); err != nil || a.Is4() != (kind == "A") {
				return recordValue.Refuse("[Invalid Resource Record: '%s' is not a valid address for a record of type %s]", v, kind)
			}
		case "TXT":
			for _, part := range strings.Split(v, `""`) {
				if len(strings.Trim(part, `"`)) > 255 {
					return recordValue.Refuse(`[Invalid Resource Record: CharacterStringTooLong (Value is too long) encountered with '%s': write "first part""second part"]`, v)
				}
			}
		case "CNAME":
			if len(values) > 1 {
				return recordValue.Refuse("[Invalid Resource Record: a record of type CNAME has one value, not %d]", len(values))
			}
		}
	}
	return nil
}

// checkAliases wants an alias to a record of the zone to find that record. What
// the zones of AWS's own services hold is not known here.
func checkAliases(tx *cloud.Tx, zone *cloud.Resource, name string, p cloud.Props) error {
	for _, a := range p.Objs("aliases") {
		target := plain(a.Str("name"))
		if a.Str("zoneId") != zone.ID {
			continue
		}
		if !slices.ContainsFunc(sets(tx, zone.ID, target), func(r *cloud.Resource) bool { return r.Props.Str("type") == p.Str("type") }) {
			return recordAlias.Refuse("[Tried to create an alias %s. that targets %s., type %s in zone %s, but that target was not found]", name, target, p.Str("type"), zone.ID)
		}
	}
	return nil
}

// updateRecord puts the new set in place of the old one. A new type or
// identifier makes another set, whose ID stays all the same.
func updateRecord(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	zone, err := findZone(tx, r.Props.Str("zoneId"))
	if err != nil {
		return err
	}
	tx.Remove(r)
	news["name"] = r.Props["name"]
	return checkSet(tx, zone, r.Props.Str("fqdn"), news, true)
}

func deleteRecord(tx *cloud.Tx, r *cloud.Resource) error {
	zone := tx.Get(cloud.Route53Zone, r.Props.Str("zoneId"))
	if zone != nil && ownRecord(zone, r.Props) {
		return recordNS.Refuse("[A HostedZone must contain at least one NS record for the zone itself., A HostedZone must contain exactly one SOA record.] (%s)", r.ID)
	}
	return nil
}

// ownRecord tells whether a record is one of those that a zone has by itself.
func ownRecord(zone *cloud.Resource, p cloud.Props) bool {
	return p.Str("fqdn") == zone.Props.Str("name") && slices.Contains([]string{"NS", "SOA"}, p.Str("type"))
}

// expand is a record's full name: names outside the zone are taken to be
// relative to it, as the provider does.
func expand(name, zone string) string {
	name = plain(name)
	switch {
	case name == "":
		return zone
	case name == zone || strings.HasSuffix(name, "."+zone):
		return name
	}
	return name + "." + zone
}

// sets are the record sets of a name in a zone.
func sets(tx *cloud.Tx, zoneID, name string) []*cloud.Resource {
	return tx.List(cloud.Route53Record, cloud.Prop("zoneId", zoneID), cloud.Prop("fqdn", name))
}
