package eks_test

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// held wants a deletion to fail because of what stays, and to say what that is.
func (w *world) held(name string, words ...string) {
	w.t.Helper()
	err := w.tryDelete(name)
	wantCode(w.t, err, "DependencyViolation")
	for _, word := range words {
		if err != nil && !strings.Contains(err.Error(), word) {
			w.t.Errorf("deleting %s: %v does not say %q", name, err, word)
		}
	}
}

// podInterfaces are the interfaces that the VPC CNI made.
func (w *world) podInterfaces() []*cloud.Resource {
	var nics []*cloud.Resource
	for _, nic := range w.all(cloud.NetworkInterface) {
		if nic.Owner == "vpc-cni" {
			nics = append(nics, nic)
		}
	}
	return nics
}

// apart is a platform whose VPC CNI has an association and a policy of its own.
func apart(t *testing.T) *world {
	w := ready(t)
	w.make("agent", cloud.EKSAddon, cloud.Props{"clusterName": "demo", "addonName": "eks-pod-identity-agent"})
	w.make("apart-role", cloud.IAMRole, role("apart", trust("pods.eks.amazonaws.com", "sts:AssumeRole", "sts:TagSession")))
	w.make("attachment", cloud.IAMRolePolicyAttachment, cloud.Props{"role": "apart", "policyArn": managed + "AmazonEKS_CNI_Policy"})
	w.make("association", cloud.EKSPodIdentityAssociation, cloud.Props{
		"clusterName": "demo", "namespace": "kube-system", "serviceAccount": "aws-node", "roleArn": roleARN + "apart",
	})
	props := w.cniProps()
	delete(props, "podIdentityAssociations")
	w.make("cni", cloud.EKSAddon, props)
	w.make("group", cloud.EKSNodeGroup, w.groupProps(nil))
	return w
}

// Without the CNI, or without what lets it call EC2, nobody deletes the pods'
// interfaces.
func TestInterfacesStayWhenTheCNIGoesFirst(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]string{
		"add-on": "cni", "agent": "agent", "role": "apart-role", "policy": "attachment", "association": "association",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := apart(t)
			if name == "role" {
				w.delete("attachment")
			}
			w.delete(first, "group")
			nics := w.podInterfaces()
			if len(nics) != 2 {
				t.Errorf("got %d pod interfaces, want 2", len(nics))
			}
			for _, nic := range nics {
				if nic.Props.Str("status") != "available" {
					t.Errorf("%s is %s", nic.ID, nic.Props.Str("status"))
				}
			}
			w.delete("cluster")
			w.held("pod-a", "eni-", "made by vpc-cni")
			w.held("pod-group", "eni-", "made by vpc-cni")
			w.held("vpc", "has dependencies")
		})
	}
}

func TestInterfacesGoWhileTheCNIRuns(t *testing.T) {
	t.Parallel()
	w := apart(t)
	w.delete("group")
	if nics := w.podInterfaces(); len(nics) != 0 {
		t.Errorf("left: %v", nics)
	}
	w.delete("pod-a", "pod-b", "pod-group")
}

func TestInterfacesStayWhenAGroupShrinksWithoutTheCNI(t *testing.T) {
	t.Parallel()
	w := apart(t)
	w.delete("association", "cni")
	smaller := w.groupProps(cloud.Props{"scalingConfig": map[string]any{"minSize": 1.0, "desiredSize": 1.0, "maxSize": 3.0}})
	if _, err := w.update("group", smaller); err != nil {
		t.Fatal(err)
	}
	available := 0
	for _, nic := range w.podInterfaces() {
		if nic.Props.Str("status") == "available" {
			available++
		}
	}
	if available != 1 {
		t.Errorf("%d interfaces are left by one node, want 1", available)
	}
}

// logging is a world with a cluster that logs into a group made before it.
func logging(t *testing.T) *world {
	w := bare(t)
	w.make("logs", cloud.LogGroup, cloud.Props{"name": "/aws/eks/demo/cluster", "retentionInDays": 7.0})
	w.make("cluster", cloud.EKSCluster, w.clusterProps(cloud.Props{"enabledClusterLogTypes": cloud.Strings("audit")}))
	return w
}

func TestClusterLeavesItsLogs(t *testing.T) {
	t.Parallel()
	w := bare(t)
	w.make("cluster", cloud.EKSCluster, w.clusterProps(cloud.Props{"enabledClusterLogTypes": cloud.Strings("audit")}))
	w.everything()
	left := w.acct.Resources()
	if len(left) != 1 || left[0].Kind != cloud.LogGroup || left[0].Owner != "eks" {
		t.Errorf("left: %v, want the log group alone", left)
	}
}

func TestLogGroupComesBackWhileTheClusterLogs(t *testing.T) {
	t.Parallel()
	w := logging(t)
	w.delete("logs")
	back := w.all(cloud.LogGroup)
	if len(back) != 1 || back[0].Owner != "eks" || back[0].Props.Int("retentionInDays") != 0 {
		t.Fatalf("got %v, want a group of EKS's that keeps logs for ever", back)
	}
	w.delete("logs")
	w.delete("cluster")
	if stays := w.all(cloud.LogGroup); len(stays) != 1 {
		t.Errorf("got %v, want the group to outlive the cluster", stays)
	}
	w.delete("logs")
	if gone := w.all(cloud.LogGroup); len(gone) != 0 {
		t.Errorf("got %v, want nothing once no cluster logs", gone)
	}
}

func TestLogGroupGoesOnceTheLogsAreOff(t *testing.T) {
	t.Parallel()
	w := logging(t)
	if _, err := w.update("cluster", w.clusterProps(nil)); err != nil {
		t.Fatal(err)
	}
	w.delete("logs")
	if gone := w.all(cloud.LogGroup); len(gone) != 0 {
		t.Errorf("got %v", gone)
	}
}

func TestRemoteAccessGroup(t *testing.T) {
	t.Parallel()
	w := platform(t)
	made := w.make("group", cloud.EKSNodeGroup, w.groupProps(cloud.Props{"remoteAccess": map[string]any{"ec2SshKey": "key"}}))
	id := made.Props.Objs("resources")[0].Str("remoteAccessSecurityGroupId")
	group, err := w.acct.Read(w.session, cloud.SecurityGroup, id)
	if err != nil || group == nil || group.Owner != "eks" {
		t.Fatalf("got %v, %v, want a security group of EKS's", group, err)
	}
	bigger := w.groupProps(cloud.Props{
		"remoteAccess": map[string]any{"ec2SshKey": "key"}, "scalingConfig": map[string]any{"minSize": 1.0, "desiredSize": 3.0, "maxSize": 3.0},
	})
	if _, err := w.update("group", bigger); err != nil {
		t.Fatal(err)
	}
	for _, i := range w.all(cloud.Instance) {
		if groups := strings.Join(i.Props.Strs("vpcSecurityGroupIds"), " "); !strings.Contains(groups, id) {
			t.Errorf("%s has the groups %s, want %s among them", i.ID, groups, id)
		}
	}
	w.make("bastion", cloud.SecurityGroup, cloud.Props{"vpcId": w.ids["vpc"], "name": "bastion", "egress": []any{map[string]any{
		"protocol": "tcp", "fromPort": 22.0, "toPort": 22.0, "securityGroups": cloud.Strings(id),
	}}})
	wantCode(t, w.tryDelete("group"), "Ec2SecurityGroupDeletionFailure")
	w.delete("bastion", "group")
	if left, _ := w.acct.Read(w.session, cloud.SecurityGroup, id); left != nil {
		t.Errorf("left: %v", left)
	}
}

func TestRemoteAccessFromGroups(t *testing.T) {
	t.Parallel()
	w := platform(t)
	made := w.make("group", cloud.EKSNodeGroup, w.groupProps(cloud.Props{"remoteAccess": map[string]any{
		"ec2SshKey": "key", "sourceSecurityGroupIds": cloud.Strings(w.ids["pod-group"]),
	}}))
	if id := made.Props.Objs("resources")[0].Str("remoteAccessSecurityGroupId"); id == "" {
		t.Error("no security group was made")
	}
	w.held("pod-group", "a rule of sg-", "made by eks")
}

// What holds a subnet, a security group, a gateway or the VPC is named.
func TestHoldersAreNamed(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.make("group", cloud.EKSNodeGroup, w.groupProps(nil))
	w.make("endpoint", cloud.VPCEndpoint, cloud.Props{
		"vpcId": w.ids["vpc"], "serviceName": "com.amazonaws." + region + ".ecr.api", "vpcEndpointType": "Interface",
		"subnetIds": w.subnets("public-b"), "securityGroupIds": cloud.Strings(w.ids["pod-group"]),
	})
	w.held("control-a", "Amazon EKS demo", "made by eks")
	w.held("private-a", "eni-", "made by eks")
	w.held("pod-a", "aws-K8S-i-", "made by vpc-cni")
	w.held("public-a", "Interface for NAT Gateway nat-", "made by ec2")
	w.held("public-b", "VPC Endpoint Interface vpce-", "made by ec2")
	w.held("pod-group", "eni-")
	w.held("igw", "has some mapped public address(es)", "nat-")
	w.held("vpc", "subnet-")
	wantCode(t, w.tryDelete("eip"), "InvalidIPAddress.InUse")
	own := w.read("cluster").Props.Obj("vpcConfig").Str("clusterSecurityGroupId")
	err := w.acct.Delete(w.session, cloud.SecurityGroup, own)
	wantCode(t, err, "DependencyViolation")
}
