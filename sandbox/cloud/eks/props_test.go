package eks_test

import (
	"encoding/json"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// network makes a VPC with a second range for pods, and in two zones a public,
// private, pod and control plane subnet each. The private ones leave through
// one NAT gateway.
func (w *world) network() {
	w.make("vpc", cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true, "enableDnsSupport": true})
	vpc := w.ids["vpc"]
	w.make("pods", cloud.VPCCIDRAssociation, cloud.Props{"vpcId": vpc, "cidrBlock": "100.64.0.0/16"})
	w.make("igw", cloud.InternetGateway, cloud.Props{"vpcId": vpc})
	for tier, blocks := range map[string][2]string{
		"public": {"10.0.0.0/24", "10.0.1.0/24"}, "private": {"10.0.16.0/20", "10.0.32.0/20"},
		"pod": {"100.64.0.0/18", "100.64.64.0/18"}, "control": {"10.0.2.0/28", "10.0.2.16/28"},
	} {
		for i, zone := range []string{"a", "b"} {
			w.make(tier+"-"+zone, cloud.Subnet, cloud.Props{
				"vpcId": vpc, "cidrBlock": blocks[i], "availabilityZone": region + zone, "mapPublicIpOnLaunch": tier == "public",
			})
		}
	}
	w.make("eip", cloud.ElasticIP, cloud.Props{"domain": "vpc"})
	w.make("nat", cloud.NATGateway, cloud.Props{"subnetId": w.ids["public-a"], "allocationId": w.ids["eip"]})
	for tier, target := range map[string]cloud.Props{"public": {"gatewayId": w.ids["igw"]}, "private": {"natGatewayId": w.ids["nat"]}} {
		w.make("table-"+tier, cloud.RouteTable, cloud.Props{"vpcId": vpc})
		w.make("route-"+tier, cloud.Route, cloud.Props{"routeTableId": w.ids["table-"+tier], "destinationCidrBlock": "0.0.0.0/0"}.With(target))
		for _, zone := range []string{"a", "b"} {
			w.make("association-"+tier+"-"+zone, cloud.RouteTableAssociation, cloud.Props{"routeTableId": w.ids["table-"+tier], "subnetId": w.ids[tier+"-"+zone]})
		}
	}
	w.make("pod-group", cloud.SecurityGroup, cloud.Props{"vpcId": vpc, "name": "pods"})
}

func trust(service string, actions ...string) string {
	b, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Effect": "Allow", "Principal": map[string]any{"Service": service}, "Action": actions,
	}}})
	if err != nil {
		return ""
	}
	return string(b)
}

func role(name, trust string, policies ...string) cloud.Props {
	var arns []string
	for _, p := range policies {
		arns = append(arns, managed+p)
	}
	return cloud.Props{"name": name, "assumeRolePolicy": trust, "managedPolicyArns": cloud.Strings(arns...)}
}

// roles makes the roles of the cluster, its nodes and its VPC CNI.
func (w *world) roles() {
	w.make("cluster-role", cloud.IAMRole, role("cluster", trust("eks.amazonaws.com", "sts:AssumeRole"), "AmazonEKSClusterPolicy"))
	w.make("node-role", cloud.IAMRole, nodeRole())
	w.make("cni-role", cloud.IAMRole, role("cni", trust("pods.eks.amazonaws.com", "sts:AssumeRole", "sts:TagSession"), "AmazonEKS_CNI_Policy"))
}

func nodeRole() cloud.Props {
	return role("node", trust("ec2.amazonaws.com", "sts:AssumeRole"), "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
}

// clusterProps are those of a cluster that EKS takes.
func (w *world) clusterProps(more cloud.Props) cloud.Props {
	return cloud.Props{
		"name": "demo", "version": "1.35", "roleArn": roleARN + "cluster", "bootstrapSelfManagedAddons": false,
		"accessConfig": map[string]any{"authenticationMode": "API"},
		"vpcConfig":    map[string]any{"subnetIds": w.subnets("control-a", "control-b"), "endpointPrivateAccess": true},
	}.With(more)
}

func (w *world) vpcConfig(more cloud.Props) cloud.Props {
	base := w.clusterProps(nil).Obj("vpcConfig")
	return cloud.Props{"vpcConfig": map[string]any(base.With(more))}
}

// cniProps are those of a vpc-cni add-on with custom networking and prefixes.
func (w *world) cniProps() cloud.Props {
	zone := func(z string) map[string]any {
		return map[string]any{"id": w.ids["pod-"+z], "securityGroups": []string{w.ids["pod-group"]}}
	}
	return cloud.Props{
		"clusterName": "demo", "addonName": "vpc-cni",
		"podIdentityAssociations": []any{map[string]any{"roleArn": roleARN + "cni", "serviceAccount": "aws-node"}},
		"configurationValues": jsonText(map[string]any{
			"env": map[string]any{
				"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "true", "ENI_CONFIG_LABEL_DEF": "topology.kubernetes.io/zone",
				"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1",
			},
			"eniConfig": map[string]any{"create": true, "region": region, "subnets": map[string]any{region + "a": zone("a"), region + "b": zone("b")}},
		}),
	}
}

func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// groupProps are those of a node group of two nodes.
func (w *world) groupProps(more cloud.Props) cloud.Props {
	return cloud.Props{
		"clusterName": "demo", "nodeGroupName": "system", "nodeRoleArn": roleARN + "node",
		"subnetIds": w.subnets("private-a", "private-b"), "instanceTypes": cloud.Strings("m6i.large"),
		"scalingConfig": map[string]any{"minSize": 1.0, "desiredSize": 2.0, "maxSize": 3.0},
	}.With(more)
}
