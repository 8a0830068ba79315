package managed

import "encoding/json"

// coreDNSConfiguration is the configuration of the add-on coredns, as far as
// this package sets it. See
// https://docs.aws.amazon.com/eks/latest/userguide/coredns-autoscaling.html
type coreDNSConfiguration struct {
	AutoScaling autoScaling  `json:"autoScaling"`
	Spread      []spreadRule `json:"topologySpreadConstraints"`
}

// autoScaling has EKS choose the replicas by the number of nodes and cores. It
// must be the only one to: together with replicaCount every update first sets
// that count.
type autoScaling struct {
	Enabled     bool `json:"enabled"`
	MinReplicas int  `json:"minReplicas"`
	MaxReplicas int  `json:"maxReplicas"`
}

// spreadRule is a TopologySpreadConstraint of Kubernetes.
type spreadRule struct {
	MaxSkew           int      `json:"maxSkew"`
	TopologyKey       string   `json:"topologyKey"`
	WhenUnsatisfiable string   `json:"whenUnsatisfiable"`
	LabelSelector     selector `json:"labelSelector"`
}

type selector struct {
	MatchLabels map[string]string `json:"matchLabels"`
}

// coreDNSValues writes the configuration: at least two replicas, in different
// zones where there are nodes in two. Spreading is a wish and no condition: DNS
// in one zone is better than half of it pending.
func coreDNSValues() (string, error) {
	b, err := json.Marshal(coreDNSConfiguration{
		AutoScaling: autoScaling{Enabled: true, MinReplicas: 2, MaxReplicas: 10},
		Spread: []spreadRule{{
			MaxSkew: 1, TopologyKey: zoneLabel, WhenUnsatisfiable: "ScheduleAnyway",
			LabelSelector: selector{MatchLabels: map[string]string{"k8s-app": "kube-dns"}},
		}},
	})
	return string(b), err
}
