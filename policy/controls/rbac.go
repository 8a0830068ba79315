package controls

import (
	"slices"

	"github.com/slipway-iac/slipway/policy/control"
)

var (
	roles    = []string{"kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "kubernetes:rbac.authorization.k8s.io/v1:Role"}
	bindings = []string{"kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"}
	ruleRead = []string{"rules.apiGroups", "rules.resources", "rules.verbs"}
)

// permitted is a setting of the names of roles that may.
var permitted = []control.Setting{{Name: "roles", Doc: "Names of roles that may", Default: []string{}}}

// grants refuses roles that allow one of some verbs on one of some resources.
// A wildcard is the subject of rbac-no-wildcards.
func grants(resources []string, verbs ...string) check {
	return func(r *control.Resource) {
		if slices.Contains(r.Words("roles"), objectName(r)) {
			return
		}
		r.Get("rules").Each(func(rule control.Value) {
			for _, resource := range rule.Get("resources").Texts() {
				for _, verb := range rule.Get("verbs").Texts() {
					if slices.Contains(resources, resource) && (slices.Contains(verbs, verb) || verb == "*" && len(verbs) > 0) {
						r.Violate("%s allows %s on %s", rule.Path(), verb, resource)
						return
					}
				}
			}
		})
	}
}

// roleWith is an example of a role.
func roleWith(resources, verbs string) string {
	return "{metadata: {name: shop}, rules: [{apiGroups: [\"\"], resources: [" + resources + "], verbs: [" + verbs + "]}]}"
}

// subjects looks at whom a binding is about.
func subjects(do func(*control.Resource, control.Value)) check {
	return func(r *control.Resource) { r.Get("subjects").Each(func(s control.Value) { do(r, s) }) }
}

// bindingOf is an example of a binding.
func bindingOf(subject string) string {
	return "{metadata: {name: shop}, roleRef: {kind: ClusterRole, name: view}, subjects: [" + subject + "]}"
}

// modest is an example of a role that no control minds.
const modest = "{metadata: {name: shop}, rules: [{apiGroups: [\"\"], resources: [configmaps], verbs: [get]}]}"

// write are the verbs that change something.
var write = []string{"create", "update", "patch", "delete", "deletecollection"}

var rbac = []control.Control{
	{
		ID: "rbac-no-wildcards", Severity: control.Critical,
		Title:   "Roles name what they allow",
		Mapping: control.Mapping{CIS: "EKS 4.1.3", Checkov: "CKV_K8S_49", Trivy: "KSV-0044, KSV-0045, KSV-0046, KSV-0112"},
		On:      roles, Reads: ruleRead, Settings: permitted,
		Check: func(r *control.Resource) {
			if slices.Contains(r.Words("roles"), objectName(r)) {
				return
			}
			r.Get("rules").Each(func(rule control.Value) {
				for _, field := range []string{"apiGroups", "resources", "verbs"} {
					if v := rule.Get(field); slices.Contains(v.Texts(), "*") {
						r.Want(v, "names: a wildcard takes in what is added tomorrow")
					}
				}
			})
		},
		Fix: "list groups, resources and verbs", Bad: roleWith(`"*"`, "get"), Good: modest,
	},
	{
		ID: "rbac-no-cluster-admin-binding", Severity: control.Critical,
		Title:   "Nobody is bound to cluster-admin",
		Mapping: control.Mapping{CIS: "EKS 4.1.1", Trivy: "KSV-0111"},
		On:      bindings, Reads: []string{"roleRef.name"},
		Settings: []control.Setting{{Name: "bindings", Doc: "Names of bindings that may", Default: []string{}}},
		Check: func(r *control.Resource) {
			if v := r.Get("roleRef.name"); v.Text() == "cluster-admin" && !slices.Contains(r.Words("bindings"), objectName(r)) {
				r.Want(v, "a role with what is needed; who administers the cluster has an access entry")
			}
		},
		Fix: "bind a role with what is needed", Bad: `{metadata: {name: ci}, roleRef: {kind: ClusterRole, name: cluster-admin}}`, Good: `{metadata: {name: ci}, roleRef: {kind: ClusterRole, name: edit}}`,
	},
	{
		ID: "rbac-no-secrets-read", Severity: control.High,
		Title:   "Secrets are read by those who are named",
		Mapping: control.Mapping{CIS: "EKS 4.1.2", Checkov: "CKV2_K8S_5", Trivy: "KSV-0041, KSV-0113"},
		On:      roles, Reads: ruleRead, Settings: permitted,
		Check: func(r *control.Resource) {
			if slices.Contains(r.Words("roles"), objectName(r)) {
				return
			}
			r.Get("rules").Each(func(rule control.Value) {
				read := slices.ContainsFunc(rule.Get("verbs").Texts(), func(v string) bool { return slices.Contains([]string{"get", "list", "watch", "*"}, v) })
				if read && slices.Contains(rule.Get("resources").Texts(), "secrets") && !rule.Get("resourceNames").Present() {
					r.Violate("%s lets every Secret be read: want resourceNames", rule.Path())
				}
			})
		},
		Fix: "name the Secrets in resourceNames, or list the role in the setting roles", Bad: roleWith("secrets", "get, list"),
		Good: `{metadata: {name: shop}, rules: [{apiGroups: [""], resources: [secrets], resourceNames: [db], verbs: [get]}]}`,
	},
	{
		ID: "rbac-no-pod-create", Severity: control.Medium,
		Title:   "Few may create pods",
		Mapping: control.Mapping{CIS: "EKS 4.1.4", Trivy: "KSV-0048"},
		On:      roles, Reads: ruleRead, Settings: permitted, Check: grants([]string{"pods"}, "create"),
		Fix: "let a controller create them, or list the role in the setting roles", Bad: roleWith("pods", "create"), Good: modest,
	},
	{
		ID: "rbac-no-exec-attach", Severity: control.High,
		Title:   "Few may run commands in pods",
		Mapping: control.Mapping{Checkov: "CKV2_K8S_2", Trivy: "KSV-0053, KSV-0054"},
		On:      roles, Reads: ruleRead, Settings: permitted, Check: grants([]string{"pods/exec", "pods/attach"}, "create", "get"),
		Fix: "remove pods/exec and pods/attach, or list the role in the setting roles", Bad: roleWith("pods/exec", "create"), Good: modest,
	},
	{
		ID: "rbac-no-bind-escalate", Severity: control.Critical,
		Title:   "Nobody may give away more than they have",
		Mapping: control.Mapping{CIS: "EKS 4.1.8", Checkov: "CKV_K8S_157, CKV_K8S_158, CKV2_K8S_1", Trivy: "KSV-0050, KSV-0051, KSV-0052, KSV-0055"},
		On:      roles, Reads: ruleRead, Settings: permitted,
		Check: grants([]string{"roles", "clusterroles", "rolebindings", "clusterrolebindings"}, "bind", "escalate"),
		Fix:   "remove the verbs bind and escalate", Bad: roleWith("clusterroles", "escalate"), Good: modest,
	},
	{
		ID: "rbac-no-impersonate", Severity: control.Critical,
		Title:   "Nobody may act as somebody else",
		Mapping: control.Mapping{CIS: "EKS 4.1.8", Checkov: "CKV2_K8S_3", Trivy: "KSV-0043"},
		On:      roles, Reads: ruleRead, Settings: permitted, Check: grants([]string{"users", "groups", "serviceaccounts", "userextras"}, "impersonate"),
		Fix: "remove the verb impersonate", Bad: roleWith("users", "impersonate"), Good: modest,
	},
	{
		ID: "rbac-no-pv-create", Severity: control.Medium,
		Title:   "Nobody may create persistent volumes",
		Mapping: control.Mapping{CIS: "EKS 4.1.9"},
		On:      roles, Reads: ruleRead, Settings: permitted, Check: grants([]string{"persistentvolumes"}, "create"),
		Fix: "let claims make them: a volume may be any folder of a node", Bad: roleWith("persistentvolumes", "create"), Good: modest,
	},
	{
		ID: "rbac-no-node-proxy", Severity: control.High,
		Title:   "Nobody may talk to kubelets",
		Mapping: control.Mapping{CIS: "EKS 4.1.10", Trivy: "KSV-0047"},
		On:      roles, Reads: ruleRead, Settings: permitted, Check: grants([]string{"nodes/proxy"}, append([]string{"get"}, write...)...),
		Fix: "use nodes/metrics, nodes/stats or nodes/healthz", Bad: roleWith("nodes/proxy", "get"), Good: modest,
	},
	{
		ID: "rbac-no-webhook-config", Severity: control.Critical,
		Title:   "Few may change webhooks",
		Mapping: control.Mapping{CIS: "EKS 4.1.11", Checkov: "CKV_K8S_155", Trivy: "KSV-0114"},
		On:      roles, Reads: ruleRead, Settings: permitted,
		Check: grants([]string{"validatingwebhookconfigurations", "mutatingwebhookconfigurations"}, write...),
		Fix:   "name the configuration in a role of its own that is listed in the setting roles", Bad: roleWith("mutatingwebhookconfigurations", "patch"), Good: modest,
	},
	{
		ID: "rbac-no-token-create", Severity: control.High,
		Title:   "Nobody may make tokens of service accounts",
		Mapping: control.Mapping{CIS: "EKS 4.1.12"},
		On:      roles, Reads: ruleRead, Settings: permitted, Check: grants([]string{"serviceaccounts/token"}, "create"),
		Fix: "remove serviceaccounts/token", Bad: roleWith("serviceaccounts/token", "create"), Good: modest,
	},
	{
		ID: "rbac-no-csr-approve", Severity: control.High,
		Title:   "Nobody may approve certificates",
		Mapping: control.Mapping{Checkov: "CKV_K8S_156"},
		On:      roles, Reads: ruleRead, Settings: permitted, Check: grants([]string{"certificatesigningrequests/approval"}, "update", "patch"),
		Fix: "remove certificatesigningrequests/approval", Bad: roleWith("certificatesigningrequests/approval", "update"), Good: modest,
	},
	{
		ID: "rbac-no-service-status-write", Severity: control.Medium,
		Title:   "Nobody may change the status of Services",
		Mapping: control.Mapping{Checkov: "CKV2_K8S_4"},
		On:      roles, Reads: ruleRead, Settings: permitted, Check: grants([]string{"services/status"}, "patch", "update"),
		Fix: "remove services/status: an address there takes over other people's traffic (CVE-2020-8554)", Bad: roleWith("services/status", "patch"), Good: modest,
	},
	{
		ID: "rbac-no-netpol-write", Severity: control.High,
		Title:   "Few may change NetworkPolicies",
		Mapping: control.Mapping{Trivy: "KSV-0056"},
		On:      roles, Reads: ruleRead, Settings: permitted, Check: grants([]string{"networkpolicies"}, write...),
		Fix: "list the role in the setting roles when it is a deployer's", Bad: roleWith("networkpolicies", "delete"), Good: modest,
	},
	{
		ID: "rbac-no-anonymous-or-authenticated", Severity: control.Critical,
		Title:   "Nothing is allowed to everybody",
		Mapping: control.Mapping{CIS: "EKS 4.1.1", Trivy: "KSV-0122, KSV-01011"},
		On:      bindings, Reads: []string{"subjects.name"},
		Check: subjects(func(r *control.Resource, s control.Value) {
			if v := s.Get("name"); slices.Contains([]string{"system:anonymous", "system:unauthenticated", "system:authenticated"}, v.Text()) {
				r.Want(v, "a group, user or service account")
			}
		}),
		Fix: "name whom it is for", Bad: bindingOf(`{kind: Group, name: "system:unauthenticated"}`), Good: bindingOf(`{kind: Group, name: operators}`),
	},
	{
		ID: "rbac-no-system-masters", Severity: control.Critical,
		Title:   "Nobody is bound as system:masters",
		Mapping: control.Mapping{CIS: "EKS 4.1.1", Trivy: "KSV-0123"},
		On:      bindings, Reads: []string{"subjects.name"},
		Check: subjects(func(r *control.Resource, s control.Value) {
			if v := s.Get("name"); v.Text() == "system:masters" {
				r.Want(v, "a group of yours")
			}
		}),
		Fix: "name a group of your own", Bad: bindingOf(`{kind: Group, name: "system:masters"}`), Good: bindingOf(`{kind: Group, name: operators}`),
	},
	{
		ID: "rbac-no-default-sa-subject", Severity: control.Medium,
		Title:   "A namespace's default service account may do nothing",
		Mapping: control.Mapping{CIS: "EKS 4.1.5", Checkov: "CKV_K8S_42"},
		On:      bindings, Reads: []string{"subjects.kind", "subjects.name"},
		Check: subjects(func(r *control.Resource, s control.Value) {
			if v := s.Get("name"); s.Get("kind").Text() == "ServiceAccount" && v.Text() == "default" {
				r.Want(v, "a service account of the workload's own")
			}
		}),
		Fix: "make a ServiceAccount and bind that", Bad: bindingOf(`{kind: ServiceAccount, name: default, namespace: apps}`), Good: bindingOf(`{kind: ServiceAccount, name: shop, namespace: apps}`),
	},
	{
		ID: "rbac-no-configmap-kube-system-write", Severity: control.Medium,
		Title:   "Nobody but its own may change kube-system's settings",
		Mapping: control.Mapping{Trivy: "KSV-0049, KSV-0115"},
		On:      roles, Reads: append([]string{"metadata.namespace"}, ruleRead...), Settings: permitted,
		Check: func(r *control.Resource) {
			// A ClusterRole is what its bindings make of it; one that names objects is meant.
			if r.Kind() == "Role" && r.Get("metadata.namespace").Text() != "kube-system" || slices.Contains(r.Words("roles"), objectName(r)) {
				return
			}
			r.Get("rules").Each(func(rule control.Value) {
				if !slices.Contains(rule.Get("resources").Texts(), "configmaps") || rule.Get("resourceNames").Present() && !slices.Contains(rule.Get("resourceNames").Texts(), "aws-auth") {
					return
				}
				for _, verb := range rule.Get("verbs").Texts() {
					if slices.Contains(write, verb) || verb == "*" {
						r.Violate("%s allows %s on configmaps: those of CoreDNS, kube-proxy and aws-auth are among them", rule.Path(), verb)
						return
					}
				}
			})
		},
		Fix:  "make a Role in the namespace, or name the objects in resourceNames",
		Bad:  roleWith("configmaps", "update"),
		Good: `{metadata: {name: shop}, rules: [{apiGroups: [""], resources: [configmaps], resourceNames: [shop], verbs: [update]}]}`,
	},
	{
		ID: "rbac-no-pod-logs-delete", Severity: control.Low,
		Title:   "Nobody may take away what was logged",
		Mapping: control.Mapping{Trivy: "KSV-0042"},
		On:      roles, Reads: ruleRead, Settings: permitted, Check: grants([]string{"pods/log"}, "delete", "deletecollection"),
		Fix: "remove the verb", Bad: roleWith("pods/log", "delete"), Good: modest,
	},
}
