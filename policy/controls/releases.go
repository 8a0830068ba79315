package controls

import (
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
)

var exactVersion = regexp.MustCompile(`^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$`)

// chartOf is the name of a release's chart, and where it comes from.
func chartOf(r *control.Resource) (name, from string) {
	chart := strings.TrimSuffix(r.Get("chart").Text(), "/")
	return chart[strings.LastIndex(chart, "/")+1:], chart + " " + r.Get("repositoryOpts.repo").Text()
}

// retiredCharts are charts of what nobody keeps up any more, and what came after
// it.
var retiredCharts = map[string]string{
	"kube2iam": "EKS Pod Identity", "kiam": "EKS Pod Identity", "weave-net": "the VPC CNI", "aws-iam-authenticator": "EKS access entries",
	"aws-alb-ingress-controller": "aws-load-balancer-controller", "kubernetes-external-secrets": "external-secrets",
	"kube-dashboard": "Headlamp", "aws-node-termination-handler": "managed node groups or Karpenter, which handle interruptions themselves",
}

// retiredImages are parts of the names of images of the same.
var retiredImages = map[string]string{
	"jtblin/kube2iam": "EKS Pod Identity", "uswitch/kiam": "EKS Pod Identity", "weaveworks/weave-kube": "the VPC CNI", "amazon/aws-alb-ingress-controller": "aws-load-balancer-controller",
}

var (
	releaseReads = []string{"chart", "repositoryOpts.repo"}
	software     = slices.Concat([]string{helmRelease}, workloads)
)

// noSoftware refuses charts and images.
func noSoftware(chart func(name, from string) string, picture func(image) string) check {
	images := eachImage(func(r *control.Resource, v control.Value, x image) {
		if why := picture(x); why != "" {
			r.Want(v, why)
		}
	})
	return func(r *control.Resource) {
		if !r.Is(helmRelease) {
			images(r)
			return
		}
		name, from := chartOf(r)
		if why := chart(name, from); why != "" {
			r.Want(r.Get("chart"), why)
		}
	}
}

var releases = []control.Control{
	{
		ID: "helm-version-pinned", Severity: control.Medium,
		Title: "A chart has an exact version",
		On:    []string{helmRelease}, Reads: []string{"version"},
		Check: func(r *control.Resource) {
			if v := r.Get("version"); !exactVersion.MatchString(v.Text()) {
				r.Want(v, "an exact version, such as 1.21.1")
			}
		},
		Fix: "set version", Bad: `{chart: cert-manager, version: "~1.20"}`, Good: `{chart: cert-manager, version: v1.21.1}`,
	},
	{
		ID: "helm-repo-allowed", Severity: control.High,
		Title: "Charts come from known places, encrypted",
		On:    []string{helmRelease}, Reads: []string{"chart", "repositoryOpts.repo"},
		Settings: []control.Setting{{Name: "hosts", Doc: "Hosts of repositories; a leading dot takes in all names below", Default: []string{
			"aws.github.io", "charts.jetstack.io", "public.ecr.aws", "kubernetes-sigs.github.io", "quay.io", "ghcr.io", ".dkr.ecr.amazonaws.com",
			"charts.external-secrets.io", "prometheus-community.github.io", "open-telemetry.github.io", "helm.cilium.io", "fluxcd-community.github.io", "argoproj.github.io"}}},
		Check: func(r *control.Resource) {
			v := r.Get("repositoryOpts.repo")
			if strings.HasPrefix(r.Get("chart").Text(), "oci://") {
				v = r.Get("chart")
			}
			if !v.IsSet() {
				return // A chart in a folder of the program's.
			}
			scheme, rest, _ := strings.Cut(v.Text(), "://")
			host, _, _ := strings.Cut(rest, "/")
			known := slices.ContainsFunc(r.Words("hosts"), func(h string) bool { return host == h || strings.HasPrefix(h, ".") && strings.HasSuffix(host, h) }) || ecrRegistry.MatchString(host)
			if !known || scheme != "https" && scheme != "oci" {
				r.Want(v, "https or oci, from "+strings.Join(r.Words("hosts"), ", "))
			}
		},
		Fix: "copy the chart into a registry of yours, or list the host in the setting hosts", Bad: `{chart: shop, repositoryOpts: {repo: "http://charts.example.com"}}`,
		Good: `{chart: "oci://public.ecr.aws/karpenter/karpenter", version: 1.14.1}`,
	},
	{
		ID: "helm-atomic", Severity: control.Low,
		Title: "A release that fails leaves nothing behind",
		On:    []string{helmRelease}, Reads: []string{"atomic", "cleanupOnFail"},
		Check: func(r *control.Resource) {
			if !r.Get("atomic").True() && !r.Get("cleanupOnFail").True() {
				r.Want(r.Get("atomic"), "true, or cleanupOnFail")
			}
		},
		Fix: "set atomic to true", Bad: `{chart: shop}`, Good: `{chart: shop, atomic: true}`,
	},
	{
		ID: "k8s-no-dashboard", Severity: control.High,
		Title:   "The Kubernetes dashboard is not installed",
		Mapping: control.Mapping{Checkov: "CKV_K8S_33"},
		On:      software, Reads: releaseReads,
		Check: noSoftware(func(name, _ string) string {
			return map[string]string{"kubernetes-dashboard": "another one: it is archived since January 2026"}[name]
		}, func(x image) string {
			if strings.Contains(x.path, "kubernetes-dashboard") || strings.HasPrefix(x.path, "kubernetesui/dashboard") {
				return "another one: the dashboard is archived"
			}
			return ""
		}),
		Fix: "use Headlamp, or the console's view of the cluster", Bad: `{chart: kubernetes-dashboard}`, Good: `{chart: headlamp}`,
	},
	{
		ID: "k8s-no-tiller", Severity: control.Critical,
		Title:   "Tiller is not installed",
		Mapping: control.Mapping{Checkov: "CKV_K8S_34, CKV_K8S_44, CKV_K8S_45", Trivy: "KSV-0102"},
		On:      software, Reads: releaseReads,
		Check: noSoftware(func(name, _ string) string {
			return map[string]string{"tiller": "nothing: Helm 3 needs no server"}[name]
		}, func(x image) string {
			if strings.HasSuffix(x.path, "/tiller") {
				return "nothing: Helm 3 needs no server"
			}
			return ""
		}),
		Fix: "remove it; Helm 3 works without a server in the cluster", Bad: `{chart: tiller}`, Good: `{chart: shop}`,
	},
	{
		ID: "plat-no-ingress-nginx", Severity: control.High,
		Title: "ingress-nginx is not installed",
		On:    slices.Concat(software, []string{"kubernetes:networking.k8s.io/v1:IngressClass"}), Reads: releaseReads,
		Check: func(r *control.Resource) {
			if r.Kind() == "IngressClass" {
				if v := r.Get("spec.controller"); v.Text() == "k8s.io/ingress-nginx" {
					r.Want(v, "another controller: kubernetes/ingress-nginx is retired since March 2026")
				}
				return
			}
			noSoftware(func(name, from string) string {
				// F5's chart is called nginx-ingress.
				if name == "ingress-nginx" || strings.Contains(from, "kubernetes.github.io/ingress-nginx") {
					return "another one: kubernetes/ingress-nginx is retired since March 2026"
				}
				return ""
			}, func(x image) string {
				if x.registry == "registry.k8s.io" && strings.HasPrefix(x.path, "ingress-nginx/") {
					return "another controller: kubernetes/ingress-nginx is retired since March 2026"
				}
				return ""
			})(r)
		},
		Fix: "use the AWS Load Balancer Controller, or a controller of the Gateway API", Bad: `{chart: ingress-nginx, repositoryOpts: {repo: "https://kubernetes.github.io/ingress-nginx"}}`,
		Good: `{chart: aws-load-balancer-controller, repositoryOpts: {repo: "https://aws.github.io/eks-charts"}}`,
	},
	{
		ID: "plat-no-app-mesh", Severity: control.High,
		Title: "App Mesh is not used",
		On: slices.Concat([]string{helmRelease, "aws:appmesh/mesh:Mesh", "aws:appmesh/virtualNode:VirtualNode", "aws:appmesh/virtualService:VirtualService",
			"aws:appmesh/virtualRouter:VirtualRouter", "aws:appmesh/virtualGateway:VirtualGateway", "aws:appmesh/route:Route", "aws:appmesh/gatewayRoute:GatewayRoute",
			"kubernetes:appmesh.k8s.aws/v1beta2:Mesh", "kubernetes:appmesh.k8s.aws/v1beta2:VirtualNode", "kubernetes:appmesh.k8s.aws/v1beta2:VirtualService"}),
		Reads: []string{"chart"},
		Check: func(r *control.Resource) {
			if !r.Is(helmRelease) {
				r.Violate("it is of AWS App Mesh, which ended on 2026-09-30")
				return
			}
			if name, _ := chartOf(r); strings.HasPrefix(name, "appmesh-") {
				r.Want(r.Get("chart"), "another one: AWS App Mesh ended on 2026-09-30")
			}
		},
		Fix: "use VPC Lattice, or a service mesh that runs in the cluster", Bad: `{chart: appmesh-controller}`, Good: `{chart: aws-gateway-controller-chart}`,
	},
	{
		ID: "plat-no-retired-components", Severity: control.High,
		Title: "Nothing is installed that nobody keeps up",
		On:    slices.Concat(software, []string{"aws:ec2/launchConfiguration:LaunchConfiguration", "kubernetes:policy/v1beta1:PodSecurityPolicy"}), Reads: releaseReads,
		Check: func(r *control.Resource) {
			switch r.Kind() {
			case "LaunchConfiguration":
				r.Violate("it is a launch configuration, which new accounts cannot make: want an aws.ec2.LaunchTemplate")
				return
			case "PodSecurityPolicy":
				r.Violate("Kubernetes has no PodSecurityPolicies since 1.25: want the labels of Pod Security on the namespace")
				return
			}
			noSoftware(func(name, _ string) string {
				if instead := retiredCharts[name]; instead != "" {
					return instead + ": this is no longer kept up"
				}
				return ""
			}, func(x image) string {
				for part, instead := range retiredImages {
					if strings.Contains(x.path, part) {
						return instead + ": this is no longer kept up"
					}
				}
				return ""
			})(r)
		},
		Fix: "use what came after it", Bad: `{chart: kube2iam}`, Good: `{chart: external-secrets}`,
	},
	{
		ID: "plat-external-dns-scoped", Severity: control.High,
		Title: "external-dns writes into named zones, and marks what is its own",
		On:    []string{helmRelease}, Reads: []string{"chart", "values.domainFilters", "values.txtOwnerId", "values.policy"},
		Settings: []control.Setting{{Name: "sync", Doc: "Lets it delete its own records", Default: false}},
		Check: func(r *control.Resource) {
			name, _ := chartOf(r)
			if name != "external-dns" {
				return
			}
			for path, want := range map[string]string{"values.domainFilters": "the domains it may write to", "values.txtOwnerId": "a name that no other cluster has"} {
				r.Guard(func() { isSet(path, want)(r) })
			}
			if v := r.Get("values.policy"); v.Text() == "sync" && !r.Flag("sync") {
				r.Want(v, "upsert-only: with sync a mistake in the cluster deletes records")
			}
		},
		Fix: "set values.domainFilters and values.txtOwnerId, and values.policy to upsert-only", Bad: `{chart: external-dns, values: {policy: sync}}`, Good: `{chart: external-dns, values: {domainFilters: [example.com], txtOwnerId: demo}}`,
	},
}
