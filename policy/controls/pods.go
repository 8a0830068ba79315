package controls

import "github.com/slipway-iac/slipway/policy/control"

// workloads are the kinds that have pods.
var workloads = []string{
	"kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:DaemonSet", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:ReplicaSet",
	"kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob", "kubernetes:core/v1:Pod", "kubernetes:core/v1:ReplicationController",
}

// podSpec is the specification of a workload's pods.
func podSpec(r *control.Resource) control.Value {
	switch r.Kind() {
	case "Pod":
		return r.Get("spec")
	case "CronJob":
		return r.Get("spec.jobTemplate.spec.template.spec")
	}
	return r.Get("spec.template.spec")
}
