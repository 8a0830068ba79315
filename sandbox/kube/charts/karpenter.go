package charts

import "github.com/slipway-iac/slipway/sandbox/cloud"

// karpenterCRDs are in both of Karpenter's charts.
var karpenterCRDs = []CRD{
	{Group: "autoscaling.x-k8s.io", Kind: "CapacityBuffer", Plural: "capacitybuffers", Versions: []string{"v1beta1"}},
	{Group: "karpenter.k8s.aws", Kind: "EC2NodeClass", Plural: "ec2nodeclasses", Versions: []string{"v1"}, Cluster: true},
	{Group: "karpenter.sh", Kind: "NodeClaim", Plural: "nodeclaims", Versions: []string{"v1"}, Cluster: true},
	{Group: "karpenter.sh", Kind: "NodeOverlay", Plural: "nodeoverlays", Versions: []string{"v1alpha1"}, Cluster: true},
	{Group: "karpenter.sh", Kind: "NodePool", Plural: "nodepools", Versions: []string{"v1"}, Cluster: true},
}

// karpenter is Karpenter's chart.
// https://github.com/aws/karpenter-provider-aws/tree/v1.14.1/charts/karpenter,
// released 2026-08-20.
var karpenter = Chart{
	Name: "karpenter", Version: "1.14.1", AppVersion: "1.14.1",
	Repositories: []string{"oci://public.ecr.aws/karpenter/karpenter"},
	Definitions:  karpenterCRDs,
	Calls:        []string{"ec2:DescribeInstanceTypes"},
	Objects: func(i Install) []cloud.Props {
		name := i.fullname()
		labels := i.labels(i.str("nameOverride", i.Chart.Name))
		controller := i.deployment(workload{
			name: name, account: i.account("", name), image: "public.ecr.aws/karpenter/controller:" + i.Chart.AppVersion,
			replicas: i.num("replicas", 2), labels: labels,
			podSecurity: confined().With(cloud.Props{"fsGroup": 65532.0}), podSecurityPath: "podSecurityContext",
			security:     restricted().With(cloud.Props{"privileged": false, "runAsUser": 65532.0, "runAsGroup": 65532.0}),
			securityPath: "controller.securityContext", more: karpenterPlaces(labels),
		})
		controller.Obj("spec")["strategy"] = i.obj("strategy", cloud.Props{"rollingUpdate": map[string]any{"maxUnavailable": 1.0}})
		return append(i.serviceAccount("", name), controller, i.service(name, i.num("controller.metrics.port", 8080), labels))
	},
}

// karpenterPlaces is where the chart lets its pods run: on nodes that Karpenter
// did not make, no two of them on one.
func karpenterPlaces(labels map[string]any) cloud.Props {
	return cloud.Props{
		"priorityClassName": "system-cluster-critical",
		"nodeSelector":      map[string]any{"kubernetes.io/os": "linux"},
		"tolerations":       []any{map[string]any{"key": "CriticalAddonsOnly", "operator": "Exists"}},
		"affinity": map[string]any{
			"nodeAffinity": map[string]any{"requiredDuringSchedulingIgnoredDuringExecution": map[string]any{"nodeSelectorTerms": []any{
				map[string]any{"matchExpressions": []any{term("karpenter.sh/nodepool", "DoesNotExist")}},
			}}},
			"podAntiAffinity": map[string]any{"requiredDuringSchedulingIgnoredDuringExecution": []any{
				map[string]any{"topologyKey": "kubernetes.io/hostname", "labelSelector": map[string]any{"matchLabels": labels}},
			}},
		},
		"topologySpreadConstraints": []any{map[string]any{
			"maxSkew": 1.0, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule",
			"labelSelector": map[string]any{"matchLabels": labels},
		}},
	}
}

// karpenterDefinitions is the chart that has Karpenter's definitions among its
// templates, so that Helm updates them, and removes them with everything that
// they define.
// https://github.com/aws/karpenter-provider-aws/tree/v1.14.1/charts/karpenter-crd,
// released 2026-08-20.
var karpenterDefinitions = Chart{
	Name: "karpenter-crd", Version: "1.14.1", AppVersion: "1.14.1",
	Repositories: []string{"oci://public.ecr.aws/karpenter/karpenter-crd"},
	Objects:      func(Install) []cloud.Props { return definitions(karpenterCRDs, false) },
}
