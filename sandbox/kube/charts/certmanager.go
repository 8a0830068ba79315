package charts

import "github.com/slipway-iac/slipway/sandbox/cloud"

// CertManagerCRDs are cert-manager's definitions, which its chart and EKS's
// add-on bring.
var CertManagerCRDs = []CRD{
	{Group: "acme.cert-manager.io", Kind: "Challenge", Plural: "challenges", Versions: []string{"v1"}},
	{Group: "acme.cert-manager.io", Kind: "Order", Plural: "orders", Versions: []string{"v1"}},
	{Group: "cert-manager.io", Kind: "CertificateRequest", Plural: "certificaterequests", Versions: []string{"v1"}},
	{Group: "cert-manager.io", Kind: "Certificate", Plural: "certificates", Versions: []string{"v1"}},
	{Group: "cert-manager.io", Kind: "ClusterIssuer", Plural: "clusterissuers", Versions: []string{"v1"}, Cluster: true},
	{Group: "cert-manager.io", Kind: "Issuer", Plural: "issuers", Versions: []string{"v1"}},
}

// certManager is cert-manager's chart.
// https://github.com/cert-manager/cert-manager/tree/v1.21.1/deploy/charts/cert-manager,
// released 2026-07-29.
var certManager = Chart{
	Name: "cert-manager", Version: "v1.21.1", AppVersion: "v1.21.1",
	Repositories: []string{"https://charts.jetstack.io", "oci://quay.io/jetstack/charts/cert-manager"},
	Objects:      certManagerObjects,
}

func certManagerObjects(i Install) []cloud.Props {
	i.Namespace = i.str("namespace", i.Namespace)
	var out []cloud.Props
	// Its definitions are among its templates, so that Helm updates them. Unless
	// told so it makes none.
	if i.on("crds.enabled", false) || i.on("installCRDs", false) {
		out = definitions(CertManagerCRDs, i.on("crds.keep", true))
	}
	out = append(out, i.certManagerPart("", "controller", i.fullname())...)
	if i.on("cainjector.enabled", true) {
		out = append(out, i.certManagerPart("cainjector.", "cainjector", short(i.fullname(), 52)+"-cainjector")...)
	}
	webhookName := short(i.fullname(), 55) + "-webhook"
	out = append(out, i.certManagerPart("webhook.", "webhook", webhookName)...)
	hook := webhook{name: "webhook.cert-manager.io", failurePolicy: "Fail", apiVersion: "v1"}
	mutator, validator := hook, hook
	mutator.groups, mutator.resource, mutator.operations = []string{"cert-manager.io"}, "certificaterequests", []string{"CREATE"}
	validator.groups, validator.resource, validator.operations = []string{"cert-manager.io", "acme.cert-manager.io"}, "*/*", []string{"CREATE", "UPDATE"}
	validator.namespaces = []any{term("cert-manager.io/disable-validation", "NotIn", "true")}
	if given := i.list("webhook.validatingWebhookConfiguration.namespaceSelector.matchExpressions"); given != nil {
		validator.namespaces = given
	}
	return append(out,
		i.service(webhookName, 443, i.certManagerLabels("webhook")),
		i.configuration("MutatingWebhookConfiguration", webhookName, webhookName, mutator),
		i.configuration("ValidatingWebhookConfiguration", webhookName, webhookName, validator),
	)
}

// certManagerPart is one of the three programs, with its service account.
func (i Install) certManagerPart(values, component, name string) []cloud.Props {
	image := "quay.io/jetstack/cert-manager-" + component + ":" + i.Chart.AppVersion
	return append(i.serviceAccount(values, name), i.deployment(workload{
		name: name, account: i.account(values, name), image: image, values: values,
		replicas: i.num(values+"replicaCount", 1), labels: i.certManagerLabels(component),
		podSecurity: confined().With(cloud.Props{"runAsNonRoot": true}), podSecurityPath: "securityContext",
		security: restricted(), securityPath: "containerSecurityContext",
		more: cloud.Props{"nodeSelector": map[string]any{"kubernetes.io/os": "linux"}},
	}))
}

func (i Install) certManagerLabels(component string) map[string]any {
	name := component
	if component == "controller" {
		name = i.str("nameOverride", i.Chart.Name)
	}
	return cloud.Props(i.labels(name)).With(cloud.Props{"app.kubernetes.io/component": component})
}
