package charts

import "github.com/slipway-iac/slipway/sandbox/cloud"

// workload is a Deployment of a chart, as far as it decides whether its pods
// run.
type workload struct {
	name, account, image string
	// values is where the values about its pods stand, such as "webhook.".
	values   string
	replicas float64
	// labels are those of the pods, by which they are selected too.
	labels map[string]any
	// podSecurity and security are the chart's security contexts, of the pod and of
	// its container, and the values that change them.
	podSecurity, security         cloud.Props
	podSecurityPath, securityPath string
	// more are the chart's defaults for other fields of the pod, by name; a value of
	// the same name replaces each.
	more cloud.Props
}

// nodeSettings are the fields of a pod that charts take from values of the same
// name.
var nodeSettings = []string{"nodeSelector", "tolerations", "affinity", "topologySpreadConstraints", "priorityClassName"}

func (i Install) deployment(w workload) cloud.Props {
	container := map[string]any{"name": i.Chart.Name, "image": w.image}
	if security := i.obj(w.values+w.securityPath, w.security); len(security) > 0 {
		container["securityContext"] = security
	}
	pod := map[string]any{"serviceAccountName": w.account, "containers": []any{container}}
	if security := i.obj(w.values+w.podSecurityPath, w.podSecurity); len(security) > 0 {
		pod["securityContext"] = security
	}
	for _, name := range nodeSettings {
		if v := i.or(w.values+name, w.more[name]); v != nil && v != "" {
			pod[name] = v
		}
	}
	if i.on(w.values+"hostNetwork", false) {
		pod["hostNetwork"] = true
	}
	return i.object("apps/v1", "Deployment", w.name, cloud.Props{"spec": map[string]any{
		"replicas": w.replicas,
		"selector": map[string]any{"matchLabels": w.labels},
		"template": map[string]any{"metadata": map[string]any{"labels": w.labels}, "spec": pod},
	}})
}

// labels are those by which most charts select their pods.
func (i Install) labels(name string) map[string]any {
	return map[string]any{"app.kubernetes.io/name": name, "app.kubernetes.io/instance": i.Name}
}

// service is a Service in front of the pods with some labels.
func (i Install) service(name string, port float64, labels map[string]any) cloud.Props {
	return i.object("v1", "Service", name, cloud.Props{"spec": map[string]any{
		"ports": []any{map[string]any{"port": port, "protocol": "TCP"}}, "selector": labels,
	}})
}

// restricted is the security context of a container that the level restricted
// admits, but for its seccomp profile.
func restricted() cloud.Props {
	return cloud.Props{
		"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "runAsNonRoot": true,
		"capabilities": map[string]any{"drop": []any{"ALL"}},
	}
}

// confined is a pod's security context with the default seccomp profile.
func confined() cloud.Props {
	return cloud.Props{"seccompProfile": map[string]any{"type": "RuntimeDefault"}}
}
