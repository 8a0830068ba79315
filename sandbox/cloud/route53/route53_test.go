package route53_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/route53"
)

type object = map[string]any

var west = cloud.Session{Region: "us-west-2"}

// world is an account with a VPC and a zone, example.com.
type world struct {
	*cloudtest.World
	vpc, zone string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{World: cloudtest.New(t, west, ec2.Service(), route53.Service())}
	w.vpc = w.Make(cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/16"}).ID
	w.zone = w.Make(cloud.Route53Zone, cloud.Props{"name": "Example.com."}).ID
	return w
}

// record are the properties of a record in example.com.
func (w *world) record(name, kind string, values ...string) cloud.Props {
	return cloud.Props{"zoneId": w.zone, "name": name, "type": kind, "ttl": 300.0, "records": cloud.Strings(values...)}
}

func (w *world) alias(name, kind, target, zone string) cloud.Props {
	return cloud.Props{"zoneId": w.zone, "name": name, "type": kind, "aliases": []any{
		object{"name": target, "zoneId": zone, "evaluateTargetHealth": true},
	}}
}

func (w *world) private(name string) cloud.Props {
	return cloud.Props{"name": name, "vpcs": []any{object{"vpcId": w.vpc}}}
}

func (w *world) routed(name, id string, values ...string) cloud.Props {
	return w.record(name, "A", values...).With(cloud.Props{"setIdentifier": id, "weightedRoutingPolicies": []any{object{"weight": 10.0}}})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rule string
		do   func(w *world) error
	}{
		"record in no zone": {"zone-missing", func(w *world) error {
			return w.Refused(cloud.Route53Record, w.record("www", "A", "192.0.2.1").With(cloud.Props{"zoneId": "Z0"}))
		}},
		"zone name": {"zone-name", func(w *world) error { return w.Refused(cloud.Route53Zone, cloud.Props{"name": "a..b"}) }},
		"zone label": {"zone-name", func(w *world) error {
			return w.Refused(cloud.Route53Zone, cloud.Props{"name": strings.Repeat("a", 64) + ".com"})
		}},
		"delegation set": {"zone-delegation-set-missing", func(w *world) error {
			return w.Refused(cloud.Route53Zone, cloud.Props{"name": "a.b", "delegationSetId": "N1"})
		}},
		"VPC of nowhere": {"zone-vpc-missing", func(w *world) error {
			return w.Refused(cloud.Route53Zone, cloud.Props{"name": "a.b", "vpcs": []any{object{"vpcId": "vpc-0"}}})
		}},
		"name in VPC": {"zone-name-taken-in-vpc", func(w *world) error {
			w.Make(cloud.Route53Zone, w.private("a.b"))
			return w.Refused(cloud.Route53Zone, w.private("A.b."))
		}},
		"without VPC": {"zone-without-vpc", func(w *world) error {
			z := w.Make(cloud.Route53Zone, w.private("a.b"))
			return w.update(z, cloud.Props{"name": "a.b"})
		}},
		"public with VPC": {"zone-is-public", func(w *world) error {
			z := w.Make(cloud.Route53Zone, cloud.Props{"name": "a.b"})
			return w.update(z, w.private("a.b"))
		}},
		"one zone more": {"too-many-zones", func(w *world) error { w.fill(499); return w.Refused(cloud.Route53Zone, cloud.Props{"name": "a.b"}) }},
		"zone with record": {"zone-has-records", func(w *world) error {
			w.Make(cloud.Route53Record, w.record("www", "A", "192.0.2.1"))
			return w.delete(cloud.Route53Zone, w.zone)
		}},
		"record without ttl": {"record-value", func(w *world) error {
			p := w.record("www", "A", "192.0.2.1")
			delete(p, "ttl")
			return w.Refused(cloud.Route53Record, p)
		}},
		"record again": {"record-exists", func(w *world) error {
			w.Make(cloud.Route53Record, w.record("www", "A", "192.0.2.1"))
			return w.Refused(cloud.Route53Record, w.record("WWW.example.com.", "A", "192.0.2.2"))
		}},
		"the zone's own": {"record-exists", func(w *world) error {
			return w.Refused(cloud.Route53Record, w.record("example.com", "NS", "ns.example.net"))
		}},
		"CNAME of the zone": {"record-cname-at-apex", func(w *world) error {
			return w.Refused(cloud.Route53Record, w.record("", "CNAME", "a.example.net"))
		}},
		"CNAME beside A": {"record-cname-beside-others", func(w *world) error {
			w.Make(cloud.Route53Record, w.record("www", "A", "192.0.2.1"))
			return w.Refused(cloud.Route53Record, w.record("www", "CNAME", "a.example.net"))
		}},
		"TXT beside CNAME": {"record-cname-beside-others", func(w *world) error {
			w.Make(cloud.Route53Record, w.record("www", "CNAME", "a.example.net"))
			return w.Refused(cloud.Route53Record, w.record("www", "TXT", `"a"`))
		}},
		"long label": {"record-name", func(w *world) error {
			return w.Refused(cloud.Route53Record, w.record(strings.Repeat("a", 64), "A", "192.0.2.1"))
		}},
		"long name": {"record-name", func(w *world) error {
			return w.Refused(cloud.Route53Record, w.record(strings.Repeat("a.", 130)+"b", "A", "192.0.2.1"))
		}},
		"no address": {"record-value", func(w *world) error { return w.Refused(cloud.Route53Record, w.record("www", "A", "2001:db8::1")) }},
		"long text": {"record-value", func(w *world) error {
			return w.Refused(cloud.Route53Record, w.record("www", "TXT", strings.Repeat("a", 256)))
		}},
		"two names": {"record-value", func(w *world) error { return w.Refused(cloud.Route53Record, w.record("www", "CNAME", "a.b", "c.d")) }},
		"weight beside none": {"record-simple-beside-routed", func(w *world) error {
			w.Make(cloud.Route53Record, w.record("www", "A", "192.0.2.1"))
			return w.Refused(cloud.Route53Record, w.routed("www", "blue", "192.0.2.2"))
		}},
		"alias to nothing": {"record-alias-target-missing", func(w *world) error {
			return w.Refused(cloud.Route53Record, w.alias("", "A", "www.example.com", w.zone))
		}},
		"name servers deleted": {"record-of-the-zone-itself", func(w *world) error {
			r := w.Make(cloud.Route53Record, w.record("", "NS", "ns.example.net").With(cloud.Props{"allowOverwrite": true}))
			return w.delete(r.Kind, r.ID)
		}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := tc.do(newWorld(t))
			cloudtest.WantRule(t, err, tc.rule)
		})
	}
}

func (w *world) update(r *cloud.Resource, p cloud.Props) error {
	_, err := w.Account.Update(west, r.Kind, r.ID, p)
	return err
}

func (w *world) delete(kind, id string) error { return w.Account.Delete(west, kind, id) }

// fill adds zones.
func (w *world) fill(n int) {
	w.T.Helper()
	if err := w.Account.Change(west, "fill", func(tx *cloud.Tx) error {
		for i := range n {
			tx.Make("test", cloud.Route53Zone, fmt.Sprint("Z", i), cloud.Props{"name": fmt.Sprint(i, ".net")}, nil)
		}
		return nil
	}); err != nil {
		w.T.Fatal(err)
	}
}

func TestProviderChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tests := map[string]struct {
		kind  string
		props cloud.Props
		want  string
	}{
		"type":                  {cloud.Route53Record, w.record("a", "HINFO", "x"), "type"},
		"nothing":               {cloud.Route53Record, cloud.Props{"zoneId": "z", "name": "a", "type": "A"}, "records"},
		"ttl of an alias":       {cloud.Route53Record, w.alias("a", "A", "b", "z").With(cloud.Props{"ttl": 1.0}), "ttl"},
		"routed without name":   {cloud.Route53Record, w.record("a", "A", "192.0.2.1").With(cloud.Props{"multivalueAnswerRoutingPolicy": true}), "setIdentifier"},
		"routed twice":          {cloud.Route53Record, w.routed("a", "b", "192.0.2.1").With(cloud.Props{"multivalueAnswerRoutingPolicy": true}), "multivalueAnswerRoutingPolicy"},
		"delegated and private": {cloud.Route53Zone, w.private("a.b").With(cloud.Props{"delegationSetId": "N1"}), "delegationSetId"},
	}
	for name, tc := range tests {
		problems, err := w.Account.Check(tc.kind, tc.props)
		if err != nil || len(problems) == 0 || problems[0].Property != tc.want {
			t.Errorf("%s: got %v, %v, want a problem with %s", name, problems, err, tc.want)
		}
	}
}

func TestZoneAndRecordsLive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zone, err := w.Account.Read(west, cloud.Route53Zone, w.zone)
	if err != nil {
		t.Fatal(err)
	}
	if p := zone.Props; p.Str("name") != "example.com" || p.Str("zoneId") != zone.ID || len(p.Strs("nameServers")) != 4 ||
		p.Str("arn") != "arn:aws:route53:::hostedzone/"+zone.ID || p.Str("comment") != "Managed by Pulumi" {
		t.Errorf("got %v", p)
	}
	www := w.Make(cloud.Route53Record, w.record("www", "A", "192.0.2.1"))
	if www.ID != zone.ID+"_www_A" || www.Props.Str("fqdn") != "www.example.com" {
		t.Errorf("got %s and %v", www.ID, www.Props)
	}
	apex := w.Make(cloud.Route53Record, w.alias("", "A", "www.example.com", w.zone))
	if apex.Props.Str("fqdn") != "example.com" {
		t.Errorf("got %v", apex.Props)
	}
	blue := w.Make(cloud.Route53Record, w.routed("api", "blue", "192.0.2.3"))
	w.Make(cloud.Route53Record, w.routed("api", "green", "192.0.2.4"))
	if want := zone.ID + "_api_A_blue"; blue.ID != want {
		t.Errorf("got %s, want %s", blue.ID, want)
	}
	if err := w.update(www, w.record("www", "A", "192.0.2.9")); err != nil {
		t.Error(err)
	}
	over := w.Make(cloud.Route53Record, w.record("www.example.com", "A", "192.0.2.7").With(cloud.Props{"allowOverwrite": true}))
	if gone, _ := w.Account.Read(west, www.Kind, www.ID); gone != nil || over.ID != zone.ID+"_www.example.com_A" {
		t.Errorf("got %v and %s, want one record", gone, over.ID)
	}
	p, err := w.Account.Invoke(west, "aws:route53/getZone:getZone", cloud.Props{"name": "example.com."})
	if err != nil || p.Str("zoneId") != zone.ID || p.Int("resourceRecordSetCount") != 6 {
		t.Errorf("got %v, %v", p, err)
	}
	if _, err := w.Account.Invoke(west, "aws:route53/getZone:getZone", cloud.Props{"name": "example.com", "privateZone": true}); err == nil {
		t.Error("a public zone was found as a private one")
	}
	if err := w.update(zone, cloud.Props{"name": "example.com", "forceDestroy": true}); err != nil {
		t.Fatal(err)
	}
	if err := w.delete(cloud.Route53Zone, zone.ID); err != nil {
		t.Error(err)
	}
	for _, r := range w.Account.Resources() {
		if r.Kind == cloud.Route53Record {
			t.Errorf("left: %s", r.ID)
		}
	}
}

func TestNamesMeanTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.Make(cloud.Route53Record, w.record("WWW.", "A", "192.0.2.1"))
	changes, err := w.Account.Diff(west, r.Kind, w.record("WWW.", "A", "192.0.2.1"), r.Props, w.record("www", "A", "192.0.2.1"))
	if err != nil || len(changes) != 0 {
		t.Errorf("got %v, %v, want no change", changes, err)
	}
}

func TestUpsertForOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := route53.Set{ZoneID: w.zone, Name: "app.example.com", Type: "A", AliasName: "lb.elb.amazonaws.com", AliasZoneID: "Z1"}
	err := w.Account.Change(west, "dns", func(tx *cloud.Tx) error {
		if zones := route53.ZonesFor(tx, "app.example.com"); len(zones) != 1 || zones[0].ID != w.zone {
			t.Errorf("got %v", zones)
		}
		if zones := route53.ZonesFor(tx, "example.org"); len(zones) != 0 {
			t.Errorf("got %v", zones)
		}
		if err := route53.Upsert(tx, "external-dns", set); err != nil {
			return err
		}
		set.AliasName = "other.elb.amazonaws.com"
		return route53.Upsert(tx, "external-dns", set)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.delete(cloud.Route53Zone, w.zone); err == nil || !strings.Contains(err.Error(), "app.example.com A, made by external-dns") {
		t.Errorf("got %v, want the record and who made it", err)
	}
}
