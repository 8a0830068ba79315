package pods

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

type object = map[string]any

// lab is a cluster in an account, inside of one call.
type lab struct {
	t       *testing.T
	tx      *cloud.Tx
	cluster *cloud.Resource
	nodes   int
}

func in(t *testing.T, do func(l *lab)) {
	t.Helper()
	kinds := cloud.Service{Kinds: []cloud.Kind{{Token: cloud.KubernetesObject, Hidden: true}}}
	account, err := cloud.Open(cloud.Options{Services: []cloud.Service{eks.Service(eks.Options{}), ec2.Service(), kinds}})
	if err != nil {
		t.Fatal(err)
	}
	if err := account.Change(cloud.Session{Region: "us-west-2"}, t.Name(), func(tx *cloud.Tx) error {
		l := &lab{t: t, tx: tx, cluster: tx.Make("test", cloud.EKSCluster, "demo", cloud.Props{"name": "demo"}, nil)}
		l.subnet("subnet-nodes", "10.0.0.0/24")
		do(l)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func (l *lab) subnet(id, cidr string) {
	l.tx.Make("test", cloud.Subnet, id, cloud.Props{"cidrBlock": cidr, "availabilityZone": "us-west-2a", "vpcId": "vpc-1"}, nil)
}

// group adds a node group with one ready node for each zone, that takes pods.
// Its nodes have a second interface in the subnet for pods where there is one.
func (l *lab) group(name string, pods int, zones string, more cloud.Props) {
	l.tx.Make("test", cloud.EKSNodeGroup, "demo:"+name, cloud.Props{"clusterName": "demo", "nodeGroupName": name}.With(more), nil)
	for _, zone := range strings.Split(zones, "") {
		l.nodes++
		id := fmt.Sprintf("i-%d", l.nodes)
		l.tx.Make("eks", cloud.Instance, id, cloud.Props{
			"privateDns": "node-" + fmt.Sprint(l.nodes), "availabilityZone": "us-west-2" + zone, "instanceType": "m6i.large", "subnetId": "subnet-nodes",
		}, cloud.Props{"nodeGroup": "demo:" + name, "ready": true, "maxPods": pods})
		l.interfaceOf(id, "eks", "subnet-nodes", 30)
	}
}

func (l *lab) interfaceOf(instance, owner, subnet string, addresses int) {
	l.tx.Make(owner, cloud.NetworkInterface, fmt.Sprintf("eni-%s-%s", instance, owner),
		cloud.Props{"subnetId": subnet, "privateIp": l.address(subnet)}, cloud.Props{"for": ec2.For(cloud.Instance, instance), "addresses": addresses})
}

func (l *lab) address(subnet string) string {
	prefix := strings.TrimSuffix(strings.Split(l.tx.Get(cloud.Subnet, subnet).Props.Str("cidrBlock"), "/")[0], ".0")
	return fmt.Sprintf("%s.%d", prefix, 4+len(l.tx.List(cloud.NetworkInterface, cloud.Prop("subnetId", subnet))))
}

// workload puts a workload whose pods have a specification.
func (l *lab) workload(kind, name string, replicas int, spec object) Workload {
	l.t.Helper()
	apiVersion := "apps/v1"
	if kind == "Job" {
		apiVersion = "batch/v1"
	}
	r := objects.New(l.cluster, cloud.Props{
		"apiVersion": apiVersion, "kind": kind, "metadata": object{"name": name, "namespace": "shop"},
		"spec": object{"replicas": float64(replicas), "template": object{"metadata": object{"labels": object{"app": name}}, "spec": spec}},
	})
	l.tx.Put(r)
	w, ok := Of(r)
	if !ok {
		l.t.Fatalf("%s is no workload", kind)
	}
	return w
}

func (l *lab) look() *State { return Look(l.tx, l.cluster) }

// want holds a workload to how many of its pods run, and to why the others do
// not: a part of the rule's name and of what it says.
func (l *lab) want(w Workload, running int, rule string, words ...string) {
	l.t.Helper()
	s := l.look()
	if got := s.Running(w); got != running {
		l.t.Errorf("%s: %d pods run, want %d (%v)", w.id(), got, running, s.Trouble(w))
	}
	var late *cloud.Late
	if err := s.Trouble(w); rule == "" {
		if err != nil {
			l.t.Errorf("%s: %v", w.id(), err)
		}
		return
	} else if !errors.As(err, &late) {
		l.t.Fatalf("%s: got %v, want %s", w.id(), err, rule)
	}
	if late.Rule.Name != rule {
		l.t.Errorf("%s: got %s (%s), want %s", w.id(), late.Rule.Name, late.Message, rule)
	}
	for _, word := range words {
		if !strings.Contains(late.Message, word) {
			l.t.Errorf("%s: %q does not say %q", w.id(), late.Message, word)
		}
	}
}

func TestNodes(t *testing.T) {
	t.Parallel()
	gpu := cloud.Props{"labels": object{"gpu": "yes"}, "taints": []any{object{"key": "gpu", "value": "yes", "effect": "NO_SCHEDULE"}}}
	tolerate := []any{object{"key": "gpu", "operator": "Equal", "value": "yes", "effect": "NoSchedule"}}
	affinity := func(operator string, values ...string) object {
		return object{"nodeAffinity": object{"requiredDuringSchedulingIgnoredDuringExecution": object{"nodeSelectorTerms": []any{
			object{"matchExpressions": []any{object{"key": "gpu", "operator": operator, "values": cloud.Strings(values...)}}},
		}}}}
	}
	selector := object{"matchLabels": object{"app": "web"}}
	alone := object{"podAntiAffinity": object{"requiredDuringSchedulingIgnoredDuringExecution": []any{
		object{"topologyKey": "kubernetes.io/hostname", "labelSelector": selector},
	}}}
	evenly := []any{object{"maxSkew": 1.0, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": selector}}
	tests := map[string]struct {
		groups   func(l *lab)
		replicas int
		spec     object
		running  int
		rule     string
		words    []string
	}{
		"no nodes":       {func(*lab) {}, 2, nil, 0, "pods-without-node", []string{"0/0 nodes are available", "make a node group"}},
		"none wanted":    {func(*lab) {}, 0, nil, 0, "", nil},
		"room":           {func(l *lab) { l.group("a", 10, "ab", nil) }, 4, nil, 4, "", nil},
		"tainted":        {func(l *lab) { l.group("a", 10, "ab", gpu) }, 1, nil, 0, "pods-tolerate-no-node", []string{"2 node(s) had untolerated taint(s) {gpu: yes}"}},
		"tolerated":      {func(l *lab) { l.group("a", 10, "ab", gpu) }, 1, object{"tolerations": tolerate}, 1, "", nil},
		"selected":       {func(l *lab) { l.group("a", 10, "a", nil); l.group("b", 10, "a", gpu) }, 1, object{"nodeSelector": object{"gpu": "yes"}, "tolerations": tolerate}, 1, "", nil},
		"not selected":   {func(l *lab) { l.group("a", 10, "a", nil) }, 1, object{"nodeSelector": object{"gpu": "yes"}}, 0, "pods-select-no-node", []string{"1 node(s) didn't match Pod's node affinity/selector"}},
		"arm":            {func(l *lab) { l.group("a", 10, "a", nil) }, 1, object{"nodeSelector": object{"kubernetes.io/arch": "arm64"}}, 0, "pods-select-no-node", nil},
		"affinity":       {func(l *lab) { l.group("a", 10, "a", gpu) }, 1, object{"affinity": affinity("In", "yes"), "tolerations": tolerate}, 1, "", nil},
		"other affinity": {func(l *lab) { l.group("a", 10, "a", gpu) }, 1, object{"affinity": affinity("DoesNotExist"), "tolerations": tolerate}, 0, "pods-select-no-node", nil},
		"one a node":     {func(l *lab) { l.group("a", 10, "ab", nil) }, 3, object{"affinity": alone}, 2, "pods-anti-affinity", []string{"2 node(s) didn't match pod anti-affinity rules"}},
		"even":           {func(l *lab) { l.group("a", 10, "ab", nil) }, 4, object{"topologySpreadConstraints": evenly}, 4, "", nil},
		"uneven":         {func(l *lab) { l.group("a", 2, "a", nil); l.group("b", 10, "b", nil) }, 6, object{"topologySpreadConstraints": evenly}, 5, "pods-nodes-full", []string{"Too many pods (2 of 2)", "topology spread"}},
		"zone tainted":   {func(l *lab) { l.group("a", 10, "a", gpu); l.group("b", 10, "b", nil) }, 2, object{"topologySpreadConstraints": evenly}, 1, "pods-topology-spread", []string{"topology spread constraints"}},
		"full":           {func(l *lab) { l.group("a", 3, "ab", nil) }, 7, nil, 6, "pods-nodes-full", []string{"Too many pods (3 of 3)", "add nodes"}},
		"node not ready": {func(l *lab) { l.group("a", 3, "a", nil); l.unready() }, 1, nil, 0, "pods-without-node", nil},
		"preferred taint": {func(l *lab) {
			l.group("a", 3, "a", cloud.Props{"taints": []any{object{"key": "a", "effect": "PREFER_NO_SCHEDULE"}}})
		}, 1, nil, 1, "", nil},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in(t, func(l *lab) {
				tc.groups(l)
				l.want(l.workload("Deployment", "web", tc.replicas, tc.spec), tc.running, tc.rule, tc.words...)
			})
		})
	}
}

func (l *lab) unready() {
	for _, i := range l.tx.List(cloud.Instance) {
		i.Facts["ready"] = false
		l.tx.Put(i)
	}
}

// Who came first has the place, but for what every node needs.
func TestOrder(t *testing.T) {
	t.Parallel()
	in(t, func(l *lab) {
		l.group("a", 4, "a", nil)
		first := l.workload("Deployment", "first", 2, nil)
		second := l.workload("StatefulSet", "second", 2, nil)
		agent := l.workload("DaemonSet", "agent", 0, nil)
		l.want(first, 2, "")
		l.want(second, 2, "")
		l.want(agent, 0, "pods-nodes-full")
		// An add-on's agent takes a place from the last, and pods of Jobs count too.
		l.tx.Make("test", cloud.EKSAddon, "demo:kube-proxy", cloud.Props{"clusterName": "demo", "addonName": "kube-proxy"}, nil)
		l.want(first, 2, "")
		l.want(second, 1, "pods-nodes-full")
		l.group("b", 2, "a", nil)
		l.want(second, 2, "")
		l.want(agent, 0, "pods-nodes-full")
		l.want(l.workload("Job", "late", 0, nil), 0, "pods-nodes-full")
	})
}

// A DaemonSet wants no pod where it does not belong.
func TestDaemonSets(t *testing.T) {
	t.Parallel()
	in(t, func(l *lab) {
		l.group("a", 10, "ab", nil)
		l.group("b", 10, "a", cloud.Props{"taints": []any{object{"key": "own", "effect": "NO_EXECUTE"}}})
		l.want(l.workload("DaemonSet", "some", 0, nil), 2, "")
		l.want(l.workload("DaemonSet", "all", 0, object{"tolerations": []any{object{"operator": "Exists"}}}), 3, "")
		l.want(l.workload("DaemonSet", "none", 0, object{"nodeSelector": object{"a": "b"}}), 0, "")
	})
}

// Add-ons' own pods take their places, as they are configured.
func TestAddonsTakePlaces(t *testing.T) {
	t.Parallel()
	in(t, func(l *lab) {
		l.group("a", 4, "a", nil)
		for name, values := range map[string]string{"vpc-cni": "", "coredns": `{"replicaCount":2}`} {
			l.tx.Make("test", cloud.EKSAddon, "demo:"+name, cloud.Props{"clusterName": "demo", "addonName": name, "configurationValues": values}, nil)
		}
		l.want(l.workload("Deployment", "web", 2, nil), 1, "pods-nodes-full")
	})
}

// With prefix delegation a node takes another /28 when its own are used up.
func TestAddresses(t *testing.T) {
	t.Parallel()
	prefixes := func(l *lab, cidr string, nodes string) {
		l.tx.Make("test", cloud.EKSAddon, "demo:vpc-cni", cloud.Props{
			"clusterName": "demo", "addonName": "vpc-cni",
			"configurationValues": `{"env":{"ENABLE_PREFIX_DELEGATION":"true","AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG":"true"}}`,
		}, nil)
		l.subnet("subnet-pods", cidr)
		l.group("a", 110, nodes, nil)
		for n := range l.nodes {
			l.interfaceOf(fmt.Sprintf("i-%d", n+1), "vpc-cni", "subnet-pods", 17)
		}
	}
	tests := map[string]struct {
		cidr     string
		nodes    string
		replicas int
		host     bool
		running  int
	}{
		// Of four blocks the first and the last are spoilt, and one is the node's.
		"own prefix":        {"100.64.0.0/26", "a", 16, false, 16},
		"another":           {"100.64.0.0/26", "a", 32, false, 32},
		"no more":           {"100.64.0.0/26", "a", 33, false, 32},
		"on the host":       {"100.64.0.0/26", "a", 50, true, 50},
		"two nodes":         {"100.64.0.0/26", "ab", 33, false, 32},
		"larger":            {"100.64.0.0/24", "a", 100, false, 100},
		"too small for one": {"100.64.0.0/27", "a", 17, false, 16},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in(t, func(l *lab) {
				prefixes(l, tc.cidr, tc.nodes)
				rule := "pods-without-address"
				if tc.running == tc.replicas {
					rule = ""
				}
				l.want(l.workload("Deployment", "web", tc.replicas, object{"hostNetwork": tc.host}), tc.running, rule)
			})
		})
	}
	in(t, func(l *lab) {
		prefixes(l, "100.64.0.0/27", "a")
		l.want(l.workload("Deployment", "web", 17, nil), 16, "pods-without-address",
			"InsufficientCidrBlocks", "subnet-pods", "on node node-1", "ContainerCreating", "make the subnet of the pods larger")
	})
}

// Without prefix delegation pods take addresses one by one.
func TestSingleAddresses(t *testing.T) {
	t.Parallel()
	in(t, func(l *lab) {
		l.subnet("subnet-nodes", "10.0.0.0/27")
		l.group("a", 110, "a", nil)
		nic := l.tx.List(cloud.NetworkInterface)[0]
		nic.Facts["addresses"] = 10.0
		l.tx.Put(nic)
		// Nine that the node has, and what its subnet has left.
		free := ec2.FreeAddresses(l.tx, l.tx.Get(cloud.Subnet, "subnet-nodes"))
		w := l.workload("Deployment", "web", 9+free+1, nil)
		l.want(w, 9+free, "pods-without-address", "InsufficientFreeAddressesInSubnet", "subnet-nodes")
	})
}

func TestBehind(t *testing.T) {
	t.Parallel()
	in(t, func(l *lab) {
		l.group("a", 10, "a", nil)
		l.workload("Deployment", "web", 2, nil)
		s := l.look()
		if n := s.Behind("shop", cloud.Props{"app": "web"}); n != 2 {
			t.Errorf("%d pods are behind the service, want 2", n)
		}
		if n := s.Behind("other", cloud.Props{"app": "web"}) + s.Behind("shop", cloud.Props{"app": "db"}); n != 0 {
			t.Errorf("%d pods of others are", n)
		}
	})
}
