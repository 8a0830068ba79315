package controls

import (
	"slices"

	"github.com/slipway-iac/slipway/policy/control"
)

// namespaceOf is the namespace that an object is in.
func namespaceOf(r *control.Resource) string {
	if v := r.Get("metadata.namespace"); v.IsSet() {
		return v.Text()
	}
	return "default"
}

// selects tells whether a selector with matchLabels and matchExpressions takes
// labels. An empty one takes all.
func selects(selector, labels control.Value) bool {
	for _, e := range selector.Get("matchExpressions").Items() {
		v, values := labels.Key(e.Get("key").Text()), e.Get("values").Texts()
		fits := false
		switch e.Get("operator").Text() {
		case "In":
			fits = v.IsSet() && slices.Contains(values, v.Text())
		case "NotIn":
			fits = !v.IsSet() || !slices.Contains(values, v.Text())
		case "Exists":
			fits = v.IsSet()
		case "DoesNotExist":
			fits = !v.IsSet()
		}
		if !fits {
			return false
		}
	}
	return hasLabels(selector.Get("matchLabels"), labels)
}

// hasLabels tells whether labels have all those that are wanted.
func hasLabels(want, labels control.Value) bool {
	for _, key := range want.Keys() {
		if labels.Key(key).Text() != want.Key(key).Text() {
			return false
		}
	}
	return true
}

// among lists the objects of some kinds in a namespace whose objects all are in
// the stack, as far as that shows: none of one that Kubernetes, an add-on or a
// chart puts something into.
func among(s *control.Stack, space string, tokens ...string) []*control.Resource {
	if slices.Contains(systemNamespaces, space) {
		return nil
	}
	for _, r := range s.Of(helmRelease) {
		if r.Get("namespace").Text() == space {
			return nil
		}
	}
	var found []*control.Resource
	for _, r := range s.Of(tokens...) {
		if namespaceOf(r) == space {
			found = append(found, r)
		}
	}
	return found
}

// selectedBy lists the workloads of a namespace whose pods have labels.
func selectedBy(s *control.Stack, space string, labels control.Value) []*control.Resource {
	var found []*control.Resource
	for _, w := range s.Of(workloads...) {
		if namespaceOf(w) == space && hasLabels(labels, podLabels(w)) {
			found = append(found, w)
		}
	}
	return found
}

// front is an example: a Deployment with a port, and something beside it.
func front(beside string) string {
	return `
resources:
  shop:
    type: kubernetes:apps/v1:Deployment
    properties: {metadata: {name: shop, namespace: apps}, spec: {template: {metadata: {labels: {app: shop}}, spec: {serviceAccountName: shop, containers: [{name: shop, ports: [{name: http, containerPort: 8080}]}]}}}}
  beside: ` + beside + "\n"
}

var labelReads = []string{deployment + " metadata.namespace", deployment + " spec.template.metadata.labels"}

// references are controls of objects that name each other.
var references = []control.Control{
	{
		ID: "k8s-service-selects-something", Severity: control.Low,
		Title: "A Service has pods",
		On:    slices.Concat([]string{service, helmRelease}, workloads), Reads: slices.Concat([]string{"metadata.namespace", "spec.selector"}, labelReads),
		CheckStack: func(s *control.Stack) {
			s.Each(service, func(r *control.Resource) {
				labels := r.Get("spec.selector")
				if labels.Present() && len(among(s, namespaceOf(r), workloads...)) > 0 && len(selectedBy(s, namespaceOf(r), labels)) == 0 {
					r.Violate("spec.selector takes no pods of the workloads in %s: nobody answers", namespaceOf(r))
				}
			})
		},
		Fix:  "select the labels that the pods have",
		Bad:  front(`{type: "kubernetes:core/v1:Service", properties: {metadata: {name: shop, namespace: apps}, spec: {selector: {app: store}}}}`),
		Good: front(`{type: "kubernetes:core/v1:Service", properties: {metadata: {name: shop, namespace: apps}, spec: {selector: {app: shop}}}}`),
	},
	{
		ID: "k8s-service-target-port-valid", Severity: control.Low,
		Title: "A Service sends to a port that its pods have",
		On:    slices.Concat([]string{service}, workloads), Reads: slices.Concat([]string{"metadata.namespace", "spec.selector", "spec.ports.targetPort", deployment + " spec.template.spec.containers.ports.name"}, labelReads),
		CheckStack: func(s *control.Stack) {
			s.Each(service, func(r *control.Resource) {
				if !r.Get("spec.selector").Present() {
					return
				}
				pods := selectedBy(s, namespaceOf(r), r.Get("spec.selector"))
				r.Get("spec.ports").Each(func(p control.Value) {
					v := p.Get("targetPort")
					for _, w := range pods {
						var names []string
						for _, c := range podSpec(w).Get("containers").Items() {
							names = append(names, portNames(c)...)
						}
						if isName(v) && !slices.Contains(names, v.Text()) {
							r.Want(v, "the name of a port of "+w.String())
						}
					}
				})
			})
		},
		Fix:  "give the container's port that name, or write its number",
		Bad:  front(`{type: "kubernetes:core/v1:Service", properties: {metadata: {name: shop, namespace: apps}, spec: {selector: {app: shop}, ports: [{port: 80, targetPort: web}]}}}`),
		Good: front(`{type: "kubernetes:core/v1:Service", properties: {metadata: {name: shop, namespace: apps}, spec: {selector: {app: shop}, ports: [{port: 80, targetPort: http}]}}}`),
	},
	{
		ID: "k8s-ingress-backend-exists", Severity: control.Low,
		Title: "An Ingress sends to a Service that exists",
		On:    []string{ingress, service, helmRelease}, Reads: []string{"metadata.namespace", "spec.rules.http.paths.backend.service.name", service + " metadata.namespace", service + " metadata.name"},
		CheckStack: func(s *control.Stack) {
			s.Each(ingress, func(r *control.Resource) {
				var names []string
				for _, x := range among(s, namespaceOf(r), service) {
					names = append(names, objectName(x))
				}
				wanted := []control.Value{r.Get("spec.defaultBackend.service")}
				for _, rule := range r.Get("spec.rules").Items() {
					for _, path := range rule.Get("http.paths").Items() {
						wanted = append(wanted, path.Get("backend.service"))
					}
				}
				for _, v := range wanted {
					// The controller has actions, in annotations, under names of no Service.
					if name := v.Get("name"); len(names) > 0 && name.Present() && v.Get("port.name").Text() != "use-annotation" && !slices.Contains(names, name.Text()) {
						r.Want(name, "the name of a Service in "+namespaceOf(r))
					}
				}
			})
		},
		Fix: "write the Service's name",
		Bad: `
resources:
  shop: {type: "kubernetes:core/v1:Service", properties: {metadata: {name: shop, namespace: apps}}}
  way: {type: "kubernetes:networking.k8s.io/v1:Ingress", properties: {metadata: {name: shop, namespace: apps}, spec: {rules: [{http: {paths: [{backend: {service: {name: store}}}]}}]}}}
`,
		Good: `
resources:
  shop: {type: "kubernetes:core/v1:Service", properties: {metadata: {name: shop, namespace: apps}}}
  way: {type: "kubernetes:networking.k8s.io/v1:Ingress", properties: {metadata: {name: shop, namespace: apps}, spec: {rules: [{http: {paths: [{backend: {service: {name: shop}}}]}}]}}}
`,
	},
	{
		ID: "k8s-netpol-for-every-workload", Severity: control.Medium,
		Title:   "Every pod is some NetworkPolicy's",
		Mapping: control.Mapping{CIS: "EKS 4.3.2", Checkov: "CKV2_K8S_6"},
		On:      slices.Concat(workloads, []string{networkPolicy}), Reads: []string{"metadata.namespace", "spec.template.metadata.labels", "spec.template.spec.hostNetwork", networkPolicy + " metadata.namespace", networkPolicy + " spec.podSelector"},
		CheckStack: func(s *control.Stack) {
			s.EachOf(workloads, func(r *control.Resource) {
				// No policy holds for a pod with its node's network.
				if podSpec(r).Get("hostNetwork").True() || slices.Contains(systemNamespaces, namespaceOf(r)) {
					return
				}
				for _, p := range s.Of(networkPolicy) {
					if namespaceOf(p) == namespaceOf(r) && selects(p.Get("spec.podSelector"), podLabels(r)) {
						return
					}
				}
				r.Violate("no NetworkPolicy in %s selects its pods: everybody may talk to them", namespaceOf(r))
			})
		},
		Fix:  "add a NetworkPolicy with podSelector {} to the namespace, and others for what is needed",
		Bad:  front(`{type: "kubernetes:networking.k8s.io/v1:NetworkPolicy", properties: {metadata: {namespace: other}, spec: {podSelector: {}}}}`),
		Good: front(`{type: "kubernetes:networking.k8s.io/v1:NetworkPolicy", properties: {metadata: {namespace: apps}, spec: {podSelector: {}}}}`),
	},
	{
		ID: "k8s-netpol-selects-something", Severity: control.Low,
		Title: "A NetworkPolicy is about some pods",
		On:    slices.Concat([]string{networkPolicy, helmRelease}, workloads), Reads: slices.Concat([]string{"metadata.namespace", "spec.podSelector"}, labelReads),
		CheckStack: func(s *control.Stack) {
			s.Each(networkPolicy, func(r *control.Resource) {
				pods := among(s, namespaceOf(r), workloads...)
				if len(pods) > 0 && !slices.ContainsFunc(pods, func(w *control.Resource) bool { return selects(r.Get("spec.podSelector"), podLabels(w)) }) {
					r.Violate("spec.podSelector takes no pods of the workloads in %s: it does nothing", namespaceOf(r))
				}
			})
		},
		Fix:  "select the labels that the pods have",
		Bad:  front(`{type: "kubernetes:networking.k8s.io/v1:NetworkPolicy", properties: {metadata: {namespace: apps}, spec: {podSelector: {matchLabels: {app: store}}}}}`),
		Good: front(`{type: "kubernetes:networking.k8s.io/v1:NetworkPolicy", properties: {metadata: {namespace: apps}, spec: {podSelector: {matchExpressions: [{key: app, operator: In, values: [shop]}]}}}}`),
	},
	{
		ID: "k8s-hpa-target-exists", Severity: control.Low,
		Title: "An autoscaler scales something, and leaves two of it",
		On:    slices.Concat([]string{autoscaler, helmRelease}, workloads), Reads: []string{"metadata.namespace", "spec.scaleTargetRef.name", "spec.minReplicas", deployment + " metadata.name", deployment + " metadata.namespace"},
		CheckStack: func(s *control.Stack) {
			s.Each(autoscaler, func(r *control.Resource) {
				if v := r.Get("spec.minReplicas"); v.Int(1) < 2 {
					r.Want(v, "2 or more")
				}
				target := r.Get("spec.scaleTargetRef")
				there := among(s, namespaceOf(r), workloads...)
				if len(there) > 0 && !slices.ContainsFunc(there, func(w *control.Resource) bool {
					return objectName(w) == target.Get("name").Text() && w.Kind() == target.Get("kind").Text()
				}) {
					r.Want(target.Get("name"), "the name of a workload in "+namespaceOf(r))
				}
			})
		},
		Fix:  "write the workload's kind and name, and a minReplicas of 2",
		Bad:  front(`{type: "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", properties: {metadata: {namespace: apps}, spec: {minReplicas: 1, scaleTargetRef: {kind: Deployment, name: store}}}}`),
		Good: front(`{type: "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", properties: {metadata: {namespace: apps}, spec: {minReplicas: 2, scaleTargetRef: {kind: Deployment, name: shop}}}}`),
	},
	{
		ID: "k8s-non-existent-sa", Severity: control.Low,
		Title: "A workload's service account exists",
		On:    slices.Concat(workloads, []string{serviceAccount, helmRelease}), Reads: []string{"metadata.namespace", "spec.template.spec.serviceAccountName", serviceAccount + " metadata.name", serviceAccount + " metadata.namespace"},
		CheckStack: func(s *control.Stack) {
			s.EachOf(workloads, func(r *control.Resource) {
				v := podSpec(r).Get("serviceAccountName")
				there := among(s, namespaceOf(r), serviceAccount)
				if len(there) > 0 && v.Present() && v.Text() != "default" && !slices.ContainsFunc(there, func(a *control.Resource) bool { return objectName(a) == v.Text() }) {
					r.Want(v, "the name of a ServiceAccount in "+namespaceOf(r)+": its pods are not made")
				}
			})
		},
		Fix:  "write the ServiceAccount's name",
		Bad:  front(`{type: "kubernetes:core/v1:ServiceAccount", properties: {metadata: {name: store, namespace: apps}}}`),
		Good: front(`{type: "kubernetes:core/v1:ServiceAccount", properties: {metadata: {name: shop, namespace: apps}}}`),
	},
}
