package controls

import (
	"slices"
	"time"

	"github.com/slipway-iac/slipway/policy/control"
)

const (
	gateway        = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
	leaf           = "kubernetes:cert-manager.io/v1:Certificate"
	readinessLabel = "elbv2.k8s.aws/pod-readiness-gate-inject"

	// standardGrace is how many seconds a pod has to end, where it does not say.
	standardGrace = 30
)

// toPods tells whether an Ingress is the controller's, and sends to pods.
func toPods(r *control.Resource) bool {
	return byController(r) && annotation(r, albAnnotation+"target-type").Text() == "ip"
}

// behind lists the workloads that an Ingress sends to.
func behind(s *control.Stack, r *control.Resource) []*control.Resource {
	var found []*control.Resource
	for _, rule := range r.Get("spec.rules").Items() {
		for _, path := range rule.Get("http.paths").Items() {
			name := path.Get("backend.service.name").Text()
			for _, x := range s.Of(service) {
				if objectName(x) == name && namespaceOf(x) == namespaceOf(r) && x.Get("spec.selector").Present() {
					found = append(found, selectedBy(s, namespaceOf(r), x.Get("spec.selector"))...)
				}
			}
		}
	}
	return found
}

// longestSleep is the longest pause of a pod before it ends; ok is false where no
// container has anything to do then.
func longestSleep(p control.Value) (seconds int, ok bool) {
	for _, c := range p.Get("containers").Items() {
		if hook := c.Get("lifecycle.preStop"); hook.Present() {
			seconds, ok = max(seconds, hook.Get("sleep.seconds").Int(0)), true
		}
	}
	return seconds, ok
}

// served is an example: an Ingress, its Service, and pods that end in some way.
func served(pod string) string {
	return `
resources:
  way: {type: "kubernetes:networking.k8s.io/v1:Ingress", properties: {metadata: {name: shop, namespace: apps, annotations: {alb.ingress.kubernetes.io/target-type: ip}}, spec: {ingressClassName: alb, rules: [{http: {paths: [{backend: {service: {name: shop}}}]}}]}}}
  shop: {type: "kubernetes:core/v1:Service", properties: {metadata: {name: shop, namespace: apps}, spec: {selector: {app: shop}}}}
  pods: {type: "kubernetes:apps/v1:Deployment", properties: {metadata: {name: shop, namespace: apps}, spec: {template: {metadata: {labels: {app: shop}}, spec: ` + pod + "}}}}\n"
}

// handover are controls of how traffic goes from one pod, or one certificate, to
// the next.
var handover = []control.Control{
	{
		ID: "plat-deregistration-vs-grace", Severity: control.Medium,
		Title: "A pod behind a load balancer answers until it is out of it",
		On:    slices.Concat([]string{ingress, service}, workloads), Reads: []string{"metadata.annotations", "spec.rules.http.paths.backend.service.name", service + " spec.selector", deployment + " spec.template.spec.containers.lifecycle.preStop", deployment + " spec.template.spec.terminationGracePeriodSeconds"},
		CheckStack: func(s *control.Stack) {
			s.Each(ingress, func(r *control.Resource) {
				if !toPods(r) {
					return
				}
				for _, w := range behind(s, r) {
					p := podSpec(w)
					grace := p.Get("terminationGracePeriodSeconds").Int(standardGrace)
					switch pause, there := longestSleep(p); {
					case !there:
						w.Violate("no container has a lifecycle.preStop: the load balancer sends requests for some seconds after the pod has gone")
					case pause >= grace:
						w.Violate("preStop sleeps for %d seconds, and the pod is killed after %d: want a greater terminationGracePeriodSeconds", pause, grace)
					}
				}
			})
		},
		Fix:  "add a preStop with a sleep of 15 seconds, and leave the pod more than that to end",
		Bad:  served("{containers: [{name: shop}]}"),
		Good: served("{containers: [{name: shop, lifecycle: {preStop: {sleep: {seconds: 15}}}}]}"),
	},
	{
		ID: "plat-pod-readiness-gate", Severity: control.Low,
		Title: "A new pod counts as ready when the load balancer says so",
		On:    []string{namespace, ingress}, Reads: []string{"metadata.name", "metadata.labels", ingress + " metadata.namespace", ingress + " metadata.annotations"},
		CheckStack: func(s *control.Stack) {
			s.Each(namespace, func(ns *control.Resource) {
				if slices.ContainsFunc(inNamespace(s, ingress, ns), toPods) {
					if v := ns.Get("metadata.labels").Key(readinessLabel); v.Text() != "enabled" {
						ns.Want(v, "enabled: an update otherwise takes away old pods before the load balancer knows the new ones")
					}
				}
			})
		},
		Fix: "set the label " + readinessLabel,
		Bad: `
resources:
  apps: {type: "kubernetes:core/v1:Namespace", properties: {metadata: {name: apps}}}
  way: {type: "kubernetes:networking.k8s.io/v1:Ingress", properties: {metadata: {namespace: apps, annotations: {alb.ingress.kubernetes.io/target-type: ip}}, spec: {ingressClassName: alb}}}
`,
		Good: `
resources:
  apps: {type: "kubernetes:core/v1:Namespace", properties: {metadata: {name: apps, labels: {elbv2.k8s.aws/pod-readiness-gate-inject: enabled}}}}
  way: {type: "kubernetes:networking.k8s.io/v1:Ingress", properties: {metadata: {namespace: apps, annotations: {alb.ingress.kubernetes.io/target-type: ip}}, spec: {ingressClassName: alb}}}
`,
	},
	{
		ID: "plat-certificate-sane", Severity: control.Low,
		Title: "cert-manager's certificates are renewed in time, with new keys",
		On:    []string{leaf}, Reads: []string{"spec.duration", "spec.renewBefore", "spec.privateKey.rotationPolicy", "spec.isCA", "spec.dnsNames"},
		Check: func(r *control.Resource) {
			// Who trusts an authority knows it by its key.
			if v := r.Get("spec.privateKey.rotationPolicy"); v.Text() == "Never" && !r.Get("spec.isCA").True() {
				r.Want(v, "Always, or nothing")
			}
			duration, err := time.ParseDuration(r.Get("spec.duration").Text())
			before, wrong := time.ParseDuration(r.Get("spec.renewBefore").Text())
			if err == nil && wrong == nil && before >= duration {
				r.Want(r.Get("spec.renewBefore"), "less than spec.duration")
			}
			if v := r.Get("spec.dnsNames"); slices.Contains(v.Texts(), "*") {
				r.Want(v, "names of a domain")
			}
		},
		Fix:  "set spec.renewBefore to a third of spec.duration, and remove rotationPolicy",
		Bad:  `{metadata: {name: shop}, spec: {dnsNames: [shop.example.com], duration: 24h, renewBefore: 48h, privateKey: {rotationPolicy: Never}}}`,
		Good: `{metadata: {name: shop}, spec: {dnsNames: [shop.example.com], duration: 2160h, renewBefore: 720h, privateKey: {rotationPolicy: Always}}}`,
	},
	{
		ID: "plat-gateway-api-listeners", Severity: control.Medium,
		Title: "A Gateway speaks TLS, for namespaces that it names",
		On:    []string{gateway}, Reads: []string{"spec.listeners.protocol", "spec.listeners.allowedRoutes.namespaces.from"},
		Check: func(r *control.Resource) {
			encrypted := slices.ContainsFunc(r.Get("spec.listeners").Items(), func(l control.Value) bool {
				return slices.Contains([]string{"HTTPS", "TLS"}, l.Get("protocol").Text())
			})
			r.Get("spec.listeners").Each(func(l control.Value) {
				// A listener for HTTP beside one for HTTPS is there to send callers on.
				if v := l.Get("protocol"); v.Text() == "HTTP" && !encrypted {
					r.Want(v, "HTTPS")
				}
				if v := l.Get("allowedRoutes.namespaces.from"); v.Text() == "All" {
					r.Want(v, "Same, or Selector: everybody may otherwise take any host name")
				}
			})
		},
		Fix:  "set protocol to HTTPS, and allowedRoutes.namespaces.from to Selector",
		Bad:  `{metadata: {name: way}, spec: {listeners: [{name: http, protocol: HTTP, port: 80, allowedRoutes: {namespaces: {from: All}}}]}}`,
		Good: `{metadata: {name: way}, spec: {listeners: [{name: https, protocol: HTTPS, port: 443, allowedRoutes: {namespaces: {from: Selector}}}]}}`,
	},
}
