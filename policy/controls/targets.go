package controls

import (
	"slices"

	"github.com/slipway-iac/slipway/policy/control"
)

// ownedByController is the tag that the AWS Load Balancer Controller puts on what
// it makes.
const ownedByController = "elbv2.k8s.aws/cluster"

// targets are controls of how load balancers reach what is behind them.
var targets = []control.Control{
	{
		ID: "lb-multi-az", Severity: control.Medium,
		Title:   "A load balancer survives the loss of a zone",
		Mapping: control.Mapping{SecurityHub: "ELB.13"},
		On:      []string{loadBalancer}, Reads: []string{"subnets", "subnetMappings"},
		Check: func(r *control.Resource) {
			if v := r.Get("subnets"); len(v.Items())+len(r.Get("subnetMappings").Items()) < 2 {
				r.Want(v, "subnets in two zones or more")
			}
		},
		Fix: "name a subnet of each zone", Bad: `subnets: [subnet-a]`, Good: `subnets: [subnet-a, subnet-b]`,
	},
	{
		ID: "nlb-cross-zone", Severity: control.Low,
		Title:   "Whether a network load balancer sends to other zones is decided",
		Mapping: control.Mapping{SecurityHub: "ELB.9", Checkov: "CKV_AWS_152"},
		On:      []string{loadBalancer}, Reads: []string{"loadBalancerType", "enableCrossZoneLoadBalancing"},
		Check: func(r *control.Resource) {
			if kindOf(r) != "application" {
				isSet("enableCrossZoneLoadBalancing", "true, or false where traffic between zones costs more than an uneven load")(r)
			}
		},
		Fix: "set enableCrossZoneLoadBalancing", Bad: `loadBalancerType: network`, Good: `{loadBalancerType: network, enableCrossZoneLoadBalancing: true}`,
	},
	{
		ID: "tg-health-check-defined", Severity: control.Low,
		Title:   "A load balancer asks a target whether it is well",
		Mapping: control.Mapping{Checkov: "CKV_AWS_261"},
		On:      []string{targetGroup}, Reads: []string{"protocol", "healthCheck.path", "healthCheck.matcher"},
		Check: func(r *control.Resource) {
			if slices.Contains([]string{"HTTP", "HTTPS"}, r.Get("protocol").Text()) {
				all(isSet("healthCheck.path", "the path of a check"), isSet("healthCheck.matcher", "the codes that mean well"))(r)
			}
		},
		Fix: "set healthCheck.path and healthCheck.matcher", Bad: `{protocol: HTTPS, port: 8443}`, Good: `{protocol: HTTPS, port: 8443, healthCheck: {path: /healthz, matcher: "200"}}`,
	},
	{
		ID: "tg-health-check-encrypted", Severity: control.Low,
		Title:   "Health checks are encrypted",
		Mapping: control.Mapping{SecurityHub: "ELB.21"},
		On:      []string{targetGroup}, Reads: []string{"targetType", "healthCheck.protocol"},
		Check: func(r *control.Resource) {
			if v := r.Get("healthCheck.protocol"); !slices.Contains([]string{"lambda", "alb"}, r.Get("targetType").Text()) && v.Text() != "HTTPS" {
				r.Want(v, "HTTPS")
			}
		},
		Fix: "set healthCheck.protocol to HTTPS", Bad: `healthCheck: {protocol: HTTP}`, Good: `healthCheck: {protocol: HTTPS}`,
	},
	{
		ID: "tg-protocol-encrypted", Severity: control.Low,
		Title:   "What a load balancer sends to targets is encrypted",
		Mapping: control.Mapping{SecurityHub: "ELB.22", Checkov: "CKV_AWS_378"},
		On:      []string{targetGroup}, Reads: []string{"targetType", "protocol"},
		Check: func(r *control.Resource) {
			// What TCP carries is the pods' to encrypt.
			if v := r.Get("protocol"); !slices.Contains([]string{"lambda", "alb"}, r.Get("targetType").Text()) && v.Text() == "HTTP" {
				r.Want(v, "HTTPS")
			}
		},
		Fix: "set protocol to HTTPS, with a certificate of cert-manager's in the pods", Bad: `{targetType: ip, protocol: HTTP}`, Good: `{targetType: ip, protocol: HTTPS}`,
	},
	{
		ID: "plat-lb-controller-owned-lb-not-in-pulumi", Severity: control.Medium,
		Title: "A load balancer of the controller's is not Pulumi's as well",
		On:    []string{loadBalancer, listener, targetGroup, securityGroup}, Reads: []string{"tags", listener + " tags"},
		Check: func(r *control.Resource) {
			if v := r.Get("tags").Key(ownedByController); v.Present() {
				r.Violate("it has the tag %s: the AWS Load Balancer Controller takes it for its own, and changes or deletes it", ownedByController)
			}
		},
		Fix: "remove the tag, or let the Ingress or Service make it",
		Bad: `tags: {elbv2.k8s.aws/cluster: demo}`, Good: `tags: {Name: shop}`,
	},
}
