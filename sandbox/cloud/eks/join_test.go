package eks_test

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

// closed takes the way out of the private subnets away and gives them endpoints
// for the services, except those left out.
func (w *world) closed(leftOut string) {
	w.delete("route-private")
	w.make("endpoint-group", cloud.SecurityGroup, cloud.Props{"vpcId": w.ids["vpc"], "name": "endpoints", "ingress": []any{map[string]any{
		"protocol": "tcp", "fromPort": 443.0, "toPort": 443.0, "cidrBlocks": cloud.Strings("10.0.0.0/16"),
	}}})
	for _, service := range []string{"ec2", "ecr.api", "ecr.dkr", "sts", "eks", "eks-auth"} {
		if service != leftOut {
			w.make("endpoint-"+service, cloud.VPCEndpoint, cloud.Props{
				"vpcId": w.ids["vpc"], "serviceName": "com.amazonaws." + region + "." + service, "vpcEndpointType": "Interface",
				"subnetIds": w.subnets("private-a", "private-b"), "privateDnsEnabled": true, "securityGroupIds": cloud.Strings(w.ids["endpoint-group"]),
			})
		}
	}
	if leftOut != "s3" {
		w.make("endpoint-s3", cloud.VPCEndpoint, cloud.Props{
			"vpcId": w.ids["vpc"], "serviceName": "com.amazonaws." + region + ".s3", "vpcEndpointType": "Gateway", "routeTableIds": cloud.Strings(w.ids["table-private"]),
		})
	}
}

// defaultCNI replaces the vpc-cni add-on by one without any configuration.
func (w *world) defaultCNI(more cloud.Props) {
	w.delete("cni")
	w.make("cni-plain", cloud.EKSAddon, cloud.Props{"clusterName": "demo", "addonName": "vpc-cni"}.With(more))
}

// irsa gives the CNI a role through OpenID Connect that a subject may assume.
func (w *world) irsa(subject string) {
	issuer := w.read("cluster").Props.Objs("identities")[0].Objs("oidcs")[0].Str("issuer")
	p := w.make("provider", cloud.IAMOpenIDConnectProvider, cloud.Props{"url": issuer, "clientIdLists": cloud.Strings("sts.amazonaws.com")})
	w.make("irsa-role", cloud.IAMRole, role("irsa", jsonText(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Effect": "Allow", "Principal": map[string]any{"Federated": p.ID}, "Action": "sts:AssumeRoleWithWebIdentity",
		"Condition": map[string]any{"StringEquals": map[string]any{p.Props.Str("url") + ":sub": subject}},
	}}}), "AmazonEKS_CNI_Policy"))
	w.defaultCNI(cloud.Props{"serviceAccountRoleArn": roleARN + "irsa"})
}

// joining tells, per reason, why nodes do not join, and what the message names.
var joining = map[string]struct {
	change func(w *world) cloud.Props
	rule   string
	words  []string
}{
	"no CNI": {func(w *world) cloud.Props { w.delete("cni"); return nil }, "node-without-cni", []string{"vpc-cni", "before the node group"}},
	"no agent for the CNI's association": {func(w *world) cloud.Props { w.delete("agent"); return nil }, "cni-association-without-agent",
		[]string{"aws-node", "eks-pod-identity-agent"}},
	"CNI role without its policy": {func(w *world) cloud.Props {
		if _, err := w.update("cni-role", role("cni", trust("pods.eks.amazonaws.com", "sts:AssumeRole", "sts:TagSession"), "AmazonEKSWorkerNodePolicy")); err != nil {
			w.t.Fatal(err)
		}
		return nil
	}, "cni-role-permissions", []string{"role cni", "ec2:CreateNetworkInterface", "AmazonEKS_CNI_Policy"}},
	"CNI role gone": {func(w *world) cloud.Props { w.delete("cni-role"); return nil }, "cni-association-role-gone", []string{"role/cni", "does not exist any more"}},
	"CNI on the node role without its policy": {func(w *world) cloud.Props { w.defaultCNI(nil); return nil }, "cni-role-permissions",
		[]string{"role node", "AmazonEKS_CNI_Policy"}},
	"CNI role for OpenID Connect without a provider": {func(w *world) cloud.Props {
		w.defaultCNI(cloud.Props{"serviceAccountRoleArn": roleARN + "cni"})
		return nil
	}, "cni-federated-role-without-provider", []string{"OpenID Connect provider"}},
	"zone without ENIConfig": {func(w *world) cloud.Props {
		p := w.cniProps()
		p["configurationValues"] = strings.ReplaceAll(p.Str("configurationValues"), `"us-west-2b"`, `"us-west-2c"`)
		if _, err := w.update("cni", p); err != nil {
			w.t.Fatal(err)
		}
		return nil
	}, "cni-zone-without-eniconfig", []string{"us-west-2b", "ENIConfig", "configurationValues"}},
	"ENIConfig by a label that nodes lack": {func(w *world) cloud.Props {
		p := w.cniProps()
		p["configurationValues"] = strings.ReplaceAll(p.Str("configurationValues"), "topology.kubernetes.io/zone", "example.com/eni")
		if _, err := w.update("cni", p); err != nil {
			w.t.Fatal(err)
		}
		return nil
	}, "cni-zone-without-eniconfig", []string{`"default"`, "ENI_CONFIG_LABEL_DEF"}},
	"pod subnet that does not exist": {func(w *world) cloud.Props {
		p := w.cniProps()
		p["configurationValues"] = strings.ReplaceAll(p.Str("configurationValues"), w.ids["pod-b"], "subnet-0")
		if _, err := w.update("cni", p); err != nil {
			w.t.Fatal(err)
		}
		return nil
	}, "cni-eniconfig-subnet-missing", []string{"subnet-0", "does not exist"}},
	"CNI role that trusts another service": {func(w *world) cloud.Props {
		if _, err := w.update("cni-role", role("cni", trust("ec2.amazonaws.com", "sts:AssumeRole"), "AmazonEKS_CNI_Policy")); err != nil {
			w.t.Fatal(err)
		}
		return nil
	}, "cni-association-role-trust", []string{"role cni", "pods.eks.amazonaws.com"}},
	"CNI role for OpenID Connect that trusts another account": {func(w *world) cloud.Props {
		w.irsa("system:serviceaccount:default:aws-node")
		return nil
	}, "cni-federated-role-trust", []string{"role irsa", "kube-system/aws-node"}},
	"CNI role for OpenID Connect gone": {func(w *world) cloud.Props {
		w.irsa("system:serviceaccount:kube-system:aws-node")
		w.delete("irsa-role")
		return nil
	}, "cni-federated-role-gone", []string{"role/irsa", "does not exist any more"}},
	"pod subnet of another zone": {func(w *world) cloud.Props {
		p := w.cniProps()
		p["configurationValues"] = strings.ReplaceAll(p.Str("configurationValues"), w.ids["pod-b"], w.ids["pod-a"])
		if _, err := w.update("cni", p); err != nil {
			w.t.Fatal(err)
		}
		return nil
	}, "cni-eniconfig-subnet-zone", []string{"us-west-2a", "must be in its zone"}},
	"pod group that does not exist": {func(w *world) cloud.Props {
		p := w.cniProps()
		p["configurationValues"] = strings.ReplaceAll(p.Str("configurationValues"), w.ids["pod-group"], "sg-0")
		if _, err := w.update("cni", p); err != nil {
			w.t.Fatal(err)
		}
		return nil
	}, "cni-eniconfig-group-missing", []string{"sg-0"}},
	"pod subnet without room": {func(w *world) cloud.Props {
		w.look(func(tx *cloud.Tx) {
			tx.Make("test", cloud.NetworkInterface, "eni-1", cloud.Props{"subnetId": w.ids["pod-a"], "privateIp": "100.64.0.9"}, cloud.Props{"addresses": 16370})
		})
		return nil
	}, "cni-without-free-addresses", []string{"free addresses", "17"}},
	"node subnet without room": {func(w *world) cloud.Props {
		w.look(func(tx *cloud.Tx) {
			tx.Make("test", cloud.NetworkInterface, "eni-1", cloud.Props{"subnetId": w.ids["private-a"], "privateIp": "10.0.16.9"}, cloud.Props{"addresses": 4091})
		})
		return nil
	}, "node-without-free-address", []string{"InsufficientFreeAddressesInSubnet"}},
	"node role without the registry": {func(w *world) cloud.Props {
		if _, err := w.update("node-role", role("node", trust("ec2.amazonaws.com", "sts:AssumeRole"), "AmazonEKSWorkerNodePolicy")); err != nil {
			w.t.Fatal(err)
		}
		return nil
	}, "node-role-permissions", []string{"role node", "ecr:BatchGetImage", "AmazonEC2ContainerRegistryPullOnly"}},
	"node role without its policy": {func(w *world) cloud.Props {
		if _, err := w.update("node-role", role("node", trust("ec2.amazonaws.com", "sts:AssumeRole"), "AmazonEC2ContainerRegistryPullOnly")); err != nil {
			w.t.Fatal(err)
		}
		return nil
	}, "node-role-permissions", []string{"eks:DescribeCluster", "AmazonEKSWorkerNodePolicy"}},
	"node role with a person's access entry": {func(w *world) cloud.Props {
		w.make("entry", cloud.EKSAccessEntry, cloud.Props{"clusterName": "demo", "principalArn": roleARN + "node"})
		return nil
	}, "node-access-entry-type", []string{"STANDARD", "EC2_LINUX"}},
	"no way out":           {func(w *world) cloud.Props { w.delete("route-private"); return nil }, "node-reaches-no-service", []string{"ecr.api", "NAT gateway", "endpoint"}},
	"no endpoint of ec2":   {func(w *world) cloud.Props { w.closed("ec2"); return nil }, "node-reaches-no-service", []string{"do not reach ec2"}},
	"no endpoint of s3":    {func(w *world) cloud.Props { w.closed("s3"); return nil }, "node-reaches-no-service", []string{"do not reach s3"}},
	"no endpoint of agent": {func(w *world) cloud.Props { w.closed("eks-auth"); return nil }, "node-reaches-no-service", []string{"do not reach eks-auth"}},
	"closed endpoint": {func(w *world) cloud.Props {
		w.closed("")
		if _, err := w.update("cluster", w.clusterProps(w.vpcConfig(cloud.Props{"endpointPrivateAccess": false}))); err != nil {
			w.t.Fatal(err)
		}
		return nil
	}, "node-reaches-no-endpoint", []string{"endpointPrivateAccess"}},
	"public endpoint for others": {func(w *world) cloud.Props {
		if _, err := w.update("cluster", w.clusterProps(w.vpcConfig(cloud.Props{"endpointPrivateAccess": false, "publicAccessCidrs": cloud.Strings("198.51.100.0/24")}))); err != nil {
			w.t.Fatal(err)
		}
		return nil
	}, "node-address-not-admitted", []string{"198.51.100.0/24", "publicAccessCidrs"}},
	"groups that the cluster does not admit": {func(w *world) cloud.Props {
		return w.template(cloud.Props{"vpcSecurityGroupIds": cloud.Strings(w.ids["pod-group"])})
	}, "node-groups-not-admitted", []string{"do not admit port 443", "launch template"}},
	"public subnet without public addresses": {func(w *world) cloud.Props {
		if _, err := w.update("public-a", cloud.Props{"vpcId": w.ids["vpc"], "cidrBlock": "10.0.0.0/24", "availabilityZone": region + "a", "mapPublicIpOnLaunch": false}); err != nil {
			w.t.Fatal(err)
		}
		return cloud.Props{"subnetIds": w.subnets("public-a")}
	}, "node-without-public-address", []string{"mapPublicIpOnLaunch"}},
	"custom image without a NodeConfig": {func(w *world) cloud.Props { return w.template(cloud.Props{"imageId": w.ami(image)}) },
		"node-image-without-cluster", []string{"NodeConfig", "demo"}},
	"image newer than the cluster": {func(w *world) cloud.Props {
		return w.template(cloud.Props{"imageId": w.ami(newImage), "userData": encoded("name: demo")})
	}, "node-image-newer-than-cluster", []string{"1.36", "newer"}},
	"image of another architecture": {func(w *world) cloud.Props {
		return w.template(cloud.Props{"imageId": w.ami(armImage), "userData": encoded("name: demo")})
	}, "node-image-architecture", []string{"arm64"}},
	"agent that may not ask for credentials": {func(w *world) cloud.Props {
		p := role("node", trust("ec2.amazonaws.com", "sts:AssumeRole"), "AmazonEC2ContainerRegistryPullOnly")
		p["inlinePolicies"] = []any{map[string]any{"name": "kubelet", "policy": jsonText(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
			"Effect": "Allow", "Action": []any{"ec2:DescribeInstances", "eks:DescribeCluster"}, "Resource": "*",
		}}})}}
		if _, err := w.update("node-role", p); err != nil {
			w.t.Fatal(err)
		}
		return nil
	}, "pod-identity-agent-permissions", []string{"role node", "eks-auth:AssumeRoleForPodIdentity", "AmazonEKSWorkerNodePolicy"}},
	"more groups for pods than an interface has": {func(w *world) cloud.Props {
		ids := []string{w.ids["pod-group"]}
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			ids = append(ids, w.make("pods-"+name, cloud.SecurityGroup, cloud.Props{"vpcId": w.ids["vpc"], "name": "pods-" + name}).ID)
		}
		p := w.cniProps()
		p["configurationValues"] = strings.ReplaceAll(p.Str("configurationValues"), `"`+w.ids["pod-group"]+`"`, `"`+strings.Join(ids, `","`)+`"`)
		if _, err := w.update("cni", p); err != nil {
			w.t.Fatal(err)
		}
		return nil
	}, "cni-interface-refused", []string{"SecurityGroupsPerInterfaceLimitExceeded"}},
}

func TestNodesThatDoNotJoin(t *testing.T) {
	t.Parallel()
	for name, tc := range joining {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := platform(t)
			change := tc.change(w)
			g, err := w.try("group", cloud.EKSNodeGroup, w.groupProps(change))
			wantLate(t, err, tc.rule, tc.words...)
			if g == nil || g.Props.Str("status") != "CREATE_FAILED" {
				t.Errorf("the group is %v, want CREATE_FAILED", g)
			}
			w.look(func(tx *cloud.Tx) {
				ready := 0
				for _, n := range eks.Nodes(tx, eks.ClusterByName(tx, "demo")) {
					if n.Ready {
						ready++
					}
				}
				if ready == 2 {
					t.Error("both nodes are ready all the same")
				}
			})
			w.delete("group")
			if left := w.all(cloud.Instance); len(left) != 0 {
				t.Errorf("instances are left: %v", left)
			}
		})
	}
}
