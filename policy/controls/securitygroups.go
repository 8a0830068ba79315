package controls

import (
	"slices"
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
)

// highRisk are the ports of databases, consoles and unencrypted protocols, most
// of them from Security Hub's EC2.19.
var highRisk = map[int]string{
	20: "FTP data", 21: "FTP", 22: "SSH", 23: "Telnet", 25: "SMTP", 110: "POP3", 135: "RPC", 143: "IMAP", 445: "SMB",
	1433: "SQL Server", 1434: "SQL Server", 2379: "etcd", 3000: "development servers", 3306: "MySQL", 3389: "RDP",
	4333: "ahsp", 5000: "development servers", 5432: "PostgreSQL", 5500: "fcp", 5601: "Kibana", 6379: "Redis",
	8080: "proxies", 8088: "HTTP", 8888: "HTTP", 9092: "Kafka", 9094: "Kafka", 9096: "Kafka", 9098: "Kafka",
	9200: "OpenSearch", 9300: "OpenSearch", 10250: "the kubelet", 27017: "MongoDB",
}

var securityGroups = []control.Control{
	{
		ID: "sg-no-ssh-from-anywhere", Severity: control.High,
		Title:   "SSH is not open to the internet",
		Mapping: control.Mapping{SecurityHub: "EC2.13, EC2.53, EC2.54", CIS: "AWS 5.3/6.3, AWS 5.4/6.4", Checkov: "CKV_AWS_24", Trivy: "AWS-0107"},
		On:      ingressShapes, Reads: ingressReads, Check: noPortOpen("SSH", 22),
		Fix:  "remove the rule and use Systems Manager, or name the ranges that may connect",
		Bad:  `ingress: [{protocol: tcp, fromPort: 22, toPort: 22, cidrBlocks: [0.0.0.0/0]}]`,
		Good: `ingress: [{protocol: tcp, fromPort: 22, toPort: 22, cidrBlocks: [203.0.113.0/24]}]`,
	},
	{
		ID: "sg-no-rdp-from-anywhere", Severity: control.High,
		Title:   "RDP is not open to the internet",
		Mapping: control.Mapping{SecurityHub: "EC2.14, EC2.53, EC2.54", CIS: "AWS 5.3/6.3, AWS 5.4/6.4", Checkov: "CKV_AWS_25", Trivy: "AWS-0107"},
		On:      ingressShapes, Reads: ingressReads, Check: noPortOpen("RDP", 3389),
		Fix:  "remove the rule, or name the ranges that may connect",
		Bad:  `ingress: [{protocol: tcp, fromPort: 3000, toPort: 4000, ipv6CidrBlocks: ["::/0"]}]`,
		Good: `ingress: [{protocol: tcp, fromPort: 3389, toPort: 3389, cidrBlocks: [203.0.113.0/24]}]`,
	},
	{
		ID: "sg-no-cifs-from-anywhere", Severity: control.High,
		Title:   "SMB is not open to the internet",
		Mapping: control.Mapping{SecurityHub: "EC2.19", CIS: "AWS 5.1.2/6.1.2"},
		On:      ingressShapes, Reads: ingressReads, Check: noPortOpen("SMB", 445),
		Fix:  "remove the rule, or name the ranges that may connect",
		Bad:  `ingress: [{protocol: tcp, fromPort: 445, toPort: 445, cidrBlocks: [0.0.0.0/0]}]`,
		Good: `ingress: [{protocol: tcp, fromPort: 445, toPort: 445, cidrBlocks: [10.0.0.0/16]}]`,
	},
	{
		ID: "sg-no-high-risk-ports-open", Severity: control.Critical,
		Title:   "Databases, consoles and unencrypted protocols are not open to the internet",
		Mapping: control.Mapping{SecurityHub: "EC2.19"},
		On:      ingressShapes, Reads: ingressReads,
		Check: eachIngress(func(r *control.Resource, x rule) {
			var names []string
			for port, name := range highRisk {
				if x.open() && !x.takesAll() && x.takes(port) {
					names = append(names, name+" ("+strconv.Itoa(port)+")")
				}
			}
			if len(names) > 0 {
				slices.Sort(names)
				r.Violate("%s is %s and lets in %s: want the ranges or security groups that need it", x.where.Path(), x.where.Describe(), strings.Join(slices.Compact(names), ", "))
			}
		}),
		Fix:  "let in the security group of the clients instead of a range",
		Bad:  `ingress: [{protocol: tcp, fromPort: 5432, toPort: 5432, cidrBlocks: [0.0.0.0/0]}]`,
		Good: `ingress: [{protocol: tcp, fromPort: 5432, toPort: 5432, securityGroups: [sg-0123456789abcdef0]}]`,
	},
	{
		ID: "sg-open-ingress-only-allowed-ports", Severity: control.High,
		Title:   "Only web ports are open to the internet",
		Mapping: control.Mapping{SecurityHub: "EC2.18", Checkov: "CKV_AWS_260", Trivy: "AWS-0107"},
		On:      ingressShapes, Reads: ingressReads,
		Settings: []control.Setting{{Name: "ports", Doc: "Ports that may be open to the internet", Default: []string{"443"}}},
		Check: eachIngress(func(r *control.Resource, x rule) {
			if !x.open() || x.takesAll() || slices.Contains([]string{"icmp", "icmpv6", "1", "58"}, x.protocol) {
				return
			}
			if x.from != x.to || !slices.Contains(r.Words("ports"), strconv.Itoa(x.from)) {
				r.Violate("%s is %s and lets in ports %d to %d: want %s at most", x.where.Path(), x.where.Describe(), x.from, x.to, strings.Join(r.Words("ports"), ", "))
			}
		}),
		Fix:  "put a load balancer with TLS in front, or list the port in the setting ports",
		Bad:  `ingress: [{protocol: tcp, fromPort: 80, toPort: 80, cidrBlocks: [0.0.0.0/0]}]`,
		Good: `ingress: [{protocol: tcp, fromPort: 443, toPort: 443, cidrBlocks: [0.0.0.0/0]}]`,
	},
	{
		ID: "sg-no-all-ports-ingress-open", Severity: control.Critical,
		Title:   "No security group is open to the internet altogether",
		Mapping: control.Mapping{SecurityHub: "EC2.18", Checkov: "CKV_AWS_277", Trivy: "AWS-0107"},
		On:      ingressShapes, Reads: ingressReads,
		Check: eachIngress(func(r *control.Resource, x rule) {
			if x.open() && x.takesAll() {
				r.Violate("%s is %s and lets in every port: want the ports that are served", x.where.Path(), x.where.Describe())
			}
		}),
		Fix:  "name the protocol, the ports and the ranges",
		Bad:  `ingress: [{protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: [0.0.0.0/0]}]`,
		Good: `ingress: [{protocol: tcp, fromPort: 443, toPort: 443, cidrBlocks: [0.0.0.0/0]}]`,
	},
	{
		ID: "sg-no-unrestricted-egress", Severity: control.Medium,
		Title:   "Only named security groups may send everything everywhere",
		Mapping: control.Mapping{Checkov: "CKV_AWS_382", Trivy: "AWS-0104"},
		On:      egressShapes, Reads: []string{"egress.cidrBlocks", "egress.protocol", egressRule + " cidrIpv4", egressRule + " ipProtocol"},
		Settings: []control.Setting{{Name: "groups", Doc: "Parts of the logical names of groups or rules that may", Default: []string{"node", "pod", "cluster"}}},
		Check: eachEgress(func(r *control.Resource, x rule) {
			named := slices.ContainsFunc(r.Words("groups"), func(part string) bool { return strings.Contains(r.Name, part) })
			if !named && x.open() && x.takesAll() {
				r.Violate("%s is %s and lets out every port: want the ports that are needed", x.where.Path(), x.where.Describe())
			}
		}),
		Fix:  "name the protocol, the ports and the ranges, or list the group in the setting groups",
		Bad:  `egress: [{protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: [0.0.0.0/0]}]`,
		Good: `egress: [{protocol: tcp, fromPort: 443, toPort: 443, cidrBlocks: [0.0.0.0/0]}]`,
	},
	{
		ID: "sg-rule-described", Severity: control.Low,
		Title:   "Security groups and their rules say what they are for",
		Mapping: control.Mapping{Checkov: "CKV_AWS_23", Trivy: "AWS-0099, AWS-0124"},
		On:      []string{securityGroup, groupRule, ingressRule, egressRule}, Reads: []string{"description"},
		Check: func(r *control.Resource) {
			if v := r.Get("description"); !v.IsSet() || v.IsKnown() && v.Text() == "Managed by Pulumi" {
				r.Want(v, "a sentence on what it is for")
			}
		},
		Fix:  "write a description",
		Bad:  `name: web`,
		Good: `description: "Load balancers of the shop"`,
	},
	{
		ID: "sg-rule-style-not-mixed", Severity: control.High,
		Title: "A security group has inline rules or rules of their own, not both",
		On:    []string{securityGroup, groupRule, ingressRule, egressRule}, Reads: []string{"ingress", "egress", groupRule + " securityGroupId", ingressRule + " securityGroupId", egressRule + " securityGroupId"},
		CheckStack: func(s *control.Stack) {
			s.Each(securityGroup, func(r *control.Resource) {
				for _, direction := range []struct {
					property string
					types    []string
				}{{"ingress", []string{groupRule, ingressRule}}, {"egress", []string{groupRule, egressRule}}} {
					if !r.Input(direction.property).Present() {
						continue
					}
					for _, token := range direction.types {
						for _, x := range s.Referring(token, "securityGroupId", r) {
							if !x.Is(groupRule) || x.Get("type").Text() == direction.property {
								r.Violate("it has rules inline (%s) and in %s: each takes the other's away at every update", direction.property, x)
								return
							}
						}
					}
				}
			})
		},
		Fix: "move the inline rules into aws.vpc.SecurityGroupIngressRule and SecurityGroupEgressRule",
		Bad: `
resources:
  web: {type: "aws:ec2/securityGroup:SecurityGroup", properties: {ingress: [{protocol: tcp, fromPort: 443, toPort: 443, cidrBlocks: [10.0.0.0/16]}]}}
  more:
    type: aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule
    properties: {securityGroupId: "${web.id}", ipProtocol: tcp, fromPort: 8443, toPort: 8443, cidrIpv4: 10.0.0.0/16}
`,
		Good: `
resources:
  web: {type: "aws:ec2/securityGroup:SecurityGroup", properties: {description: web}}
  more:
    type: aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule
    properties: {securityGroupId: "${web.id}", ipProtocol: tcp, fromPort: 8443, toPort: 8443, cidrIpv4: 10.0.0.0/16}
`,
	},
	{
		ID: "default-sg-locked", Severity: control.High,
		Title:   "A VPC's default security group lets nothing through",
		Mapping: control.Mapping{SecurityHub: "EC2.2", CIS: "AWS 5.5/6.5", Checkov: "CKV2_AWS_12", Trivy: "AWS-0173"},
		On:      []string{vpc, defaultGroup}, Reads: []string{defaultGroup + " ingress", defaultGroup + " egress", defaultGroup + " vpcId"},
		CheckStack: func(s *control.Stack) {
			s.Each(vpc, func(r *control.Resource) {
				groups := s.Referring(defaultGroup, "vpcId", r)
				if len(groups) == 0 {
					r.Violate("nobody has emptied its default security group, which lets its members reach each other and everything else")
				}
				for _, g := range groups {
					if g.Input("ingress").Present() || g.Input("egress").Present() {
						g.Violate("it has rules: want none, and groups of their own for what needs some")
					}
				}
			})
		},
		Fix: "adopt it with an aws.ec2.DefaultSecurityGroup that has no rules",
		Bad: `
resources:
  net: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
`,
		Good: `
resources:
  net: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
  locked: {type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", properties: {vpcId: "${net.id}"}}
`,
	},
}
