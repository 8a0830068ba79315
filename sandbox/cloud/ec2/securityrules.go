package ec2

import (
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// securityGroupRuleKind is the older rule resource: one may stand for several
// rules of EC2.
// peersOfRule are the properties that say whom a rule lets in or out.
var peersOfRule = []string{"cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "self", "sourceSecurityGroupId"}

func securityGroupRuleKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.SecurityGroupRule, Noun: "Security Group Rule", Service: "EC2",
		CreateCall: "AuthorizeSecurityGroupIngress", UpdateCall: "UpdateSecurityGroupRuleDescriptionsIngress", DeleteCall: "RevokeSecurityGroupIngress",
		Fields: cloud.Fields{
			"securityGroupId":       cloud.String.Required().ForceNew(),
			"type":                  cloud.String.Required().ForceNew(),
			"protocol":              cloud.String.Required().ForceNew(),
			"fromPort":              cloud.Number.Required().ForceNew(),
			"toPort":                cloud.Number.Required().ForceNew(),
			"cidrBlocks":            cloud.ListOf(cloud.String).ForceNew(),
			"ipv6CidrBlocks":        cloud.ListOf(cloud.String).ForceNew(),
			"prefixListIds":         cloud.ListOf(cloud.String).ForceNew(),
			"self":                  cloud.Bool.Default(false).ForceNew(),
			"sourceSecurityGroupId": cloud.String.Computed().ForceNew(),
			"description":           cloud.String,
			"securityGroupRuleId":   cloud.String.Output(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			problems := checkNetworkAddresses("", p, "cidrBlocks", "ipv6CidrBlocks")
			problems = append(problems, oneOf(p, "type", "ingress", "egress")...)
			for _, ranges := range []string{"cidrBlocks", "ipv6CidrBlocks"} {
				problems = append(problems, atMostOne(p, ranges, "sourceSecurityGroupId", "self")...)
			}
			if len(given(p, peersOfRule)) == 0 {
				problems = append(problems, cloud.Problem{Property: peersOfRule[0], Reason: "one of " + strings.Join(peersOfRule, ", ") + " must be set"})
			}
			return problems
		},
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			groupID := r.Props.Str("securityGroupId")
			ps := expand(r.Props, r.Props.Str("type") == "egress", groupID)
			r.ID = ruleID(groupID, ps)
			for i := range ps {
				ps[i].By = r.ID
			}
			ps, err := Authorize(tx, groupID, ps...)
			if err == nil && len(ps) == 1 {
				r.Props["securityGroupRuleId"] = ps[0].ID
			}
			return err
		},
		Update: func(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
			group, err := groups.find(tx, r.Props.Str("securityGroupId"))
			if err != nil {
				return err
			}
			ps := Permissions(group)
			for i := range ps {
				if ps[i].By == r.ID {
					ps[i].Description = news.Str("description")
				}
			}
			setPermissions(tx, group, ps)
			return nil
		},
		Delete: func(tx *cloud.Tx, r *cloud.Resource) error {
			Revoke(tx, r.Props.Str("securityGroupId"), func(p Permission) bool { return p.By == r.ID })
			return nil
		},
	}
}

// ruleID makes up an identifier from the rules, as the provider does; EC2 has
// none for several rules at once.
func ruleID(groupID string, ps []Permission) string {
	keys := make([]string, len(ps))
	for i, p := range ps {
		p.Protocol = protocol(p.Protocol)
		keys[i] = p.key()
	}
	return fmt.Sprintf("sgrule-%d", crc32.ChecksumIEEE([]byte(groupID+strings.Join(keys, " "))))
}

func ingressRuleKind() cloud.Kind {
	k := singleRuleKind(false)
	k.Token, k.Noun = cloud.SecurityGroupIngressRule, "VPC Security Group Ingress Rule"
	k.CreateCall, k.DeleteCall = "AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress"
	return k
}

func egressRuleKind() cloud.Kind {
	k := singleRuleKind(true)
	k.Token, k.Noun = cloud.SecurityGroupEgressRule, "VPC Security Group Egress Rule"
	k.CreateCall, k.DeleteCall = "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupEgress"
	return k
}

var peerFields = []string{"cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"}

// singleRuleKind is the newer rule resource: it is one rule of EC2.
func singleRuleKind(egress bool) cloud.Kind {
	permission := func(id string, p cloud.Props) Permission {
		return Permission{
			ID: id, By: id, Egress: egress, Protocol: p.Str("ipProtocol"), From: p.Int("fromPort"), To: p.Int("toPort"),
			Peer: firstOf(p, peerFields), Description: p.Str("description"),
		}
	}
	return cloud.Kind{
		Service: "EC2", Tagged: true, UpdateCall: "ModifySecurityGroupRules",
		Fields: cloud.Fields{
			"securityGroupId":           cloud.String.Required().ForceNew(),
			"ipProtocol":                cloud.String.Required(),
			"fromPort":                  cloud.Number.Between(-1, 65535),
			"toPort":                    cloud.Number.Between(-1, 65535),
			"cidrIpv4":                  cloud.String.Like(cloud.IPv4Network),
			"cidrIpv6":                  cloud.String.Like(cloud.IPv6Network),
			"prefixListId":              cloud.String,
			"referencedSecurityGroupId": cloud.String,
			"description":               cloud.String,
			"arn":                       cloud.String.Output(),
			"securityGroupRuleId":       cloud.String.Output(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			return exactlyOne(p, peerFields...)
		},
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			r.ID = tx.ID("sgr-")
			r.Props["securityGroupRuleId"] = r.ID
			r.Props["arn"] = tx.ARN("ec2", "security-group-rule/"+r.ID)
			_, err := Authorize(tx, r.Props.Str("securityGroupId"), permission(r.ID, r.Props))
			return err
		},
		Update: func(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
			groupID := r.Props.Str("securityGroupId")
			group, err := groups.find(tx, groupID)
			if err != nil {
				return err
			}
			var others []Permission
			for _, p := range Permissions(group) {
				if p.ID != r.ID {
					others = append(others, p)
				}
			}
			setPermissions(tx, group, others)
			_, err = Authorize(tx, groupID, permission(r.ID, news))
			return err
		},
		Delete: func(tx *cloud.Tx, r *cloud.Resource) error {
			Revoke(tx, r.Props.Str("securityGroupId"), func(p Permission) bool { return p.By == r.ID })
			return nil
		},
	}
}
