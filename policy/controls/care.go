package controls

import (
	"slices"

	"github.com/slipway-iac/slipway/policy/control"
)

const (
	egressGateway     = "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway"
	subnetReservation = "aws:ec2/subnetCidrReservation:SubnetCidrReservation"
)

// beforeNodes are charts without which nodes do not become ready.
var beforeNodes = []string{"cilium", "aws-vpc-cni", "tigera-operator", "calico"}

// neighbours are the types that take addresses out of subnets, and the properties
// by which they name them.
var neighbours = []struct{ token, property string }{
	{nodeGroup, "subnetIds"}, {cluster, "vpcConfig"}, {loadBalancer, "subnets"}, {endpoint, "subnetIds"}, {databaseSubnets, "subnetIds"}, {cacheSubnets, "subnetIds"},
}

// care are controls of what goes wrong slowly: addresses, order and money.
var care = []control.Control{
	{
		ID: "plat-pod-subnet-no-fragmentation", Severity: control.Low,
		Title: "Pods' subnets have whole blocks of addresses left",
		On:    []string{subnet, subnetReservation, nodeGroup, cluster, loadBalancer, endpoint, databaseSubnets, cacheSubnets},
		Reads: []string{"tags", nodeGroup + " subnetIds", subnetReservation + " subnetId", subnetReservation + " reservationType"},
		CheckStack: func(s *control.Stack) {
			s.Each(subnet, func(n *control.Resource) {
				if tier(n) != "pod" {
					return
				}
				for _, x := range s.Referring(subnetReservation, "subnetId", n) {
					if x.Get("reservationType").Text() == "prefix" {
						return
					}
				}
				for _, k := range neighbours {
					for _, r := range s.Referring(k.token, k.property, n) {
						n.Violate("%s takes single addresses out of it: the VPC CNI finds no free block of 16 after a while", r)
					}
				}
			})
		},
		Fix: "give the others subnets of their own, or add an aws.ec2.SubnetCidrReservation of type prefix",
		Bad: `
resources:
  pods: {type: "aws:ec2/subnet:Subnet", properties: {cidrBlock: 100.64.0.0/18, tags: {tier: pod}}}
  system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {subnetIds: ["${pods.id}"]}}
`,
		Good: `
resources:
  pods: {type: "aws:ec2/subnet:Subnet", properties: {cidrBlock: 100.64.0.0/18, tags: {tier: pod}}}
  system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {subnetIds: ["${pods.id}"]}}
  blocks: {type: "aws:ec2/subnetCidrReservation:SubnetCidrReservation", properties: {subnetId: "${pods.id}", reservationType: prefix, cidrBlock: 100.64.0.0/19}}
`,
	},
	{
		ID: "plat-ipv6-mode-consistent", Severity: control.Medium,
		Title: "A cluster of IPv6 has all that IPv6 takes",
		On:    []string{cluster, addon, subnet, vpc, egressGateway}, Reads: []string{"kubernetesNetworkConfig.ipFamily", "vpcConfig", addon + " configurationValues", subnet + " ipv6CidrBlock"},
		CheckStack: func(s *control.Stack) {
			s.Each(cluster, func(r *control.Resource) {
				if r.Get("kubernetesNetworkConfig.ipFamily").Text() != "ipv6" {
					return
				}
				for _, n := range s.Referred(r, "vpcConfig", subnet) {
					if v := n.Input("ipv6CidrBlock"); !v.IsSet() && !n.Input("ipv6Native").True() {
						n.Want(v, "a /64, since "+r.String()+" is of IPv6")
					}
				}
				if len(s.Of(vpc)) > 0 && len(s.Of(egressGateway)) == 0 {
					r.Violate("the stack has no aws.ec2.EgressOnlyInternetGateway: pods have no way out by IPv6")
				}
				s.Each(addon, cni(func(a *control.Resource, settings control.Value) {
					env := settings.Get("env")
					if !env.Key("ENABLE_PREFIX_DELEGATION").True() {
						a.Violate("configurationValues has ENABLE_PREFIX_DELEGATION %s: want \"true\", without which there is no IPv6", env.Key("ENABLE_PREFIX_DELEGATION").Describe())
					}
					if env.Key("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG").True() {
						a.Violate("configurationValues has AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: custom networking is of IPv4 only")
					}
				}))
			})
		},
		Fix: "give the subnets ranges of IPv6, the VPC an egress-only gateway, and the VPC CNI prefix delegation without custom networking",
		Bad: `
resources:
  a: {type: "aws:ec2/subnet:Subnet", properties: {cidrBlock: 10.0.0.0/24}}
  demo: {type: "aws:eks/cluster:Cluster", properties: {kubernetesNetworkConfig: {ipFamily: ipv6}, vpcConfig: {subnetIds: ["${a.id}"]}}}
`,
		Good: `
resources:
  a: {type: "aws:ec2/subnet:Subnet", properties: {cidrBlock: 10.0.0.0/24, ipv6CidrBlock: "2600:1f14:abc:d00::/64"}}
  demo: {type: "aws:eks/cluster:Cluster", properties: {kubernetesNetworkConfig: {ipFamily: ipv6}, vpcConfig: {subnetIds: ["${a.id}"]}}}
  ` + prefixCNI + "\n",
	},
	{
		ID: "plat-helm-release-depends-on-nodes", Severity: control.Low,
		Title: "A release waits for the nodes that it runs on",
		On:    []string{helmRelease, nodeGroup}, Reads: []string{"chart"},
		CheckStack: func(s *control.Stack) {
			groups := s.Of(nodeGroup)
			s.Each(helmRelease, func(r *control.Resource) {
				name, _ := chartOf(r)
				if len(groups) > 0 && !slices.Contains(beforeNodes, name) && !slices.ContainsFunc(groups, func(g *control.Resource) bool { return s.After(r, g) }) {
					r.Violate("it depends on no node group: in a first update it waits for pods that nothing runs, and fails")
				}
			})
		},
		Fix: "let it depend on a node group",
		Bad: `
resources:
  system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {clusterName: demo}}
  issuer: {type: "kubernetes:helm.sh/v3:Release", properties: {chart: cert-manager}}
`,
		Good: `
resources:
  system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {clusterName: demo}}
  issuer: {type: "kubernetes:helm.sh/v3:Release", properties: {chart: cert-manager}, options: {dependsOn: ["${system}"]}}
`,
	},
	{
		ID: "plat-single-cost-guard", Severity: control.Low,
		Title: "A stack has no more of what costs by the hour than was agreed",
		On:    []string{natGateway, endpoint, loadBalancer}, Reads: []string{endpoint + " vpcEndpointType"},
		Settings: []control.Setting{
			{Name: "natGateways", Doc: "The greatest number of NAT gateways; 0 is any", Default: 0},
			{Name: "interfaceEndpoints", Doc: "The greatest number of interface endpoints; 0 is any", Default: 0},
			{Name: "loadBalancers", Doc: "The greatest number of load balancers; 0 is any", Default: 0},
		},
		CheckStack: func(s *control.Stack) {
			var interfaces []*control.Resource
			for _, e := range s.Of(endpoint) {
				if isInterface(e) {
					interfaces = append(interfaces, e)
				}
			}
			for _, k := range []struct {
				setting string
				list    []*control.Resource
			}{{"natGateways", s.Of(natGateway)}, {"interfaceEndpoints", interfaces}, {"loadBalancers", s.Of(loadBalancer)}} {
				if most := s.Number(k.setting); most > 0 && len(k.list) > most {
					k.list[most].Violate("it is one of %d: want %d or fewer, by the setting %s", len(k.list), most, k.setting)
				}
			}
		},
		With: map[string]any{"natGateways": 1},
		Fix:  "remove some, or raise the setting",
		Bad: `
resources:
  a: {type: "aws:ec2/natGateway:NatGateway", properties: {subnetId: subnet-a}}
  b: {type: "aws:ec2/natGateway:NatGateway", properties: {subnetId: subnet-b}}
`,
		Good: `
resources:
  a: {type: "aws:ec2/natGateway:NatGateway", properties: {subnetId: subnet-a}}
`,
	},
	{
		ID: "sg-attached", Severity: control.Low,
		Title:   "A security group is something's",
		Mapping: control.Mapping{SecurityHub: "EC2.22", Checkov: "CKV2_AWS_5"},
		On:      []string{securityGroup}, Reads: []string{"vpcId"},
		CheckStack: func(s *control.Stack) {
			used := s.Once("used security groups", func() any { return namedByOthers(s) }).(map[string]bool)
			s.Each(securityGroup, func(g *control.Resource) {
				if !used[g.URN] {
					g.Violate("nothing in the stack has it, and no rule names it as a source")
				}
			})
		},
		Fix: "remove it, or give it to what it was made for",
		Bad: `{vpcId: vpc-0123456789abcdef0, description: The database}`,
		Good: `
resources:
  guard: {type: "aws:ec2/securityGroup:SecurityGroup", properties: {description: The database}}
  shop: {type: "aws:rds/instance:Instance", properties: {engine: postgres, vpcSecurityGroupIds: ["${guard.id}"]}}
`,
	},
	{
		ID: "ebs-encryption-by-default", Severity: control.Medium,
		Title:   "New volumes are encrypted, whoever makes them",
		Mapping: control.Mapping{SecurityHub: "EC2.7", CIS: "AWS 5.1.1/6.1.1", Checkov: "CKV_AWS_106"},
		On:      []string{"aws:ebs/encryptionByDefault:EncryptionByDefault"}, Reads: []string{"enabled"},
		Check: notFalse("enabled"), Fix: "remove enabled", Remedy: []control.Remedy{{Path: "enabled", Value: true}},
		Bad: `enabled: false`, Good: `enabled: true`,
	},
}

// namedByOthers are the URNs that properties of resources were made of, but for
// those by which a rule says whose it is.
func namedByOthers(s *control.Stack) map[string]bool {
	used := map[string]bool{}
	for _, r := range s.All() {
		for key, urns := range r.PropertyDependencies {
			if key == "securityGroupId" && r.Is(groupRule, ingressRule, egressRule) {
				continue
			}
			for _, urn := range urns {
				used[urn] = true
			}
		}
	}
	return used
}
