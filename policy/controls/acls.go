package controls

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/cidr"
	"github.com/slipway-iac/slipway/policy/control"
)

// entry is an entry of a network ACL that lets traffic in.
type entry struct {
	where    control.Value
	open     bool
	every    bool
	protocol string
	from, to int
}

func (e entry) takes(port int) bool {
	return e.every || slices.Contains([]string{"tcp", "udp", "6", "17"}, e.protocol) && e.from <= port && port <= e.to
}

// eachEntry looks at the entries that let traffic in from the whole internet, in
// an ACL or on their own.
func eachEntry(do func(*control.Resource, entry)) check {
	return func(r *control.Resource) {
		if r.Is(aclRule) {
			if r.Get("egress").True() || r.Get("ruleAction").Text() != "allow" {
				return
			}
			do(r, readEntry(r.Value))
			return
		}
		r.Get("ingress").Each(func(v control.Value) {
			if v.Get("action").Text() == "allow" {
				do(r, readEntry(v))
			}
		})
	}
}

func readEntry(v control.Value) entry {
	e := entry{where: v.Get("cidrBlock"), protocol: strings.ToLower(v.Get("protocol").Text()), from: v.Get("fromPort").Int(0), to: v.Get("toPort").Int(65535)}
	six := v.Get("ipv6CidrBlock").Text()
	if !e.where.IsSet() {
		e.where = v.Get("ipv6CidrBlock")
	}
	e.open = cidr.Wide(cidr.Parse(v.Get("cidrBlock").Text(), six))
	e.every = e.protocol == "-1" || e.protocol == "all"
	return e
}

var aclTypes = []string{aclRule, acl, defaultACL}

var aclReads = []string{"cidrBlock", "protocol", "fromPort", "toPort", "ruleAction", acl + " ingress.cidrBlock", acl + " ingress.protocol", acl + " ingress.action"}

var acls = []control.Control{
	{
		ID: "nacl-no-admin-ports-open", Severity: control.Medium,
		Title:   "Network ACLs keep SSH and RDP from the internet",
		Mapping: control.Mapping{SecurityHub: "EC2.21", CIS: "AWS 5.2/6.2", Checkov: "CKV_AWS_231, CKV_AWS_232", Trivy: "AWS-0105"},
		On:      aclTypes, Reads: aclReads,
		Check: eachEntry(func(r *control.Resource, e entry) {
			if e.open && !e.every && (e.takes(22) || e.takes(3389)) && e.to-e.from < 60000 {
				r.Violate("%s is %s and lets in SSH or RDP", e.where.Path(), e.where.Describe())
			}
		}),
		Fix:  "name the ports that are served",
		Bad:  `{ruleAction: allow, egress: false, protocol: tcp, fromPort: 20, toPort: 25, cidrBlock: 0.0.0.0/0}`,
		Good: `{ruleAction: allow, egress: false, protocol: tcp, fromPort: 443, toPort: 443, cidrBlock: 0.0.0.0/0}`,
	},
	{
		ID: "nacl-no-ftp-open", Severity: control.Low,
		Title:   "Network ACLs keep FTP from the internet",
		Mapping: control.Mapping{Checkov: "CKV_AWS_229, CKV_AWS_230", Trivy: "AWS-0105"},
		On:      aclTypes, Reads: aclReads,
		Check: eachEntry(func(r *control.Resource, e entry) {
			if e.open && !e.every && (e.takes(20) || e.takes(21)) && e.to-e.from < 60000 {
				r.Violate("%s is %s and lets in FTP", e.where.Path(), e.where.Describe())
			}
		}),
		Fix:  "name the ports that are served",
		Bad:  `{ruleAction: allow, egress: false, protocol: "6", fromPort: 20, toPort: 21, cidrBlock: 0.0.0.0/0}`,
		Good: `{ruleAction: allow, egress: false, protocol: "6", fromPort: 443, toPort: 443, cidrBlock: 0.0.0.0/0}`,
	},
	{
		ID: "nacl-no-all-ports-open", Severity: control.Medium,
		Title:   "A network ACL of its own lets in what is meant",
		Mapping: control.Mapping{SecurityHub: "EC2.21", Checkov: "CKV_AWS_352", Trivy: "AWS-0102"},
		On:      []string{aclRule, acl}, Reads: aclReads,
		Check: eachEntry(func(r *control.Resource, e entry) {
			if e.open && (e.every || e.to-e.from >= 60000) {
				r.Violate("%s is %s and lets in every port: that is what the default ACL does", e.where.Path(), e.where.Describe())
			}
		}),
		Fix:  "name the ranges and ports, or leave the subnet with the default ACL",
		Bad:  `{ruleAction: allow, egress: false, protocol: "-1", fromPort: 0, toPort: 0, cidrBlock: 0.0.0.0/0}`,
		Good: `{ruleAction: allow, egress: false, protocol: "-1", fromPort: 0, toPort: 0, cidrBlock: 10.0.0.0/16}`,
	},
	{
		ID: "nacl-attached", Severity: control.Low,
		Title:   "A network ACL is some subnet's",
		Mapping: control.Mapping{SecurityHub: "EC2.16", Checkov: "CKV2_AWS_1"},
		On:      []string{acl, "aws:ec2/networkAclAssociation:NetworkAclAssociation"}, Reads: []string{"subnetIds", "aws:ec2/networkAclAssociation:NetworkAclAssociation networkAclId"},
		CheckStack: func(s *control.Stack) {
			s.Each(acl, func(r *control.Resource) {
				if !r.Input("subnetIds").IsSet() && len(s.Referring("aws:ec2/networkAclAssociation:NetworkAclAssociation", "networkAclId", r)) == 0 {
					r.Violate("no subnet has it")
				}
			})
		},
		Fix: "set subnetIds, or remove it", Bad: `vpcId: vpc-0123456789abcdef0`, Good: `subnetIds: [subnet-0123456789abcdef0]`,
	},
	{
		ID: "lt-source-dest-check", Severity: control.Medium,
		Title:   "Network interfaces take only what is for them",
		Mapping: control.Mapping{SecurityHub: "EC2.180"},
		On:      []string{"aws:ec2/networkInterface:NetworkInterface"}, Reads: []string{"sourceDestCheck"},
		Check: notFalse("sourceDestCheck"), Fix: "remove sourceDestCheck", Bad: `sourceDestCheck: false`, Good: `sourceDestCheck: true`,
	},
}
