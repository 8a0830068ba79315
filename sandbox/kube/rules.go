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
)

const (
	docs   = "https://kubernetes.io/docs/"
	source = "https://github.com/kubernetes/kubernetes/blob/v1.35.0/"
)

// rule declares one of the API server's refusals.
func rule(name, reason, source string, tag cloud.Tag) *cloud.Rule {
	status := map[string]int{alreadyExists: 409, forbidden: 403, internalError: 500, invalid: 422, notFound: 404}[reason]
	return cloud.Declare(cloud.Rule{Name: "kubernetes-" + name, Code: reason, Status: status, Source: source, Tag: tag})
}

var (
	typeUnserved     = rule("type-not-served", notFound, docs+"concepts/extend-kubernetes/api-extension/custom-resources/", cloud.Verified)
	objectExists     = rule("object-exists", alreadyExists, docs+"reference/using-api/api-concepts/", cloud.Verified)
	namespaceMissing = rule("namespace-missing", notFound, docs+"concepts/overview/working-with-objects/namespaces/", cloud.Verified)
	namespaceKept    = rule("namespace-immortal", forbidden, source+"staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go", cloud.Verified)
)
