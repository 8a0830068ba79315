package certificate_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/dns/certificate"
	"github.com/slipway-iac/slipway/components/dns/zone"
	"github.com/slipway-iac/slipway/internal/outputs"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

const component = "slipway:certificate:Certificate"

// zones are a zone and one below it, which it may delegate to.
func zones(ctx *pulumi.Context, delegated bool, records ...zone.Record) (*zone.Zone, error) {
	above, err := zone.New(ctx, "above", zone.Args{Domain: "example.com"})
	if err != nil {
		return nil, err
	}
	args := zone.Args{Domain: "dev.example.com", Records: records}
	if delegated {
		args.ParentZoneID = above.ID
	}
	return zone.New(ctx, "dev", args)
}

func TestDomainAndItsWildcardHaveOneProof(t *testing.T) {
	t.Parallel()
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		dev, err := zones(ctx, true)
		if err != nil {
			return err
		}
		c, err := certificate.New(ctx, "web", certificate.Args{
			Domain: "*.dev.example.com", OtherNames: []string{"www.api.dev.example.com", "dev.example.com"},
			ZoneID: dev.ID, ZoneReady: dev.Ready,
		})
		if err != nil {
			return err
		}
		// What takes the ARN waits until the certificate is issued.
		_, err = zone.New(ctx, "after", zone.Args{Domain: "example.org", Records: []zone.Record{
			{Type: "TXT", Values: []pulumi.StringInput{outputs.String(c.ARN, func(string) (string, error) { return `"x"`, nil })}},
		}})
		return err
	}).Must(t)
	below := r.Below(t, component, "web")
	want := map[string]int{cloud.Certificate: 1, cloud.Route53Record: 2, cloud.CertificateValidation: 1}
	if diff := cmp.Diff(want, below.Counts()); diff != "" {
		t.Errorf("resources (-want +got):\n%s", diff)
	}
	requested, issued := r.One(t, cloud.Certificate, "web"), r.One(t, cloud.CertificateValidation, "web")
	if got := certificateStatus(t, r, requested.ID); got != "ISSUED" {
		t.Errorf("the certificate is %s", got)
	}
	var proofs []any
	for _, domain := range []string{"dev.example.com", "www.api.dev.example.com"} {
		record := r.One(t, cloud.Route53Record, "web-"+domain)
		asked := option(t, requested, domain)
		want := cloud.Props{
			"zoneId": "zone:dev", "type": "CNAME", "ttl": 60.0,
			"name": asked.Str("resourceRecordName"), "records": []any{asked.Str("resourceRecordValue")},
		}
		if diff := cmp.Diff(want, r.Readable(record)); diff != "" {
			t.Errorf("proof of %s (-want +got):\n%s", domain, diff)
		}
		if !issued.WaitsFor(record) {
			t.Errorf("it is awaited before %s is proven", domain)
		}
		proofs = append(proofs, record.Outputs.Str("fqdn"))
	}
	if diff := cmp.Diff(proofs, issued.Inputs["validationRecordFqdns"]); diff != "" {
		t.Errorf("proofs that are awaited (-want +got):\n%s", diff)
	}
	for _, other := range []sandboxtest.Resource{r.One(t, cloud.Route53Record, "dev-delegation"), r.One(t, cloud.Route53Zone, "dev")} {
		if !issued.WaitsFor(other) {
			t.Errorf("it is awaited before %s", other.Name)
		}
	}
	if !r.One(t, cloud.Route53Record, "after-txt-apex").WaitsFor(issued) {
		t.Error("what takes the ARN does not wait until the certificate is issued")
	}
	r.LeavesNothing(t)
}

func certificateStatus(t *testing.T, r *sandboxtest.Recording, id string) string {
	t.Helper()
	c, err := r.Account.Read(cloud.Session{Region: fixture.Region}, cloud.Certificate, id)
	if err != nil || c == nil {
		t.Fatal(c, err)
	}
	return c.Props.Str("status")
}

// option is what ACM asks for a domain.
func option(t *testing.T, requested sandboxtest.Resource, domain string) cloud.Props {
	t.Helper()
	for _, o := range requested.Outputs.Objs("domainValidationOptions") {
		if strings.TrimPrefix(o.Str("domainName"), "*.") == domain {
			return o
		}
	}
	t.Fatalf("nothing is asked for %s", domain)
	return nil
}

// The dangerous mistakes: each leaves a certificate that is never issued.
func TestNeverIssued(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		delegated bool
		records   []zone.Record
		domain    string
		want      string
	}{
		"another authority is named": {
			true, []zone.Record{{Type: "CAA", Values: []pulumi.StringInput{pulumi.String(`0 issue "letsencrypt.org"`)}}},
			"dev.example.com", "does not allow amazon.com",
		},
		"a name of the zone above": {true, nil, "example.com", "missing example.com DNS validation record"},
		"a zone that nobody finds": {false, nil, "dev.example.com", "is not delegated"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := fixture.Run(t, func(ctx *pulumi.Context) error {
				dev, err := zones(ctx, tc.delegated, tc.records...)
				if err != nil {
					return err
				}
				_, err = certificate.New(ctx, "web", certificate.Args{Domain: tc.domain, ZoneID: dev.ID, ZoneReady: dev.Ready})
				return err
			})
			if r.Err == nil || !strings.Contains(r.Err.Error(), tc.want) {
				t.Errorf("got %v, want %q", r.Err, tc.want)
			}
		})
	}
}

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 60) + ".example.com"
	for name, tc := range map[string]struct {
		args certificate.Args
		want []string
	}{
		"nothing":         {certificate.Args{}, []string{`Domain is "": want a domain`, "ZoneID is required"}},
		"a name too long": {certificate.Args{Domain: long, ZoneID: pulumi.String("Z1")}, []string{"Domain is \"" + long + "\": want at most 64"}},
		"names in a muddle": {
			certificate.Args{Domain: "example.com.", OtherNames: []string{"a.*.com", "x.example.com", "x.example.com"}, ZoneID: pulumi.String("Z1")},
			[]string{`Domain is "example.com."`, `OtherNames is "a.*.com": want a domain`, `OtherNames is "x.example.com": want each name once`},
		},
	} {
		r := fixture.Run(t, func(ctx *pulumi.Context) error {
			_, err := certificate.New(ctx, "web", tc.args)
			return err
		})
		if r.Err == nil {
			t.Fatalf("%s: nothing is wrong", name)
		}
		var lines []string
		for line := range strings.Lines(r.Err.Error()) {
			if i := strings.Index(line, " is "); i >= 0 {
				lines = append(lines, line)
			}
		}
		if !slices.EqualFunc(lines, tc.want, strings.Contains) {
			t.Errorf("%s: problems are\n%s\nwant\n%s", name, strings.Join(lines, ""), strings.Join(tc.want, "\n"))
		}
		if len(r.Resources) > 0 {
			t.Errorf("%s: resources were registered: %v", name, r.Counts())
		}
	}
}
