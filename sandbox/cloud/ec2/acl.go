package ec2

import (
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var entryExists = cloud.Declare(cloud.Rule{
	Name: "network-acl-rule-number-taken", Code: "NetworkAclEntryAlreadyExists", Source: ec2API, Tag: cloud.Memory,
})

// The rule numbers that a program may use; the last number denies all.
const maxRuleNumber = 32766

func networkACLKind() cloud.Kind {
	entry := cloud.SetOf(cloud.Object(cloud.Fields{
		"ruleNo":        cloud.Number.Between(1, maxRuleNumber).Required(),
		"action":        cloud.String.Required(),
		"protocol":      cloud.String.Like(aclProtocol).Required(),
		"fromPort":      cloud.Number.Between(0, 65535).Required(),
		"toPort":        cloud.Number.Between(0, 65535).Required(),
		"cidrBlock":     cloud.String,
		"ipv6CidrBlock": cloud.String,
		"icmpType":      cloud.Number,
		"icmpCode":      cloud.Number,
	})).Computed()
	return cloud.Kind{
		Token: cloud.NetworkACL, Noun: "EC2 Network ACL", Service: "EC2", Tagged: true,
		CreateCall: "CreateNetworkAcl", UpdateCall: "ReplaceNetworkAclAssociation", DeleteCall: "DeleteNetworkAcl",
		Fields: cloud.Fields{
			"vpcId":     cloud.String.Required().ForceNew(),
			"ingress":   entry,
			"egress":    entry,
			"subnetIds": cloud.SetOf(cloud.String).Computed(),
			"arn":       cloud.String.Output(),
			"ownerId":   cloud.String.Output(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			var problems []cloud.Problem
			for _, direction := range []string{"ingress", "egress"} {
				for i, e := range p.Objs(direction) {
					at := fmt.Sprintf("%s[%d]", direction, i)
					problems = append(problems, checkNetworkAddresses(at, e, "cidrBlock", "ipv6CidrBlock")...)
					problems = append(problems, checkEntry(at, e, "action")...)
				}
			}
			return problems
		},
		Create: createACL, Update: updateACL, Delete: deleteACL, Read: readACL,
	}
}

// aclProtocol is a protocol by number or by one of the names that the sandbox
// knows.
var aclProtocol = cloud.Text{Want: "a protocol's number, -1, all, tcp, udp or icmp", Example: "udp", Good: func(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= -1 && n <= 255 || slices.Contains([]string{"all", "tcp", "udp", "icmp"}, strings.ToLower(s))
}}

// checkEntry is the provider's check of one rule.
func checkEntry(at string, e cloud.Props, action string) []cloud.Problem {
	problem := func(property, reason string) []cloud.Problem {
		if at != "" {
			property = at + "." + property
		}
		return []cloud.Problem{{Property: property, Reason: reason}}
	}
	if a := e.Str(action); a != "" && a != "allow" && a != "deny" {
		return problem(action, fmt.Sprintf("is %q, want allow or deny", a))
	}
	if from, to := e.Int("fromPort"), e.Int("toPort"); protocol(e.Str("protocol")) == allProtocols && (from != 0 || to != 0) {
		return problem("fromPort", fmt.Sprintf("and toPort must both be 0 with protocol -1, not %d and %d", from, to))
	}
	return nil
}

// makeDefaultACL makes a VPC's default network ACL, which lets everything
// through.
func makeDefaultACL(tx *cloud.Tx, vpc *cloud.Resource) *cloud.Resource {
	id := tx.ID("acl-")
	acl := tx.Make(owner, cloud.NetworkACL, id, cloud.Props{
		"vpcId": vpc.ID, "arn": tx.ARN("ec2", "network-acl/"+id), "ownerId": tx.AccountID(),
	}, nil)
	var all []entry
	for _, egress := range []bool{false, true} {
		all = append(all, entry{Number: 100, Egress: egress, Spec: cloud.Props{"action": "allow", "protocol": allProtocols, "cidrBlock": "0.0.0.0/0"}})
	}
	setEntries(tx, acl, all)
	return acl
}

func createACL(tx *cloud.Tx, r *cloud.Resource) error {
	vpc, err := vpcs.find(tx, r.Props.Str("vpcId"))
	if err != nil {
		return err
	}
	if err := networkACLsPerVPC.admit(tx.Count(cloud.NetworkACL, cloud.Prop("vpcId", vpc.ID)), 1); err != nil {
		return err
	}
	r.ID = tx.ID("acl-")
	r.Props["arn"] = tx.ARN("ec2", "network-acl/"+r.ID)
	r.Props["ownerId"] = tx.AccountID()
	tx.Put(r)
	return updateACL(tx, r, r.Props)
}

func updateACL(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	for _, direction := range []string{"ingress", "egress"} {
		if !news.Has(direction) {
			continue
		}
		egress := directions[direction]
		dropEntries(tx, r, func(e entry) bool { return e.Egress == egress })
		for _, o := range news.Objs(direction) {
			if err := addEntry(tx, r, entry{Number: o.Int("ruleNo"), Egress: egress, Spec: o}); err != nil {
				return err
			}
		}
	}
	if !news.Has("subnetIds") {
		return nil
	}
	want := news.Strs("subnetIds")
	for _, id := range want {
		s, err := subnets.find(tx, id)
		if err != nil {
			return err
		}
		if s.Props.Str("vpcId") != r.Props.Str("vpcId") {
			return invalidValue.Refuse("network acl %s and subnet %s belong to different networks", r.ID, id)
		}
	}
	for _, s := range SubnetsOf(tx, r.Props.Str("vpcId")) {
		switch wanted := slices.Contains(want, s.ID); {
		case wanted:
			s.Facts["networkAcl"] = r.ID
			tx.Put(s)
		case s.Facts.Str("networkAcl") == r.ID:
			toDefaultACL(tx, s)
		}
	}
	return nil
}

// deleteACL gives the ACL's subnets back to the VPC's default ACL first, as the
// provider does; EC2 would refuse.
func deleteACL(tx *cloud.Tx, r *cloud.Resource) error {
	if vpc := tx.Get(cloud.VPC, r.Props.Str("vpcId")); vpc != nil && vpc.Props.Str("defaultNetworkAclId") == r.ID {
		return dependencyViolation.Refuse("cannot delete default network ACL %s", r.ID)
	}
	for _, s := range aclSubnets(tx, r) {
		toDefaultACL(tx, s)
	}
	dropEntries(tx, r, func(entry) bool { return true })
	return nil
}

func toDefaultACL(tx *cloud.Tx, subnet *cloud.Resource) {
	if vpc := tx.Get(cloud.VPC, subnet.Props.Str("vpcId")); vpc != nil {
		subnet.Facts["networkAcl"] = vpc.Props.Str("defaultNetworkAclId")
		tx.Put(subnet)
	}
}

func aclSubnets(tx *cloud.Tx, acl *cloud.Resource) []*cloud.Resource {
	return tx.List(cloud.Subnet, func(s *cloud.Resource) bool { return s.Facts.Str("networkAcl") == acl.ID })
}

func readACL(tx *cloud.Tx, r *cloud.Resource) {
	var ids []any
	for _, s := range aclSubnets(tx, r) {
		ids = append(ids, s.ID)
	}
	r.Props["subnetIds"] = ids
	shown := map[bool][]any{}
	for _, e := range entriesOf(r) {
		shown[e.Egress] = append(shown[e.Egress], map[string]any(e.Spec.With(cloud.Props{"ruleNo": float64(e.Number)})))
	}
	r.Props["ingress"], r.Props["egress"] = shown[false], shown[true]
}

func aclRuleID(aclID string, number int, egress bool, proto string) string {
	return fmt.Sprintf("nacl-%d", crc32.ChecksumIEEE(fmt.Appendf(nil, "%s-%d-%t-%s-", aclID, number, egress, proto)))
}
