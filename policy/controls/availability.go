package controls

import (
	"maps"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
)

const (
	deployment     = "kubernetes:apps/v1:Deployment"
	daemonSet      = "kubernetes:apps/v1:DaemonSet"
	statefulSet    = "kubernetes:apps/v1:StatefulSet"
	budget         = "kubernetes:policy/v1:PodDisruptionBudget"
	autoscaler     = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
	serviceAccount = "kubernetes:core/v1:ServiceAccount"
)

// removedAPIs are versions of APIs that no cluster has any more which EKS
// supports, and the minor that took them away. See
// https://kubernetes.io/docs/reference/using-api/deprecation-guide/
var removedAPIs = map[string]string{
	"kubernetes:extensions/v1beta1:DaemonSet": "1.16", "kubernetes:extensions/v1beta1:Deployment": "1.16",
	"kubernetes:extensions/v1beta1:NetworkPolicy": "1.16", "kubernetes:extensions/v1beta1:ReplicaSet": "1.16",
	"kubernetes:apps/v1beta1:Deployment": "1.16", "kubernetes:apps/v1beta1:StatefulSet": "1.16",
	"kubernetes:apps/v1beta2:DaemonSet": "1.16", "kubernetes:apps/v1beta2:Deployment": "1.16",
	"kubernetes:apps/v1beta2:ReplicaSet": "1.16", "kubernetes:apps/v1beta2:StatefulSet": "1.16",
	"kubernetes:extensions/v1beta1:Ingress": "1.22", "kubernetes:networking.k8s.io/v1beta1:Ingress": "1.22", "kubernetes:networking.k8s.io/v1beta1:IngressClass": "1.22",
	"kubernetes:rbac.authorization.k8s.io/v1beta1:ClusterRole": "1.22", "kubernetes:rbac.authorization.k8s.io/v1beta1:ClusterRoleBinding": "1.22",
	"kubernetes:rbac.authorization.k8s.io/v1beta1:Role": "1.22", "kubernetes:rbac.authorization.k8s.io/v1beta1:RoleBinding": "1.22",
	"kubernetes:admissionregistration.k8s.io/v1beta1:MutatingWebhookConfiguration":   "1.22",
	"kubernetes:admissionregistration.k8s.io/v1beta1:ValidatingWebhookConfiguration": "1.22",
	"kubernetes:apiextensions.k8s.io/v1beta1:CustomResourceDefinition":               "1.22",
	"kubernetes:apiregistration.k8s.io/v1beta1:APIService":                           "1.22",
	"kubernetes:certificates.k8s.io/v1beta1:CertificateSigningRequest":               "1.22",
	"kubernetes:coordination.k8s.io/v1beta1:Lease":                                   "1.22",
	"kubernetes:scheduling.k8s.io/v1beta1:PriorityClass":                             "1.22",
	"kubernetes:storage.k8s.io/v1beta1:CSIDriver":                                    "1.22",
	"kubernetes:storage.k8s.io/v1beta1:StorageClass":                                 "1.22",
	"kubernetes:autoscaling/v2beta1:HorizontalPodAutoscaler":                         "1.25",
	"kubernetes:batch/v1beta1:CronJob":                                               "1.25",
	"kubernetes:discovery.k8s.io/v1beta1:EndpointSlice":                              "1.25",
	"kubernetes:node.k8s.io/v1beta1:RuntimeClass":                                    "1.25",
	"kubernetes:policy/v1beta1:PodDisruptionBudget":                                  "1.25",
	"kubernetes:autoscaling/v2beta2:HorizontalPodAutoscaler":                         "1.26",
	"kubernetes:flowcontrol.apiserver.k8s.io/v1beta1:FlowSchema":                     "1.26",
	"kubernetes:flowcontrol.apiserver.k8s.io/v1beta2:FlowSchema":                     "1.29",
	"kubernetes:flowcontrol.apiserver.k8s.io/v1beta3:FlowSchema":                     "1.32",
}

// zoneLabel is the label of nodes that has their zone.
const zoneLabel = "topology.kubernetes.io/zone"

// spread tells whether pods keep apart by zones.
func spread(p control.Value) bool {
	for _, c := range p.Get("topologySpreadConstraints").Items() {
		if c.Get("topologyKey").Text() == zoneLabel {
			return true
		}
	}
	apart := p.Get("affinity.podAntiAffinity")
	for _, term := range apart.Get("requiredDuringSchedulingIgnoredDuringExecution").Items() {
		if term.Get("topologyKey").Text() == zoneLabel {
			return true
		}
	}
	for _, term := range apart.Get("preferredDuringSchedulingIgnoredDuringExecution").Items() {
		if term.Get("podAffinityTerm.topologyKey").Text() == zoneLabel {
			return true
		}
	}
	return false
}

// several tells whether a workload has more than one pod.
func several(r *control.Resource) bool { return r.Get("spec.replicas").Int(1) > 1 }

// twoPods is an example of a Deployment of two pods.
func twoPods(spec string) string {
	return "{metadata: {name: shop, namespace: apps}, spec: {replicas: 2, " + spec + "}}"
}

// availability are controls of whether workloads go on running.
var availability = []control.Control{
	{
		ID: "k8s-topology-spread", Severity: control.Medium,
		Title: "The pods of a workload are not all in one zone",
		On:    []string{deployment, statefulSet}, Reads: []string{"spec.replicas", "spec.template.spec.topologySpreadConstraints.topologyKey", "spec.template.spec.affinity.podAntiAffinity"},
		Check: func(r *control.Resource) {
			if p := podSpec(r); several(r) && !spread(p) {
				r.Violate("neither topologySpreadConstraints nor a podAntiAffinity name %s: its pods may all be in the zone that fails", zoneLabel)
			}
		},
		Fix:  "add a topologySpreadConstraint over " + zoneLabel + ", with whenUnsatisfiable ScheduleAnyway where pods must run in any case",
		Bad:  twoPods("template: {spec: {containers: []}}"),
		Good: twoPods("template: {spec: {topologySpreadConstraints: [{topologyKey: topology.kubernetes.io/zone, maxSkew: 1, whenUnsatisfiable: ScheduleAnyway}]}}"),
	},
	{
		ID: "k8s-pdb-exists", Severity: control.Medium,
		Title: "Draining nodes leaves some pods of a workload running",
		On:    []string{deployment, statefulSet, budget}, Reads: []string{"metadata.namespace", "spec.replicas", "spec.template.metadata.labels", budget + " spec.selector"},
		CheckStack: func(s *control.Stack) {
			s.EachOf([]string{deployment, statefulSet}, func(r *control.Resource) {
				if !several(r) {
					return
				}
				for _, b := range s.Of(budget) {
					if namespaceOf(b) == namespaceOf(r) && selects(b.Get("spec.selector"), podLabels(r)) {
						return
					}
				}
				r.Violate("no PodDisruptionBudget selects its pods: an upgrade of nodes may stop all of them at once")
			})
		},
		Fix: "add a PodDisruptionBudget with maxUnavailable 1",
		Bad: `
resources:
  shop: {type: "kubernetes:apps/v1:Deployment", properties: {metadata: {namespace: apps}, spec: {replicas: 2, template: {metadata: {labels: {app: shop}}}}}}
`,
		Good: `
resources:
  shop: {type: "kubernetes:apps/v1:Deployment", properties: {metadata: {namespace: apps}, spec: {replicas: 2, template: {metadata: {labels: {app: shop}}}}}}
  one: {type: "kubernetes:policy/v1:PodDisruptionBudget", properties: {metadata: {namespace: apps}, spec: {maxUnavailable: 1, selector: {matchLabels: {app: shop}}}}}
`,
	},
	{
		ID: "k8s-rolling-update", Severity: control.Low,
		Title: "An update of a workload does not stop it",
		On:    []string{deployment}, Reads: []string{"spec.replicas", "spec.strategy.type", "spec.strategy.rollingUpdate.maxUnavailable"},
		Check: func(r *control.Resource) {
			if !several(r) {
				return // The only pod, or one with a volume of its own, may have to go first.
			}
			if v := r.Get("spec.strategy.type"); v.Text() == "Recreate" {
				r.Want(v, "RollingUpdate, or nothing")
			}
			if v := r.Get("spec.strategy.rollingUpdate.maxUnavailable"); v.Text() == "100%" {
				r.Want(v, "less")
			}
		},
		Fix: "remove spec.strategy", Bad: twoPods("strategy: {type: Recreate}"), Good: twoPods("strategy: {type: RollingUpdate}"),
	},
	{
		ID: "k8s-priority-class", Severity: control.Low,
		Title: "What serves a node is not the first to go when it is full",
		On:    []string{daemonSet}, Reads: podReads("priorityClassName"),
		Check: inPod(func(r *control.Resource, p control.Value) {
			if v := p.Get("priorityClassName"); !v.IsSet() {
				r.Want(v, "system-node-critical, or a class of your own")
			}
		}),
		Fix: "set priorityClassName", Bad: pod("{containers: []}"), Good: pod("{priorityClassName: system-node-critical}"),
	},
	{
		ID: "k8s-recommended-labels", Severity: control.Low,
		Title: "A workload says what it is",
		On:    workloads, Reads: []string{"metadata.labels", "metadata.namespace"},
		Settings: []control.Setting{{Name: "labels", Doc: "The labels", Default: []string{"app.kubernetes.io/name"}}},
		Check: func(r *control.Resource) {
			if slices.Contains(systemNamespaces[:3], namespaceOf(r)) {
				return // Kubernetes's own things have labels of before.
			}
			for _, key := range r.Words("labels") {
				if v := r.Get("metadata.labels").Key(key); !v.IsSet() {
					r.Want(v, "a name: dashboards, bills and those who are called at night go by it")
				}
			}
		},
		Fix: "set the labels", Bad: `metadata: {name: shop, labels: {app: shop}}`, Good: `metadata: {name: shop, labels: {app.kubernetes.io/name: shop}}`,
	},
	{
		ID: "k8s-no-alpha-beta-apis", Severity: control.Medium,
		Title:   "Objects are of APIs that Kubernetes still has",
		Mapping: control.Mapping{Trivy: "KSV-0107"},
		On:      slices.Sorted(maps.Keys(removedAPIs)),
		Check: func(r *control.Resource) {
			if minor := removedAPIs[r.Type]; minor != "" {
				api, _, _ := strings.Cut(strings.TrimPrefix(r.Type, "kubernetes:"), ":")
				r.Violate("Kubernetes has no %s of %s since %s", r.Kind(), api, minor)
			}
		},
		Fix: "use the stable version of the API, v1 or v2",
		Bad: `metadata: {name: shop}`, Good: "resources:\n  shop:\n    type: kubernetes:admissionregistration.k8s.io/v1:MutatingWebhookConfiguration\n    properties: {metadata: {name: shop}}\n",
	},
	{
		ID: "k8s-not-kube-system", Severity: control.Medium,
		Title:   "In kube-system is what the cluster itself needs",
		Mapping: control.Mapping{CIS: "EKS 4.5.1", Trivy: "KSV-0037"},
		On:      slices.Concat(workloads, []string{helmRelease}), Reads: []string{"metadata.namespace", "metadata.name", helmRelease + " namespace", helmRelease + " chart"},
		Settings: []control.Setting{{Name: "names", Doc: "Names of workloads and charts that belong there", Default: []string{
			"node-local-dns", "aws-load-balancer-controller", "karpenter", "karpenter-crd", "metrics-server", "aws-ebs-csi-driver", "aws-efs-csi-driver", "cluster-autoscaler", "aws-node-termination-handler",
			"cilium", "secrets-store-csi-driver", "secrets-store-csi-driver-provider-aws", "snapshot-controller"}}},
		Check: func(r *control.Resource) {
			v, name := r.Get("metadata.namespace"), ""
			if r.Is(helmRelease) {
				v = r.Get("namespace")
			}
			if v.Text() != "kube-system" {
				return
			}
			if r.Is(helmRelease) {
				name, _ = chartOf(r)
			} else {
				name = objectName(r)
			}
			if !slices.Contains(r.Words("names"), name) {
				r.Want(v, "a namespace of its own: whoever may change kube-system may change the cluster")
			}
		},
		Fix: "choose another namespace, or list the name in the setting names",
		Bad: `metadata: {name: shop, namespace: kube-system}`, Good: `metadata: {name: shop, namespace: apps}`,
	},
}
