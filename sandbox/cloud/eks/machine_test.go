package eks_test

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

// machine starts a node that no node group has.
func (w *world) machine(change func(m *eks.Machine)) (started *cloud.Resource, err error) {
	w.t.Helper()
	w.make("node-entry", cloud.EKSAccessEntry, entry(roleARN+"node", cloud.Props{"type": "EC2_LINUX"}))
	kind, _ := instances.Lookup("m6i.large")
	m := eks.Machine{
		Owner: "scaler", SubnetID: w.ids["private-a"], Type: kind, RoleARN: roleARN + "node", MetadataHops: 1,
		SecurityGroups: []string{w.read("cluster").Props.Obj("vpcConfig").Str("clusterSecurityGroupId")},
		Labels:         map[string]string{"team": "a"}, Taints: []eks.Taint{{Key: "team", Value: "a", Effect: "NoSchedule"}},
	}
	change(&m)
	w.look(func(tx *cloud.Tx) { started, err = eks.Start(tx, eks.ClusterByName(tx, "demo"), m) })
	return started, err
}

func TestMachineIsANode(t *testing.T) {
	t.Parallel()
	w := platform(t)
	i, err := w.machine(func(*eks.Machine) {})
	if err != nil {
		t.Fatal(err)
	}
	w.look(func(tx *cloud.Tx) {
		cluster := eks.ClusterByName(tx, "demo")
		nodes := eks.Nodes(tx, cluster)
		if len(nodes) != 1 {
			t.Fatalf("got %v", nodes)
		}
		n := nodes[0]
		if !n.Ready || n.InstanceID != i.ID || n.Group != "" || n.Labels["team"] != "a" || n.Labels["kubernetes.io/arch"] != "amd64" ||
			len(n.Taints) != 1 || n.RoleARN != roleARN+"node" || n.MetadataHops != 1 || n.MaxPods != 29 {
			t.Errorf("got %+v", n)
		}
		if len(tx.List(cloud.NetworkInterface, func(r *cloud.Resource) bool { return r.Owner == "vpc-cni" })) != 1 {
			t.Error("want one interface for pods")
		}
		if err := eks.Stop(tx, cluster, tx.Get(cloud.Instance, i.ID)); err != nil {
			t.Error(err)
		}
	})
	if left := w.podInterfaces(); len(left) != 0 || len(w.all(cloud.Instance)) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestMachineLeavesItsPodInterfacesWithoutTheCNI(t *testing.T) {
	t.Parallel()
	w := platform(t)
	i, err := w.machine(func(*eks.Machine) {})
	if err != nil {
		t.Fatal(err)
	}
	w.delete("cni")
	w.look(func(tx *cloud.Tx) {
		if err := eks.Stop(tx, eks.ClusterByName(tx, "demo"), tx.Get(cloud.Instance, i.ID)); err != nil {
			t.Error(err)
		}
	})
	if left := w.podInterfaces(); len(left) != 1 || left[0].Props.Str("status") != "available" {
		t.Errorf("left: %v", left)
	}
}

func TestMachinesThatDoNotJoin(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change     func(m *eks.Machine)
		rule, want string
		runs       bool
	}{
		"no role":         {func(m *eks.Machine) { m.RoleARN = roleARN + "nobody" }, "machine-role-or-subnet-missing", "does not exist", false},
		"no subnet":       {func(m *eks.Machine) { m.SubnetID = "subnet-0" }, "machine-role-or-subnet-missing", "does not exist", false},
		"no access entry": {func(m *eks.Machine) { m.RoleARN = roleARN + "second" }, "node-access-entry-missing", "node role second has no access entry", true},
		"no permissions":  {func(m *eks.Machine) { m.RoleARN = roleARN + "cni" }, "node-role-permissions", "attach AmazonEKSWorkerNodePolicy", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := platform(t)
			second := nodeRole()
			second["name"] = "second"
			w.make("second-role", cloud.IAMRole, second)
			i, err := w.machine(tc.change)
			wantLate(t, err, tc.rule, tc.want)
			if (i != nil) != tc.runs || i != nil && i.Facts.Bool("ready") {
				t.Errorf("got %v", i)
			}
		})
	}
}

func TestPodRole(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		before    func(w *world)
		annotated string
		want, why string
	}{
		"of the node":              {nil, "", "node", ""},
		"without nodes":            {func(w *world) { w.delete("group") }, "", "", "no node of cluster demo is ready"},
		"associated":               {associated, "", "cni", ""},
		"associated and annotated": {associated, roleARN + "node", "cni", ""},
		"associated, no agent":     {func(w *world) { associated(w); w.delete("agent") }, "", "", "does nothing without the add-on eks-pod-identity-agent"},
		"associated, no role":      {func(w *world) { associated(w); w.delete("cni", "cni-role") }, "", "", "which does not exist"},
		"annotated, no role":       {nil, roleARN + "nobody", "", "which does not exist"},
		"annotated, no provider":   {nil, roleARN + "cni", "", "needs the OpenID Connect provider"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := platform(t)
			w.make("group", cloud.EKSNodeGroup, w.groupProps(nil))
			if tc.before != nil {
				tc.before(w)
			}
			w.look(func(tx *cloud.Tx) {
				role, why := eks.PodRole(tx, eks.ClusterByName(tx, "demo"), "apps", "web", tc.annotated)
				if (role == nil) != (tc.want == "") || role != nil && role.ID != tc.want || !strings.Contains(why, tc.why) || (why == "") != (tc.why == "") {
					t.Errorf("got %v and %q, want %s and %q", role, why, tc.want, tc.why)
				}
			})
		})
	}
}

func associated(w *world) {
	w.make("association", cloud.EKSPodIdentityAssociation, cloud.Props{
		"clusterName": "demo", "namespace": "apps", "serviceAccount": "web", "roleArn": roleARN + "cni",
	})
}

// A role that is annotated needs the cluster's OpenID Connect provider, and its
// trust.
func TestAnnotatedRole(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.make("group", cloud.EKSNodeGroup, w.groupProps(nil))
	host := strings.TrimPrefix(w.read("cluster").Props.Objs("identities")[0].Objs("oidcs")[0].Str("issuer"), "https://")
	w.make("provider", cloud.IAMOpenIDConnectProvider, cloud.Props{"url": "https://" + host, "clientIdLists": cloud.Strings("sts.amazonaws.com")})
	w.make("web-role", cloud.IAMRole, cloud.Props{"name": "web", "assumeRolePolicy": jsonText(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Effect": "Allow", "Principal": map[string]any{"Federated": w.ids["provider"]}, "Action": "sts:AssumeRoleWithWebIdentity",
		"Condition": map[string]any{"StringEquals": map[string]any{host + ":sub": "system:serviceaccount:apps:web"}},
	}}})})
	w.look(func(tx *cloud.Tx) {
		cluster := eks.ClusterByName(tx, "demo")
		if role, why := eks.PodRole(tx, cluster, "apps", "web", roleARN+"web"); role == nil || role.ID != "web" || why != "" {
			t.Errorf("got %v and %q", role, why)
		}
		if _, why := eks.PodRole(tx, cluster, "apps", "other", roleARN+"web"); !strings.Contains(why, "does not trust") {
			t.Errorf("got %q", why)
		}
	})
}

// Pods hear their node's metadata from two hops on.
func TestPodsOfDeafNodesHaveNoRole(t *testing.T) {
	t.Parallel()
	w := platform(t)
	template := w.make("template", cloud.LaunchTemplate, cloud.Props{"name": "deaf", "metadataOptions": map[string]any{"httpPutResponseHopLimit": 1.0}})
	w.make("group", cloud.EKSNodeGroup, w.groupProps(cloud.Props{"launchTemplate": map[string]any{"id": template.ID, "version": "1"}}))
	w.look(func(tx *cloud.Tx) {
		if _, why := eks.PodRole(tx, eks.ClusterByName(tx, "demo"), "apps", "web", ""); !strings.Contains(why, "pods do not reach their node's") {
			t.Errorf("got %q", why)
		}
	})
}
