// Package certificate makes a public certificate in ACM for names in one hosted
// zone, proves to ACM that they are ours, and waits until it is issued.
//
// The proof stays in the zone: ACM renews the certificate by it. The package
// makes no zone and no other record, and the certificate is in the region of the
// AWS provider: a load balancer takes those of its own region alone.
//
// See https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
package certificate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/acm"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/check"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// every child, so a rename needs an alias.
const typeToken = "slipway:certificate:Certificate"

const (
	// proofTTL is short, so that a proof that was wrong is soon forgotten.
	proofTTL = 60

	// maxDomain is the longest name that a certificate begins with: it is its
	// common name, too.
	maxDomain = 64
)

// Certificate is a certificate that has been issued.
type Certificate struct {
	pulumi.ResourceState

	// Ready is the certificate once it is issued.
	Ready []pulumi.Resource

	// ARN is the certificate's. What takes it waits until it is issued.
	ARN pulumi.StringOutput `pulumi:"arn"`
}

// Args configures a Certificate.
type Args struct {
	// Domain is the name that it is for, such as dev.example.com or a wildcard such
	// as *.dev.example.com, which stands for one label and not for the domain itself.
	// Required. A change of it, or of OtherNames, makes another certificate.
	Domain string

	// OtherNames are more names that it is for. Optional. ACM takes ten names in
	// all where nothing else was agreed.
	OtherNames []string

	// ZoneID is the public zone in which all the names are. Required. A name has one
	// proof in an account: no other Certificate may be for it in the same zone.
	ZoneID pulumi.StringInput

	// ZoneReady is what the internet needs to find the zone, which is its delegation:
	// zone.Zone.Ready. Nil for a zone that is delegated already. Without the
	// delegation ACM finds no proof, and Pulumi waits 75 minutes for nothing. CAA
	// records, where the zone has any, must allow amazon.com.
	ZoneReady []pulumi.Resource
}

// New requests the certificate and waits until it is issued.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Certificate, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("certificate %q: %w", name, err)
	}
	c := &Certificate{}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	requested, err := acm.NewCertificate(ctx, name, &acm.CertificateArgs{
		DomainName: pulumi.String(args.Domain), ValidationMethod: pulumi.String("DNS"),
		// An empty list, not none: the provider would keep the names of before.
		SubjectAlternativeNames: pulumi.ToStringArray(args.OtherNames),
	}, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("certificate %q: requesting it: %w", name, err)
	}
	proofs, err := args.prove(ctx, name, requested, c)
	if err != nil {
		return nil, fmt.Errorf("certificate %q: %w", name, err)
	}
	// Nobody finds a proof before the zone is delegated.
	issued, err := acm.NewCertificateValidation(ctx, name, &acm.CertificateValidationArgs{
		CertificateArn: requested.Arn, ValidationRecordFqdns: proofs,
	}, pulumi.Parent(c), pulumi.DependsOn(args.ZoneReady))
	if err != nil {
		return nil, fmt.Errorf("certificate %q: waiting until it is issued: %w", name, err)
	}
	c.Ready, c.ARN = []pulumi.Resource{issued}, issued.CertificateArn
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"arn": c.ARN})
}

// prove puts a record for each domain into the zone and returns their names.
func (a Args) prove(ctx *pulumi.Context, name string, requested *acm.Certificate, parent pulumi.Resource) (pulumi.StringArray, error) {
	var names pulumi.StringArray
	for _, domain := range a.domains() {
		proof := proofOf(requested.DomainValidationOptions, domain)
		record, err := route53.NewRecord(ctx, name+"-"+domain, &route53.RecordArgs{
			ZoneId: a.ZoneID, Name: proof.name, Type: proof.kind, Records: pulumi.StringArray{proof.value}, Ttl: pulumi.Int(proofTTL),
		}, pulumi.Parent(parent))
		if err != nil {
			return nil, fmt.Errorf("proving %s: %w", domain, err)
		}
		names = append(names, record.Fqdn)
	}
	return names, nil
}

// domains are what has to be proven, each once: a wildcard has the proof of the
// domain that it is of.
func (a Args) domains() []string {
	var domains []string
	for _, name := range append([]string{a.Domain}, a.OtherNames...) {
		domains = append(domains, strings.TrimPrefix(name, "*."))
	}
	slices.Sort(domains)
	return slices.Compact(domains)
}

// validate reports every problem at once, each naming the field to fix.
func (a Args) validate() error {
	const want = "a domain in lower case without a dot at the end, such as dev.example.com or *.dev.example.com"
	var e check.Errors
	e.That(check.IsHost(a.Domain), "Domain", a.Domain, want)
	e.That(len(a.Domain) <= maxDomain, "Domain", a.Domain, "at most 64 characters: put a shorter name first, such as the wildcard of its domain")
	seen := map[string]bool{a.Domain: true}
	for _, name := range a.OtherNames {
		e.That(check.IsHost(name), "OtherNames", name, want)
		e.That(!seen[name], "OtherNames", name, "each name once")
		seen[name] = true
	}
	e.Require(a.ZoneID != nil, "ZoneID", "pass the zone in which the names are")
	return e.Err()
}
