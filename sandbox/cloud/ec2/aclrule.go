package ec2

import "github.com/slipway-iac/slipway/sandbox/cloud"

// entry is one rule of a network ACL. They are kept with the ACL because its
// own lists and the rule resources share it.
type entry struct {
	Number int
	Egress bool
	// Spec is the rest, by the names of the ACL's own lists.
	Spec cloud.Props
	// By is the ID of the rule resource that made it, "" for the ACL's own.
	By string
}

func entriesOf(acl *cloud.Resource) []entry {
	var es []entry
	for _, o := range acl.Facts.Objs("entries") {
		es = append(es, entry{Number: o.Int("number"), Egress: o.Bool("egress"), Spec: o.Obj("spec"), By: o.Str("by")})
	}
	return es
}

func setEntries(tx *cloud.Tx, acl *cloud.Resource, es []entry) {
	list := make([]any, len(es))
	for i, e := range es {
		list[i] = map[string]any{"number": float64(e.Number), "egress": e.Egress, "spec": map[string]any(e.Spec), "by": e.By}
	}
	acl.Facts["entries"] = list
	tx.Put(acl)
}

func addEntry(tx *cloud.Tx, acl *cloud.Resource, e entry) error {
	es := entriesOf(acl)
	e.Spec = e.Spec.Clone()
	delete(e.Spec, "ruleNo")
	have := 0
	for _, other := range es {
		if other.Egress != e.Egress {
			continue
		}
		if other.Number == e.Number {
			return entryExists.Refuse("The network acl entry identified by %d already exists.", e.Number)
		}
		if other.Spec.Has("ipv6CidrBlock") == e.Spec.Has("ipv6CidrBlock") {
			have++
		}
	}
	for _, name := range []string{"cidrBlock", "ipv6CidrBlock"} {
		if e.Spec.Str(name) != "" {
			if _, err := parseCIDR(name, e.Spec.Str(name)); err != nil {
				return err
			}
		}
	}
	if err := rulesPerNetworkACL.admit(have, 1); err != nil {
		return err
	}
	setEntries(tx, acl, append(es, e))
	return nil
}

// dropEntries takes the entries out of an ACL that match, and the rule
// resources that made them.
func dropEntries(tx *cloud.Tx, acl *cloud.Resource, match func(entry) bool) {
	var left []entry
	for _, e := range entriesOf(acl) {
		if !match(e) {
			left = append(left, e)
		} else if r := tx.Get(cloud.NetworkACLRule, e.By); r != nil {
			tx.Remove(r)
		}
	}
	setEntries(tx, acl, left)
}

func networkACLRuleKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.NetworkACLRule, Noun: "EC2 Network ACL Rule", Service: "EC2",
		CreateCall: "CreateNetworkAclEntry", DeleteCall: "DeleteNetworkAclEntry",
		Fields: cloud.Fields{
			"networkAclId":  cloud.String.Required().ForceNew(),
			"ruleNumber":    cloud.Number.Required().ForceNew(),
			"egress":        cloud.Bool.Default(false).ForceNew(),
			"protocol":      cloud.String.Like(aclProtocol).Required().ForceNew(),
			"ruleAction":    cloud.String.Required().ForceNew(),
			"cidrBlock":     cloud.String.ForceNew(),
			"ipv6CidrBlock": cloud.String.ForceNew(),
			"fromPort":      cloud.Number.ForceNew(),
			"toPort":        cloud.Number.ForceNew(),
			"icmpType":      cloud.Number.ForceNew(),
			"icmpCode":      cloud.Number.ForceNew(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			// Number and ranges of a rule of its own are left to EC2.
			return append(exactlyOne(p, "cidrBlock", "ipv6CidrBlock"), checkEntry("", p, "ruleAction")...)
		},
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			acl, err := networkACLs.find(tx, r.Props.Str("networkAclId"))
			if err != nil {
				return err
			}
			if n := r.Props.Int("ruleNumber"); n < 1 || n > maxRuleNumber {
				return invalidValue.Refuse("Value (%d) for parameter ruleNumber is invalid. Specify a number from 1 to %d.", n, maxRuleNumber)
			}
			r.ID = aclRuleID(acl.ID, r.Props.Int("ruleNumber"), r.Props.Bool("egress"), r.Props.Str("protocol"))
			spec := cloud.Props{"action": r.Props["ruleAction"]}
			for _, name := range []string{"protocol", "cidrBlock", "ipv6CidrBlock", "fromPort", "toPort", "icmpType", "icmpCode"} {
				if r.Props.Has(name) {
					spec[name] = r.Props[name]
				}
			}
			return addEntry(tx, acl, entry{Number: r.Props.Int("ruleNumber"), Egress: r.Props.Bool("egress"), Spec: spec, By: r.ID})
		},
		Delete: func(tx *cloud.Tx, r *cloud.Resource) error {
			if acl := tx.Get(cloud.NetworkACL, r.Props.Str("networkAclId")); acl != nil {
				dropEntries(tx, acl, func(e entry) bool { return e.By == r.ID })
			}
			return nil
		},
	}
}
