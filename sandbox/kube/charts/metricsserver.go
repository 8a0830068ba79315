package charts

import "github.com/slipway-iac/slipway/sandbox/cloud"

// metricsServer is the chart of metrics-server.
// https://github.com/kubernetes-sigs/metrics-server/tree/metrics-server-helm-chart-3.13.1/charts/metrics-server,
// released 2026-06-11.
var metricsServer = Chart{
	Name: "metrics-server", Version: "3.13.1", AppVersion: "0.8.1",
	Repositories: []string{"https://kubernetes-sigs.github.io/metrics-server"},
	Objects: func(i Install) []cloud.Props {
		i.Namespace = i.str("namespaceOverride", i.Namespace)
		name := i.fullname()
		labels := i.labels(i.str("nameOverride", i.Chart.Name))
		server := i.deployment(workload{
			name: name, account: i.account("", name), image: "registry.k8s.io/metrics-server/metrics-server:v" + i.Chart.AppVersion,
			replicas: i.num("replicas", 1), labels: labels, podSecurityPath: "podSecurityContext",
			security:     restricted().With(cloud.Props{"runAsUser": 1000.0, "seccompProfile": map[string]any{"type": "RuntimeDefault"}}),
			securityPath: "securityContext", more: cloud.Props{"priorityClassName": "system-cluster-critical"},
		})
		if i.on("hostNetwork.enabled", false) {
			server.Obj("spec").Obj("template").Obj("spec")["hostNetwork"] = true
		}
		return append(i.serviceAccount("", name), server, i.service(name, i.num("service.port", 443), labels))
	},
}
