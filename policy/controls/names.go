package controls

import (
	"slices"

	"github.com/slipway-iac/slipway/policy/cidr"
	"github.com/slipway-iac/slipway/policy/control"
)

const (
	certificate           = "aws:acm/certificate:Certificate"
	certificateValidation = "aws:acm/certificateValidation:CertificateValidation"
	zoneQueryLog          = "aws:route53/queryLog:QueryLog"
	zoneSigning           = "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec"
)

// eachPublicZone looks at the zones that the internet asks.
func eachPublicZone(s *control.Stack, do func(*control.Resource)) {
	s.Each(zone, func(z *control.Resource) {
		if !z.Input("vpcs").Present() {
			do(z)
		}
	})
}

// names are controls of zones, records and certificates.
var names = []control.Control{
	{
		ID: "r53-public-zone-query-logging", Severity: control.Low,
		Title:   "Who asks for a public zone's names is logged",
		Mapping: control.Mapping{SecurityHub: "Route53.2", Checkov: "CKV2_AWS_39"},
		On:      []string{zone, zoneQueryLog}, Reads: []string{"vpcs", zoneQueryLog + " zoneId"},
		CheckStack: func(s *control.Stack) {
			eachPublicZone(s, func(z *control.Resource) {
				if len(s.Referring(zoneQueryLog, "zoneId", z)) == 0 {
					z.Violate("no aws.route53.QueryLog is about it")
				}
			})
		},
		Fix: "add an aws.route53.QueryLog with a log group in us-east-1", Bad: `name: example.com`,
		Good: `
resources:
  ours: {type: "aws:route53/zone:Zone", properties: {name: example.com}}
  asked: {type: "aws:route53/queryLog:QueryLog", properties: {zoneId: "${ours.zoneId}", cloudwatchLogGroupArn: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/route53/example.com"}}
`,
	},
	{
		ID: "r53-public-zone-dnssec", Severity: control.Low,
		Title:   "A public zone's answers are signed",
		Mapping: control.Mapping{Checkov: "CKV2_AWS_38"},
		On:      []string{zone, zoneSigning}, Reads: []string{"vpcs", zoneSigning + " hostedZoneId", zoneSigning + " signingStatus"},
		CheckStack: func(s *control.Stack) {
			eachPublicZone(s, func(z *control.Resource) {
				signed := s.Referring(zoneSigning, "hostedZoneId", z)
				if len(signed) == 0 {
					z.Violate("no aws.route53.HostedZoneDnsSec signs it")
				}
				for _, x := range signed {
					if v := x.Get("signingStatus"); v.Text() == "NOT_SIGNING" {
						x.Want(v, "SIGNING, or nothing")
					}
				}
			})
		},
		Fix: "add an aws.route53.KeySigningKey and an aws.route53.HostedZoneDnsSec, and a DS record where the zone is delegated from", Bad: `name: example.com`,
		Good: `
resources:
  ours: {type: "aws:route53/zone:Zone", properties: {name: example.com}}
  signed: {type: "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec", properties: {hostedZoneId: "${ours.zoneId}", signingStatus: SIGNING}}
`,
	},
	{
		ID: "r53-a-record-attached", Severity: control.Medium,
		Title:   "A name's address is that of something in the stack",
		Mapping: control.Mapping{Checkov: "CKV2_AWS_23"},
		On:      []string{record}, Reads: []string{"type", "records"},
		Settings: []control.Setting{{Name: "addresses", Doc: "Addresses outside of the stack that are one's own", Default: []string{}}},
		CheckStack: func(s *control.Stack) {
			s.Each(record, func(r *control.Resource) {
				if !slices.Contains([]string{"A", "AAAA"}, r.Get("type").Text()) || len(r.PropertyDependencies["records"]) > 0 {
					return
				}
				for _, v := range r.Input("records").Items() {
					if slices.ContainsFunc(cidr.Parse(v.Text()), cidr.Public) && !slices.Contains(s.Words("addresses"), v.Text()) {
						r.Want(v, "an output of what has the address: once somebody else has it, they have the name as well")
					}
				}
			})
		},
		Fix: "use an alias, or the output of the Elastic IP; or list the address in the setting addresses",
		Bad: `{zoneId: Z0123456789ABCDEFGHIJ, name: shop.example.com, type: A, ttl: 300, records: [203.0.113.7]}`,
		Good: `
resources:
  address: {type: "aws:ec2/eip:Eip", properties: {domain: vpc}}
  shop: {type: "aws:route53/record:Record", properties: {zoneId: Z0123456789ABCDEFGHIJ, name: shop.example.com, type: A, ttl: 300, records: ["${address.publicIp}"]}}
`,
	},
	{
		ID: "r53-record-ttl-bounds", Severity: control.Low,
		Title: "A name is asked for again in time, and not all the time",
		On:    []string{record}, Reads: []string{"ttl"},
		Settings: []control.Setting{{Name: "least", Doc: "The least number of seconds", Default: 30}, {Name: "most", Doc: "The greatest number of seconds", Default: 172800}},
		Check: func(r *control.Resource) {
			if v := r.Get("ttl"); v.Present() && (v.Int(0) < r.Number("least") || v.Int(0) > r.Number("most")) {
				r.Want(v, "a minute to two days: a mistake lasts as long")
			}
		},
		Fix: "set ttl to 300", Bad: `{name: shop.example.com, type: CNAME, ttl: 604800}`, Good: `{name: shop.example.com, type: CNAME, ttl: 300}`,
	},
	{
		ID: "acm-validated-in-stack", Severity: control.Medium,
		Title:   "What uses a certificate waits until it is issued",
		Mapping: control.Mapping{Checkov: "CKV_AWS_233"},
		On:      []string{certificate, certificateValidation}, Reads: []string{"validationMethod", certificateValidation + " certificateArn"},
		CheckStack: func(s *control.Stack) {
			s.Each(certificate, func(c *control.Resource) {
				if c.Get("validationMethod").Text() == "DNS" && len(s.Referring(certificateValidation, "certificateArn", c)) == 0 {
					c.Violate("no aws.acm.CertificateValidation waits for it: a load balancer refuses it until then")
				}
			})
		},
		Fix: "add an aws.acm.CertificateValidation, and use its certificateArn", Bad: `{domainName: shop.example.com, validationMethod: DNS}`,
		Good: `
resources:
  shop: {type: "aws:acm/certificate:Certificate", properties: {domainName: shop.example.com, validationMethod: DNS}}
  issued: {type: "aws:acm/certificateValidation:CertificateValidation", properties: {certificateArn: "${shop.arn}"}}
`,
	},
}
