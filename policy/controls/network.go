package controls

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/cidr"
	"github.com/slipway-iac/slipway/policy/control"
)

var networks = []control.Control{
	{
		ID: "vpc-flow-logs-enabled", Severity: control.Medium,
		Title:   "Every VPC has a flow log",
		Mapping: control.Mapping{SecurityHub: "EC2.6", CIS: "AWS 3.7/4.7", Checkov: "CKV2_AWS_11", Trivy: "AWS-0178"},
		On:      []string{vpc, flowLog}, Reads: []string{flowLog + " vpcId"},
		CheckStack: eachNamed([]string{vpc}, flowLog, "vpcId", "no aws.ec2.FlowLog is about it: afterwards nobody can tell who talked to whom"),
		Fix:        "add an aws.ec2.FlowLog with its vpcId",
		Bad: `
resources:
  net: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
`,
		Good: `
resources:
  net: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
  flows: {type: "aws:ec2/flowLog:FlowLog", properties: {vpcId: "${net.id}", trafficType: ALL}}
`,
	},
	{
		ID: "flow-log-traffic-all-or-reject", Severity: control.Medium,
		Title:   "Flow logs have what was rejected",
		Mapping: control.Mapping{SecurityHub: "EC2.6", CIS: "AWS 3.7/4.7"},
		On:      []string{flowLog}, Reads: []string{"trafficType"},
		Check: func(r *control.Resource) {
			// Flow logs of transit gateways have no type of traffic.
			if v := r.Get("trafficType"); v.Text() == "ACCEPT" {
				r.Want(v, "ALL or REJECT")
			}
		},
		Fix:  "set trafficType to ALL",
		Bad:  `trafficType: ACCEPT`,
		Good: `trafficType: ALL`,
	},
	{
		ID: "flow-log-destination-protected", Severity: control.Medium,
		Title:   "Flow logs end up encrypted, and not for ever",
		Mapping: control.Mapping{CIS: "AWS 3.7/4.7", Checkov: "CKV_AWS_158", Trivy: "AWS-0017"},
		On:      []string{flowLog, logGroup}, Reads: []string{"logDestination", logGroup + " kmsKeyId", logGroup + " retentionInDays"},
		CheckStack: func(s *control.Stack) {
			s.Each(flowLog, func(r *control.Resource) {
				for _, g := range s.Referred(r, "logDestination", logGroup) {
					if !g.Get("kmsKeyId").IsSet() || g.Get("retentionInDays").Int(0) == 0 {
						r.Violate("its destination, %s, has no kmsKeyId or no retentionInDays", g)
					}
				}
			})
		},
		Fix: "set kmsKeyId and retentionInDays of the log group",
		Bad: `
resources:
  flows: {type: "aws:ec2/flowLog:FlowLog", properties: {logDestination: "${logs.arn}", trafficType: ALL}}
  logs: {type: "aws:cloudwatch/logGroup:LogGroup", properties: {name: flows}}
`,
		Good: `
resources:
  flows: {type: "aws:ec2/flowLog:FlowLog", properties: {logDestination: "${logs.arn}", trafficType: ALL}}
  logs:
    type: aws:cloudwatch/logGroup:LogGroup
    properties: {name: flows, retentionInDays: 30, kmsKeyId: "arn:aws:kms:us-west-2:123456789012:key/1234abcd"}
`,
	},
	{
		ID: "flow-log-format-has-pkt-addr", Severity: control.Low,
		Title: "Flow logs have the addresses of pods",
		On:    []string{flowLog}, Reads: []string{"logFormat"},
		Check: func(r *control.Resource) {
			if v := r.Get("logFormat"); !strings.Contains(v.Text(), "pkt-srcaddr") || !strings.Contains(v.Text(), "pkt-dstaddr") {
				r.Want(v, "pkt-srcaddr and pkt-dstaddr among its fields: the standard ones have the addresses of nodes")
			}
		},
		Fix:  "set logFormat with ${pkt-srcaddr} and ${pkt-dstaddr}",
		Bad:  `trafficType: ALL`,
		Good: `logFormat: "$${version} $${srcaddr} $${dstaddr} $${pkt-srcaddr} $${pkt-dstaddr}"`,
	},
	{
		ID: "no-default-vpc", Severity: control.High,
		Title:   "The default VPC is not used",
		Mapping: control.Mapping{Checkov: "CKV_AWS_148", Trivy: "AWS-0101"},
		On:      []string{"aws:ec2/defaultVpc:DefaultVpc", "aws:ec2/defaultSubnet:DefaultSubnet"},
		Check:   never("it is the default VPC's, all of whose subnets are public"),
		Fix:     "make a VPC of your own",
		Bad:     `tags: {Name: default}`,
		Good: `
resources:
  net: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
`,
	},
	{
		ID: "vpc-dns-enabled", Severity: control.Medium,
		Title: "A VPC resolves names and gives them",
		On:    []string{vpc}, Reads: []string{"enableDnsSupport", "enableDnsHostnames"},
		Check:  all(notFalse("enableDnsSupport"), isTrue("enableDnsHostnames")),
		Fix:    "set enableDnsSupport and enableDnsHostnames to true: the private endpoint of EKS and of every service needs them",
		Remedy: []control.Remedy{{Path: "enableDnsSupport", Value: true}, {Path: "enableDnsHostnames", Value: true}},
		Bad:    `cidrBlock: 10.0.0.0/16`,
		Good:   `{cidrBlock: 10.0.0.0/16, enableDnsHostnames: true}`,
	},
	{
		ID: "subnet-no-auto-public-ip", Severity: control.Medium,
		Title:   "Subnets that are not public give no public addresses",
		Mapping: control.Mapping{SecurityHub: "EC2.15", Checkov: "CKV_AWS_130", Trivy: "AWS-0164"},
		On:      []string{subnet}, Reads: []string{"mapPublicIpOnLaunch", "tags"},
		Check: func(r *control.Resource) {
			if v := r.Get("mapPublicIpOnLaunch"); v.True() && tier(r) != "public" {
				r.Want(v, "false, or a tag that says the tier is public")
			}
		},
		Fix:    "set mapPublicIpOnLaunch to false",
		Remedy: []control.Remedy{{Path: "mapPublicIpOnLaunch", Value: false}},
		Bad:    `{cidrBlock: 10.0.0.0/24, mapPublicIpOnLaunch: true, tags: {tier: private}}`,
		Good:   `{cidrBlock: 10.0.0.0/24, mapPublicIpOnLaunch: true, tags: {tier: public}}`,
	},
	{
		ID: "plat-subnet-tier-tagged", Severity: control.Medium,
		Title: "Subnets say which tier they are of",
		On:    []string{subnet}, Reads: []string{"tags"},
		Check: func(r *control.Resource) {
			if t := tier(r); !slices.Contains(tiers, t) {
				r.Violate("its tag tier is %q: want %s", t, strings.Join(tiers, ", "))
			}
		},
		Fix:  "set the tag tier",
		Bad:  `{cidrBlock: 10.0.0.0/24, tags: {tier: misc}}`,
		Good: `{cidrBlock: 10.0.0.0/24, tags: {tier: private}}`,
	},
	{
		ID: "plat-pod-cidr-cgnat", Severity: control.High,
		Title: "Pods have addresses of 100.64.0.0/10",
		On:    []string{subnet}, Reads: []string{"cidrBlock", "tags"},
		Check: func(r *control.Resource) {
			block := r.Get("cidrBlock")
			for _, p := range cidr.Parse(block.Text()) {
				inPods := cidr.Covers([]netip.Prefix{cidr.Pods}, p)
				switch {
				case tier(r) == "pod" && !inPods:
					r.Want(block, "a range of 100.64.0.0/10: pods use up addresses that other networks route to")
				case tier(r) != "pod" && tier(r) != "" && inPods:
					r.Want(block, "another range than 100.64.0.0/10, which is for pods: nothing outside of the VPC routes to it")
				}
			}
		},
		Fix:  "give pods subnets of their own out of a secondary range of 100.64.0.0/10",
		Bad:  `{cidrBlock: 10.0.64.0/18, tags: {tier: pod}}`,
		Good: `{cidrBlock: 100.64.0.0/18, tags: {tier: pod}}`,
	},
	{
		ID: "plat-pod-subnet-size", Severity: control.High,
		Title: "Subnets of pods have room for prefixes",
		On:    []string{subnet}, Reads: []string{"cidrBlock", "tags"},
		Settings: []control.Setting{{Name: "prefixLength", Doc: "The longest prefix of a subnet for pods", Default: 20}},
		Check: func(r *control.Resource) {
			block := r.Get("cidrBlock")
			for _, p := range cidr.Parse(block.Text()) {
				if tier(r) == "pod" && p.Bits() > r.Number("prefixLength") {
					r.Violate("cidrBlock is %s: want a /%d or larger; a node takes 16 addresses at a time, in a row", block.Describe(), r.Number("prefixLength"))
				}
			}
		},
		Fix:  "give each zone a /20 or larger for pods",
		Bad:  `{cidrBlock: 100.64.0.0/24, tags: {tier: pod}}`,
		Good: `{cidrBlock: 100.64.0.0/18, tags: {tier: pod}}`,
	},
	{
		ID: "plat-vpc-cidrs-no-overlap", Severity: control.High,
		Title: "The VPCs of a stack have ranges apart from each other",
		On:    []string{vpc, vpcRange}, Reads: []string{"cidrBlock", vpcRange + " cidrBlock"},
		CheckStack: func(s *control.Stack) {
			vpcs := s.Of(vpc)
			for i, a := range vpcs {
				for _, b := range vpcs[i+1:] {
					s.Guard(func() {
						if x, y, found := cidr.Overlap(rangesOf(s, a), rangesOf(s, b)); found {
							b.Violate("its range %s overlaps %s of %s: the two can never be connected", y, x, a)
						}
					})
				}
			}
		},
		Fix: "give each VPC a range of its own",
		Bad: `
resources:
  a: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
  b: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.128.0/17}}
`,
		Good: `
resources:
  a: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
  b: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.1.0.0/16}}
`,
	},
	{
		ID: "plat-service-cidr-no-overlap", Severity: control.High,
		Title: "The addresses of Services are nobody else's",
		On:    []string{cluster, vpc, vpcRange}, Reads: []string{"kubernetesNetworkConfig.serviceIpv4Cidr", vpc + " cidrBlock", vpcRange + " cidrBlock"},
		Settings: []control.Setting{{Name: "networks", Doc: "Further ranges that pods talk to", Default: []string{}}},
		CheckStack: func(s *control.Stack) {
			s.Each(cluster, func(r *control.Resource) {
				v := r.Input("kubernetesNetworkConfig.serviceIpv4Cidr")
				if !v.IsSet() {
					if r.Input("kubernetesNetworkConfig.ipFamily").Text() != "ipv6" {
						r.Want(v, "a range: AWS takes 10.100.0.0/16 or 172.20.0.0/16")
					}
					return
				}
				others := cidr.Parse(append(s.Words("networks"), "172.17.0.0/16")...)
				for _, n := range s.Of(vpc) {
					s.Guard(func() { others = append(others, rangesOf(s, n)...) })
				}
				if _, other, found := cidr.Overlap(cidr.Parse(v.Text()), others); found {
					r.Want(v, "a range that does not overlap "+other.String())
				}
			})
		},
		Fix: "set kubernetesNetworkConfig.serviceIpv4Cidr to a private range that nothing else has; it cannot be changed later",
		Bad: `
resources:
  net: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
  demo: {type: "aws:eks/cluster:Cluster", properties: {kubernetesNetworkConfig: {serviceIpv4Cidr: 10.0.16.0/20}}}
`,
		Good: `
resources:
  net: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
  demo: {type: "aws:eks/cluster:Cluster", properties: {kubernetesNetworkConfig: {serviceIpv4Cidr: 172.20.0.0/16}}}
`,
	},
	{
		ID: "plat-lb-subnet-tags", Severity: control.Medium,
		Title: "Load balancers find their subnets, and no others",
		On:    []string{subnet}, Reads: []string{"tags"},
		Check: func(r *control.Resource) {
			for tag, want := range map[string]string{"kubernetes.io/role/elb": "public", "kubernetes.io/role/internal-elb": "private"} {
				tagged := r.Get("tags").Key(tag).IsSet()
				switch t := tier(r); {
				case t == "":
				case tagged && t != want:
					r.Violate("it has the tag %s and is of tier %s: want that tag on tier %s only", tag, t, want)
				case !tagged && t == want:
					r.Violate("it is of tier %s and has no tag %s: the load balancer controller does not find it", t, tag)
				}
			}
		},
		Fix:  "tag public subnets kubernetes.io/role/elb=1, private ones kubernetes.io/role/internal-elb=1",
		Bad:  `{cidrBlock: 10.0.0.0/24, tags: {tier: data, kubernetes.io/role/internal-elb: "1"}}`,
		Good: `{cidrBlock: 10.0.0.0/24, tags: {tier: private, kubernetes.io/role/internal-elb: "1"}}`,
	},
	{
		ID: "eip-associated", Severity: control.Low,
		Title:   "Addresses that are paid for are used",
		Mapping: control.Mapping{SecurityHub: "EC2.12", Checkov: "CKV2_AWS_19"},
		On:      []string{eip, natGateway}, Reads: []string{"instance", "networkInterface", natGateway + " allocationId"},
		CheckStack: func(s *control.Stack) {
			s.Each(eip, func(r *control.Resource) {
				if r.Input("instance").IsSet() || r.Input("networkInterface").IsSet() {
					return
				}
				for _, x := range s.All() {
					for _, urns := range x.PropertyDependencies {
						if x.URN != r.URN && slices.Contains(urns, r.URN) {
							return
						}
					}
				}
				r.Violate("nothing in the stack uses it")
			})
		},
		Fix: "use it or delete it: AWS charges for every public IPv4 address",
		Bad: `
resources:
  spare: {type: "aws:ec2/eip:Eip", properties: {domain: vpc}}
`,
		Good: `
resources:
  nat: {type: "aws:ec2/eip:Eip", properties: {domain: vpc}}
  gateway: {type: "aws:ec2/natGateway:NatGateway", properties: {allocationId: "${nat.id}", subnetId: subnet-0123456789abcdef0}}
`,
	},
}

// tiers are those of subnets.
var tiers = []string{"public", "private", "pod", "data", "control"}

// tier is what a subnet's tag says about it, under the tag tier or Slipway's own.
func tier(r *control.Resource) string {
	tags := r.Get("tags")
	for _, key := range tags.Keys() {
		if isTierKey(key) {
			return strings.ToLower(tags.Key(key).Text())
		}
	}
	return ""
}

// isTierKey tells whether a tag says which tier a subnet is of.
func isTierKey(key string) bool {
	return key == "tier" || strings.HasSuffix(key, ":tier") || strings.HasSuffix(key, "/tier")
}

// rangesOf are the ranges of a VPC, secondary ones too.
func rangesOf(s *control.Stack, v *control.Resource) []netip.Prefix {
	texts := []string{v.Get("cidrBlock").Text()}
	for _, more := range s.Referring(vpcRange, "vpcId", v) {
		texts = append(texts, more.Get("cidrBlock").Text())
	}
	return cidr.Parse(texts...)
}
