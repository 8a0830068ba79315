package tests

import (
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/dns/certificate"
	"github.com/slipway-iac/slipway/components/dns/zone"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/enginetest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

// names is a program with a zone that is delegated, vouched for and logged, and a
// certificate in it. Trusted is the last stage of signing.
func names(stage zone.DNSSEC) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		east, err := aws.NewProvider(ctx, "east", &aws.ProviderArgs{Region: pulumi.String("us-east-1")})
		if err != nil {
			return err
		}
		above, err := zone.New(ctx, "above", zone.Args{Domain: "example.com"})
		if err != nil {
			return err
		}
		dev, err := zone.New(ctx, "dev", zone.Args{
			Domain: "dev.example.com", ParentZoneID: above.ID, DNSSEC: stage, QueryLogDays: 7, East: east, AccountID: fixture.AccountID,
		})
		if err != nil {
			return err
		}
		_, err = certificate.New(ctx, "web", certificate.Args{
			Domain: "dev.example.com", OtherNames: []string{"*.dev.example.com", "www.api.dev.example.com"}, ZoneID: dev.ID, ZoneReady: dev.Ready,
		})
		return err
	}
}

func TestZoneAndCertificateOnTheEngine(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t, enginetest.Options{
		Pulumi: pulumiCLI, Config: map[string]string{"aws:region": fixture.Region}, AccountID: fixture.AccountID,
	}, names(zone.Unsigned))
	for _, stage := range []zone.DNSSEC{zone.Unsigned, zone.Signed, zone.Trusted, zone.Signed, zone.Unsigned} {
		e.Replace(names(stage))
		e.Up()
		if changes := e.Preview().ChangeSummary; changes["same"] == 0 || len(changes) != 1 {
			t.Errorf("stage %q: a second preview has changes: %v\n%s", stage, changes, e.Log())
		}
	}
	if changes := *e.Refresh().Summary.ResourceChanges; changes["same"] == 0 || len(changes) != 1 {
		t.Errorf("a refresh finds changes: %v\n%s", changes, e.Log())
	}
	if c := e.Resource(cloud.Certificate, "web"); c.Props.Str("status") != "ISSUED" {
		t.Errorf("the certificate is %s", c.Props.Str("status"))
	}
	e.Destroy()
	for _, r := range e.Resources("") {
		t.Errorf("%s %s is left", r.Kind, r.ID)
	}
}
