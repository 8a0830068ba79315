package controllers_test

import (
	"slices"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const (
	dns      = "external-dns"
	dnsChart = "https://kubernetes-sigs.github.io/external-dns"
)

// named is a world with the AWS Load Balancer Controller, a zone, and
// external-dns with some values.
func named(t *testing.T, values object) *world {
	t.Helper()
	w := balanced(t)
	w.make("zone", cloud.Route53Zone, cloud.Props{"name": "example.com"})
	w.associate("dns", dns, dns, "route53:*")
	w.installDNS(values)
	w.service("apps/web", "ClusterIP")
	return w
}

func (w *world) installDNS(values object) {
	w.t.Helper()
	w.install(dns, dnsChart, dns, values)
}

func (w *world) records() []string {
	var out []string
	for _, r := range w.all(cloud.Route53Record) {
		out = append(out, r.Props.Str("type")+" "+r.Props.Str("fqdn"))
	}
	slices.Sort(out)
	return out
}

var four = []string{"A app.example.com", "AAAA app.example.com", "TXT a-app.example.com", "TXT aaaa-app.example.com"}

func (w *world) wantRecords(want ...string) {
	w.t.Helper()
	if got := w.records(); !slices.Equal(got, want) {
		w.t.Errorf("got the records %v, want %v", got, want)
	}
}

func TestRecordsFollowAnIngress(t *testing.T) {
	t.Parallel()
	w := named(t, object{"policy": "sync", "txtOwnerId": "demo", "domainFilters": []any{"example.com"}})
	made := w.object(networking, "Ingress", "apps/web", ingress("web", open))
	w.wantRecords(four...)
	for _, r := range w.all(cloud.Route53Record) {
		switch r.Props.Str("type") {
		case "TXT":
			if got, want := r.Props.Strs("records")[0], `"heritage=external-dns,external-dns/owner=demo,external-dns/resource=ingress/apps/web"`; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		default:
			if got := r.Props.Objs("aliases")[0].Str("name"); got != hostname(made) {
				t.Errorf("%s leads to %s, want %s", r.ID, got, hostname(made))
			}
		}
	}
	wantSaid(t, w.tryDelete("zone"), "HostedZoneNotEmpty", "made by external-dns")
	w.remove(networking, "Ingress", "apps/web")
	w.wantRecords()
	w.delete("zone")
}

// What is deleted while external-dns is gone, or may only add, keeps its
// records, and they hold the zone.
func TestRecordsStay(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		values object
		gone   bool
	}{
		"external-dns goes first": {object{"policy": "sync"}, true},
		"it may only add":         {object{"policy": "upsert-only"}, false},
		"nothing is said":         {object{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := named(t, tc.values)
			w.object(networking, "Ingress", "apps/web", ingress("web", open))
			if tc.gone {
				w.uninstall(dns, dns)
			}
			w.remove(networking, "Ingress", "apps/web")
			w.wantRecords(four...)
			wantSaid(t, w.tryDelete("zone"), "HostedZoneNotEmpty", "app.example.com")
		})
	}
}

func TestRecordsOfAServiceWithAnAnnotation(t *testing.T) {
	t.Parallel()
	w := named(t, object{"policy": "sync"})
	w.object("v1", "Service", "apps/tcp", cloud.Props{
		"metadata": object{"annotations": object{"external-dns.alpha.kubernetes.io/hostname": "tcp.example.com"}},
		"spec":     object{"type": "LoadBalancer", "ports": []any{object{"port": 80.0}}, "selector": object{"app": "web"}},
	})
	w.wantRecords("A tcp.example.com", "AAAA tcp.example.com", "TXT a-tcp.example.com", "TXT aaaa-tcp.example.com")
}

// Records of somebody else's, names outside of the domains and names without a
// zone are left alone; the Ingress itself is served.
func TestRecordsThatAreNotItsOwn(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		values object
		before func(w *world)
		want   []string
	}{
		"outside of its domains": {object{"domainFilters": []any{"example.org"}}, nil, nil},
		"no zone":                {object{}, func(w *world) { w.delete("zone") }, nil},
		"a record by hand": {object{"policy": "sync"}, func(w *world) {
			w.make("record", cloud.Route53Record, cloud.Props{"zoneId": w.ids["zone"], "name": "app", "type": "A", "ttl": 60.0, "records": cloud.Strings("192.0.2.1")})
		}, []string{"A app.example.com"}},
		"another owner": {object{"policy": "sync", "txtOwnerId": "demo"}, func(w *world) {
			w.make("text", cloud.Route53Record, cloud.Props{
				"zoneId": w.ids["zone"], "name": "a-app", "type": "TXT", "ttl": 60.0, "records": cloud.Strings("heritage=external-dns,external-dns/owner=other"),
			})
			w.make("record", cloud.Route53Record, cloud.Props{"zoneId": w.ids["zone"], "name": "app", "type": "A", "ttl": 60.0, "records": cloud.Strings("192.0.2.1")})
		}, []string{"A app.example.com", "TXT a-app.example.com"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := named(t, tc.values)
			if tc.before != nil {
				tc.before(w)
			}
			w.object(networking, "Ingress", "apps/web", ingress("web", open))
			w.wantRecords(tc.want...)
			w.remove(networking, "Ingress", "apps/web")
			w.wantRecords(tc.want...)
		})
	}
}

// A load balancer that is made anew is followed.
func TestRecordsMoveWithTheLoadBalancer(t *testing.T) {
	t.Parallel()
	w := named(t, object{"policy": "sync"})
	w.object(networking, "Ingress", "apps/web", ingress("web", open))
	changed := ingress("web", map[string]string{"scheme": "internal", "target-type": "ip"})
	changed.Obj("metadata")["name"], changed.Obj("metadata")["namespace"] = "web", "apps"
	now, err := w.client.Update(networking, "Ingress", changed)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range w.all(cloud.Route53Record) {
		if r.Props.Str("type") == "A" && r.Props.Objs("aliases")[0].Str("name") != hostname(now) {
			t.Errorf("it leads to %v, want %s", r.Props["aliases"], hostname(now))
		}
	}
}

func TestRecordsByTheAddOn(t *testing.T) {
	t.Parallel()
	w := balanced(t)
	w.make("zone", cloud.Route53Zone, cloud.Props{"name": "example.com"})
	w.role("dns", "pods.eks.amazonaws.com", "route53:*")
	w.make("dns", cloud.EKSAddon, cloud.Props{
		"clusterName": "demo", "addonName": dns, "configurationValues": text(object{"policy": "sync", "txtOwnerId": "demo"}),
		"podIdentityAssociations": []any{object{"roleArn": roleARN + "dns", "serviceAccount": dns}},
	})
	w.service("apps/web", "ClusterIP")
	w.object(networking, "Ingress", "apps/web", ingress("web", open))
	w.wantRecords(four...)
	w.delete("dns")
	w.remove(networking, "Ingress", "apps/web")
	w.wantRecords(four...)
}
