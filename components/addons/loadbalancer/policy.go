package loadbalancer

import (
	"strings"

	"github.com/slipway-iac/slipway/components/iampolicy"
)

const (
	// ownerTag is on everything that the controller makes; its value is the
	// cluster's name.
	ownerTag    = "elbv2.k8s.aws/cluster"
	requestTag  = "aws:RequestTag/" + ownerTag
	resourceTag = "aws:ResourceTag/" + ownerTag
)

// everything is for actions that IAM cannot limit to resources, or whose
// resources the controller cannot know beforehand; each use says which.
var everything = []string{"*"}

// scope is what a policy is limited to.
type scope struct {
	partition, account, cluster string
	// ec2 and elb write ARNs of the cluster's region and account.
	ec2, elb func(what string) string
	// vpc is the ARN of the VPC.
	vpc string
	// making is a request that marks what it makes as the cluster's, own is a
	// resource so marked, and retag a change of its other tags.
	making, own, retag iampolicy.Conditions
}

// scopeOf is the scope of a cluster's ARN and a VPC.
func scopeOf(values []string) scope {
	// arn:<partition>:eks:<region>:<account>:cluster/<name>; the trust policy
	// refuses what is not of that form.
	clusterARN, vpc := values[0], values[1]
	parts := append(strings.SplitN(clusterARN, ":", 6), make([]string, 6)...)
	arn := func(service string) func(string) string {
		start := "arn:" + parts[1] + ":" + service + ":" + parts[3] + ":" + parts[4] + ":"
		return func(what string) string { return start + what }
	}
	s := scope{
		partition: parts[1], account: parts[4], cluster: strings.TrimPrefix(parts[5], "cluster/"),
		ec2: arn("ec2"), elb: arn("elasticloadbalancing"),
	}
	s.vpc = s.ec2("vpc/" + vpc)
	s.making = iampolicy.Conditions{"StringEquals": {requestTag: {s.cluster}}}
	s.own = iampolicy.Conditions{"StringEquals": {resourceTag: {s.cluster}}}
	s.retag = iampolicy.Conditions{"Null": {requestTag: {"true"}}, "StringEquals": {resourceTag: {s.cluster}}}
	return s
}

// The two policies are together the project's own, docs/install/iam_policy.json
// at v3.5.0, but narrower: where that asks whether a resource belongs to any
// cluster, these ask whether it belongs to this one; security groups are those of
// the VPC; and WAF Classic, Shield and customer-owned addresses, which are not
// used, are left out. As one they would be too long for a cluster with a long name.

// surroundings are what the controller sees, and security groups.
func (a Args) surroundings(values []string) iampolicy.Document {
	s := scopeOf(values)
	groups := []string{s.ec2("security-group/*")}
	document := iampolicy.Document{
		limit(iampolicy.Allow("LinkedRole", []string{"iam:CreateServiceLinkedRole"},
			[]string{"arn:" + s.partition + ":iam::" + s.account + ":role/aws-service-role/elasticloadbalancing.amazonaws.com/*"}),
			iampolicy.Conditions{"StringEquals": {"iam:AWSServiceName": {"elasticloadbalancing.amazonaws.com"}}}),
		// IAM cannot limit actions that describe and list.
		iampolicy.Allow("Describe", describes, everything),
		// Certificates are found by the names in Ingresses, pools by annotations.
		iampolicy.Allow("Certificates", []string{
			"acm:ListCertificates", "acm:DescribeCertificate", "iam:ListServerCertificates", "iam:GetServerCertificate", "cognito-idp:DescribeUserPoolClient",
		}, everything),

		iampolicy.Allow("MakeGroups", []string{"ec2:CreateSecurityGroup"}, append([]string{s.vpc}, groups...)),
		limit(iampolicy.Allow("TagNewGroups", []string{"ec2:CreateTags"}, groups), iampolicy.Conditions{
			"StringEquals": {"ec2:CreateAction": {"CreateSecurityGroup"}, requestTag: {s.cluster}},
		}),
		limit(iampolicy.Allow("TagGroups", []string{"ec2:CreateTags", "ec2:DeleteTags"}, groups), s.retag),
		// Also rules of the nodes' and pods' groups, which other tools made.
		limit(iampolicy.Allow("Rules", []string{"ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"}, groups),
			iampolicy.Conditions{"ArnEquals": {"ec2:Vpc": {s.vpc}}}),
		limit(iampolicy.Allow("DeleteGroups", []string{"ec2:DeleteSecurityGroup"}, groups), s.own),
	}
	if !a.DisableWAF {
		// The web ACL is named by an annotation, for a load balancer that is not made yet.
		document = append(document, iampolicy.Allow("WebACLs", []string{
			"wafv2:GetWebACL", "wafv2:GetWebACLForResource", "wafv2:AssociateWebACL", "wafv2:DisassociateWebACL",
		}, everything))
	}
	return document
}

// balancers are load balancers and what is in them.
func balancers(values []string) iampolicy.Document {
	s := scopeOf(values)
	own := []string{s.elb("loadbalancer/*"), s.elb("targetgroup/*")}
	below := []string{s.elb("listener/*"), s.elb("listener-rule/*")}
	return iampolicy.Document{
		limit(iampolicy.Allow("Make", elbActions("CreateLoadBalancer", "CreateTargetGroup"), own), s.making),
		iampolicy.Allow("MakeBelow", elbActions("CreateListener", "DeleteListener", "CreateRule", "DeleteRule"), append(below, own[0])),
		limit(iampolicy.Allow("TagNew", elbActions("AddTags"), own), iampolicy.Conditions{
			"StringEquals": {"elasticloadbalancing:CreateAction": {"CreateTargetGroup", "CreateLoadBalancer"}, requestTag: {s.cluster}},
		}),
		limit(iampolicy.Allow("Tag", elbActions("AddTags", "RemoveTags"), own), s.retag),
		iampolicy.Allow("TagBelow", elbActions("AddTags", "RemoveTags"), below),
		limit(iampolicy.Allow("Change", elbActions(
			"ModifyLoadBalancerAttributes", "SetIpAddressType", "SetSecurityGroups", "SetSubnets", "DeleteLoadBalancer",
			"ModifyTargetGroup", "ModifyTargetGroupAttributes", "DeleteTargetGroup",
			"ModifyListenerAttributes", "ModifyCapacityReservation", "ModifyIpPools",
		), append(own, below...)), s.own),
		iampolicy.Allow("Targets", elbActions("RegisterTargets", "DeregisterTargets"), own[1:]),
		iampolicy.Allow("ChangeBelow", elbActions(
			"SetWebAcl", "ModifyListener", "AddListenerCertificates", "RemoveListenerCertificates", "ModifyRule", "SetRulePriorities",
		), append(below, own[0])),
	}
}

func limit(s iampolicy.Statement, to iampolicy.Conditions) iampolicy.Statement {
	s.Condition = to
	return s
}

func elbActions(names ...string) []string {
	for i, name := range names {
		names[i] = "elasticloadbalancing:" + name
	}
	return names
}

var describes = append([]string{
	"ec2:DescribeAccountAttributes", "ec2:DescribeAddresses", "ec2:DescribeAvailabilityZones", "ec2:DescribeInternetGateways",
	"ec2:DescribeVpcs", "ec2:DescribeVpcPeeringConnections", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DescribeInstances",
	"ec2:DescribeNetworkInterfaces", "ec2:DescribeTags", "ec2:GetSecurityGroupsForVpc", "ec2:DescribeIpamPools", "ec2:DescribeRouteTables",
}, elbActions(
	"DescribeLoadBalancers", "DescribeLoadBalancerAttributes", "DescribeListeners", "DescribeListenerCertificates", "DescribeSSLPolicies",
	"DescribeRules", "DescribeTargetGroups", "DescribeTargetGroupAttributes", "DescribeTargetHealth", "DescribeTags", "DescribeTrustStores",
	"DescribeListenerAttributes", "DescribeCapacityReservation",
)...)
