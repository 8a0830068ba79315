package certificate

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/acm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/outputs"
)

// proof is the record that ACM asks for.
type proof struct{ name, kind, value pulumi.StringOutput }

// proofOf finds what ACM asks for a domain. It is found by the domain, not by its
// place: the provider puts the list into an order of its own.
func proofOf(asked acm.CertificateDomainValidationOptionArrayOutput, domain string) proof {
	field := func(of func(acm.CertificateDomainValidationOption) *string) pulumi.StringOutput {
		return outputs.Of(asked, func(all []acm.CertificateDomainValidationOption) (string, error) {
			for _, o := range all {
				if value := of(o); o.DomainName != nil && strings.TrimPrefix(*o.DomainName, "*.") == domain && value != nil {
					return *value, nil
				}
			}
			return "", fmt.Errorf("no proof is asked for %s: the certificate was not requested with validation by DNS", domain)
		})
	}
	return proof{
		name:  field(func(o acm.CertificateDomainValidationOption) *string { return o.ResourceRecordName }),
		kind:  field(func(o acm.CertificateDomainValidationOption) *string { return o.ResourceRecordType }),
		value: field(func(o acm.CertificateDomainValidationOption) *string { return o.ResourceRecordValue }),
	}
}
