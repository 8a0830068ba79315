package zone_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/dns/zone"
)

// A zone for one environment, to which the company's zone delegates. Only Let's
// Encrypt may give out certificates for its names.
func ExampleNew() {
	_ = func(ctx *pulumi.Context, company pulumi.StringInput) error {
		_, err := zone.New(ctx, "dev", zone.Args{
			Domain: "dev.example.com", ParentZoneID: company,
			Records: []zone.Record{{Type: "CAA", Values: []pulumi.StringInput{pulumi.String(`0 issue "letsencrypt.org"`)}}},
		})
		return err
	}
}
