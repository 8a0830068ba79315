package eks_test

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

func TestNodesThatJoin(t *testing.T) {
	t.Parallel()
	withCNI := append([]string{"AmazonEKS_CNI_Policy"}, "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
	tests := map[string]func(w *world) cloud.Props{
		"custom networking and NAT": func(*world) cloud.Props { return nil },
		"endpoints only":            func(w *world) cloud.Props { w.closed(""); return nil },
		"public subnets":            func(w *world) cloud.Props { return cloud.Props{"subnetIds": w.subnets("public-a", "public-b")} },
		"CNI on the node role": func(w *world) cloud.Props {
			w.defaultCNI(nil)
			if _, err := w.update("node-role", role("node", trust("ec2.amazonaws.com", "sts:AssumeRole"), withCNI...)); err != nil {
				w.t.Fatal(err)
			}
			return nil
		},
		"public endpoint for everyone": func(w *world) cloud.Props {
			if _, err := w.update("cluster", w.clusterProps(w.vpcConfig(cloud.Props{"endpointPrivateAccess": false}))); err != nil {
				w.t.Fatal(err)
			}
			return nil
		},
		"public endpoint for the NAT gateway": func(w *world) cloud.Props {
			own := w.read("eip").Props.Str("publicIp") + "/32"
			if _, err := w.update("cluster", w.clusterProps(w.vpcConfig(cloud.Props{"endpointPrivateAccess": false, "publicAccessCidrs": cloud.Strings(own)}))); err != nil {
				w.t.Fatal(err)
			}
			return nil
		},
		"groups of their own with the cluster's": func(w *world) cloud.Props {
			own := w.read("cluster").Props.Obj("vpcConfig").Str("clusterSecurityGroupId")
			return w.template(cloud.Props{"vpcSecurityGroupIds": cloud.Strings(w.ids["pod-group"], own)})
		},
		"no nodes wanted yet": func(w *world) cloud.Props {
			w.delete("cni")
			return cloud.Props{"scalingConfig": map[string]any{"minSize": 0.0, "desiredSize": 0.0, "maxSize": 3.0}}
		},
		"OpenID Connect": func(w *world) cloud.Props {
			w.irsa("system:serviceaccount:kube-system:aws-node")
			return nil
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := platform(t)
			g, err := w.try("group", cloud.EKSNodeGroup, w.groupProps(change(w)))
			if err != nil || g.Props.Str("status") != "ACTIVE" {
				t.Fatalf("got %v, %v", g, err)
			}
		})
	}
}

func TestSelfManagedCNIWillDo(t *testing.T) {
	t.Parallel()
	w := bare(t)
	w.make("cluster", cloud.EKSCluster, w.clusterProps(cloud.Props{"bootstrapSelfManagedAddons": true}))
	if _, err := w.update("node-role", role("node", trust("ec2.amazonaws.com", "sts:AssumeRole"), "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy")); err != nil {
		t.Fatal(err)
	}
	w.make("group", cloud.EKSNodeGroup, w.groupProps(nil))
	w.look(func(tx *cloud.Tx) {
		if n := eks.Nodes(tx, eks.ClusterByName(tx, "demo"))[0]; !n.Ready || n.MaxPods != 29 {
			t.Errorf("got %+v, want a ready node with the 29 pods of secondary addresses", n)
		}
	})
	for _, nic := range w.all(cloud.NetworkInterface) {
		if nic.Owner == "vpc-cni" && nic.Facts.Int("addresses") != 10 {
			t.Errorf("a secondary interface of an m6i.large takes %d addresses, want 10", nic.Facts.Int("addresses"))
		}
	}
}

// What was missing may come later: the group is tried again by the next update.
func TestGroupIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.delete("cni")
	_, err := w.try("group", cloud.EKSNodeGroup, w.groupProps(nil))
	wantLate(t, err, "node-without-cni")
	w.make("cni-again", cloud.EKSAddon, w.cniProps())
	g, err := w.update("group", w.groupProps(nil))
	if err != nil || g.Props.Str("status") != "ACTIVE" {
		t.Fatalf("got %v, %v", g, err)
	}
	if got := len(w.all(cloud.Instance)); got != 2 {
		t.Errorf("got %d instances, want the same two", got)
	}
}

// The entry that EKS made for the nodes is nobody's to delete before them.
func TestNodesLoseTheirAccessEntry(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.make("group", cloud.EKSNodeGroup, w.groupProps(nil))
	if err := w.acct.Delete(w.session, cloud.EKSAccessEntry, "demo:"+roleARN+"node"); err != nil {
		t.Fatal(err)
	}
	more := w.groupProps(cloud.Props{"scalingConfig": map[string]any{"minSize": 1.0, "desiredSize": 3.0, "maxSize": 3.0}})
	_, err := w.update("group", more)
	wantLate(t, err, "node-access-entry-missing", "role node", "EC2_LINUX")
}

func TestNodeWithoutItsInterface(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.delete("cni")
	_, err := w.try("group", cloud.EKSNodeGroup, w.groupProps(nil))
	wantLate(t, err, "node-without-cni")
	w.make("cni-again", cloud.EKSAddon, w.cniProps())
	w.look(func(tx *cloud.Tx) {
		for _, i := range tx.List(cloud.Instance) {
			ec2.ReleaseInterfaces(tx, ec2.For(cloud.Instance, i.ID))
		}
	})
	_, err = w.update("group", w.groupProps(nil))
	wantLate(t, err, "node-interface-gone", "make it again")
}
