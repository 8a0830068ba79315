package charts

import "github.com/slipway-iac/slipway/sandbox/cloud"

// ExternalDNSCRDs are external-dns' definitions, which its chart and EKS's
// add-on bring.
var ExternalDNSCRDs = []CRD{{Group: "externaldns.k8s.io", Kind: "DNSEndpoint", Plural: "dnsendpoints", Versions: []string{"v1alpha1"}}}

// externalDNS is the chart of the project external-dns.
// https://github.com/kubernetes-sigs/external-dns/tree/external-dns-helm-chart-1.21.1/charts/external-dns,
// released 2026-04-30.
var externalDNS = Chart{
	Name: "external-dns", Version: "1.21.1", AppVersion: "0.21.0",
	Repositories: []string{"https://kubernetes-sigs.github.io/external-dns"},
	Definitions:  ExternalDNSCRDs,
	Calls:        []string{"route53:ListHostedZones"},
	Objects: func(i Install) []cloud.Props {
		i.Namespace = i.str("namespaceOverride", i.Namespace)
		name := i.fullname()
		labels := i.labels(i.str("nameOverride", i.Chart.Name))
		return append(i.serviceAccount("", name),
			i.deployment(workload{
				name: name, account: i.account("", name), image: "registry.k8s.io/external-dns/external-dns:v" + i.Chart.AppVersion,
				replicas: 1, labels: labels,
				podSecurity: confined().With(cloud.Props{"runAsNonRoot": true, "fsGroup": 65534.0}), podSecurityPath: "podSecurityContext",
				security: restricted(), securityPath: "securityContext",
			}),
			i.service(name, i.num("service.port", 7979), labels),
		)
	},
}
