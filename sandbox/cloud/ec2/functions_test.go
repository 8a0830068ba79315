package ec2

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func (w *world) ask(token string, args cloud.Props) cloud.Props {
	w.t.Helper()
	out, err := w.acct.Invoke(w.session, token, args)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func filter(name string, values ...string) cloud.Props {
	return cloud.Props{"filters": []any{object(cloud.Props{"name": name, "values": list(values...)})}}
}

func TestAvailabilityZones(t *testing.T) {
	t.Parallel()
	const token = "aws:index/getAvailabilityZones:getAvailabilityZones"
	for name, tc := range map[string]struct {
		args cloud.Props
		want []string
	}{
		"all":        {cloud.Props{"state": "available"}, []string{"us-west-2a", "us-west-2b", "us-west-2c", "us-west-2d"}},
		"excluded":   {cloud.Props{"excludeNames": list("us-west-2d"), "excludeZoneIds": list("usw2-az1")}, []string{"us-west-2b", "us-west-2c"}},
		"none opted": {filter("opt-in-status", "opted-in"), nil},
		"by filter":  {filter("zone-name", "us-west-2[a]", "*c"), []string{"us-west-2c"}},
		"impaired":   {cloud.Props{"state": "impaired"}, nil},
	} {
		if diff := cmp.Diff(tc.want, newWorld(t).ask(token, tc.args).Strs("names")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if _, err := newWorld(t).acct.Invoke(cloud.Session{Region: region}, token, filter("colour", "red")); err == nil {
		t.Error("an unknown filter is accepted")
	}
}

func TestLookups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.make(cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/16", "tags": object(cloud.Props{"Name": "prod"})})
	other := w.vpc()
	a, b := w.subnet(vpc, "10.0.0.0/24", "a"), w.subnet(vpc, "10.0.1.0/24", "b")
	w.subnet(other, "10.0.0.0/24", "a")
	for name, args := range map[string]cloud.Props{
		"id": {"id": vpc.ID}, "tags": {"tags": object(cloud.Props{"Name": "prod"})}, "tag filter": filter("tag:Name", "pr?d"), "tag key": filter("tag-key", "Name"),
	} {
		got := w.ask("aws:ec2/getVpc:getVpc", args)
		if got.Str("id") != vpc.ID || got.Str("mainRouteTableId") != vpc.Props.Str("mainRouteTableId") {
			t.Errorf("by %s: found %v", name, got)
		}
	}
	for name, args := range map[string]cloud.Props{"none": {"id": "vpc-0"}, "two": {"cidrBlock": "10.0.0.0/16"}, "default": {"default": true}} {
		if got, err := w.acct.Invoke(w.session, "aws:ec2/getVpc:getVpc", args); err == nil {
			t.Errorf("%s: found %v", name, got)
		}
	}
	if diff := cmp.Diff([]string{a.ID, b.ID}, w.ask("aws:ec2/getSubnets:getSubnets", filter("vpc-id", vpc.ID)).Strs("ids")); diff != "" {
		t.Errorf("subnets (-want +got):\n%s", diff)
	}
	if got := w.ask("aws:ec2/getSubnets:getSubnets", filter("availability-zone", "us-west-2c")).Strs("ids"); len(got) != 0 {
		t.Errorf("found %v in a zone without subnets", got)
	}
}
