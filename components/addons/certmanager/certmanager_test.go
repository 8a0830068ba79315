package certmanager_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/certmanager"
	"github.com/slipway-iac/slipway/components/dns/zone"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

const (
	component   = "slipway:certmanager:CertManager"
	release     = "kubernetes:helm.sh/v3:Release"
	issuer      = "kubernetes:cert-manager.io/v1:ClusterIssuer"
	certificate = "kubernetes:cert-manager.io/v1:Certificate"
	probe       = "test:index:Probe"
)

// run installs cert-manager, "cm", in a cluster with nodes.
func run(t *testing.T, zones bool) *sandboxtest.Recording {
	t.Helper()
	return fixture.Run(t, func(ctx *pulumi.Context) error {
		g, target, err := fixture.Running(ctx)
		if err != nil {
			return err
		}
		args := certmanager.Args{Cluster: target}
		if zones {
			z, err := zone.New(ctx, "zone", zone.Args{Domain: "dev.example.com"})
			if err != nil {
				return err
			}
			args.ClusterARN, args.Region, args.Email = g.Cluster.ARN, fixture.Region, "tls@example.com"
			args.Zones = []certmanager.Zone{{Domain: "dev.example.com", ID: z.ID}}
		}
		c, err := certmanager.New(ctx, "cm", args)
		if err != nil {
			return err
		}
		return ctx.RegisterComponentResourceV2(probe, "user", nil, &pulumi.ResourceState{}, pulumi.DependsOn(c.Ready))
	}).Must(t)
}

func TestNewMakesExactly(t *testing.T) {
	t.Parallel()
	const space, policy = "kubernetes:core/v1:Namespace", "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	for name, tc := range map[string]struct {
		zones bool
		want  map[string]int
	}{
		"without zones": {false, map[string]int{
			"slipway:namespace:Namespace": 1, space: 1, policy: 2, release: 1, issuer: 2, certificate: 1,
		}},
		"with a zone": {true, map[string]int{
			"slipway:namespace:Namespace": 1, space: 1, policy: 2, release: 1, issuer: 4, certificate: 1,
			"slipway:identity:Identity": 1, cloud.IAMRole: 1, cloud.IAMRolePolicy: 1, cloud.EKSPodIdentityAssociation: 1,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, tc.zones)
			made := r.Below(t, component, "cm")
			if diff := cmp.Diff(tc.want, made.Counts()); diff != "" {
				t.Errorf("resources (-want +got):\n%s", diff)
			}
			chart, user := r.One(t, release, "cm"), r.One(t, probe, "user")
			for _, x := range append(made.Of(issuer), made.Of(certificate)...) {
				if !x.WaitsFor(chart) || !user.WaitsFor(x) {
					t.Errorf("release, %s and what waits for Ready are out of order", x.Name)
				}
			}
			if tc.zones && !chart.WaitsFor(r.One(t, cloud.EKSPodIdentityAssociation, "cm")) {
				t.Error("the release does not wait for its association")
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

// The definitions outlive the release, and with them every Certificate.
func TestDefinitionsAreKept(t *testing.T) {
	t.Parallel()
	budget := map[string]any{"enabled": true}
	pair := map[string]any{"replicaCount": 2.0, "podDisruptionBudget": budget}
	want := cloud.Props{
		"crds": map[string]any{"enabled": true, "keep": true}, "serviceAccount": map[string]any{"create": true, "name": "cert-manager"},
		"replicaCount": 2.0, "podDisruptionBudget": budget, "webhook": pair, "cainjector": pair,
		"global": map[string]any{"priorityClassName": "system-cluster-critical"},
	}
	if diff := cmp.Diff(want, run(t, false).One(t, release, "cm").Inputs.Obj("values")); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

func TestIssuers(t *testing.T) {
	t.Parallel()
	r := run(t, true)
	acme := func(server, name string) map[string]any {
		return map[string]any{"acme": map[string]any{
			"server": server, "email": "tls@example.com", "privateKeySecretRef": map[string]any{"name": name + "-account"},
			"solvers": []any{map[string]any{
				"selector": map[string]any{"dnsZones": []any{"dev.example.com"}},
				"dns01":    map[string]any{"route53": map[string]any{"region": "us-west-2", "hostedZoneID": r.One(t, cloud.Route53Zone, "zone").ID}},
			}},
		}}
	}
	for name, want := range map[string]map[string]any{
		"private-ca-root":        {"selfSigned": map[string]any{}},
		"private-ca":             {"ca": map[string]any{"secretName": "private-ca"}},
		"letsencrypt-staging":    acme("https://acme-staging-v02.api.letsencrypt.org/directory", "letsencrypt-staging"),
		"letsencrypt-production": acme("https://acme-v02.api.letsencrypt.org/directory", "letsencrypt-production"),
	} {
		made := r.One(t, issuer, "cm-"+name)
		if diff := cmp.Diff(want, made.Inputs["spec"]); diff != "" || made.Inputs.Obj("metadata").Str("name") != name {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	authority := r.One(t, certificate, "cm-private-ca")
	spec := authority.Inputs.Obj("spec")
	if !spec.Bool("isCA") || spec.Obj("issuerRef").Str("name") != "private-ca-root" || authority.Inputs.Obj("metadata").Str("namespace") != "cert-manager" {
		t.Errorf("the authority is %v", authority.Inputs)
	}
	if !authority.WaitsFor(r.One(t, issuer, "cm-private-ca-root")) || !r.One(t, issuer, "cm-private-ca").WaitsFor(authority) {
		t.Error("root, authority and issuer are out of order")
	}
}

// Challenges are texts, in the zone that it was given.
func TestRoleEndsAtItsZones(t *testing.T) {
	t.Parallel()
	r := run(t, true)
	zone := `"arn:aws:route53:::hostedzone/` + r.One(t, cloud.Route53Zone, "zone").ID + `"`
	want := `{"Version":"2012-10-17","Statement":[{"Sid":"ChangeRecords","Effect":"Allow","Action":["route53:ChangeResourceRecordSets"],` +
		`"Resource":[` + zone + `],"Condition":{"ForAllValues:StringEquals":{"route53:ChangeResourceRecordSetsRecordTypes":["TXT"]},` +
		`"Null":{"route53:ChangeResourceRecordSetsRecordTypes":["false"]}}},` +
		`{"Sid":"ReadRecords","Effect":"Allow","Action":["route53:ListResourceRecordSets"],"Resource":[` + zone + `]},` +
		`{"Sid":"SeeChanges","Effect":"Allow","Action":["route53:GetChange"],"Resource":["arn:aws:route53:::change/*"]}]}`
	if diff := cmp.Diff(want, r.One(t, cloud.IAMRolePolicy, "cm-challenges").Inputs.Str("policy")); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
}

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		_, err := certmanager.New(ctx, "cm", certmanager.Args{Zones: []certmanager.Zone{{}, {}}})
		return err
	})
	if r.Err == nil {
		t.Fatal("nothing is wrong")
	}
	for _, want := range []string{
		"Cluster.ClusterName is", "Cluster.Provider is", "Cluster.Ready is", "ClusterARN is", "Region is", "Email is",
		"Zones.Domain is required", "Zones.ID is required", `Zones.Domain is ""`,
	} {
		if !strings.Contains(r.Err.Error(), want) {
			t.Errorf("%q is not in %q", want, r.Err)
		}
	}
	if len(r.Resources) > 0 {
		t.Errorf("resources were registered: %v", r.Counts())
	}
}
