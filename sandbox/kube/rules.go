package kube

import "github.com/slipway-iac/slipway/sandbox/cloud"

// The API server's reasons for a refusal, which are the codes of its rules.
// https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md
const (
	alreadyExists = "AlreadyExists"
	badRequest    = "BadRequest"
	forbidden     = "Forbidden"
	internalError = "InternalError"
	invalid       = "Invalid"
	notFound      = "NotFound"
	unauthorized  = "Unauthorized"
	// unreachable is a word of ours: no server answers, so none gives a reason.
	unreachable = "Unreachable"
)

const (
	docs   = "https://kubernetes.io/docs/"
	guide  = "https://docs.aws.amazon.com/eks/latest/userguide/"
	source = "https://github.com/kubernetes/kubernetes/blob/v1.35.0/"
)

// rule declares one of the API server's refusals.
func rule(name, reason, source string, tag cloud.Tag) *cloud.Rule {
	status := map[string]int{alreadyExists: 409, forbidden: 403, internalError: 500, invalid: 422, notFound: 404, unauthorized: 401}[reason]
	return cloud.Declare(cloud.Rule{Name: "kubernetes-" + name, Code: reason, Status: status, Source: source, Tag: tag})
}

// Who reaches a cluster, and may use it.
var (
	clusterGone   = rule("no-such-cluster", unreachable, guide+"cluster-endpoint.html", cloud.Derived)
	endpointShut  = rule("endpoint-private", unreachable, guide+"cluster-endpoint.html", cloud.Verified)
	notAdmitted   = rule("endpoint-not-for-address", unreachable, guide+"cluster-endpoint.html", cloud.Verified)
	proxyMissing  = rule("endpoint-needs-proxy", unreachable, guide+"cluster-endpoint.html", cloud.Derived)
	callerUnknown = rule("caller-unknown", unauthorized, guide+"access-entries.html", cloud.Verified)
	callerMayNot  = rule("caller-may-not", forbidden, guide+"access-policy-permissions.html", cloud.Verified)
)

var (
	typeUnserved     = rule("type-not-served", notFound, docs+"concepts/extend-kubernetes/api-extension/custom-resources/", cloud.Verified)
	objectExists     = rule("object-exists", alreadyExists, docs+"reference/using-api/api-concepts/", cloud.Verified)
	namespaceMissing = rule("namespace-missing", notFound, docs+"concepts/overview/working-with-objects/namespaces/", cloud.Verified)
	podInsecure      = rule("pod-security", forbidden, docs+"concepts/security/pod-security-admission/", cloud.Verified)
	podAccount       = rule("pod-service-account-missing", forbidden, docs+"reference/access-authn-authz/service-accounts-admin/", cloud.Verified)
	quotaExceeded    = rule("quota-exceeded", forbidden, docs+"concepts/policy/resource-quotas/", cloud.Verified)
	addressRange     = rule("service-address-range", invalid, docs+"concepts/services-networking/cluster-ip-allocation/", cloud.Verified)
	addressTaken     = rule("service-address-taken", invalid, docs+"concepts/services-networking/cluster-ip-allocation/", cloud.Verified)
	nodePortTaken    = rule("node-port-taken", invalid, docs+"concepts/services-networking/service/", cloud.Verified)
	namespaceKept    = rule("namespace-immortal", forbidden, source+"staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go", cloud.Verified)
)

// podsInsecure warns as the API server does: the object is made, its pods are
// judged when they are.
var podsInsecure = cloud.Declare(cloud.Rule{
	Name: "kubernetes-pod-security-warning", Code: "Warning", Source: docs + "concepts/security/pod-security-admission/", Effect: cloud.Warns,
})
