package latency

import (
	"path"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const release = "kubernetes:helm.sh/v3:Release"

var (
	object  = seconds(0.2, 0.5, 2, cloud.Memory, general+"; one request to the API server")
	rollout = seconds(10, 30, 120, cloud.Memory, general+"; the provider waits for ready pods, images are pulled")
	ingress = minutes(2, 3, 5, cloud.Derived, "the load balancer controller's reconciliation and the creation of a load balancer, until targets are healthy")
)

// kubernetes is objects of every type, and those types for which the provider
// waits.
var kubernetes = slices.Concat(
	entry("kubernetes:*", object, object, object),
	entry("kubernetes:core/v1:Namespace", object, object,
		seconds(5, 10, 30, cloud.Memory, general+"; the provider waits until all in it is gone")),
	entry("kubernetes:apps/v1:Deployment", rollout, rollout, object),
	entry("kubernetes:apps/v1:StatefulSet", rollout, rollout, object),
	entry("kubernetes:apps/v1:DaemonSet", rollout, rollout, object),
	when("kubernetes:core/v1:Service", Create, "`type: LoadBalancer`", loadBalancer, ingress),
	when("kubernetes:core/v1:Service", Delete, "`type: LoadBalancer`", loadBalancer,
		seconds(10, 30, 300, cloud.Memory, general+"; the controller deletes the load balancer first")),
	entry("kubernetes:core/v1:Service",
		seconds(1, 5, 20, cloud.Memory, general+"; the provider waits for endpoints"), object, object),
	entry("kubernetes:networking.k8s.io/v1:Ingress", ingress, object,
		seconds(10, 30, 300, cloud.Memory, general+"; the controller deletes the load balancer first")),
	chart("aws-load-balancer-controller", seconds(25, 45, 90, cloud.Memory, general+": 30 to 60 s; images, and a webhook that is ready (readiness probe after 10 s, aws/eks-charts)")),
	chart("cert-manager", seconds(30, 60, 120, cloud.Memory, general+"; with the check that its API answers")),
	chart("kube-prometheus-stack", seconds(60, 120, 300, cloud.Memory, general)),
	entry(release,
		seconds(20, 40, 90, cloud.Memory, general+"; images are pulled, pods become ready"),
		seconds(20, 40, 90, cloud.Memory, general),
		seconds(3, 10, 30, cloud.Memory, general)),
)

// chart is the creation of a release of one chart, whose name may be the end of
// an address.
func chart(name string, t timing) []Row {
	return when(release, Create, "`chart: "+name+"`", func(p cloud.Props) bool { return path.Base(p.Str("chart")) == name }, t)
}

func loadBalancer(p cloud.Props) bool { return p.Obj("spec").Str("type") == "LoadBalancer" }
