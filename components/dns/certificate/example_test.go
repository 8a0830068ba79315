package certificate_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/dns/certificate"
	"github.com/slipway-iac/slipway/components/dns/zone"
)

// A certificate for an environment's own name and for everything directly below
// it. ingress.Args.CertificateARNs takes its ARN.
func ExampleNew() {
	_ = func(ctx *pulumi.Context, dev *zone.Zone) error {
		_, err := certificate.New(ctx, "dev", certificate.Args{
			Domain: "dev.example.com", OtherNames: []string{"*.dev.example.com"},
			ZoneID: dev.ID, ZoneReady: dev.Ready,
		})
		return err
	}
}
