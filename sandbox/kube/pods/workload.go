package pods

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// Workload is something that keeps pods running.
type Workload struct {
	// Kind is Deployment, DaemonSet, StatefulSet, Job or Pod.
	Kind string
	// Name is where it is.
	Name objects.Name
	// Replicas is how many pods it wants; a DaemonSet wants one on each node.
	Replicas int
	// Labels and Spec are its pods'.
	Labels map[string]string
	Spec   cloud.Props
	// Object is the workload as an object; nil for that of an add-on.
	Object *cloud.Resource
	// Seq orders workloads by creation.
	Seq uint64
}

func (w Workload) id() string { return w.Kind + " " + w.Name.ID() }

// kinds are the types of workloads, by apiVersion/Kind, and where each says how
// many pods it wants.
var kinds = map[string]string{
	"apps/v1/Deployment": "replicas", "apps/v1/StatefulSet": "replicas", "apps/v1/DaemonSet": "", "batch/v1/Job": "parallelism", "v1/Pod": "",
}

func isWorkload(r *cloud.Resource) bool {
	apiVersion, kind := objects.TypeOf(r.Props)
	_, ok := kinds[apiVersion+"/"+kind]
	return ok
}

// Of is an object as a workload. It tells whether the object is one.
func Of(r *cloud.Resource) (Workload, bool) {
	apiVersion, kind := objects.TypeOf(r.Props)
	count, ok := kinds[apiVersion+"/"+kind]
	if !ok {
		return Workload{}, false
	}
	spec := r.Props.Obj("spec")
	w := Workload{Kind: kind, Name: objects.NameOf(r.Props), Replicas: 1, Object: r, Seq: r.Seq}
	if kind == "Pod" {
		w.Labels, w.Spec = objects.Labels(r.Props), spec
		return w, true
	}
	if n, ok := spec[count].(float64); ok {
		w.Replicas = int(n)
	}
	w.Labels, w.Spec = objects.Labels(spec.Obj("template")), spec.Obj("template").Obj("spec")
	return w, true
}

// Workloads lists those of a cluster in the order in which their pods find a
// place: the DaemonSets of add-ons, which Kubernetes puts before everything, and
// then by age.
func Workloads(tx *cloud.Tx, cluster *cloud.Resource) []Workload {
	all := ofAddons(tx, cluster)
	for _, r := range objects.All(tx, cluster, isWorkload) {
		w, _ := Of(r)
		all = append(all, w)
	}
	system := func(w Workload) int {
		if w.Object == nil && w.Kind == "DaemonSet" {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(all, func(a, b Workload) int { return cmp.Or(system(a)-system(b), cmp.Compare(a.Seq, b.Seq)) })
	return all
}

// addonPods is a workload of an add-on.
type addonPods struct {
	kind, name string
	replicas   int
	host       bool
}

// addons lists what EKS's add-ons run, as of 2026-08: from their own charts and
// manifests. Add-ons that are not here run nothing that takes a place.
var addons = map[string][]addonPods{
	"vpc-cni":                {{"DaemonSet", "aws-node", 0, true}},
	"kube-proxy":             {{"DaemonSet", "kube-proxy", 0, true}},
	"eks-pod-identity-agent": {{"DaemonSet", "eks-pod-identity-agent", 0, true}},
	"coredns":                {{"Deployment", "coredns", 2, false}},
	"aws-ebs-csi-driver":     {{"DaemonSet", "ebs-csi-node", 0, false}, {"Deployment", "ebs-csi-controller", 2, false}},
	"aws-efs-csi-driver":     {{"DaemonSet", "efs-csi-node", 0, true}, {"Deployment", "efs-csi-controller", 2, false}},
	"snapshot-controller":    {{"Deployment", "snapshot-controller", 2, false}},
	"metrics-server":         {{"Deployment", "metrics-server", 2, false}},
	"cert-manager": {
		{"Deployment", "cert-manager", 1, false}, {"Deployment", "cert-manager-cainjector", 1, false}, {"Deployment", "cert-manager-webhook", 1, false},
	},
	"external-dns":              {{"Deployment", "external-dns", 1, false}},
	"kube-state-metrics":        {{"Deployment", "kube-state-metrics", 1, false}},
	"prometheus-node-exporter":  {{"DaemonSet", "prometheus-node-exporter", 0, true}},
	"eks-node-monitoring-agent": {{"DaemonSet", "eks-node-monitoring-agent", 0, true}},
}

func ofAddons(tx *cloud.Tx, cluster *cloud.Resource) []Workload {
	var out []Workload
	for _, name := range eks.AddonNames() {
		if !eks.Runs(tx, cluster, name) {
			continue
		}
		config, seq := configured(tx, cluster, name)
		for _, p := range addons[name] {
			out = append(out, p.workload(name, config, seq))
		}
	}
	return out
}

// configured is how an add-on is configured, and its age; one that EKS installed
// is as old as the cluster.
func configured(tx *cloud.Tx, cluster *cloud.Resource, name string) (config cloud.Props, seq uint64) {
	addon := tx.Get(cloud.EKSAddon, cluster.ID+":"+name)
	if addon == nil {
		return nil, cluster.Seq
	}
	// The account has checked that the values are an object.
	_ = json.Unmarshal([]byte(addon.Props.Str("configurationValues")), &config)
	return config, addon.Seq
}

func (p addonPods) workload(addon string, config cloud.Props, seq uint64) Workload {
	w := Workload{
		Kind: p.kind, Name: objects.At("kube-system", p.name), Replicas: p.replicas, Seq: seq,
		Labels: map[string]string{"app.kubernetes.io/name": addon},
		Spec:   cloud.Props{"tolerations": []any{map[string]any{"operator": "Exists"}}, "hostNetwork": p.host},
	}
	if p.kind == "DaemonSet" {
		return w
	}
	if config.Has("replicaCount") {
		w.Replicas = config.Int("replicaCount")
	}
	w.Spec["nodeSelector"] = config["nodeSelector"]
	w.Spec["tolerations"] = append([]any{map[string]any{"key": "CriticalAddonsOnly", "operator": "Exists"}}, config.List("tolerations")...)
	return w
}
