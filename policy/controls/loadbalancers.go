package controls

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
)

const webACLAssociation = "aws:wafv2/webAclAssociation:WebAclAssociation"

// kindOf is the kind of a load balancer: application where nothing is said.
func kindOf(r *control.Resource) string {
	if k := r.Get("loadBalancerType").Text(); k != "" {
		return k
	}
	return "application"
}

// redirects tells whether a listener only sends callers to HTTPS.
func redirects(r *control.Resource) bool {
	actions := r.Get("defaultActions").Items()
	for _, a := range actions {
		if a.Get("redirect.protocol").Text() != "HTTPS" {
			return false
		}
	}
	return len(actions) > 0
}

var loadBalancers = []control.Control{
	{
		ID: "alb-public-is-intended", Severity: control.High,
		Title:   "A load balancer on the internet is there on purpose",
		Mapping: control.Mapping{Trivy: "AWS-0053"},
		On:      []string{loadBalancer}, Reads: []string{"internal"},
		Settings: []control.Setting{{Name: "public", Doc: "Parts of the logical names of load balancers that may be on the internet", Default: []string{"public"}}},
		Check: func(r *control.Resource) {
			meant := slices.ContainsFunc(r.Words("public"), func(part string) bool { return strings.Contains(r.Name, part) })
			if v := r.Get("internal"); !v.True() && !meant {
				r.Want(v, "true, or a name with one of "+strings.Join(r.Words("public"), ", ")+" in it")
			}
		},
		Fix: "set internal to true, or list it in the setting public", Bad: `internal: false`, Good: `internal: true`,
	},
	{
		ID: "lb-listener-secure-protocol", Severity: control.Medium,
		Title:   "Load balancers speak TLS",
		Mapping: control.Mapping{SecurityHub: "ELB.18, ELB.1", CIS: "EKS 5.4.5", Checkov: "CKV_AWS_378, CKV_AWS_2, CKV2_AWS_20", Trivy: "AWS-0054"},
		On:      []string{listener}, Reads: []string{"protocol", "defaultActions.redirect.protocol"},
		Check: func(r *control.Resource) {
			if v := r.Get("protocol"); slices.Contains([]string{"HTTP", "TCP"}, v.Text()) && !redirects(r) {
				r.Want(v, "HTTPS or TLS, or a default action that redirects to HTTPS")
			}
		},
		Fix: "set protocol to HTTPS with a certificate, and let HTTP redirect to it",
		Bad: `{protocol: HTTP, port: 80, defaultActions: [{type: forward}]}`, Good: `{protocol: HTTP, port: 80, defaultActions: [{type: redirect, redirect: {protocol: HTTPS, statusCode: HTTP_301}}]}`,
	},
	{
		ID: "lb-tls-policy-modern", Severity: control.Medium,
		Title:   "Load balancers speak TLS 1.2 or newer",
		Mapping: control.Mapping{SecurityHub: "ELB.17", CIS: "EKS 5.4.5", Checkov: "CKV_AWS_103, CKV2_AWS_74", Trivy: "AWS-0047"},
		On:      []string{listener}, Reads: []string{"protocol", "sslPolicy"},
		Check: func(r *control.Resource) {
			v := r.Get("sslPolicy")
			if p := r.Get("protocol").Text(); p != "HTTPS" && p != "TLS" {
				return
			}
			if !strings.HasPrefix(v.Text(), "ELBSecurityPolicy-TLS13-1-2") && !strings.HasPrefix(v.Text(), "ELBSecurityPolicy-TLS13-1-3") {
				r.Want(v, "an ELBSecurityPolicy-TLS13-1-2 or -TLS13-1-3 policy")
			}
		},
		Fix:    "set sslPolicy to ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
		Remedy: []control.Remedy{{Path: "sslPolicy", Value: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"}},
		Bad:    `{protocol: HTTPS, sslPolicy: ELBSecurityPolicy-2016-08}`, Good: `{protocol: HTTPS, sslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06}`,
	},
	{
		ID: "lb-listener-acm-cert", Severity: control.Medium,
		Title:   "A listener's certificate renews by itself",
		Mapping: control.Mapping{SecurityHub: "ELB.2", CIS: "EKS 5.4.5", Checkov: "CKV_AWS_127"},
		On:      []string{listener}, Reads: []string{"protocol", "certificateArn"},
		Check: func(r *control.Resource) {
			p, v := r.Get("protocol").Text(), r.Get("certificateArn")
			if (p == "HTTPS" || p == "TLS") && (!v.IsSet() || !strings.Contains(v.Text(), ":acm:")) {
				r.Want(v, "the ARN of an ACM certificate")
			}
		},
		Fix: "request an aws.acm.Certificate with DNS validation",
		Bad: `{protocol: HTTPS, certificateArn: "arn:aws:iam::123456789012:server-certificate/shop"}`, Good: `{protocol: HTTPS, certificateArn: "arn:aws:acm:us-west-2:123456789012:certificate/1234abcd"}`,
	},
	{
		ID: "alb-drop-invalid-headers", Severity: control.Medium,
		Title:   "Invalid HTTP headers go no further",
		Mapping: control.Mapping{SecurityHub: "ELB.4", Checkov: "CKV_AWS_131", Trivy: "AWS-0052"},
		On:      []string{loadBalancer}, Reads: []string{"loadBalancerType", "dropInvalidHeaderFields"},
		Check: func(r *control.Resource) {
			if kindOf(r) == "application" {
				isTrue("dropInvalidHeaderFields")(r)
			}
		},
		Fix:    "set dropInvalidHeaderFields to true",
		Remedy: []control.Remedy{{Path: "dropInvalidHeaderFields", Value: true}},
		Bad:    `internal: true`, Good: `dropInvalidHeaderFields: true`,
	},
	{
		ID: "lb-access-logs", Severity: control.Medium,
		Title:   "Load balancers log who called",
		Mapping: control.Mapping{SecurityHub: "ELB.5", CIS: "AWS v7 4.10", Checkov: "CKV_AWS_91"},
		On:      []string{loadBalancer}, Reads: []string{"accessLogs.enabled", "accessLogs.bucket"},
		Check: all(isTrue("accessLogs.enabled"), isSet("accessLogs.bucket", "the name of a bucket")), Fix: "set accessLogs.enabled to true and name a bucket",
		Bad: `internal: true`, Good: `accessLogs: {enabled: true, bucket: logs}`,
	},
	{
		ID: "lb-deletion-protection", Severity: control.Medium,
		Title:   "A load balancer is not deleted by mistake",
		Mapping: control.Mapping{SecurityHub: "ELB.6", Checkov: "CKV_AWS_150"},
		On:      []string{loadBalancer}, Reads: []string{"enableDeletionProtection"},
		Check: isTrue("enableDeletionProtection"), Fix: "set enableDeletionProtection to true",
		Remedy: []control.Remedy{{Path: "enableDeletionProtection", Value: true}},
		Bad:    `internal: true`, Good: `enableDeletionProtection: true`,
	},
	{
		ID: "alb-desync-mode", Severity: control.Medium,
		Title:   "Ambiguous HTTP requests are refused",
		Mapping: control.Mapping{SecurityHub: "ELB.12", Checkov: "CKV_AWS_328"},
		On:      []string{loadBalancer}, Reads: []string{"desyncMitigationMode"},
		Check: oneOf("desyncMitigationMode", "defensive", "strictest", ""), Fix: "set desyncMitigationMode to defensive or strictest",
		Remedy: []control.Remedy{{Path: "desyncMitigationMode", Value: "defensive"}},
		Bad:    `desyncMitigationMode: monitor`, Good: `desyncMitigationMode: strictest`,
	},
	{
		ID: "alb-public-needs-waf", Severity: control.Medium,
		Title:   "A load balancer on the internet has a web ACL",
		Mapping: control.Mapping{SecurityHub: "ELB.16", Checkov: "CKV2_AWS_28"},
		On:      []string{loadBalancer, webACLAssociation}, Reads: []string{"internal", "loadBalancerType", webACLAssociation + " resourceArn"},
		CheckStack: func(s *control.Stack) {
			s.Each(loadBalancer, func(r *control.Resource) {
				if kindOf(r) == "application" && !r.Get("internal").True() && len(s.Referring(webACLAssociation, "resourceArn", r)) == 0 {
					r.Violate("no aws.wafv2.WebAclAssociation is about it")
				}
			})
		},
		Fix: "associate a web ACL", Bad: `internal: false`,
		Good: `
resources:
  shop: {type: "aws:lb/loadBalancer:LoadBalancer", properties: {internal: false}}
  guard: {type: "aws:wafv2/webAclAssociation:WebAclAssociation", properties: {resourceArn: "${shop.arn}", webAclArn: "arn:aws:wafv2:us-west-2:123456789012:regional/webacl/shop/1"}}
`,
	},
	{
		ID: "no-classic-elb", Severity: control.Medium,
		Title:   "There are no classic load balancers",
		Mapping: control.Mapping{SecurityHub: "ELB.3, ELB.7, ELB.8, ELB.9, ELB.10, ELB.14", Checkov: "CKV_AWS_92, CKV_AWS_138, CKV_AWS_376"},
		On:      []string{"aws:elb/loadBalancer:LoadBalancer"},
		Check:   never("it is a classic load balancer, which AWS keeps up and no longer develops"), Fix: "use aws.lb.LoadBalancer",
		Bad: `internal: true`, Good: "resources:\n  shop:\n    type: aws:lb/loadBalancer:LoadBalancer\n    properties: {internal: true}\n",
	},
	{
		ID: "plat-alb-target-type-ip", Severity: control.High,
		Title: "Load balancers send to pods, not through nodes",
		On:    []string{targetGroup, ingress, "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding", "kubernetes:elbv2.k8s.aws/v1beta1:IngressClassParams"},
		Reads: []string{"targetType", ingress + " metadata.annotations"},
		Check: func(r *control.Resource) {
			switch r.Kind() {
			case "Ingress":
				v := r.Get("metadata.annotations").Key("alb.ingress.kubernetes.io/target-type")
				if class := r.Get("spec.ingressClassName").Text(); (class == "alb" || v.IsSet()) && v.Text() != "ip" {
					r.Want(v, "ip; the controller's default is instance")
				}
			case "TargetGroup":
				if v := r.Get("targetType"); !slices.Contains([]string{"ip", "lambda", "alb"}, v.Text()) {
					r.Want(v, "ip; AWS's default is instance")
				}
			default:
				if v := r.Get("spec.targetType"); v.Text() != "ip" {
					r.Want(v, "ip; the controller's default is instance")
				}
			}
		},
		Fix: "set the target type to ip", Bad: `{port: 80, protocol: HTTP}`, Good: `{port: 80, protocol: HTTP, targetType: ip}`,
	},
	{
		ID: "acm-key-strength", Severity: control.High,
		Title:   "Certificates have strong keys",
		Mapping: control.Mapping{SecurityHub: "ACM.2"},
		On:      []string{"aws:acm/certificate:Certificate"}, Reads: []string{"keyAlgorithm"},
		Check: noneOf("keyAlgorithm", "RSA_2048 or an EC key", "RSA_1024"), Fix: "remove keyAlgorithm, or choose EC_prime256v1",
		Bad: `keyAlgorithm: RSA_1024`, Good: `keyAlgorithm: EC_prime256v1`,
	},
	{
		ID: "acm-no-imported-private-key", Severity: control.High,
		Title:   "Private keys of certificates stay with AWS",
		Mapping: control.Mapping{SecurityHub: "ACM.1"},
		On:      []string{"aws:acm/certificate:Certificate"}, Reads: []string{"privateKey"},
		Check: unset("privateKey", "a certificate that is requested renews by itself, and nobody has its key"), Fix: "request the certificate with DNS validation",
		Bad: `{certificateBody: PEM, privateKey: PEM}`, Good: `{domainName: shop.example.com, validationMethod: DNS}`,
	},
	{
		ID: "acm-dns-validation", Severity: control.Medium,
		Title: "Certificates are validated by DNS",
		On:    []string{"aws:acm/certificate:Certificate"}, Reads: []string{"validationMethod"},
		Check: noneOf("validationMethod", "DNS: nobody has to answer a mail once a year", "EMAIL"), Fix: "set validationMethod to DNS",
		Bad: `validationMethod: EMAIL`, Good: `validationMethod: DNS`,
	},
	{
		ID: "plat-dns-zone-owned", Severity: control.Critical,
		Title: "Records are written into zones that are one's own",
		On:    []string{record, zone}, Reads: []string{"zoneId", "name", zone + " name"},
		Settings: []control.Setting{{Name: "zones", Doc: "IDs of zones outside of the stack that are one's own", Default: []string{}}},
		CheckStack: func(s *control.Stack) {
			s.Each(record, func(r *control.Resource) {
				zones := s.Referred(r, "zoneId", zone)
				if len(zones) == 0 {
					if v := r.Get("zoneId"); !slices.Contains(s.Words("zones"), v.Text()) {
						r.Want(v, "a zone of the stack, or one of the setting zones")
					}
					return
				}
				name, domain := strings.TrimSuffix(r.Get("name").Text(), "."), strings.TrimSuffix(zones[0].Get("name").Text(), ".")
				// A name without the domain is completed by Route 53.
				if strings.Contains(name, ".") && name != domain && !strings.HasSuffix(name, "."+domain) && strings.Count(name, ".") >= strings.Count(domain, ".") {
					r.Violate("its name %s is not of the zone %s", name, domain)
				}
			})
		},
		Fix: "name a zone of the stack, or list the zone in the setting zones",
		Bad: `{zoneId: Z0123456789ABCDEFGHIJ, name: shop.example.com, type: A}`,
		Good: `
resources:
  ours: {type: "aws:route53/zone:Zone", properties: {name: example.com}}
  shop: {type: "aws:route53/record:Record", properties: {zoneId: "${ours.zoneId}", name: shop.example.com, type: A}}
`,
	},
}
