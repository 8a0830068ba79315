package controls

import (
	"maps"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
)

// owners are the controllers, by the names of their charts, that clean up after
// objects of some types.
var owners = map[string][]string{
	"aws-load-balancer-controller": {ingress, service, "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"},
	"karpenter":                    {nodePool, nodeClass},
	"external-dns":                 {"kubernetes:externaldns.k8s.io/v1alpha1:DNSEndpoint"},
	"cert-manager":                 {"kubernetes:cert-manager.io/v1:Certificate"},
}

// eachRelease looks at the releases of a chart.
func eachRelease(s *control.Stack, chart string, do func(*control.Resource)) {
	s.Each(helmRelease, func(r *control.Resource) {
		if name, _ := chartOf(r); name == chart {
			do(r)
		}
	})
}

// leaves tells whether an object leaves something in the account that its
// controller has to take away.
func leaves(r *control.Resource) bool {
	return !r.Is(service) || r.Get("spec.type").Text() == "LoadBalancer"
}

var order = []control.Control{
	{
		ID: "plat-delete-order-safe", Severity: control.Medium,
		Title: "A controller is deleted after the objects whose remains it takes away",
		On: []string{helmRelease, ingress, service, nodePool, nodeClass, "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding",
			"kubernetes:externaldns.k8s.io/v1alpha1:DNSEndpoint", "kubernetes:cert-manager.io/v1:Certificate"},
		Reads: []string{"chart", service + " spec.type"},
		CheckStack: func(s *control.Stack) {
			for _, chart := range slices.Sorted(maps.Keys(owners)) {
				eachRelease(s, chart, func(release *control.Resource) {
					for _, token := range owners[chart] {
						s.Each(token, func(r *control.Resource) {
							if leaves(r) && !s.After(r, release) {
								r.Violate("nothing keeps %s until it is gone: what the controller has made for it would be left in the account, and hold the VPC", release)
							}
						})
					}
				})
			}
		},
		Fix: "let the object depend on the controller's release",
		Bad: `
resources:
  karpenter: {type: "kubernetes:helm.sh/v3:Release", properties: {chart: "oci://public.ecr.aws/karpenter/karpenter"}}
  general: {type: "kubernetes:karpenter.sh/v1:NodePool", properties: {metadata: {name: general}}}
`,
		Good: `
resources:
  karpenter: {type: "kubernetes:helm.sh/v3:Release", properties: {chart: "oci://public.ecr.aws/karpenter/karpenter"}}
  general:
    type: kubernetes:karpenter.sh/v1:NodePool
    properties: {metadata: {name: general}}
    options: {dependsOn: ["${karpenter}"]}
`,
	},
	{
		ID: "plat-karpenter-not-on-own-nodes", Severity: control.Medium,
		Title: "Karpenter does not run on the nodes that it makes",
		On:    []string{helmRelease}, Reads: []string{"chart", "values.affinity", "values.nodeSelector"},
		Check: func(r *control.Resource) {
			if name, _ := chartOf(r); name == "karpenter" && !r.Get("values.affinity").IsSet() && !r.Get("values.nodeSelector").IsSet() {
				r.Violate("values.affinity and values.nodeSelector are not set: want the nodes of a managed node group; Karpenter may otherwise delete the node under itself")
			}
		},
		Fix: "set values.nodeSelector, or an affinity to nodes with the label eks.amazonaws.com/nodegroup",
		Bad: `{chart: karpenter, values: {settings: {clusterName: demo}}}`, Good: `{chart: karpenter, values: {nodeSelector: {eks.amazonaws.com/nodegroup: system}}}`,
	},
	{
		ID: "plat-karpenter-interruption-queue", Severity: control.Low,
		Title: "Karpenter hears of interruptions",
		On:    []string{helmRelease}, Reads: []string{"chart", "values.settings.interruptionQueue"},
		Check: func(r *control.Resource) {
			if name, _ := chartOf(r); name == "karpenter" && !r.Get("values.settings.interruptionQueue").IsSet() {
				r.Want(r.Get("values.settings.interruptionQueue"), "the name of a queue with EventBridge's rules for Karpenter: a spot node otherwise goes without its two minutes' notice")
			}
		},
		Fix: "make a queue, let EventBridge's rules fill it, and set values.settings.interruptionQueue",
		Bad: `{chart: karpenter, values: {settings: {clusterName: demo}}}`, Good: `{chart: karpenter, values: {settings: {clusterName: demo, interruptionQueue: demo}}}`,
	},
	{
		ID: "plat-private-zone-attached", Severity: control.Medium,
		Title: "A private zone answers in the cluster's VPC",
		On:    []string{zone, vpc, cluster}, Reads: []string{"vpcs.vpcId", cluster + " vpcConfig"},
		CheckStack: func(s *control.Stack) {
			if len(s.Of(cluster)) == 0 || len(s.Of(vpc)) == 0 {
				return
			}
			s.Each(zone, func(z *control.Resource) {
				networks := z.Input("vpcs")
				if !networks.Present() || len(s.Referred(z, "vpcs", vpc)) > 0 {
					return
				}
				for _, n := range networks.Items() {
					if slices.ContainsFunc(s.Of(vpc), func(v *control.Resource) bool { return v.Get("id").Text() == n.Get("vpcId").Text() }) {
						return
					}
				}
				z.Violate("its vpcs have none of this stack: the cluster's pods do not find its names")
			})
		},
		Fix: "add the cluster's VPC to vpcs",
		Bad: `
resources:
  net: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
  demo: {type: "aws:eks/cluster:Cluster", properties: {name: demo}}
  inner: {type: "aws:route53/zone:Zone", properties: {name: example.internal, vpcs: [{vpcId: vpc-0123456789abcdef0}]}}
`,
		Good: `
resources:
  net: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
  demo: {type: "aws:eks/cluster:Cluster", properties: {name: demo}}
  inner: {type: "aws:route53/zone:Zone", properties: {name: example.internal, vpcs: [{vpcId: "${net.id}"}]}}
`,
	},
	{
		ID: "plat-certmanager-issuer-env", Severity: control.Low,
		Title: "Certificates for people come from Let's Encrypt's production, others from staging",
		On:    []string{clusterIssuer}, Reads: []string{"spec.acme.server"},
		Settings: []control.Setting{{Name: "production", Doc: "Want certificates that browsers trust", Default: true}},
		Check: func(r *control.Resource) {
			v := r.Get("spec.acme.server")
			if staging := strings.Contains(v.Text(), "acme-staging"); v.IsSet() && staging == r.Flag("production") {
				r.Want(v, map[bool]string{true: "the production server", false: "the staging server, whose limits cannot lock others out"}[r.Flag("production")])
			}
		},
		Fix:  "set spec.acme.server to the server of the environment",
		Bad:  `{metadata: {name: le}, spec: {acme: {server: "https://acme-staging-v02.api.letsencrypt.org/directory"}}}`,
		Good: `{metadata: {name: le}, spec: {acme: {server: "https://acme-v02.api.letsencrypt.org/directory"}}}`,
	},
	{
		ID: "plat-certmanager-dns01-scoped", Severity: control.Medium,
		Title: "cert-manager writes into named zones, without keys of its own",
		On:    []string{clusterIssuer}, Reads: []string{"spec.acme.solvers"},
		Check: func(r *control.Resource) {
			r.Get("spec.acme.solvers").Each(func(solver control.Value) {
				aws := solver.Get("dns01.route53")
				if !aws.Present() {
					return
				}
				if !aws.Get("hostedZoneID").IsSet() && !solver.Get("selector.dnsZones").IsSet() {
					r.Violate("%s names no zone: want hostedZoneID, or selector.dnsZones", aws.Path())
				}
				for _, key := range []string{"accessKeyID", "accessKeyIDSecretRef"} {
					if v := aws.Get(key); v.Present() {
						r.Want(v, "nothing: cert-manager's service account has a role")
					}
				}
			})
		},
		Fix:  "set hostedZoneID and take away the access key",
		Bad:  `{metadata: {name: le}, spec: {acme: {solvers: [{dns01: {route53: {region: us-west-2, accessKeyID: AKIAIOSFODNN7EXAMPLE}}}]}}}`,
		Good: `{metadata: {name: le}, spec: {acme: {solvers: [{dns01: {route53: {region: us-west-2, hostedZoneID: Z0123456789ABCDEFGHIJ}}}]}}}`,
	},
}

const clusterIssuer = "kubernetes:cert-manager.io/v1:ClusterIssuer"
