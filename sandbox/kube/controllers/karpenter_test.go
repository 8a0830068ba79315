package controllers_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const (
	karpenter     = "karpenter"
	karpenterV1   = "karpenter.sh/v1"
	karpenterAWS  = "karpenter.k8s.aws/v1"
	poolFinalizer = "karpenter.sh/termination"
)

// scaled is a world with Karpenter, a class and a namespace.
func scaled(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.associate(karpenter, "kube-system", karpenter, "ec2:* iam:* eks:DescribeCluster ssm:GetParameter")
	w.role("worker", "ec2.amazonaws.com", "", "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
	w.make("entry", cloud.EKSAccessEntry, cloud.Props{"clusterName": "demo", "principalArn": roleARN + "worker", "type": "EC2_LINUX"})
	w.installKarpenter()
	w.object("v1", "Namespace", "apps", nil)
	return w
}

func (w *world) installKarpenter() {
	w.t.Helper()
	w.install("oci://public.ecr.aws/karpenter/karpenter", "", "kube-system", object{"settings": object{"clusterName": "demo"}})
}

// nodeClass is a class of nodes in the private subnets, with the cluster's
// security group.
func (w *world) nodeClass(more cloud.Props) cloud.Props {
	w.t.Helper()
	cluster, err := w.acct.Read(w.session, cloud.EKSCluster, "demo")
	if err != nil {
		w.t.Fatal(err)
	}
	return cloud.Props{"spec": object(cloud.Props{
		"role": "worker", "amiSelectorTerms": []any{object{"alias": "al2023@v20260724"}},
		"subnetSelectorTerms":        []any{object{"tags": object{"karpenter.sh/discovery": "demo"}}},
		"securityGroupSelectorTerms": []any{object{"id": cluster.Props.Obj("vpcConfig")["clusterSecurityGroupId"]}},
	}.With(more))}
}

func nodePool(more cloud.Props, requirements ...any) cloud.Props {
	return cloud.Props{"spec": object(cloud.Props{"template": object{"metadata": object{"labels": object{"team": "batch"}}, "spec": object{
		"nodeClassRef": object{"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default"}, "requirements": requirements,
	}}}.With(more))}
}

func requirement(key, operator string, values ...string) object {
	return object{"key": key, "operator": operator, "values": cloud.Strings(values...)}
}

// batch is a Deployment that wants the pool's nodes.
func batch() cloud.Props {
	labels := object{"app": "batch"}
	return cloud.Props{"metadata": object{"annotations": object{"pulumi.com/skipAwait": "true"}}, "spec": object{
		"replicas": 1.0, "selector": object{"matchLabels": labels}, "template": object{"metadata": object{"labels": labels}, "spec": object{
			"nodeSelector": object{"team": "batch"}, "containers": []any{object{"name": "app", "image": "app"}},
		}},
	}}
}

func (w *world) pool(pool cloud.Props) {
	w.t.Helper()
	w.object(karpenterAWS, "EC2NodeClass", "default", w.nodeClass(nil))
	w.object(karpenterV1, "NodePool", "default", pool)
}

// machines are the instances that Karpenter started.
func (w *world) machines() []*cloud.Resource {
	return slices.DeleteFunc(w.all(cloud.Instance), func(r *cloud.Resource) bool { return r.Owner != karpenter })
}

func TestPodsMakeNodes(t *testing.T) {
	t.Parallel()
	w := scaled(t)
	w.pool(nodePool(nil))
	w.wantOwned(karpenter, map[string]int{"InstanceProfile": 1})
	w.object("apps/v1", "Deployment", "apps/batch", batch())
	w.wantOwned(karpenter, map[string]int{"InstanceProfile": 1, "Instance": 1, "NetworkInterface": 1})
	m := w.machines()[0]
	if p := m.Props; p.Str("subnetId") != w.ids["private-a"] || p.Str("instanceType") != "m6i.large" || p.StrMap("tagsAll")["karpenter.sh/nodepool"] != "default" {
		t.Errorf("got %v", p)
	}
	w.object("apps/v1", "Deployment", "apps/more", batch())
	if n := len(w.machines()); n != 1 {
		t.Errorf("a second workload for the same node has made %d", n)
	}
	wantSaid(t, w.tryDelete("worker-role"), "DeleteConflict")

	w.remove("apps/v1", "Deployment", "apps/batch")
	w.remove("apps/v1", "Deployment", "apps/more")
	w.remove(karpenterV1, "NodePool", "default")
	w.remove(karpenterAWS, "EC2NodeClass", "default")
	w.wantOwned(karpenter, map[string]int{})
	for _, nic := range w.all(cloud.NetworkInterface) {
		if nic.Props.Str("status") == "available" {
			t.Errorf("left: %s", nic.ID)
		}
	}
}

// Removing Karpenter before its pools leaves nodes, which hold the network.
func TestNodesStayWhenKarpenterGoesFirst(t *testing.T) {
	t.Parallel()
	w := scaled(t)
	w.pool(nodePool(nil))
	w.object("apps/v1", "Deployment", "apps/batch", batch())
	w.uninstall("kube-system", karpenter)
	wantLate(t, w.tryRemove(karpenterV1, "NodePool", "default"), "kubernetes-object-keeps-finalizer", poolFinalizer, "the chart karpenter is not installed")
	wantLate(t, w.tryRemove(karpenterAWS, "EC2NodeClass", "default"), "kubernetes-object-keeps-finalizer", "karpenter.k8s.aws/termination")
	wantLate(t, w.tryRemove("apiextensions.k8s.io/v1", "CustomResourceDefinition", "nodepools.karpenter.sh"), "kubernetes-content-keeps-finalizer", "NodePool default")
	w.delete("group", "cluster")
	left := map[string]int{"InstanceProfile": 1, "Instance": 1, "NetworkInterface": 1}
	w.wantOwned(karpenter, left)
	w.held("private-a", "eni-", "made by karpenter")
	w.held("pod-group", "eni-")
	w.held("pod-a", "made by vpc-cni")
	w.held("vpc", "has dependencies")
}

func TestKarpenterThatComesBackFinishes(t *testing.T) {
	t.Parallel()
	w := scaled(t)
	w.pool(nodePool(nil))
	w.object("apps/v1", "Deployment", "apps/batch", batch())
	w.uninstall("kube-system", karpenter)
	if w.tryRemove(karpenterV1, "NodePool", "default") == nil || w.tryRemove(karpenterAWS, "EC2NodeClass", "default") == nil {
		t.Fatal("the pool and its class went without Karpenter")
	}
	w.installKarpenter()
	if w.get(karpenterV1, "NodePool", "default") != nil {
		t.Error("the pool is still there")
	}
	// The class could go only once the pool's nodes were gone.
	w.object("v1", "ConfigMap", "apps/any", nil)
	w.wantOwned(karpenter, map[string]int{})
}

func TestClassWaitsForItsNodes(t *testing.T) {
	t.Parallel()
	w := scaled(t)
	w.pool(nodePool(nil))
	w.object("apps/v1", "Deployment", "apps/batch", batch())
	wantLate(t, w.tryRemove(karpenterAWS, "EC2NodeClass", "default"), "kubernetes-object-keeps-finalizer", "of pool default still has this class")
	w.remove("apps/v1", "Deployment", "apps/batch")
	w.remove(karpenterV1, "NodePool", "default")
	w.wantOwned(karpenter, map[string]int{})
}

func TestClassesThatAreNotReady(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		spec cloud.Props
		want string
	}{
		"no subnets": {cloud.Props{"subnetSelectorTerms": []any{object{"tags": object{"karpenter.sh/discovery": "other"}}}}, "SubnetsNotFound"},
		"no groups":  {cloud.Props{"securityGroupSelectorTerms": []any{object{"id": "sg-0"}}}, "SecurityGroupsNotFound"},
		"no role":    {cloud.Props{"role": "nobody"}, "the role with name nobody cannot be found"},
		"no profile": {cloud.Props{"role": nil, "instanceProfile": "none"}, "Instance Profile none cannot be found"},
		"wrong role": {cloud.Props{"role": "cluster"}, "does not trust ec2.amazonaws.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := scaled(t)
			_, err := w.try(karpenterAWS, "EC2NodeClass", "default", w.nodeClass(tc.spec))
			wantLate(t, err, "kubernetes-custom-resource-not-ready", tc.want)
		})
	}
}

func TestPoolWithoutClass(t *testing.T) {
	t.Parallel()
	_, err := scaled(t).try(karpenterV1, "NodePool", "default", nodePool(nil))
	wantLate(t, err, "kubernetes-custom-resource-not-ready", "NodeClassNotFound")
}

// What keeps a pool from starting a node for pods that want it is said of the
// pool, except that it does not fit.
func TestPoolsThatStartNothing(t *testing.T) {
	t.Parallel()
	tainted := cloud.Props{"template": object{"metadata": object{"labels": object{"team": "batch"}}, "spec": object{
		"nodeClassRef": object{"name": "default"}, "taints": []any{object{"key": "gpu", "value": "yes", "effect": "NoSchedule"}},
	}}}
	for name, tc := range map[string]struct {
		pool   cloud.Props
		before func(w *world)
		want   string
	}{
		"another label":   {nodePool(nil, requirement("team", "In", "web")), nil, ""},
		"an unknown zone": {nodePool(nil, requirement("topology.kubernetes.io/zone", "In", region+"c")), nil, ""},
		"a taint":         {nodePool(tainted), nil, ""},
		"a limit":         {nodePool(cloud.Props{"limits": object{"cpu": "1"}}), nil, "would exceed the limit of 1 cpu"},
		"a number":        {nodePool(cloud.Props{"limits": object{"nodes": "0"}}), nil, "would exceed the limit of 0 nodes"},
		"no access entry": {nodePool(nil), func(w *world) { w.delete("entry") }, "node role worker has no access entry"},
		"no CNI":          {nodePool(nil), func(w *world) { w.delete("cni") }, "has no vpc-cni"},
		"no way out":      {nodePool(nil), func(w *world) { w.delete("route-private") }, "do not reach"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := scaled(t)
			w.pool(tc.pool)
			if tc.before != nil {
				tc.before(w)
			}
			w.object("apps/v1", "Deployment", "apps/batch", batch())
			if m := w.machines(); len(m) != 0 {
				t.Errorf("got %v", m[0].Props)
			}
			if said := w.said("NodePool", "default", karpenter); !strings.Contains(said, tc.want) || (tc.want == "") != (said == "") {
				t.Errorf("it says %q, want %q", said, tc.want)
			}
		})
	}
}

func TestRequirementsChooseTheNode(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		requirements []any
		want, zone   string
	}{
		"type":     {[]any{requirement("node.kubernetes.io/instance-type", "In", "c7g.xlarge")}, "c7g.xlarge", "a"},
		"arch":     {[]any{requirement("kubernetes.io/arch", "In", "arm64")}, "m7g.large", "a"},
		"family":   {[]any{requirement("karpenter.k8s.aws/instance-family", "In", "r6i")}, "r6i.large", "a"},
		"category": {[]any{requirement("karpenter.k8s.aws/instance-category", "NotIn", "m", "t"), requirement("kubernetes.io/arch", "In", "amd64")}, "c5.large", "a"},
		"size":     {[]any{requirement("karpenter.k8s.aws/instance-cpu", "Gt", "3"), requirement("karpenter.k8s.aws/instance-family", "Exists")}, "m6i.xlarge", "a"},
		"zone":     {[]any{requirement("topology.kubernetes.io/zone", "In", region+"b")}, "m6i.large", "b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := scaled(t)
			w.pool(nodePool(nil, tc.requirements...))
			w.object("apps/v1", "Deployment", "apps/batch", batch())
			m := w.machines()
			if len(m) != 1 || m[0].Props.Str("instanceType") != tc.want || m[0].Props.Str("subnetId") != w.ids["private-"+tc.zone] {
				t.Fatalf("got %v, want a %s in zone %s", m, tc.want, tc.zone)
			}
		})
	}
}

// With custom networking a zone without an ENIConfig is no place for nodes.
func TestZoneWithoutPlaceForPods(t *testing.T) {
	t.Parallel()
	w := scaled(t)
	w.make("private-c", cloud.Subnet, cloud.Props{
		"vpcId": w.ids["vpc"], "cidrBlock": "10.0.64.0/20", "availabilityZone": region + "c", "tags": object{"karpenter.sh/discovery": "demo"},
	})
	w.pool(nodePool(nil, requirement("topology.kubernetes.io/zone", "In", region+"c")))
	w.object("apps/v1", "Deployment", "apps/batch", batch())
	if said := w.said("NodePool", "default", karpenter); len(w.machines()) != 0 || !strings.Contains(said, "no ENIConfig for zone us-west-2c") {
		t.Errorf("it says %q, and there are %d nodes", said, len(w.machines()))
	}
}

func TestKarpenterForAnotherCluster(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.associate(karpenter, "kube-system", karpenter, "ec2:* iam:* eks:DescribeCluster ssm:GetParameter")
	w.install("oci://public.ecr.aws/karpenter/karpenter", "", "kube-system", object{"settings": object{"clusterName": "other"}})
	w.object(karpenterAWS, "EC2NodeClass", "default", w.nodeClass(nil))
	w.wantOwned(karpenter, map[string]int{})
}
