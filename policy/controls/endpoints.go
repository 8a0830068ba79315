package controls

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/cidr"
	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/statement"
)

// serviceOf is the service of an endpoint without its prefix: ecr.api of
// com.amazonaws.us-west-2.ecr.api.
func serviceOf(r *control.Resource) string {
	parts := strings.SplitN(r.Get("serviceName").Text(), ".", 4)
	return parts[len(parts)-1]
}

// isInterface tells whether an endpoint is a network interface.
func isInterface(r *control.Resource) bool { return r.Get("vpcEndpointType").Text() == "Interface" }

// endpointsOf are the services that a VPC has endpoints of.
func endpointsOf(s *control.Stack, v *control.Resource) []string {
	var services []string
	for _, e := range s.Referring(endpoint, "vpcId", v) {
		services = append(services, serviceOf(e))
	}
	return services
}

// needs is a control of VPCs that have to have endpoints of services, where the
// setting required says so or there is no NAT.
func needs(services ...string) func(*control.Stack) {
	return func(s *control.Stack) {
		s.Each(vpc, func(v *control.Resource) {
			if !s.Flag("required") && len(s.Of(natGateway)) > 0 {
				return
			}
			have := endpointsOf(s, v)
			for _, service := range services {
				if !slices.Contains(have, service) {
					v.Violate("it has no endpoint of %s", service)
				}
			}
		})
	}
}

var requiredEndpoint = []control.Setting{{Name: "required", Doc: "Want the endpoint even where there is NAT", Default: false}}

// withEndpoints is an example of a VPC with endpoints.
func withEndpoints(services ...string) string {
	var b strings.Builder
	b.WriteString("\nresources:\n  net: {type: \"aws:ec2/vpc:Vpc\", properties: {cidrBlock: 10.0.0.0/16}}\n")
	for _, s := range services {
		b.WriteString("  " + strings.ReplaceAll(s, ".", "-") + ": {type: \"aws:ec2/vpcEndpoint:VpcEndpoint\", properties: {vpcId: \"${net.id}\", serviceName: com.amazonaws.us-west-2." + s + "}}\n")
	}
	return b.String()
}

// bootstrap are the services that nodes without NAT must reach to join, from
// "Deploy private clusters with limited internet access" in the EKS user guide.
var bootstrap = []string{"ec2", "ecr.api", "ecr.dkr", "s3", "sts", "eks", "eks-auth"}

var endpointReads = []string{"vpcId", "serviceName"}

var endpoints = []control.Control{
	{
		ID: "plat-endpoint-allows-private-only-cluster", Severity: control.High,
		Title: "Nodes without a way to the internet have every endpoint that they need to join",
		On:    []string{endpoint, cluster, vpc, natGateway}, Reads: endpointReads,
		CheckStack: func(s *control.Stack) {
			if len(s.Of(cluster)) == 0 || len(s.Of(natGateway)) > 0 {
				return
			}
			for _, v := range s.Of(vpc) {
				s.Guard(func() {
					have := endpointsOf(s, v)
					for _, service := range bootstrap {
						if !slices.Contains(have, service) {
							v.Violate("it has neither NAT nor an endpoint of %s: nodes do not join", service)
						}
					}
				})
			}
		},
		Fix:  "add the endpoints, or a NAT gateway",
		Bad:  withEndpoints("s3") + "  demo: {type: \"aws:eks/cluster:Cluster\", properties: {name: demo}}\n",
		Good: withEndpoints(bootstrap...) + "  demo: {type: \"aws:eks/cluster:Cluster\", properties: {name: demo}}\n",
	},
	{
		ID: "vpce-ec2-present", Severity: control.Medium,
		Title:   "Calls of the EC2 API stay in the VPC, where there is no NAT",
		Mapping: control.Mapping{SecurityHub: "EC2.10", CIS: "AWS v7 6.8"},
		On:      []string{endpoint, vpc, natGateway}, Reads: endpointReads, Settings: requiredEndpoint, CheckStack: needs("ec2"),
		Fix: "add an interface endpoint of ec2", Bad: withEndpoints(), Good: withEndpoints("ec2"),
	},
	{
		ID: "vpce-ecr-api-dkr-present", Severity: control.Medium,
		Title:   "Images are pulled inside the VPC, where there is no NAT",
		Mapping: control.Mapping{SecurityHub: "EC2.55, EC2.56", CIS: "AWS v7 6.8"},
		On:      []string{endpoint, vpc, natGateway}, Reads: endpointReads, Settings: requiredEndpoint, CheckStack: needs("ecr.api", "ecr.dkr"),
		Fix: "add interface endpoints of ecr.api and ecr.dkr", Bad: withEndpoints("ecr.api"), Good: withEndpoints("ecr.api", "ecr.dkr"),
	},
	{
		ID: "vpce-ssm-present", Severity: control.Medium,
		Title:   "Sessions of Systems Manager stay in the VPC, where there is no NAT",
		Mapping: control.Mapping{SecurityHub: "EC2.57", CIS: "AWS v7 6.8"},
		On:      []string{endpoint, vpc, natGateway}, Reads: endpointReads, Settings: requiredEndpoint, CheckStack: needs("ssm", "ssmmessages"),
		Fix: "add interface endpoints of ssm and ssmmessages", Bad: withEndpoints("ssm"), Good: withEndpoints("ssm", "ssmmessages"),
	},
	{
		ID: "vpce-gateway-s3-routed", Severity: control.Medium,
		Title:   "What goes to S3 goes by its endpoint, which costs nothing",
		Mapping: control.Mapping{CIS: "AWS v7 6.8"},
		On:      []string{endpoint, vpc, routeTable}, Reads: []string{"vpcId", "serviceName", "routeTableIds"},
		CheckStack: func(s *control.Stack) {
			s.Each(vpc, func(v *control.Resource) {
				if !slices.Contains(endpointsOf(s, v), "s3") {
					v.Violate("it has no endpoint of s3: image layers come through NAT, by the gigabyte")
				}
			})
		},
		Fix: "add a gateway endpoint of s3 to the route tables of all subnets", Bad: withEndpoints(), Good: withEndpoints("s3"),
	},
	{
		ID: "vpce-private-dns", Severity: control.Low,
		Title: "Interface endpoints have the service's own name",
		On:    []string{endpoint}, Reads: []string{"vpcEndpointType", "serviceName", "privateDnsEnabled"},
		Check: func(r *control.Resource) {
			if v := r.Get("privateDnsEnabled"); isInterface(r) && strings.HasPrefix(r.Get("serviceName").Text(), "com.amazonaws.") && !v.True() {
				r.Want(v, "true: programs otherwise go past the endpoint")
			}
		},
		Fix: "set privateDnsEnabled to true", Remedy: []control.Remedy{{Path: "privateDnsEnabled", Value: true}},
		Bad: `{vpcEndpointType: Interface, serviceName: com.amazonaws.us-west-2.sts}`, Good: `{vpcEndpointType: Interface, serviceName: com.amazonaws.us-west-2.sts, privateDnsEnabled: true}`,
	},
	{
		ID: "vpce-policy-not-wildcard", Severity: control.Medium,
		Title: "What goes through an endpoint is one's own",
		On:    []string{endpoint}, Reads: []string{"policy"},
		Settings: []control.Setting{{Name: "required", Doc: "Want a policy on every endpoint; without one AWS allows everything", Default: false}},
		Check: func(r *control.Resource) {
			if r.Flag("required") && !r.Get("policy").IsSet() {
				r.Want(r.Get("policy"), "a policy")
			}
			eachStatement([]string{"policy"}, func(r *control.Resource, s statement.Statement) {
				if s.Public() && s.OnEverything() && slices.Contains(s.Actions, "*") {
					r.Violate("statement %q allows everything to everybody: want a condition on aws:PrincipalOrgID or aws:ResourceAccount", s.Sid)
				}
			})(r)
		},
		Fix:  "add a condition on aws:PrincipalAccount, aws:PrincipalOrgID or aws:ResourceAccount",
		Bad:  `policy: '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'`,
		Good: `policy: '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"123456789012"}}}]}'`,
	},
	{
		ID: "vpce-sg-restricted", Severity: control.Medium,
		Title: "Endpoints are for the VPC",
		On:    []string{endpoint, securityGroup, ingressRule, groupRule}, Reads: []string{"securityGroupIds", ingressRule + " cidrIpv4", groupRule + " cidrBlocks", securityGroup + " ingress"},
		CheckStack: func(s *control.Stack) {
			s.Each(endpoint, func(r *control.Resource) {
				for _, g := range s.Referred(r, "securityGroupIds", securityGroup) {
					rules := append(s.Referring(ingressRule, "securityGroupId", g), s.Referring(groupRule, "securityGroupId", g)...)
					look := eachIngress(func(x *control.Resource, rule rule) {
						if slices.ContainsFunc(rule.ranges, cidr.Public) {
							x.Violate("it lets %s into the security group of %s: want the ranges of the VPC", rule.where.Describe(), r)
						}
					})
					for _, x := range append(rules, g) {
						s.Guard(func() { look(x) })
					}
				}
			})
		},
		Fix: "let in the VPC's ranges, port 443",
		Bad: `
resources:
  sts: {type: "aws:ec2/vpcEndpoint:VpcEndpoint", properties: {serviceName: com.amazonaws.us-west-2.sts, securityGroupIds: ["${guard.id}"]}}
  guard: {type: "aws:ec2/securityGroup:SecurityGroup", properties: {ingress: [{protocol: tcp, fromPort: 443, toPort: 443, cidrBlocks: [0.0.0.0/0]}]}}
`,
		Good: `
resources:
  sts: {type: "aws:ec2/vpcEndpoint:VpcEndpoint", properties: {serviceName: com.amazonaws.us-west-2.sts, securityGroupIds: ["${guard.id}"]}}
  guard: {type: "aws:ec2/securityGroup:SecurityGroup", properties: {ingress: [{protocol: tcp, fromPort: 443, toPort: 443, cidrBlocks: [10.0.0.0/16]}]}}
`,
	},
	{
		ID: "vpce-service-manual-accept", Severity: control.Medium,
		Title:   "Who may reach a service of ours is accepted one by one",
		Mapping: control.Mapping{Checkov: "CKV_AWS_123"},
		On:      []string{"aws:ec2/vpcEndpointService:VpcEndpointService"}, Reads: []string{"acceptanceRequired"},
		Check: isTrue("acceptanceRequired"), Fix: "set acceptanceRequired to true", Remedy: []control.Remedy{{Path: "acceptanceRequired", Value: true}},
		Bad: `acceptanceRequired: false`, Good: `acceptanceRequired: true`,
	},
	{
		ID: "vpc-block-public-access", Severity: control.Medium,
		Title:   "Where a region's VPCs are closed to the internet, they stay closed",
		Mapping: control.Mapping{SecurityHub: "EC2.172"},
		On:      []string{"aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"}, Reads: []string{"internetGatewayBlockMode"},
		Check: oneOf("internetGatewayBlockMode", "block-bidirectional", "block-ingress"), Fix: "set internetGatewayBlockMode to block-ingress",
		Bad: `internetGatewayBlockMode: "off"`, Good: `internetGatewayBlockMode: block-ingress`,
	},
	{
		ID: "vpce-multi-az", Severity: control.Low,
		Title: "An interface endpoint survives the loss of a zone",
		On:    []string{endpoint}, Reads: []string{"vpcEndpointType", "subnetIds"},
		Check: func(r *control.Resource) {
			if v := r.Get("subnetIds"); isInterface(r) && len(v.Items()) < 2 {
				r.Want(v, "subnets of two zones or more")
			}
		},
		Fix: "name a subnet of each zone in subnetIds", Bad: `{vpcEndpointType: Interface, subnetIds: [subnet-a]}`, Good: `{vpcEndpointType: Interface, subnetIds: [subnet-a, subnet-b]}`,
	},
	{
		ID: "vpce-eks-private-set", Severity: control.Medium,
		Title:   "Controllers without a way to the internet have the endpoints that they call",
		Mapping: control.Mapping{CIS: "EKS 5.4.3"},
		On:      []string{endpoint, vpc, natGateway, helmRelease}, Reads: append([]string{helmRelease + " chart"}, endpointReads...),
		CheckStack: func(s *control.Stack) {
			if len(s.Of(natGateway)) > 0 {
				return
			}
			s.Each(vpc, func(v *control.Resource) {
				have := endpointsOf(s, v)
				for _, release := range s.Of(helmRelease) {
					chart, _ := chartOf(release)
					for _, service := range callees[chart] {
						if !slices.Contains(have, service) {
							v.Violate("it has neither NAT nor an endpoint of %s, which %s calls", service, release)
						}
					}
				}
			})
		},
		Fix:  "add the endpoint, or a NAT gateway",
		Bad:  withEndpoints("s3") + "  entrance: {type: \"kubernetes:helm.sh/v3:Release\", properties: {chart: aws-load-balancer-controller}}\n",
		Good: withEndpoints("s3", "ec2", "elasticloadbalancing", "eks-auth") + "  entrance: {type: \"kubernetes:helm.sh/v3:Release\", properties: {chart: aws-load-balancer-controller}}\n",
	},
}

// callees are the services that controllers call, by the names of their charts,
// as far as those have endpoints.
var callees = map[string][]string{
	"aws-load-balancer-controller": {"ec2", "elasticloadbalancing", "eks-auth"},
	"karpenter":                    {"ec2", "eks", "sqs", "ssm", "eks-auth"},
	"cluster-autoscaler":           {"ec2", "autoscaling", "eks-auth"},
	"external-secrets":             {"secretsmanager", "sts"},
	"aws-ebs-csi-driver":           {"ec2"},
	"aws-efs-csi-driver":           {"elasticfilesystem"},
	"aws-for-fluent-bit":           {"logs"},
}
