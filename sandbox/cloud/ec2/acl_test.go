package ec2

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func aclEntry(number float64) map[string]any {
	return map[string]any{"ruleNo": number, "action": "allow", "protocol": "tcp", "fromPort": 443.0, "toPort": 443.0, "cidrBlock": "10.0.0.0/8"}
}

func aclRule(acl string, number float64) cloud.Props {
	return cloud.Props{
		"networkAclId": acl, "ruleNumber": number, "ruleAction": "allow", "protocol": "tcp", "fromPort": 443.0, "toPort": 443.0, "cidrBlock": "10.0.0.0/8",
	}
}

var aclRefusals = refusals{
	"ACL in a missing VPC":  {vpcs.rule, func(w *world) error { return w.refused(cloud.NetworkACL, cloud.Props{"vpcId": "vpc-0"}) }},
	"rule of a missing ACL": {networkACLs.rule, func(w *world) error { return w.refused(cloud.NetworkACLRule, aclRule("acl-0", 100)) }},
	"missing subnet": {subnets.rule, func(w *world) error {
		return w.refused(cloud.NetworkACL, cloud.Props{"vpcId": w.vpc().ID, "subnetIds": list("subnet-0")})
	}},
	"subnet of another VPC": {invalidValue, func(w *world) error {
		return w.refused(cloud.NetworkACL, cloud.Props{"vpcId": w.vpc().ID, "subnetIds": list(w.subnet(w.vpc(), "10.0.0.0/24", "a").ID)})
	}},
	"number taken": {entryExists, func(w *world) error {
		acl := w.make(cloud.NetworkACL, cloud.Props{"vpcId": w.vpc().ID, "ingress": []any{aclEntry(100)}})
		return w.refused(cloud.NetworkACLRule, aclRule(acl.ID, 100))
	}},
	"range malformed": {malformedCIDR, func(w *world) error {
		acl := w.make(cloud.NetworkACL, cloud.Props{"vpcId": w.vpc().ID})
		return w.refused(cloud.NetworkACLRule, aclRule(acl.ID, 100).With(cloud.Props{"cidrBlock": "10/8"}))
	}},
	"AWS's own rule number": {invalidValue, func(w *world) error {
		acl := w.make(cloud.NetworkACL, cloud.Props{"vpcId": w.vpc().ID})
		return w.refused(cloud.NetworkACLRule, aclRule(acl.ID, 32767))
	}},
	"default ACL deleted": {dependencyViolation, func(w *world) error {
		return w.delete(&cloud.Resource{Kind: cloud.NetworkACL, ID: w.vpc().Props.Str("defaultNetworkAclId")})
	}},
}

func TestNetworkACLRefusals(t *testing.T) { t.Parallel(); aclRefusals.run(t) }

func TestNetworkACL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.vpc()
	subnet := w.subnet(vpc, "10.0.0.0/24", "a")
	props := cloud.Props{"vpcId": vpc.ID, "ingress": []any{aclEntry(100), aclEntry(200)}, "subnetIds": list(subnet.ID)}
	acl := w.make(cloud.NetworkACL, props)
	rule := w.make(cloud.NetworkACLRule, aclRule(acl.ID, 100).With(cloud.Props{"egress": true}))
	uses := func() string { return w.read(subnet).Facts.Str("networkAcl") }
	if uses() != acl.ID {
		t.Errorf("the subnet uses %s, want %s", uses(), acl.ID)
	}
	if changes, err := w.acct.Diff(w.session, cloud.NetworkACL, props, w.read(acl).Props, props); err != nil || len(changes) != 0 {
		t.Errorf("an unchanged ACL has changes %v (%v)", changes, err)
	}
	if shown := w.read(acl).Props.Objs("egress"); len(shown) != 1 || shown[0].Int("ruleNo") != 100 {
		t.Errorf("the ACL shows egress %v", shown)
	}
	w.mustUpdate(acl, props.With(cloud.Props{"subnetIds": []any{}, "ingress": []any{aclEntry(100)}}))
	if uses() != vpc.Props.Str("defaultNetworkAclId") {
		t.Errorf("given back, the subnet uses %s", uses())
	}
	w.mustDelete(rule)
	w.mustUpdate(acl, props)
	w.mustDelete(acl)
	if uses() != vpc.Props.Str("defaultNetworkAclId") {
		t.Errorf("without its ACL the subnet uses %s", uses())
	}
}

func TestProviderChecksNetworkACLs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if got := w.problem(cloud.NetworkACLRule, aclRule("acl-0", 1).With(cloud.Props{"ruleAction": "block"})); got != "ruleAction" {
		t.Errorf("an unknown action: problem with %q", got)
	}
	if got := w.problem(cloud.NetworkACL, cloud.Props{"vpcId": "vpc-0", "egress": []any{aclEntry(0)}}); got != "egress[0].ruleNo" {
		t.Errorf("number 0 in the ACL: problem with %q", got)
	}
}
