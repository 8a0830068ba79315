package controllers_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// whole is a world with all controllers, each of which has made something.
func wholeWorld(t *testing.T) *world {
	t.Helper()
	w := named(t, object{"policy": "sync", "txtOwnerId": "demo"})
	w.role("ebs", "pods.eks.amazonaws.com", "ec2:*")
	w.driver()
	w.class("now", cloud.Props{"volumeBindingMode": "Immediate"})
	w.associate(karpenter, "kube-system", karpenter, "ec2:* iam:* eks:DescribeCluster ssm:GetParameter")
	w.role("worker", "ec2.amazonaws.com", "", "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
	w.make("entry", cloud.EKSAccessEntry, cloud.Props{"clusterName": "demo", "principalArn": roleARN + "worker", "type": "EC2_LINUX"})
	w.installKarpenter()
	w.pool(nodePool(nil))
	w.object("apps/v1", "Deployment", "apps/batch", batch())
	w.object("v1", "PersistentVolumeClaim", "apps/data", claim("now"))
	w.object(networking, "Ingress", "apps/web", ingress("web", open))
	for owner, want := range map[string]map[string]int{
		lbc: whole, karpenter: {"Instance": 1, "NetworkInterface": 1, "InstanceProfile": 1}, driver: {"Volume": 1}, dns: {"Record": 4},
	} {
		w.wantOwned(owner, want)
	}
	return w
}

// objects deletes what controllers act on.
func (w *world) objects() {
	w.t.Helper()
	w.remove(networking, "Ingress", "apps/web")
	w.remove("v1", "PersistentVolumeClaim", "apps/data")
	w.remove("apps/v1", "Deployment", "apps/batch")
	w.remove(karpenterV1, "NodePool", "default")
	w.remove(karpenterAWS, "EC2NodeClass", "default")
}

// takeDown deletes all resources, what came last first, and tells which are
// refused. Nodes go before what the pods' interfaces need.
func (w *world) takeDown() map[string]error {
	refused := map[string]error{}
	if err := w.tryDelete("group"); err != nil {
		refused["group"] = err
	}
	for _, name := range slices.Backward(w.order) {
		if err := w.tryDelete(name); err != nil {
			refused[name] = err
		}
	}
	return refused
}

func TestAllControllersInOrderLeaveNothing(t *testing.T) {
	t.Parallel()
	w := wholeWorld(t)
	w.objects()
	for namespace, releases := range map[string][]string{"kube-system": {lbc, karpenter}, dns: {dns}} {
		for _, release := range releases {
			w.uninstall(namespace, release)
		}
	}
	if refused := w.takeDown(); len(refused) > 0 {
		t.Errorf("refused: %v", refused)
	}
	for _, r := range w.acct.Resources() {
		t.Errorf("left: %s %s, made by %q", r.Kind, r.ID, r.Owner)
	}
}

// One controller that goes before its objects leaves exactly its own things, and
// what holds what.
func TestEachControllerOutOfOrder(t *testing.T) {
	t.Parallel()
	network := []string{"private-a", "vpc"}
	for name, tc := range map[string]struct {
		first func(w *world)
		// owner has left in the account, and refused are the resources that it holds.
		owner   string
		left    map[string]int
		refused []string
	}{
		"AWS Load Balancer Controller": {func(w *world) { w.uninstall("kube-system", lbc) }, lbc, whole,
			[]string{"igw", "public-a", "public-b", "vpc"}},
		"Karpenter":      {func(w *world) { w.uninstall("kube-system", karpenter) }, karpenter, map[string]int{"Instance": 1, "NetworkInterface": 1, "InstanceProfile": 1}, network},
		"EBS CSI driver": {func(w *world) { w.delete("driver") }, driver, map[string]int{"Volume": 1}, nil},
		"external-dns":   {func(w *world) { w.uninstall(dns, dns) }, dns, map[string]int{"Record": 4}, []string{"zone"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := wholeWorld(t)
			tc.first(w)
			for _, o := range [][3]string{
				{networking, "Ingress", "apps/web"}, {"v1", "PersistentVolumeClaim", "apps/data"}, {"apps/v1", "Deployment", "apps/batch"},
				{karpenterV1, "NodePool", "default"}, {karpenterAWS, "EC2NodeClass", "default"},
			} {
				if err := w.tryRemove(o[0], o[1], o[2]); err != nil {
					wantLate(t, err, "kubernetes-object-keeps-finalizer", "is not installed in cluster demo")
				}
			}
			refused := w.takeDown()
			w.wantOwned(tc.owner, tc.left)
			for _, name := range tc.refused {
				if refused[name] == nil {
					t.Errorf("%s is gone", name)
				} else if s := refused[name].Error(); !strings.Contains(s, "DependencyViolation") && !strings.Contains(s, "HostedZoneNotEmpty") {
					t.Errorf("%s is refused by %s", name, s)
				}
			}
			if len(tc.refused) == 0 && len(refused) > 0 {
				t.Errorf("refused are %v", slices.Sorted(maps.Keys(refused)))
			}
		})
	}
}
