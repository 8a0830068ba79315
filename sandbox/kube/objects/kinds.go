package objects

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Type is a type of object that a cluster serves.
type Type struct {
	// APIVersion is group/version, or v1 for the core group.
	APIVersion string
	// Kind is its name in objects, Resource its name in addresses.
	Kind, Resource string
	// Cluster types live in no namespace.
	Cluster bool
}

// Group is the API group; "" for the core group.
func (t Type) Group() string {
	group, _, ok := strings.Cut(t.APIVersion, "/")
	if !ok {
		return ""
	}
	return group
}

// Version is the version of the group.
func (t Type) Version() string { return t.APIVersion[strings.LastIndex(t.APIVersion, "/")+1:] }

// Plural is how the API server names the type in messages: deployments.apps.
func (t Type) Plural() string { return dotted(t.Resource, t.Group()) }

// Singular is how it names an object that is wrong: Deployment.apps.
func (t Type) Singular() string { return dotted(t.Kind, t.Group()) }

func dotted(name, group string) string {
	if group == "" {
		return name
	}
	return name + "." + group
}

// The apiVersions of built-in types.
const (
	apps         = "apps/v1"
	batch        = "batch/v1"
	core         = "v1"
	networking   = "networking.k8s.io/v1"
	rbac         = "rbac.authorization.k8s.io/v1"
	storage      = "storage.k8s.io/v1"
	extensions   = "apiextensions.k8s.io/v1"
	registration = "admissionregistration.k8s.io/v1"
)

// builtin lists the types that every cluster serves and the sandbox models.
var builtin = []Type{
	{core, "Namespace", "namespaces", true},
	{core, "ConfigMap", "configmaps", false},
	{core, "Secret", "secrets", false},
	{core, "ServiceAccount", "serviceaccounts", false},
	{core, "Service", "services", false},
	{core, "PersistentVolumeClaim", "persistentvolumeclaims", false},
	{core, "PersistentVolume", "persistentvolumes", true},
	{core, "ResourceQuota", "resourcequotas", false},
	{core, "LimitRange", "limitranges", false},
	{core, "Pod", "pods", false},
	{apps, "Deployment", "deployments", false},
	{apps, "DaemonSet", "daemonsets", false},
	{apps, "StatefulSet", "statefulsets", false},
	{batch, "Job", "jobs", false},
	{batch, "CronJob", "cronjobs", false},
	{networking, "Ingress", "ingresses", false},
	{networking, "IngressClass", "ingressclasses", true},
	{networking, "NetworkPolicy", "networkpolicies", false},
	{rbac, "Role", "roles", false},
	{rbac, "RoleBinding", "rolebindings", false},
	{rbac, "ClusterRole", "clusterroles", true},
	{rbac, "ClusterRoleBinding", "clusterrolebindings", true},
	{storage, "StorageClass", "storageclasses", true},
	{storage, "CSIDriver", "csidrivers", true},
	{"policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", false},
	{"autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", false},
	{"scheduling.k8s.io/v1", "PriorityClass", "priorityclasses", true},
	{extensions, "CustomResourceDefinition", "customresourcedefinitions", true},
	{registration, "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", true},
	{registration, "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", true},
}

// Builtin lists the types that every cluster serves and the sandbox models.
func Builtin() []Type { return slices.Clone(builtin) }

// BuiltinType finds one of [Builtin].
func BuiltinType(apiVersion, kind string) (Type, bool) {
	for _, t := range builtin {
		if t.APIVersion == apiVersion && t.Kind == kind {
			return t, true
		}
	}
	return Type{}, false
}

// Served finds a type among those that a cluster serves: the built-in ones and
// those of its custom resource definitions.
func Served(tx *cloud.Tx, cluster *cloud.Resource, apiVersion, kind string) (Type, bool) {
	if t, ok := BuiltinType(apiVersion, kind); ok {
		return t, true
	}
	for _, t := range custom(tx, cluster) {
		if t.APIVersion == apiVersion && t.Kind == kind {
			return t, true
		}
	}
	return Type{}, false
}

// ownGroups are the API groups of Kubernetes itself. A type of any other group
// is a custom resource.
var ownGroups = []string{
	"admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "authentication.k8s.io", "authorization.k8s.io",
	"certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "flowcontrol.apiserver.k8s.io",
	"internal.apiserver.k8s.io", "networking.k8s.io", "node.k8s.io", "rbac.authorization.k8s.io", "resource.k8s.io",
	"scheduling.k8s.io", "storage.k8s.io", "storagemigration.k8s.io",
}

// Custom tells whether a type can only come from a custom resource definition:
// its group has a dot and is not one of Kubernetes' own.
func Custom(apiVersion string) bool {
	group := Type{APIVersion: apiVersion}.Group()
	return strings.Contains(group, ".") && !slices.Contains(ownGroups, group)
}
