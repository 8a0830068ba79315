package iam

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// attach adds a managed policy to a role, which the caller puts. Attaching
// twice is no error.
func attach(tx *cloud.Tx, role *cloud.Resource, policyARN string) error {
	attached := role.Facts.Strs(attachedFact)
	switch {
	case slices.Contains(attached, policyARN):
		return nil
	case !policyExists(tx, policyARN):
		return noSuchEntity.Refuse("Policy %s does not exist or is not attachable.", policyARN)
	case len(attached) >= maxPoliciesPerRole:
		return limitExceeded.Refuse("Cannot exceed quota for PoliciesPerRole: %d", maxPoliciesPerRole)
	}
	role.Facts[attachedFact] = cloud.Strings(append(attached, policyARN)...)
	return nil
}

// detach removes a managed policy from a role, which the caller puts, and
// every record of its attachment.
func detach(tx *cloud.Tx, role *cloud.Resource, policyARN string) {
	left := slices.DeleteFunc(role.Facts.Strs(attachedFact), func(a string) bool { return a == policyARN })
	role.Facts[attachedFact] = cloud.Strings(left...)
	for _, a := range tx.List(cloud.IAMRolePolicyAttachment, cloud.Prop("role", role.ID), cloud.Prop("policyArn", policyARN)) {
		tx.Remove(a)
	}
}

// putInline writes a policy into a role, which the caller puts.
func putInline(tx *cloud.Tx, role *cloud.Resource, name, document string) error {
	if err := checkIdentityPolicy(tx, document); err != nil {
		return err
	}
	inline := role.Facts.Obj(inlineFact).With(cloud.Props{name: document})
	total := 0
	for _, d := range inline {
		text, _ := d.(string)
		total += size(text)
	}
	if total > maxInlinePolicies {
		return limitExceeded.Refuse("Maximum policy size of %d bytes exceeded for role %s", maxInlinePolicies, role.ID)
	}
	role.Facts[inlineFact] = map[string]any(inline)
	return nil
}

func removeInline(role *cloud.Resource, name string) {
	inline := role.Facts.Obj(inlineFact).Clone()
	delete(inline, name)
	role.Facts[inlineFact] = map[string]any(inline)
}

// roleNamed finds the role that a policy or a profile is for.
func roleNamed(tx *cloud.Tx, name string) (*cloud.Resource, error) {
	if !nameForm.MatchString(name) {
		return nil, invalid.Refuse("The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-: %q", name)
	}
	if r := tx.Get(cloud.IAMRole, name); r != nil {
		return r, nil
	}
	return nil, noSuchEntity.Refuse("The role with name %s cannot be found.", name)
}

func attachmentKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.IAMRolePolicyAttachment, Noun: "IAM Role Policy Attachment", Service: serviceName, Global: true,
		CreateCall: "AttachRolePolicy", DeleteCall: "DetachRolePolicy",
		Fields: cloud.Fields{
			"role":      cloud.String.Required().ForceNew(),
			"policyArn": cloud.String.Like(cloud.ARNText).Required().ForceNew(),
		},
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			role, err := roleNamed(tx, r.Props.Str("role"))
			if err != nil {
				return err
			}
			if err := attach(tx, role, r.Props.Str("policyArn")); err != nil {
				return err
			}
			tx.Put(role)
			r.ID = role.ID + "-" + tx.Hex(26)
			// Who attaches twice because an answer was lost has attached once.
			for _, a := range tx.List(cloud.IAMRolePolicyAttachment, cloud.Prop("role", role.ID), cloud.Prop("policyArn", r.Props.Str("policyArn"))) {
				if a.MadeBy == r.MadeBy {
					tx.Remove(a)
				}
			}
			return nil
		},
		Delete: func(tx *cloud.Tx, r *cloud.Resource) error {
			if role := tx.Get(cloud.IAMRole, r.Props.Str("role")); role != nil {
				detach(tx, role, r.Props.Str("policyArn"))
				tx.Put(role)
			}
			return nil
		},
	}
}

func rolePolicyKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.IAMRolePolicy, Noun: "IAM Role Policy", Service: serviceName, Global: true,
		CreateCall: "PutRolePolicy", UpdateCall: "PutRolePolicy", DeleteCall: "DeleteRolePolicy",
		Fields: cloud.Fields{
			"name":       cloud.String.AutoNamed(255).ForceNew(),
			"namePrefix": cloud.String.Like(nameText).Computed().ForceNew(),
			"policy":     cloud.JSON.Required(),
			"role":       cloud.String.Required().ForceNew(),
		},
		Check: func(p cloud.Props) []cloud.Problem { return checkNames(p, 128) },
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			giveName(tx, r)
			r.ID = r.Props.Str("role") + ":" + r.Props.Str("name")
			return putRolePolicy(tx, r, r.Props.Str("policy"))
		},
		Update: func(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
			return putRolePolicy(tx, r, news.Str("policy"))
		},
		Delete: func(tx *cloud.Tx, r *cloud.Resource) error {
			if role := tx.Get(cloud.IAMRole, r.Props.Str("role")); role != nil {
				removeInline(role, r.Props.Str("name"))
				tx.Put(role)
			}
			return nil
		},
	}
}

func putRolePolicy(tx *cloud.Tx, r *cloud.Resource, document string) error {
	role, err := roleNamed(tx, r.Props.Str("role"))
	if err != nil {
		return err
	}
	if err := putInline(tx, role, r.Props.Str("name"), document); err != nil {
		return err
	}
	tx.Put(role)
	return nil
}
