package ec2

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// https is an inline rule, or the rest of a rule resource.
func https(more cloud.Props) cloud.Props {
	return cloud.Props{"protocol": "tcp", "fromPort": 443.0, "toPort": 443.0}.With(more)
}

// grouped calls with a new group, and the props of a group rule for it.
func grouped(kind string, props cloud.Props) func(w *world) error {
	return func(w *world) error {
		return w.refused(kind, props.With(cloud.Props{"securityGroupId": w.group(w.vpc(), "nodes").ID}))
	}
}

func groupNamed(more cloud.Props) func(w *world) error {
	return func(w *world) error {
		return w.refused(cloud.SecurityGroup, cloud.Props{"vpcId": w.vpc().ID, "name": "nodes"}.With(more))
	}
}

var groupRefusals = refusals{
	"no VPC":                    {noDefaultVPC, func(w *world) error { return w.refused(cloud.SecurityGroup, cloud.Props{"name": "nodes"}) }},
	"missing VPC":               {vpcs.rule, groupNamed(cloud.Props{"vpcId": "vpc-0"})},
	"name with sg-":             {groupName, groupNamed(cloud.Props{"name": "SG-nodes"})},
	"name too long":             {groupName, groupNamed(cloud.Props{"name": strings.Repeat("x", 256)})},
	"name with umlaut":          {groupName, groupNamed(cloud.Props{"name": "Schlüssel"})},
	"name default":              {groupName, groupNamed(cloud.Props{"name": "Default"})},
	"description with quote":    {groupName, groupNamed(cloud.Props{"description": "the node's"})},
	"name taken, in other case": {groupExists, sameName},
	"peer missing":              {groups.rule, grouped(cloud.SecurityGroupRule, https(cloud.Props{"type": "ingress", "sourceSecurityGroupId": "sg-0"}))},
	"peer of another VPC":       {groups.rule, foreignPeer},
	"group missing": {groups.rule, func(w *world) error {
		return w.refused(cloud.SecurityGroupRule, https(cloud.Props{"type": "ingress", "self": true, "securityGroupId": "sg-0"}))
	}},
	"ports backwards":     {invalidValue, grouped(cloud.SecurityGroupRule, cloud.Props{"type": "egress", "protocol": "tcp", "fromPort": 9.0, "toPort": 8.0, "self": true})},
	"port beyond 65535":   {invalidValue, grouped(cloud.SecurityGroupRule, cloud.Props{"type": "egress", "protocol": "udp", "fromPort": 9.0, "toPort": 65536.0, "self": true})},
	"prefix list missing": {prefixMissing, grouped(cloud.SecurityGroupEgressRule, cloud.Props{"ipProtocol": "-1", "prefixListId": "pl-0"})},
	"same rule twice":     {permissionExists, sameRule},
	"same rule of two resource types": {permissionExists, func(w *world) error {
		group := w.group(w.vpc(), "nodes")
		w.make(cloud.SecurityGroupRule, https(cloud.Props{"type": "ingress", "securityGroupId": group.ID, "cidrBlocks": list("10.0.0.0/16", "10.1.0.0/16")}))
		return w.refused(cloud.SecurityGroupIngressRule, cloud.Props{
			"securityGroupId": group.ID, "ipProtocol": "6", "fromPort": 443.0, "toPort": 443.0, "cidrIpv4": "10.1.0.0/16",
		})
	}},
	"deleted while another's rule names it": {dependencyViolation, func(w *world) error {
		vpc := w.vpc()
		group := w.group(vpc, "nodes")
		w.make(cloud.SecurityGroup, cloud.Props{"vpcId": vpc.ID, "name": "data", "ingress": []any{object(https(cloud.Props{"securityGroups": list(group.ID)}))}})
		return w.delete(group)
	}},
	"deleted while on an interface": {dependencyViolation, func(w *world) error {
		vpc := w.vpc()
		group := w.group(vpc, "nodes")
		if err := w.attach(Interface{SubnetID: w.subnet(vpc, "10.0.0.0/24", "a").ID, SecurityGroups: []string{group.ID}}); err != nil {
			return err
		}
		return w.delete(group)
	}},
	"default group deleted": {defaultGroupStays, func(w *world) error {
		return w.delete(&cloud.Resource{Kind: cloud.SecurityGroup, ID: w.vpc().Props.Str("defaultSecurityGroupId")})
	}},
	"default group of no VPC":      {noDefaultVPC, func(w *world) error { return w.refused(cloud.DefaultSecurityGroup, cloud.Props{}) }},
	"default group of missing VPC": {vpcs.rule, func(w *world) error { return w.refused(cloud.DefaultSecurityGroup, cloud.Props{"vpcId": "vpc-0"}) }},
}

func sameName(w *world) error {
	vpc := w.vpc()
	w.group(vpc, "Nodes")
	return w.refused(cloud.SecurityGroup, cloud.Props{"vpcId": vpc.ID, "name": "nodes"})
}

func foreignPeer(w *world) error {
	return w.refused(cloud.SecurityGroupRule, https(cloud.Props{
		"type": "ingress", "securityGroupId": w.group(w.vpc(), "a").ID, "sourceSecurityGroupId": w.group(w.vpc(), "b").ID,
	}))
}

func sameRule(w *world) error {
	rule := cloud.Props{"securityGroupId": w.group(w.vpc(), "nodes").ID, "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}
	w.make(cloud.SecurityGroupEgressRule, rule)
	return w.refused(cloud.SecurityGroupEgressRule, rule)
}

func TestSecurityGroupRefusals(t *testing.T) { t.Parallel(); groupRefusals.run(t) }

// rules are a group's rules as short text.
func (w *world) rules(groupID string) []string {
	w.t.Helper()
	var out []string
	w.must(func(tx *cloud.Tx) error {
		for _, p := range Permissions(tx.Get(cloud.SecurityGroup, groupID)) {
			out = append(out, map[bool]string{true: "out ", false: "in "}[p.Egress]+p.String())
		}
		return nil
	})
	return out
}

func TestNewGroupLetsNothingThrough(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group := w.group(w.vpc(), "nodes")
	if rules := w.rules(group.ID); len(rules) != 0 {
		t.Errorf("a new group has rules %v", rules)
	}
	if d := group.Props.Str("description"); d != "Managed by Pulumi" {
		t.Errorf("its description is %q", d)
	}
}

func TestGroupOfAService(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.vpc()
	var id string
	w.must(func(tx *cloud.Tx) error {
		g, err := MakeSecurityGroup(tx, Group{VPCID: vpc.ID, Name: "eks-cluster-sg-prod-1", Owner: "eks", Tags: map[string]string{"a": "b"}})
		id = g.ID
		return err
	})
	if diff := cmp.Diff([]string{"out peer: 0.0.0.0/0, -1, ALL, ALLOW"}, w.rules(id)); diff != "" {
		t.Errorf("its rules (-want +got):\n%s", diff)
	}
	if err := w.delete(vpc); err == nil || !strings.Contains(err.Error(), `"eks-cluster-sg-prod-1" made by eks`) {
		t.Errorf("deleting its VPC: %v", err)
	}
}

func TestInlineRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.vpc()
	props := cloud.Props{
		"vpcId": vpc.ID, "name": "nodes",
		"ingress": []any{
			object(https(cloud.Props{"cidrBlocks": list("10.0.0.0/16"), "self": true})),
			object(cloud.Props{"protocol": "-1", "fromPort": 0.0, "toPort": 0.0, "self": true}),
		},
	}
	group := w.make(cloud.SecurityGroup, props)
	beside := w.make(cloud.SecurityGroupRule, https(cloud.Props{"type": "egress", "securityGroupId": group.ID, "cidrBlocks": list("0.0.0.0/0")}))
	want := []string{
		"in peer: 10.0.0.0/16, TCP, from port: 443, to port: 443, ALLOW", "in peer: " + group.ID + ", TCP, from port: 443, to port: 443, ALLOW",
		"in peer: " + group.ID + ", -1, ALL, ALLOW", "out peer: 0.0.0.0/0, TCP, from port: 443, to port: 443, ALLOW",
	}
	if diff := cmp.Diff(want, w.rules(group.ID)); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if changes, err := w.acct.Diff(w.session, cloud.SecurityGroup, props, w.read(group).Props, props); err != nil || len(changes) != 0 {
		t.Errorf("an unchanged group has changes %v (%v)", changes, err)
	}
	// A program that says nothing of egress leaves the other's rule alone.
	w.mustUpdate(group, props.With(cloud.Props{"ingress": []any{}}))
	if diff := cmp.Diff(want[3:], w.rules(group.ID)); diff != "" {
		t.Errorf("rules after taking ingress away (-want +got):\n%s", diff)
	}
	w.mustUpdate(group, props.With(cloud.Props{"egress": []any{}}))
	if w.read(beside) != nil {
		t.Error("the rule resource outlived a group that writes its own rules")
	}
	w.mustDelete(group)
}

func TestRuleResources(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group := w.group(w.vpc(), "nodes")
	old := https(cloud.Props{"type": "ingress", "securityGroupId": group.ID, "cidrBlocks": list("10.0.0.0/16")})
	rule := w.make(cloud.SecurityGroupRule, old)
	if !strings.HasPrefix(rule.Props.Str("securityGroupRuleId"), "sgr-") {
		t.Errorf("the rule's own ID is %q", rule.Props.Str("securityGroupRuleId"))
	}
	w.mustUpdate(rule, old.With(cloud.Props{"description": "nodes"}))
	single := cloud.Props{"securityGroupId": group.ID, "ipProtocol": "tcp", "fromPort": 80.0, "toPort": 80.0, "cidrIpv4": "10.0.0.0/16"}
	other := w.make(cloud.SecurityGroupIngressRule, single)
	other = w.mustUpdate(other, single.With(cloud.Props{"toPort": 81.0}))
	if other.ID != other.Props.Str("securityGroupRuleId") {
		t.Errorf("the rule is %s, its ID %s", other.ID, other.Props.Str("securityGroupRuleId"))
	}
	shown := w.read(group).Props.Objs("ingress")
	if len(shown) != 2 || shown[0].Str("description") != "nodes" || shown[1].Int("toPort") != 81 {
		t.Errorf("the group shows %v", shown)
	}
	w.mustDelete(rule, other)
	if rules := w.rules(group.ID); len(rules) != 0 {
		t.Errorf("rules are left: %v", rules)
	}
}

func TestGroupGoesWithItsRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.vpc()
	nodes := w.make(cloud.SecurityGroup, cloud.Props{"vpcId": vpc.ID, "name": "nodes", "revokeRulesOnDelete": true})
	data := w.group(vpc, "data")
	own := w.make(cloud.SecurityGroupRule, https(cloud.Props{"type": "ingress", "securityGroupId": nodes.ID, "self": true}))
	foreign := w.make(cloud.SecurityGroupIngressRule, cloud.Props{"securityGroupId": data.ID, "ipProtocol": "-1", "referencedSecurityGroupId": nodes.ID})
	w.mustDelete(nodes)
	if w.read(own) != nil || w.read(foreign) != nil || len(w.rules(data.ID)) != 0 {
		t.Error("rules that name the group outlived it")
	}
}

func TestDefaultSecurityGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.vpc()
	id := vpc.Props.Str("defaultSecurityGroupId")
	adopted := w.make(cloud.DefaultSecurityGroup, cloud.Props{"vpcId": vpc.ID})
	if adopted.ID != id || adopted.Props.Str("name") != "default" {
		t.Errorf("adopted %s %q, want %s", adopted.ID, adopted.Props.Str("name"), id)
	}
	if rules := w.rules(id); len(rules) != 0 {
		t.Errorf("the adopted group still has %v", rules)
	}
	w.mustUpdate(adopted, cloud.Props{"vpcId": vpc.ID, "ingress": []any{object(cloud.Props{"protocol": "-1", "fromPort": 0.0, "toPort": 0.0, "self": true})}})
	if rules := w.rules(id); len(rules) != 1 {
		t.Errorf("after the update it has %v", rules)
	}
	w.mustDelete(adopted)
	if rules := w.rules(id); len(rules) != 1 {
		t.Errorf("given up it has %v, want what it had", rules)
	}
	w.mustDelete(vpc)
}

func TestProviderChecksRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, tc := range map[string]struct {
		kind  string
		props cloud.Props
		want  string
	}{
		"ports with all protocols": {cloud.SecurityGroup, cloud.Props{"egress": []any{object(cloud.Props{"protocol": "all", "fromPort": 1.0, "toPort": 1.0})}}, "egress[0]"},
		"a host's address":         {cloud.SecurityGroup, cloud.Props{"ingress": []any{object(https(cloud.Props{"cidrBlocks": list("10.0.0.1/8")}))}}, "ingress[0].cidrBlocks[0]"},
		"unknown type":             {cloud.SecurityGroupRule, https(cloud.Props{"type": "in", "securityGroupId": "sg-0"}), "type"},
		"self and a range":         {cloud.SecurityGroupRule, https(cloud.Props{"type": "ingress", "securityGroupId": "sg-0", "self": true, "cidrBlocks": list("10.0.0.0/8")}), "cidrBlocks"},
		"two peers":                {cloud.SecurityGroupIngressRule, cloud.Props{"securityGroupId": "sg-0", "ipProtocol": "-1", "cidrIpv4": "10.0.0.0/8", "cidrIpv6": "::/0"}, "cidrIpv4"},
		"unknown values":           {cloud.SecurityGroupIngressRule, cloud.Props{"securityGroupId": cloud.Unknown, "ipProtocol": "-1", "referencedSecurityGroupId": cloud.Unknown}, ""},
	} {
		if got := w.problem(tc.kind, tc.props); got != tc.want {
			t.Errorf("%s: problem with %q, want %q", name, got, tc.want)
		}
	}
}
