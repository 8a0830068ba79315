package zone_test

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
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

// A zone that resolvers can check, and whose queries are kept for a month.
func ExampleNew_signed() {
	_ = func(ctx *pulumi.Context, company pulumi.StringInput) error {
		east, err := aws.NewProvider(ctx, "us-east-1", &aws.ProviderArgs{Region: pulumi.String("us-east-1")})
		if err != nil {
			return err
		}
		_, err = zone.New(ctx, "dev", zone.Args{
			Domain: "dev.example.com", ParentZoneID: company,
			DNSSEC: zone.Trusted, QueryLogDays: 30, East: east, AccountID: "123456789012",
		})
		return err
	}
}
