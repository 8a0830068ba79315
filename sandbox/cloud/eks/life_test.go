package eks_test

import (
	"slices"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

// everything deletes all that the test made, the last first.
func (w *world) everything() {
	w.t.Helper()
	for _, m := range slices.Backward(w.order) {
		if err := w.acct.Delete(w.session, m.kind, m.id); err != nil {
			w.t.Errorf("deleting %s: %v", m.name, err)
		}
	}
}

func TestWholeLife(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.make("group", cloud.EKSNodeGroup, w.groupProps(nil))
	w.make("dns", cloud.EKSAddon, cloud.Props{"clusterName": "demo", "addonName": "coredns"})
	w.make("entry", cloud.EKSAccessEntry, entry(roleARN+"cni", nil))
	w.make("policy", cloud.EKSAccessPolicyAssociation, policy(roleARN+"cni", "AmazonEKSViewPolicy", everywhere))
	w.make("association", cloud.EKSPodIdentityAssociation, cloud.Props{
		"clusterName": "demo", "namespace": "a", "serviceAccount": "b", "roleArn": roleARN + "cni",
	})
	w.everything()
	for _, r := range w.acct.Resources() {
		t.Errorf("left: %s %s (owner %q)", r.Kind, r.ID, r.Owner)
	}
}

func TestLogGroupMadeBeforeTheClusterIsKept(t *testing.T) {
	t.Parallel()
	w := bare(t)
	w.make("logs", cloud.LogGroup, cloud.Props{"name": "/aws/eks/demo/cluster", "retentionInDays": 7.0})
	w.make("cluster", cloud.EKSCluster, w.clusterProps(cloud.Props{"enabledClusterLogTypes": cloud.Strings("audit")}))
	if got := w.read("logs").Props.Int("retentionInDays"); got != 7 {
		t.Errorf("retention is %d, want 7", got)
	}
	w.everything()
	if left := w.acct.Resources(); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestClusterWithNodeGroupsStays(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.make("group", cloud.EKSNodeGroup, w.groupProps(nil))
	wantCode(t, w.tryDelete("cluster"), "ResourceInUseException")
	wantCode(t, w.tryDelete("private-a"), "DependencyViolation")
	wantCode(t, w.tryDelete("pod-a"), "DependencyViolation")
}

func TestClusterTakesItsContentsAlong(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.make("entry", cloud.EKSAccessEntry, entry(roleARN+"cni", nil))
	w.delete("cluster")
	for _, kind := range []string{cloud.EKSAddon, cloud.EKSAccessEntry, cloud.EKSAccessPolicyAssociation, cloud.EKSPodIdentityAssociation} {
		if left := w.all(kind); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
	}
}

func TestGroupInUseElsewhereIsLeftBehind(t *testing.T) {
	t.Parallel()
	w := ready(t)
	own := w.read("cluster").Props.Obj("vpcConfig").Str("clusterSecurityGroupId")
	w.make("database", cloud.SecurityGroup, cloud.Props{"vpcId": w.ids["vpc"], "name": "database", "ingress": []any{map[string]any{
		"protocol": "tcp", "fromPort": 5432.0, "toPort": 5432.0, "securityGroups": cloud.Strings(own),
	}}})
	w.delete("cluster")
	if r, err := w.acct.Read(w.session, cloud.SecurityGroup, own); err != nil || r == nil {
		t.Errorf("got %v, %v, want the cluster's group still there", r, err)
	}
	w.delete("database")
	w.look(func(tx *cloud.Tx) {
		if eks.ClusterByName(tx, "demo") != nil {
			t.Error("the cluster is still there")
		}
	})
}

func TestNodeRoleEntryGoesWithItsLastGroup(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.make("first", cloud.EKSNodeGroup, w.groupProps(nil))
	w.make("second", cloud.EKSNodeGroup, w.groupProps(cloud.Props{"nodeGroupName": "second"}))
	nodeEntries := func() int {
		n := 0
		for _, e := range w.all(cloud.EKSAccessEntry) {
			if e.Props.Str("type") == "EC2_LINUX" {
				n++
			}
		}
		return n
	}
	w.delete("first")
	if nodeEntries() != 1 {
		t.Error("the entry went with the first of two groups")
	}
	w.delete("second")
	if nodeEntries() != 0 {
		t.Error("the entry stayed after the last group")
	}
}

func TestGetCluster(t *testing.T) {
	t.Parallel()
	w := ready(t)
	p, err := w.acct.Invoke(w.session, "aws:eks/getCluster:getCluster", cloud.Props{"name": "demo"})
	if err != nil {
		t.Fatal(err)
	}
	if p.Str("version") != "1.35" || p.Objs("accessConfigs")[0].Str("authenticationMode") != "API" ||
		p.Objs("kubernetesNetworkConfigs")[0].Objs("elasticLoadBalancings")[0].Bool("enabled") || p.Obj("vpcConfig").Str("vpcId") != w.ids["vpc"] {
		t.Errorf("got %v", p)
	}
	_, err = w.acct.Invoke(w.session, "aws:eks/getCluster:getCluster", cloud.Props{"name": "other"})
	wantCode(t, err, "ResourceNotFoundException")
}
