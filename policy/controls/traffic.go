package controls

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
)

// annotation is an annotation of an object.
func annotation(r *control.Resource, key string) control.Value {
	return r.Get("metadata.annotations").Key(key)
}

const albAnnotation = "alb.ingress.kubernetes.io/"

// byController tells whether an Ingress is one of the AWS Load Balancer
// Controller's.
func byController(r *control.Resource) bool {
	return r.Get("spec.ingressClassName").Text() == "alb" || annotation(r, "kubernetes.io/ingress.class").Text() == "alb"
}

// albIngress is an example of an Ingress with some annotations.
func albIngress(annotations string) string {
	return "{metadata: {name: shop, annotations: {" + annotations + "}}, spec: {ingressClassName: alb}}"
}

var traffic = []control.Control{
	{
		ID: "k8s-service-type-restricted", Severity: control.High,
		Title: "Services are reached inside the cluster, or through named load balancers",
		On:    []string{service}, Reads: []string{"spec.type"},
		Settings: []control.Setting{{Name: "loadBalancers", Doc: "Names of Services that may be load balancers", Default: []string{}}},
		Check: func(r *control.Resource) {
			if v := r.Get("spec.type"); v.Text() == "LoadBalancer" && !slices.Contains(r.Words("loadBalancers"), objectName(r)) {
				r.Want(v, "ClusterIP behind an Ingress, or its name in the setting loadBalancers")
			}
		},
		Fix: "use an Ingress, or list the Service in the setting loadBalancers", Bad: `{metadata: {name: shop}, spec: {type: LoadBalancer}}`, Good: `{metadata: {name: shop}, spec: {type: ClusterIP}}`,
	},
	{
		ID: "plat-no-node-port", Severity: control.High,
		Title: "No Service opens a port on every node",
		On:    []string{service}, Reads: []string{"spec.type", "spec.allocateLoadBalancerNodePorts"},
		Check: func(r *control.Resource) {
			if v := r.Get("spec.type"); v.Text() == "NodePort" {
				r.Want(v, "ClusterIP: load balancers reach pods themselves")
			}
			if v := r.Get("spec.allocateLoadBalancerNodePorts"); r.Get("spec.type").Text() == "LoadBalancer" && !v.False() {
				r.Want(v, "false: load balancers reach pods themselves")
			}
		},
		Fix: "set type to ClusterIP; set allocateLoadBalancerNodePorts of a load balancer to false", Bad: `{metadata: {name: shop}, spec: {type: NodePort}}`,
		Good: `{metadata: {name: shop}, spec: {type: LoadBalancer, allocateLoadBalancerNodePorts: false}}`,
	},
	{
		ID: "plat-nlb-target-type-ip", Severity: control.High,
		Title: "Network load balancers are the controller's, and send to pods",
		On:    []string{service}, Reads: []string{"spec.type", "spec.loadBalancerClass", "metadata.annotations"},
		Check: func(r *control.Resource) {
			if r.Get("spec.type").Text() != "LoadBalancer" {
				return
			}
			if v := r.Get("spec.loadBalancerClass"); v.Text() != "service.k8s.aws/nlb" && v.Text() != "eks.amazonaws.com/nlb" {
				r.Want(v, "service.k8s.aws/nlb: without it the old provider inside Kubernetes makes a classic load balancer")
			}
			if v := annotation(r, "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type"); v.Text() != "ip" {
				r.Want(v, "ip")
			}
		},
		Fix: "set spec.loadBalancerClass and the annotation aws-load-balancer-nlb-target-type", Bad: `{metadata: {name: shop}, spec: {type: LoadBalancer}}`,
		Good: `{metadata: {name: shop, annotations: {service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip}}, spec: {type: LoadBalancer, loadBalancerClass: service.k8s.aws/nlb}}`,
	},
	{
		ID: "k8s-service-no-external-ips", Severity: control.High,
		Title:   "No Service takes over somebody else's address",
		Mapping: control.Mapping{Checkov: "CKV2_K8S_4", Trivy: "KSV-0108"},
		On:      []string{service}, Reads: []string{"spec.externalIPs"}, Check: unset("spec.externalIPs", "traffic to any address can be taken over with it (CVE-2020-8554)"),
		Fix: "remove spec.externalIPs", Bad: `{metadata: {name: shop}, spec: {externalIPs: [203.0.113.7]}}`, Good: `{metadata: {name: shop}, spec: {type: ClusterIP}}`,
	},
	{
		ID: "k8s-ingress-no-nginx-snippets", Severity: control.High,
		Title:   "No Ingress brings configuration of nginx",
		Mapping: control.Mapping{Checkov: "CKV_K8S_152, CKV_K8S_153, CKV_K8S_154"},
		On:      []string{ingress}, Reads: []string{"metadata.annotations"},
		Check: func(r *control.Resource) {
			for _, key := range r.Get("metadata.annotations").Keys() {
				if strings.HasPrefix(key, "nginx.ingress.kubernetes.io/") && strings.HasSuffix(key, "-snippet") {
					r.Violate("it has the annotation %s: whoever writes an Ingress can read every Secret with it (CVE-2021-25742)", key)
				}
			}
		},
		Fix: "remove the annotation", Bad: `{metadata: {name: shop, annotations: {nginx.ingress.kubernetes.io/server-snippet: "return 200;"}}}`, Good: albIngress("alb.ingress.kubernetes.io/scheme: internal"),
	},
	{
		ID: "k8s-ingress-no-wildcard-host", Severity: control.Medium,
		Title: "An Ingress names its hosts",
		On:    []string{ingress}, Reads: []string{"spec.rules.host"},
		Check: func(r *control.Resource) {
			r.Get("spec.rules").Each(func(rule control.Value) {
				if v := rule.Get("host"); !v.IsSet() || strings.HasPrefix(v.Text(), "*") {
					r.Want(v, "a host name")
				}
			})
		},
		Fix: "set host in every rule", Bad: `{metadata: {name: shop}, spec: {rules: [{host: "*.example.com"}]}}`, Good: `{metadata: {name: shop}, spec: {rules: [{host: shop.example.com}]}}`,
	},
	{
		ID: "plat-ingress-class-explicit", Severity: control.Medium,
		Title: "An Ingress says whose it is",
		On:    []string{ingress}, Reads: []string{"spec.ingressClassName"},
		Check: isSet("spec.ingressClassName", "alb, or another class"), Fix: "set spec.ingressClassName",
		Bad: `{metadata: {name: shop}}`, Good: `{metadata: {name: shop}, spec: {ingressClassName: alb}}`,
	},
	{
		ID: "plat-ingress-scheme-explicit", Severity: control.High,
		Title: "An Ingress says whether it is on the internet, and who guards it there",
		On:    []string{ingress}, Reads: []string{"spec.ingressClassName", "metadata.annotations"},
		Check: func(r *control.Resource) {
			if !byController(r) {
				return
			}
			v := annotation(r, albAnnotation+"scheme")
			if !slices.Contains([]string{"internal", "internet-facing"}, v.Text()) {
				r.Want(v, "internal or internet-facing")
			}
			if v.Text() != "internet-facing" {
				return
			}
			if acl := annotation(r, albAnnotation+"wafv2-acl-arn"); !acl.IsSet() {
				r.Want(acl, "a web ACL, since it is on the internet")
			}
		},
		Fix: "set the annotation scheme, and wafv2-acl-arn where it is internet-facing", Bad: albIngress("alb.ingress.kubernetes.io/scheme: internet-facing"), Good: albIngress("alb.ingress.kubernetes.io/scheme: internal"),
	},
	{
		ID: "plat-ingress-https-only", Severity: control.Medium,
		Title: "An Ingress speaks TLS",
		On:    []string{ingress}, Reads: []string{"spec.ingressClassName", "metadata.annotations"},
		Check: func(r *control.Resource) {
			if !byController(r) {
				return
			}
			if v := annotation(r, albAnnotation+"listen-ports"); !strings.Contains(v.Text(), `"HTTPS"`) {
				r.Want(v, `HTTPS among them, such as [{"HTTP":80},{"HTTPS":443}]`)
			}
			if v := annotation(r, albAnnotation+"listen-ports"); strings.Contains(v.Text(), `"HTTP"`) && !annotation(r, albAnnotation+"ssl-redirect").IsSet() {
				r.Want(annotation(r, albAnnotation+"ssl-redirect"), `"443", since it listens to HTTP`)
			}
		},
		Fix: "set the annotations listen-ports, ssl-redirect and certificate-arn", Bad: albIngress("alb.ingress.kubernetes.io/scheme: internal"),
		Good: albIngress(`alb.ingress.kubernetes.io/listen-ports: '[{"HTTPS":443}]'`),
	},
	{
		ID: "k8s-ingress-tls", Severity: control.Medium,
		Title:   "An Ingress has a certificate",
		Mapping: control.Mapping{CIS: "EKS 5.4.5"},
		On:      []string{ingress}, Reads: []string{"spec.tls", "metadata.annotations"},
		Check: func(r *control.Resource) {
			// The controller finds certificates in ACM by the hosts of spec.tls and rules.
			if !r.Get("spec.tls").IsSet() && !annotation(r, albAnnotation+"certificate-arn").IsSet() && !r.Get("spec.rules.host").IsSet() {
				r.Want(r.Get("spec.tls"), "hosts, or the annotation certificate-arn")
			}
		},
		Fix: "set spec.tls, or the annotation certificate-arn", Bad: `{metadata: {name: shop}, spec: {ingressClassName: alb}}`, Good: `{metadata: {name: shop}, spec: {tls: [{hosts: [shop.example.com]}]}}`,
	},
}
