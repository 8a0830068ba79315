package charts

import (
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// loadBalancerController is the chart of the AWS Load Balancer Controller.
// https://github.com/kubernetes-sigs/aws-load-balancer-controller/tree/v3.5.0/helm/aws-load-balancer-controller,
// released 2026-08-03.
var loadBalancerController = Chart{
	Name: "aws-load-balancer-controller", Version: "3.5.0", AppVersion: "v3.5.0",
	Repositories: []string{"https://aws.github.io/eks-charts"},
	Required:     []string{"clusterName"},
	Calls:        []string{"elasticloadbalancing:DescribeLoadBalancers"},
	Definitions: []CRD{
		{Group: "elbv2.k8s.aws", Kind: "ALBTargetControlConfig", Plural: "albtargetcontrolconfigs", Versions: []string{"v1beta1"}},
		{Group: "aga.k8s.aws", Kind: "GlobalAccelerator", Plural: "globalaccelerators", Versions: []string{"v1beta1"}},
		{Group: "elbv2.k8s.aws", Kind: "IngressClassParams", Plural: "ingressclassparams", Versions: []string{"v1beta1"}, Cluster: true},
		{Group: "elbv2.k8s.aws", Kind: "TargetGroupBinding", Plural: "targetgroupbindings", Versions: []string{"v1beta1", "v1alpha1"}},
		{Group: "gateway.k8s.aws", Kind: "ListenerRuleConfiguration", Plural: "listenerruleconfigurations", Versions: []string{"v1", "v1beta1"}},
		{Group: "gateway.k8s.aws", Kind: "LoadBalancerConfiguration", Plural: "loadbalancerconfigurations", Versions: []string{"v1", "v1beta1"}},
		{Group: "gateway.k8s.aws", Kind: "TargetGroupConfiguration", Plural: "targetgroupconfigurations", Versions: []string{"v1", "v1beta1"}},
	},
	Objects: loadBalancerObjects,
}

func loadBalancerObjects(i Install) []cloud.Props {
	name := i.str("nameOverride", i.Chart.Name)
	labels := i.labels(name)
	service := loadBalancerPrefix(i) + "-webhook-service"
	out := append(i.serviceAccount("", i.fullname()),
		i.deployment(workload{
			name: i.fullname(), account: i.account("", i.fullname()), image: "public.ecr.aws/eks/aws-load-balancer-controller:" + i.Chart.AppVersion,
			replicas: i.num("replicaCount", 2), labels: labels,
			podSecurity: cloud.Props{"fsGroup": 65534.0}, podSecurityPath: "podSecurityContext",
			security:     cloud.Props{"readOnlyRootFilesystem": true, "runAsNonRoot": true, "allowPrivilegeEscalation": false},
			securityPath: "securityContext", more: cloud.Props{"priorityClassName": "system-cluster-critical"},
		}),
		i.service(service, 443, labels),
	)
	if i.on("createIngressClassResource", true) {
		out = append(out, loadBalancerClass(i)...)
	}
	configuration := loadBalancerPrefix(i) + "-webhook"
	return append(out,
		i.configuration("MutatingWebhookConfiguration", configuration, service, loadBalancerMutators(i, name)...),
		i.configuration("ValidatingWebhookConfiguration", configuration, service, loadBalancerValidators(i, name)...),
	)
}

// loadBalancerPrefix is what the chart's shorter names begin with.
func loadBalancerPrefix(i Install) string {
	return short(i.str("nameOverride", strings.TrimSuffix(i.Chart.Name, "-controller")), 42)
}

// loadBalancerClass is the class of Ingresses that the controller answers to.
func loadBalancerClass(i Install) []cloud.Props {
	class := i.str("ingressClass", "alb")
	spec := map[string]any{"controller": "ingress.k8s.aws/alb"}
	var out []cloud.Props
	if i.on("ingressClassParams.create", true) {
		params := i.str("ingressClassParams.name", class)
		o := anywhere("elbv2.k8s.aws/v1beta1", "IngressClassParams", params, nil)
		if given := i.obj("ingressClassParams.spec", nil); len(given) > 0 {
			o["spec"] = given
		}
		out = append(out, labelled(o, i))
		spec["parameters"] = map[string]any{"apiGroup": "elbv2.k8s.aws", "kind": "IngressClassParams", "name": params}
	}
	o := anywhere("networking.k8s.io/v1", "IngressClass", class, cloud.Props{"spec": spec})
	if i.on("ingressClassConfig.default", false) {
		o.Obj("metadata")["annotations"] = map[string]any{"ingressclass.kubernetes.io/is-default-class": "true"}
	}
	return append(out, o)
}

// labelled has the label by which the chart's own objects pass its webhooks.
func labelled(o cloud.Props, i Install) cloud.Props {
	o.Obj("metadata")["labels"] = i.labels(i.str("nameOverride", i.Chart.Name))
	return o
}

// core is the API group of pods and Services.
var core = []string{""}

func loadBalancerMutators(i Install, name string) []webhook {
	notOwn := term("app.kubernetes.io/name", "NotIn", name)
	pods := func(hook, policy string, namespaces, objects []any) webhook {
		return webhook{
			name: hook + ".elbv2.k8s.aws", failurePolicy: policy, groups: core, resource: "pods", apiVersion: "v1", operations: []string{"CREATE"},
			namespaces: namespaces, objects: append([]any{notOwn}, objects...),
		}
	}
	const agent, injection = "elbv2.k8s.aws/alb-target-control-agent-inject", "elbv2.k8s.aws/alb-target-control-agent-injection"
	hooks := []webhook{
		pods("mpod", i.str("podMutatorWebhookConfig.failurePolicy", "Ignore"), []any{term("elbv2.k8s.aws/pod-readiness-gate-inject", "In", "enabled")}, nil),
		pods("quicid", "Fail", []any{term("elbv2.k8s.aws/quic-server-id-inject", "In", "enabled")}, nil),
		pods("alb-target-control.namespace", "Fail", []any{term(injection, "In", "enabled")}, []any{term(agent, "NotIn", "false")}),
		pods("alb-target-control.object", "Fail", []any{term(injection, "DoesNotExist")}, []any{term(agent, "In", "true")}),
		{
			name: "mtargetgroupbinding.elbv2.k8s.aws", failurePolicy: "Fail", groups: []string{"elbv2.k8s.aws"}, resource: "targetgroupbindings",
			apiVersion: "v1beta1", operations: []string{"CREATE", "UPDATE"},
		},
	}
	if i.on("enableServiceMutatorWebhook", true) {
		hooks = append(hooks, webhook{
			name: "mservice.elbv2.k8s.aws", failurePolicy: i.str("serviceMutatorWebhookConfig.failurePolicy", "Fail"), groups: core, resource: "services",
			apiVersion: "v1", operations: i.strs("serviceMutatorWebhookConfig.operations", "CREATE"),
			namespaces: i.list("serviceMutatorWebhookConfig.namespaceSelectors"),
			objects:    append([]any{notOwn}, i.list("serviceMutatorWebhookConfig.objectSelector.matchExpressions")...),
		})
	}
	return hooks
}

func loadBalancerValidators(i Install, name string) []webhook {
	both := []string{"CREATE", "UPDATE"}
	hooks := []webhook{
		{
			name: "vingressclassparams.elbv2.k8s.aws", failurePolicy: "Fail", groups: []string{"elbv2.k8s.aws"}, resource: "ingressclassparams",
			apiVersion: "v1beta1", operations: both, objects: []any{term("app.kubernetes.io/name", "NotIn", name)},
		},
		{
			name: "vtargetgroupbinding.elbv2.k8s.aws", failurePolicy: "Fail", groups: []string{"elbv2.k8s.aws"}, resource: "targetgroupbindings",
			apiVersion: "v1beta1", operations: both,
		},
	}
	if !i.on("webhookConfig.disableIngressValidation", false) {
		hooks = append(hooks, webhook{
			// The misspelling is the chart's.
			name: "vingress.elbv2.k8s.aws", failurePolicy: i.str("webhookConfig.ingressValdationFailurePolicy", "Fail"), groups: []string{"networking.k8s.io"},
			resource: "ingresses", apiVersion: "v1", operations: both,
			namespaces: i.list("webhookConfig.ingressValidationNamespaceSelector.matchExpressions"),
			objects:    i.list("webhookConfig.ingressValidationObjectSelector.matchExpressions"),
		})
	}
	return hooks
}
