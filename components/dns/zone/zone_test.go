package zone_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/dns/zone"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

const component = "slipway:zone:Zone"

func left(t *testing.T, r *sandboxtest.Recording) {
	t.Helper()
	r.LeavesNothing(t)
}

func TestPublicZoneIsDelegatedTo(t *testing.T) {
	t.Parallel()
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		parent, err := zone.New(ctx, "parent", zone.Args{Domain: "example.com"})
		if err != nil {
			return err
		}
		_, err = zone.New(ctx, "dev", zone.Args{
			Domain: "dev.example.com", ParentZoneID: parent.ID,
			Records: []zone.Record{
				{Type: "CAA", Values: []pulumi.StringInput{pulumi.String(`0 issue "amazon.com"`)}},
				{Name: "*.apps", Type: "CNAME", TTL: 60, Values: []pulumi.StringInput{pulumi.String("www.dev.example.com")}},
				{Type: "A", Alias: zone.Alias{DNSName: pulumi.String("d1.cloudfront.net"), ZoneID: pulumi.String("Z2FDTNDATAQYW2")}},
			},
		})
		return err
	}).Must(t)
	dev := r.One(t, cloud.Route53Zone, "dev")
	want := map[string]cloud.Props{
		"dev-delegation": {
			"zoneId": "zone:parent", "name": "dev.example.com", "type": "NS", "ttl": 3600.0, "records": dev.Outputs["nameServers"],
		},
		"dev-caa-apex":       {"zoneId": "zone:dev", "name": "dev.example.com", "type": "CAA", "ttl": 300.0, "records": []any{`0 issue "amazon.com"`}},
		"dev-cname-any.apps": {"zoneId": "zone:dev", "name": "*.apps.dev.example.com", "type": "CNAME", "ttl": 60.0, "records": []any{"www.dev.example.com"}},
		"dev-a-apex": {"zoneId": "zone:dev", "name": "dev.example.com", "type": "A", "aliases": []any{map[string]any{
			"name": "d1.cloudfront.net", "zoneId": "Z2FDTNDATAQYW2", "evaluateTargetHealth": true,
		}}},
	}
	got := map[string]cloud.Props{}
	for _, x := range r.Below(t, component, "dev").Of(cloud.Route53Record) {
		got[x.Name] = r.Readable(x)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	left(t, r)
}

func TestPrivateZone(t *testing.T) {
	t.Parallel()
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		n, err := fixture.Network(ctx)
		if err != nil {
			return err
		}
		_, err = zone.New(ctx, "inside", zone.Args{Domain: "inside.example.com", VPCIDs: []pulumi.StringInput{n.VPCID}})
		return err
	}).Must(t)
	want := cloud.Props{"name": "inside.example.com", "comment": "Managed by Pulumi", "forceDestroy": false, "vpcs": []any{map[string]any{"vpcId": "vpc:net"}}}
	if diff := cmp.Diff(want, r.Readable(r.One(t, cloud.Route53Zone, "inside"))); diff != "" {
		t.Errorf("zone (-want +got):\n%s", diff)
	}
	left(t, r)
}

// A zone takes other people's records with it only when it is told to.
func TestZoneWithRecordsOfOthers(t *testing.T) {
	t.Parallel()
	for name, force := range map[string]bool{"stays": false, "goes": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := fixture.Run(t, func(ctx *pulumi.Context) error {
				_, err := zone.New(ctx, "dev", zone.Args{Domain: "dev.example.com", ForceDestroy: force})
				return err
			}).Must(t)
			if _, err := r.Account.Create(cloud.Session{Region: fixture.Region}, cloud.Route53Record, "other", cloud.Props{
				"zoneId": r.One(t, cloud.Route53Zone, "dev").ID, "name": "www", "type": "A", "ttl": 60.0, "records": []any{"192.0.2.1"},
			}); err != nil {
				t.Fatal(err)
			}
			err := r.Destroy()
			if refused := err != nil && strings.Contains(err.Error(), "HostedZoneNotEmpty"); refused == force {
				t.Errorf("destroying it: %v", err)
			}
		})
	}
}

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	text := []pulumi.StringInput{pulumi.String("x")}
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		_, err := zone.New(ctx, "dev", zone.Args{
			Domain: "Example.com.", VPCIDs: []pulumi.StringInput{nil}, ParentZoneID: pulumi.String("Z1"),
			Records: []zone.Record{
				{Type: "CNAME", Values: text}, {Name: "a b", Type: "PTR"}, {Name: "www", Type: "A", TTL: -1, Values: text},
				{Name: "www", Type: "A", Values: text, Alias: zone.Alias{ZoneID: pulumi.String("Z1")}},
			},
		})
		return err
	})
	if r.Err == nil {
		t.Fatal("nothing is wrong")
	}
	for _, want := range []string{
		"Domain is", "ParentZoneID is", "VPCIDs is", "Records.cname-apex.Type is", "Records.ptr-a b.Name is", "Records.ptr-a b.Type is",
		"Records.ptr-a b.Values is", "Records.a-www.TTL is", "Records is \"a-www\"", "Records.a-www.Alias is", "Records.a-www.Values is",
	} {
		if !strings.Contains(r.Err.Error(), want) {
			t.Errorf("%q is not in %q", want, r.Err)
		}
	}
	if len(r.Resources) > 0 {
		t.Errorf("resources were registered: %v", r.Counts())
	}
}
