package controllers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/route53"
	"github.com/slipway-iac/slipway/sandbox/kube/control"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// recorder is external-dns; see https://github.com/kubernetes-sigs/external-dns
const recorder = "external-dns"

var recorders = control.Program{
	Chart: recorder, Addon: recorder, Account: objects.Name{Namespace: recorder, Name: recorder},
	Actions: []string{"route53:ChangeResourceRecordSets", "route53:ListHostedZones", "route53:ListResourceRecordSets"},
}

// records is external-dns, which keeps the records of Ingresses and Services. It
// puts no finalizer on them: records of what is deleted while it does not run,
// and all of them where it may only add, stay.
var records = control.Controller{
	Name: recorder, Watches: []string{networking + "/Ingress", "v1/Service"}, Runs: recorders.Why,
	Mine: func(_ *cloud.Tx, _, o *cloud.Resource) bool { return len(hosts(o)) > 0 },
	Sync: func(tx *cloud.Tx, cluster *cloud.Resource, own []*cloud.Resource) map[string]error {
		values := recorders.Values(tx, cluster)
		// The chart's defaults, as the add-on's.
		r := registry{owner: cmp.Or(values.Str("txtOwnerId"), "default"), domains: values.Strs("domainFilters"), kept: map[string]bool{}}
		problems := map[string]error{}
		for _, o := range own {
			for _, host := range hosts(o) {
				if err := r.keep(tx, o, host); err != nil {
					problems[o.ID] = err
				}
			}
		}
		if values.Str("policy") == "sync" {
			r.prune(tx)
		}
		return problems
	},
}

// registry is whose records these are, and which are kept.
type registry struct {
	owner   string
	domains []string
	kept    map[string]bool
}

// hosts are the names that an object asks for: those of an Ingress' rules, and
// those of an annotation.
func hosts(o *cloud.Resource) []string {
	var names []string
	for _, rule := range o.Props.Obj("spec").Objs("rules") {
		if host := rule.Str("host"); host != "" {
			names = append(names, host)
		}
	}
	names = append(names, list(o.Props.Obj("metadata").StrMap("annotations")["external-dns.alpha.kubernetes.io/hostname"])...)
	slices.Sort(names)
	return slices.Compact(names)
}

// keep has a name lead to the load balancer of an object, in every zone that it
// lies in.
func (r *registry) keep(tx *cloud.Tx, o *cloud.Resource, host string) error {
	if !r.inDomain(host) {
		return fmt.Errorf("%s is outside of its domainFilters %v", host, r.domains)
	}
	zones := route53.ZonesFor(tx, host)
	if len(zones) == 0 {
		return fmt.Errorf("no hosted zone of the account has %s in it", host)
	}
	_, kind := objects.TypeOf(o.Props)
	mark := fmt.Sprintf("heritage=external-dns,external-dns/owner=%s,external-dns/resource=%s/%s", r.owner, strings.ToLower(kind), objects.NameOf(o.Props).ID())
	target := targetOf(tx, o)
	for _, zone := range zones {
		for _, t := range []string{"A", "AAAA"} {
			r.kept[key(zone.ID, host, t)] = true
			if target == nil {
				continue // Nothing to lead to yet.
			}
			if err := r.put(tx, route53.Set{
				ZoneID: zone.ID, Name: host, Type: t, AliasName: target.Props.Str("dnsName"), AliasZoneID: target.Props.Str("zoneId"),
			}, mark); err != nil {
				return err
			}
		}
	}
	return nil
}

// put writes a set of records and the text beside it that says whose it is. A
// set of somebody else's is left alone.
func (r *registry) put(tx *cloud.Tx, s route53.Set, mark string) error {
	old, owner := route53.Find(tx, s.ZoneID, s.Name, s.Type), ownerOf(tx, s.ZoneID, s.Name, s.Type)
	switch {
	case old != nil && owner == "":
		return fmt.Errorf("the record %s %s is not external-dns', so it is left alone", s.Name, s.Type)
	case owner != "" && owner != r.owner:
		return fmt.Errorf("the record %s %s is owned by %q, and txtOwnerId is %q", s.Name, s.Type, owner, r.owner)
	case old != nil && old.Props.Objs("aliases")[0].Str("name") == s.AliasName:
		return nil
	}
	if err := route53.Upsert(tx, recorder, s); err != nil {
		return err
	}
	return route53.Upsert(tx, recorder, route53.Set{ZoneID: s.ZoneID, Name: beside(s.Name, s.Type), Type: "TXT", Records: []string{`"` + mark + `"`}})
}

// prune deletes the records of the registry's owner that nothing asks for any
// more.
func (r *registry) prune(tx *cloud.Tx) {
	for _, record := range tx.List(cloud.Route53Record) {
		zone, name, kind := record.Props.Str("zoneId"), record.Props.Str("fqdn"), record.Props.Str("type")
		if r.kept[key(zone, name, kind)] || !r.inDomain(name) || ownerOf(tx, zone, name, kind) != r.owner {
			continue
		}
		tx.Remove(record)
		if text := route53.Find(tx, zone, beside(name, kind), "TXT"); text != nil {
			tx.Remove(text)
		}
	}
}

func (r *registry) inDomain(name string) bool {
	return len(r.domains) == 0 || slices.ContainsFunc(r.domains, func(d string) bool { return name == d || strings.HasSuffix(name, "."+d) })
}

// ownerOf is who keeps a record, as the text beside it says; "" when nobody does.
func ownerOf(tx *cloud.Tx, zone, name, kind string) string {
	text := route53.Find(tx, zone, beside(name, kind), "TXT")
	if text == nil {
		return ""
	}
	for _, word := range list(strings.Trim(text.Props.Strs("records")[0], `"`)) {
		if owner, ok := strings.CutPrefix(word, "external-dns/owner="); ok {
			return owner
		}
	}
	return ""
}

// beside is the name of the text that says whose a record is.
func beside(name, kind string) string { return strings.ToLower(kind) + "-" + name }

func key(zone, name, kind string) string { return zone + " " + name + " " + kind }

// targetOf is the load balancer of an object; nil while it has none.
func targetOf(tx *cloud.Tx, o *cloud.Resource) *cloud.Resource {
	for _, i := range o.Props.Obj("status").Obj("loadBalancer").Objs("ingress") {
		if b := tx.One(cloud.LoadBalancer, cloud.Prop("dnsName", i.Str("hostname"))); b != nil {
			return b
		}
	}
	return nil
}
