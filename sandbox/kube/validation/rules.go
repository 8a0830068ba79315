package validation

import "github.com/slipway-iac/slipway/sandbox/cloud"

const (
	apis = "https://github.com/kubernetes/kubernetes/blob/v1.35.0/pkg/apis/"
	docs = "https://kubernetes.io/docs/"
)

// rule declares something that makes an object invalid.
func rule(name, source string) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: "kubernetes-" + name, Code: "Invalid", Status: 422, Source: source})
}

// decoding declares something that the API server cannot read.
func decoding(name, source string, tag cloud.Tag) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: "kubernetes-" + name, Code: "BadRequest", Source: source, Tag: tag})
}

var (
	// The API server warns of an unknown field and drops it, unless it is told to be
	// strict or the object is applied. Nobody means that.
	unknownField = decoding("unknown-field", docs+"reference/using-api/api-concepts/#field-validation", cloud.Derived)
	wrongType    = decoding("field-type", docs+"reference/using-api/api-concepts/", cloud.Verified)

	nameForm         = rule("object-name", docs+"concepts/overview/working-with-objects/names/")
	namespaceUnasked = rule("namespace-not-allowed", docs+"concepts/overview/working-with-objects/namespaces/")
	labelForm        = rule("label", docs+"concepts/overview/working-with-objects/labels/")
	annotationForm   = rule("annotation", docs+"concepts/overview/working-with-objects/annotations/")
	requiredValue    = rule("required-field", apis+"core/validation/validation.go")
	supportedValue   = rule("unsupported-value", apis+"core/validation/validation.go")
	immutable        = rule("immutable-field", apis+"core/validation/validation.go")
	selectorTerms    = rule("selector", "https://github.com/kubernetes/apimachinery/blob/v0.35.0/pkg/apis/meta/v1/validation/validation.go")

	selectorEmpty    = rule("workload-selector-empty", apis+"apps/validation/validation.go")
	selectorMismatch = rule("workload-selector-mismatch", apis+"apps/validation/validation.go")
	negative         = rule("negative-number", apis+"core/validation/validation.go")
	restartPolicy    = rule("workload-restart-policy", apis+"apps/validation/validation.go")
	cronJobName      = rule("cronjob-name", apis+"batch/validation/validation.go")
	cronSchedule     = rule("cronjob-schedule", apis+"batch/validation/validation.go")

	containerNames = rule("container-name", apis+"core/validation/validation.go")
	volumeMissing  = rule("volume-missing", apis+"core/validation/validation.go")
	volumeSource   = rule("volume-source", apis+"core/validation/validation.go")
	portNumber     = rule("port-number", apis+"core/validation/validation.go")
	duplicate      = rule("duplicate-name", apis+"core/validation/validation.go")
	requestLimit   = rule("request-above-limit", apis+"core/validation/validation.go")
	hostPorts      = rule("host-network-port", apis+"core/validation/validation.go")

	servicePorts  = rule("service-ports", apis+"core/validation/validation.go")
	serviceType   = rule("service-type", apis+"core/validation/validation.go")
	ingressRules  = rule("ingress-rules", apis+"networking/validation/validation.go")
	ingressHost   = rule("ingress-host", apis+"networking/validation/validation.go")
	ingressPath   = rule("ingress-path", apis+"networking/validation/validation.go")
	backend       = rule("ingress-backend", apis+"networking/validation/validation.go")
	policyPeer    = rule("network-policy-peer", apis+"networking/validation/validation.go")
	policyBlock   = rule("network-policy-block", apis+"networking/validation/validation.go")
	policyPort    = rule("network-policy-port", apis+"networking/validation/validation.go")
	claimImmut    = rule("claim-immutable", apis+"core/validation/validation.go")
	claimShrinks  = rule("claim-shrinks", apis+"core/validation/validation.go")
	setImmutable  = rule("statefulset-immutable", apis+"apps/validation/validation.go")
	roleRules     = rule("role-rule", apis+"rbac/validation/validation.go")
	roleRefFixed  = rule("role-ref-immutable", apis+"rbac/validation/validation.go")
	subjectForm   = rule("role-subject", apis+"rbac/validation/validation.go")
	budgetBoth    = rule("disruption-budget", apis+"policy/validation/validation.go")
	scaleRange    = rule("autoscaler-range", apis+"autoscaling/validation/validation.go")
	priorityLimit = rule("priority-class", apis+"scheduling/validation/validation.go")
	limitOrder    = rule("limit-range", apis+"core/validation/validation.go")
	configSize    = rule("config-size", apis+"core/validation/validation.go")
	configKey     = rule("config-key", apis+"core/validation/validation.go")
	secretData    = rule("secret-data", apis+"core/validation/validation.go")
	definition    = rule("definition", "https://github.com/kubernetes/apiextensions-apiserver/blob/v0.35.0/pkg/apis/apiextensions/validation/validation.go")
	webhookForm   = rule("webhook", apis+"admissionregistration/validation/validation.go")
)
