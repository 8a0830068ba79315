package ec2

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const allProtocols = "-1"

var permissionExists = cloud.Declare(cloud.Rule{
	Name: "security-group-rule-exists", Code: "InvalidPermission.Duplicate", Source: moto,
})

// Permission is one rule of a security group.
type Permission struct {
	// ID is sgr-…; [Authorize] gives one when it is empty.
	ID string
	// Egress tells a rule for what leaves from one for what arrives.
	Egress bool
	// Protocol is tcp, udp, icmp, icmpv6, a number, or -1 for all.
	Protocol string
	// From and To are the ports, or an ICMP type and code. They mean nothing
	// when the protocol is -1.
	From, To int
	// Peer is the other side: an IPv4 or IPv6 range, or the ID of a security
	// group or prefix list.
	Peer string
	// Description is free text.
	Description string
	// By is the ID of the rule resource that made it, "" when the group itself
	// did.
	By string
}

// Permissions are the rules of a security group.
func Permissions(group *cloud.Resource) []Permission {
	var ps []Permission
	for _, o := range group.Facts.Objs("rules") {
		ps = append(ps, Permission{
			ID: o.Str("id"), Egress: o.Bool("egress"), Protocol: o.Str("protocol"), From: o.Int("from"), To: o.Int("to"),
			Peer: o.Str("peer"), Description: o.Str("description"), By: o.Str("by"),
		})
	}
	return ps
}

func setPermissions(tx *cloud.Tx, group *cloud.Resource, ps []Permission) {
	list := make([]any, len(ps))
	for i, p := range ps {
		list[i] = map[string]any{
			"id": p.ID, "egress": p.Egress, "protocol": p.Protocol, "from": p.From, "to": p.To,
			"peer": p.Peer, "description": p.Description, "by": p.By,
		}
	}
	group.Facts["rules"] = list
	tx.Put(group)
}

// Authorize adds rules to a security group and returns them with their IDs. It
// refuses a group or peer that does not exist (InvalidGroup.NotFound), a rule
// that is there already (InvalidPermission.Duplicate), ports that make no sense
// (InvalidParameterValue) and more rules than the quota allows
// (RulesPerSecurityGroupLimitExceeded).
func Authorize(tx *cloud.Tx, groupID string, more ...Permission) ([]Permission, error) {
	group, err := groups.find(tx, groupID)
	if err != nil {
		return nil, err
	}
	ps := Permissions(group)
	for i, p := range more {
		if p, err = normal(tx, group, p); err != nil {
			return nil, err
		}
		for _, have := range ps {
			if have.key() == p.key() {
				return nil, permissionExists.Refuse("the specified rule \"%s\" already exists in %s", p, groupID)
			}
		}
		if p.ID == "" {
			p.ID = tx.ID("sgr-")
		}
		more[i] = p
		ps = append(ps, p)
	}
	for _, egress := range []bool{false, true} {
		for _, v6 := range []bool{false, true} {
			if n := count(ps, egress, v6); n > rulesPerGroup.limit {
				return nil, rulesPerGroup.rule.Refuse("The maximum number of rules per security group has been reached. (%d of %d in %s)",
					n, rulesPerGroup.limit, groupID)
			}
		}
	}
	setPermissions(tx, group, ps)
	return more, nil
}

// Revoke takes the rules out of a security group that match, and the rule
// resources of which nothing is left.
func Revoke(tx *cloud.Tx, groupID string, match func(Permission) bool) {
	group := tx.Get(cloud.SecurityGroup, groupID)
	if group == nil {
		return
	}
	var left []Permission
	gone, stays := map[string]bool{}, map[string]bool{}
	for _, p := range Permissions(group) {
		if match(p) {
			gone[p.By] = true
			continue
		}
		left = append(left, p)
		stays[p.By] = true
	}
	setPermissions(tx, group, left)
	for by := range gone {
		for _, kind := range []string{cloud.SecurityGroupRule, cloud.SecurityGroupIngressRule, cloud.SecurityGroupEgressRule} {
			if r := tx.Get(kind, by); r != nil && by != "" && !stays[by] {
				tx.Remove(r)
			}
		}
	}
}

// normal checks a rule and writes it as EC2 does.
func normal(tx *cloud.Tx, group *cloud.Resource, p Permission) (Permission, error) {
	p.Protocol = protocol(p.Protocol)
	switch p.Protocol {
	case allProtocols:
		p.From, p.To = 0, 0
	case "tcp", "udp":
		if p.From < 0 || p.To > 65535 || p.From > p.To {
			return p, invalidValue.Refuse("Invalid TCP/UDP port range (%d:%d)", p.From, p.To)
		}
	}
	switch {
	case strings.HasPrefix(p.Peer, "sg-"):
		peer, err := groups.find(tx, p.Peer)
		if err != nil {
			return p, err
		}
		if peer.Props.Str("vpcId") != group.Props.Str("vpcId") {
			return p, groups.rule.Refuse("You have specified two resources that belong to different networks: %s and %s", group.ID, peer.ID)
		}
	case strings.HasPrefix(p.Peer, "pl-"):
		if !knownPrefixList(tx.Session.Region, p.Peer) {
			return p, prefixMissing.Refuse("The prefix list ID '%s' does not exist", p.Peer)
		}
	default:
		block, err := netip.ParsePrefix(p.Peer)
		if err != nil || block != block.Masked() {
			return p, fmt.Errorf("%s is no range of addresses; the provider refuses it before AWS is called", p.Peer)
		}
		p.Peer = block.String()
	}
	return p, nil
}

// protocol is the name that EC2 shows for a protocol's name or number.
func protocol(s string) string {
	s = strings.ToLower(s)
	if name, ok := map[string]string{"all": allProtocols, "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}[s]; ok {
		return name
	}
	return s
}

// count counts rules as the quota does: one with a group or prefix list counts
// for both families.
func count(ps []Permission, egress, v6 bool) int {
	n := 0
	for _, p := range ps {
		isRange := !strings.HasPrefix(p.Peer, "sg-") && !strings.HasPrefix(p.Peer, "pl-")
		if p.Egress == egress && (!isRange || isIPv6(p.Peer) == v6) {
			n++
		}
	}
	return n
}

func (p Permission) key() string {
	return strings.Join([]string{strconv.FormatBool(p.Egress), p.Protocol, strconv.Itoa(p.From), strconv.Itoa(p.To), p.Peer}, "|")
}

// String describes the rule the way EC2's messages do.
func (p Permission) String() string {
	ports := "ALL"
	if p.Protocol != allProtocols {
		ports = "from port: " + strconv.Itoa(p.From) + ", to port: " + strconv.Itoa(p.To)
	}
	return "peer: " + p.Peer + ", " + strings.ToUpper(p.Protocol) + ", " + ports + ", ALLOW"
}
