package ec2

import (
	"fmt"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var directions = map[string]bool{"ingress": false, "egress": true}

// checkInlineRules is the provider's check of the rules in a group.
func checkInlineRules(p cloud.Props) []cloud.Problem {
	problems := atMostOne(p, "name", "namePrefix")
	for _, direction := range []string{"ingress", "egress"} {
		for i, rule := range p.Objs(direction) {
			at := fmt.Sprintf("%s[%d]", direction, i)
			problems = append(problems, checkNetworkAddresses(at, rule, "cidrBlocks", "ipv6CidrBlocks")...)
			if from, to := rule.Int("fromPort"), rule.Int("toPort"); protocol(rule.Str("protocol")) == allProtocols && (from != 0 || to != 0) {
				problems = append(problems, cloud.Problem{Property: at, Reason: fmt.Sprintf("fromPort (%d) and toPort (%d) must both be 0 with protocol -1", from, to)})
			}
		}
	}
	return problems
}

// setInlineRules makes the rules of a group those that the program writes in
// it, for each direction that the program mentions. Rules from elsewhere go, as
// with the real provider: the two do not mix.
func setInlineRules(tx *cloud.Tx, r *cloud.Resource, groupID string, p cloud.Props) error {
	for _, direction := range []string{"ingress", "egress"} {
		if !p.Has(direction) {
			continue
		}
		egress := directions[direction]
		want := map[string]Permission{}
		var order []string
		for _, block := range p.Objs(direction) {
			for _, perm := range expand(block, egress, groupID) {
				perm.Protocol = protocol(perm.Protocol)
				if _, twice := want[perm.key()]; !twice {
					order = append(order, perm.key())
				}
				want[perm.key()] = perm
			}
		}
		have := map[string]bool{}
		Revoke(tx, groupID, func(perm Permission) bool {
			_, keep := want[perm.key()]
			have[perm.key()] = keep
			return perm.Egress == egress && !keep
		})
		for _, key := range order {
			if have[key] {
				continue
			}
			if _, err := Authorize(tx, groupID, want[key]); err != nil {
				return err
			}
		}
	}
	if group := tx.Get(cloud.SecurityGroup, groupID); group != nil && r.Kind == cloud.SecurityGroup {
		r.Facts = group.Facts
	}
	return nil
}

// expand is one rule per peer of a block.
func expand(block cloud.Props, egress bool, groupID string) []Permission {
	peers := append(block.Strs("cidrBlocks"), block.Strs("ipv6CidrBlocks")...)
	peers = append(append(peers, block.Strs("prefixListIds")...), block.Strs("securityGroups")...)
	if id := block.Str("sourceSecurityGroupId"); id != "" {
		peers = append(peers, id)
	}
	if block.Bool("self") {
		peers = append(peers, groupID)
	}
	ps := make([]Permission, len(peers))
	for i, peer := range peers {
		ps[i] = Permission{
			Egress: egress, Protocol: block.Str("protocol"), From: block.Int("fromPort"), To: block.Int("toPort"),
			Peer: peer, Description: block.Str("description"),
		}
	}
	return ps
}

// readGroup shows a group's rules: those of the program as it writes them, and
// one block for each rule from elsewhere.
func readGroup(tx *cloud.Tx, r *cloud.Resource) {
	if group := tx.Get(cloud.SecurityGroup, r.ID); group != nil {
		r.Props["ingress"] = blocks(group, r.Props.Objs("ingress"), false)
		r.Props["egress"] = blocks(group, r.Props.Objs("egress"), true)
	}
}

func blocks(group *cloud.Resource, written []cloud.Props, egress bool) []any {
	left := map[string]Permission{}
	var order []string
	for _, p := range Permissions(group) {
		if p.Egress == egress {
			left[p.key()] = p
			order = append(order, p.key())
		}
	}
	var out []any
	for _, block := range written {
		ps := expand(block, egress, group.ID)
		whole := len(ps) > 0
		for i := range ps {
			ps[i].Protocol = protocol(ps[i].Protocol)
			_, ok := left[ps[i].key()]
			whole = whole && ok
		}
		if !whole {
			continue
		}
		out = append(out, map[string]any(block))
		for _, p := range ps {
			delete(left, p.key())
		}
	}
	for _, key := range order {
		if p, ok := left[key]; ok {
			out = append(out, p.block(group.ID))
		}
	}
	return out
}

// block is a rule as the provider would write it into its group.
func (p Permission) block(groupID string) map[string]any {
	o := map[string]any{"protocol": p.Protocol, "fromPort": float64(p.From), "toPort": float64(p.To), "self": p.Peer == groupID}
	if p.Description != "" {
		o["description"] = p.Description
	}
	switch {
	case p.Peer == groupID:
	case strings.HasPrefix(p.Peer, "sg-"):
		o["securityGroups"] = cloud.Strings(p.Peer)
	case strings.HasPrefix(p.Peer, "pl-"):
		o["prefixListIds"] = cloud.Strings(p.Peer)
	case isIPv6(p.Peer):
		o["ipv6CidrBlocks"] = cloud.Strings(p.Peer)
	default:
		o["cidrBlocks"] = cloud.Strings(p.Peer)
	}
	return o
}
