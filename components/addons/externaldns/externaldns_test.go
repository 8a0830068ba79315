package externaldns_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/externaldns"
	"github.com/slipway-iac/slipway/components/dns/zone"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

const (
	component = "slipway:externaldns:ExternalDNS"
	release   = "kubernetes:helm.sh/v3:Release"
	probe     = "test:index:Probe"
)

// run installs the controller "dns" in a cluster with nodes.
func run(t *testing.T, change func(*externaldns.Args)) *sandboxtest.Recording {
	t.Helper()
	return fixture.Run(t, func(ctx *pulumi.Context) error {
		g, target, err := fixture.Running(ctx)
		if err != nil {
			return err
		}
		z, err := zone.New(ctx, "zone", zone.Args{Domain: "dev.example.com"})
		if err != nil {
			return err
		}
		args := externaldns.Args{
			Cluster: target, ClusterARN: g.Cluster.ARN, OwnerID: "demo",
			ZoneIDs: []pulumi.StringInput{z.ID}, Domains: []string{"dev.example.com"},
		}
		change(&args)
		c, err := externaldns.New(ctx, "dns", args)
		if err != nil {
			return err
		}
		return ctx.RegisterComponentResourceV2(probe, "user", nil, &pulumi.ResourceState{}, pulumi.DependsOn(c.Ready))
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	for policy, want := range map[externaldns.Policy]string{"": "upsert-only", externaldns.Sync: "sync"} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			r := run(t, func(a *externaldns.Args) { a.Policy = policy }).Must(t)
			made := r.One(t, release, "dns")
			values := cloud.Props{
				"provider": map[string]any{"name": "aws"}, "serviceAccount": map[string]any{"create": true, "name": "external-dns"},
				"sources": []any{"service", "ingress"}, "policy": want, "registry": "txt", "txtOwnerId": "demo",
				"domainFilters": []any{"dev.example.com"}, "extraArgs": []any{"--zone-id-filter=" + r.One(t, cloud.Route53Zone, "zone").ID},
				"triggerLoopOnEvent": true,
			}
			if diff := cmp.Diff(values, made.Inputs.Obj("values")); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
			if !made.WaitsFor(r.One(t, cloud.EKSPodIdentityAssociation, "dns")) || !made.WaitsFor(r.One(t, "kubernetes:core/v1:Namespace", "dns")) {
				t.Error("the release does not wait for its association and its namespace")
			}
			if !r.One(t, probe, "user").WaitsFor(made) {
				t.Error("what waits for Ready does not wait for the release")
			}
			if err := r.Destroy(); err != nil {
				t.Fatal(err)
			}
			for kind, n := range r.Left() {
				t.Errorf("%d of %s are left", n, kind)
			}
		})
	}
}

// No other zone of the account is written to.
func TestRoleEndsAtItsZones(t *testing.T) {
	t.Parallel()
	r := run(t, func(*externaldns.Args) {}).Must(t)
	zone := `"arn:aws:route53:::hostedzone/` + r.One(t, cloud.Route53Zone, "zone").ID + `"`
	want := `{"Version":"2012-10-17","Statement":[{"Sid":"ChangeRecords","Effect":"Allow","Action":["route53:ChangeResourceRecordSets"],` +
		`"Resource":[` + zone + `],"Condition":{"ForAllValues:StringEquals":{"route53:ChangeResourceRecordSetsRecordTypes":["A","AAAA","CNAME","TXT"]},` +
		`"Null":{"route53:ChangeResourceRecordSetsRecordTypes":["false"]}}},` +
		`{"Sid":"ReadRecords","Effect":"Allow","Action":["route53:ListResourceRecordSets"],"Resource":[` + zone + `]},` +
		`{"Sid":"FindZones","Effect":"Allow","Action":["route53:ListHostedZones"],"Resource":["*"]}]}`
	if diff := cmp.Diff(want, r.One(t, cloud.IAMRolePolicy, "dns-records").Inputs.Str("policy")); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
	if n := len(r.Below(t, component, "dns").Of(cloud.IAMRolePolicy)); n != 1 {
		t.Errorf("the role has %d policies", n)
	}
}

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		_, err := externaldns.New(ctx, "dns", externaldns.Args{Policy: "create-only"})
		return err
	})
	if r.Err == nil {
		t.Fatal("nothing is wrong")
	}
	for _, field := range []string{"Cluster.ClusterName", "Cluster.Provider", "Cluster.Ready", "ClusterARN", "OwnerID", "ZoneIDs", "Domains", "Policy"} {
		if !strings.Contains(r.Err.Error(), field+" ") {
			t.Errorf("%s is not in %q", field, r.Err)
		}
	}
	if len(r.Resources) > 0 {
		t.Errorf("resources were registered: %v", r.Counts())
	}
}
