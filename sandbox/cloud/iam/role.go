package iam

import (
	"maps"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// What is attached to a role and written into it, whoever did so: a list of
// ARNs and a map of documents by name.
const (
	attachedFact = "attached"
	inlineFact   = "inline"
)

func roleKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.IAMRole, Noun: "IAM Role", Service: serviceName, Global: true, Tagged: true,
		CreateCall: "CreateRole", UpdateCall: "UpdateRole", DeleteCall: "DeleteRole",
		Fields: cloud.Fields{
			"name":                cloud.String.AutoNamed(64).ForceNew(),
			"namePrefix":          cloud.String.Like(nameText).Computed().ForceNew(),
			"path":                cloud.String.ForceNew().Default("/"),
			"description":         cloud.String,
			"assumeRolePolicy":    cloud.JSON.Required(),
			"forceDetachPolicies": cloud.Bool.Default(false),
			"inlinePolicies":      cloud.SetOf(cloud.Object(cloud.Fields{"name": cloud.String, "policy": cloud.JSON})).Computed(),
			"managedPolicyArns":   cloud.SetOf(cloud.String.Like(cloud.ARNText)).Computed(),
			"maxSessionDuration":  cloud.Number.Default(3600),
			"permissionsBoundary": cloud.String.Like(cloud.ARNText),
			"arn":                 cloud.String.Output(),
			"uniqueId":            cloud.String.Output(),
			"createDate":          cloud.String.Output(),
		},
		Check: checkRole, Create: createRole, Update: updateRole, Delete: deleteRole, Read: readRole,
	}
}

func checkRole(p cloud.Props) []cloud.Problem {
	problems := checkNames(p, 64)
	if n := p.Int("maxSessionDuration"); n != 0 && (n < 3600 || n > 43200) {
		problems = append(problems, cloud.Problem{Property: "maxSessionDuration", Reason: "must be 3600 to 43200 seconds"})
	}
	for _, inline := range p.Objs("inlinePolicies") {
		if name := inline.Str("name"); name != "" {
			problems = append(problems, nameProblem("inlinePolicies.name", name, 128)...)
		}
	}
	return problems
}

func createRole(tx *cloud.Tx, r *cloud.Resource) error {
	name := giveName(tx, r)
	switch {
	case named(tx, cloud.IAMRole, name) != nil:
		return exists.Refuse("Role with name %s already exists.", name)
	case r.Props.Has("permissionsBoundary") && !policyExists(tx, r.Props.Str("permissionsBoundary")):
		return noSuchEntity.Refuse("Scope ARN: %s does not exist or is not attachable.", r.Props.Str("permissionsBoundary"))
	}
	if err := checkPath(r.Props); err != nil {
		return err
	}
	if err := checkCount(tx, cloud.IAMRole, maxRoles, "RolesPerAccount"); err != nil {
		return err
	}
	if err := checkTrustPolicy(tx, r.Props.Str("assumeRolePolicy")); err != nil {
		return err
	}
	r.ID = name
	r.Props["arn"] = arn(tx, "role", r.Props.Str("path"), name)
	r.Props["uniqueId"] = uniqueID(tx, "AROA")
	r.Props["createDate"] = timestamp(tx)
	return setRolePolicies(tx, r, r.Props)
}

func updateRole(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	if boundary := news.Str("permissionsBoundary"); boundary != "" && !policyExists(tx, boundary) {
		return noSuchEntity.Refuse("Scope ARN: %s does not exist or is not attachable.", boundary)
	}
	if err := checkTrustPolicy(tx, news.Str("assumeRolePolicy")); err != nil {
		return err
	}
	// What the program no longer lists goes; what others attached stays.
	if news.Has("managedPolicyArns") {
		for _, old := range r.Props.Strs("managedPolicyArns") {
			if !slices.Contains(news.Strs("managedPolicyArns"), old) {
				detach(tx, r, old)
			}
		}
	}
	if news.Has("inlinePolicies") {
		for _, old := range r.Props.Objs("inlinePolicies") {
			removeInline(r, old.Str("name"))
		}
	}
	return setRolePolicies(tx, r, news)
}

func setRolePolicies(tx *cloud.Tx, r *cloud.Resource, p cloud.Props) error {
	for _, policy := range p.Strs("managedPolicyArns") {
		if err := attach(tx, r, policy); err != nil {
			return err
		}
	}
	for _, inline := range p.Objs("inlinePolicies") {
		if !inline.Has("name") && !inline.Has("policy") {
			continue // An empty object says that there are none.
		}
		if err := putInline(tx, r, inline.Str("name"), inline.Str("policy")); err != nil {
			return err
		}
	}
	return nil
}

// deleteRole takes with it what the role's own properties brought, as the
// provider does.
func deleteRole(tx *cloud.Tx, r *cloud.Resource) error {
	if !r.Props.Bool("forceDetachPolicies") {
		for _, inline := range r.Props.Objs("inlinePolicies") {
			removeInline(r, inline.Str("name"))
		}
		switch own := r.Props.Strs("managedPolicyArns"); {
		case slices.ContainsFunc(r.Facts.Strs(attachedFact), func(a string) bool { return !slices.Contains(own, a) }):
			return deleteConflict.Refuse("Cannot delete entity, must detach all policies first.")
		case len(r.Facts.Obj(inlineFact)) > 0:
			return deleteConflict.Refuse("Cannot delete entity, must delete policies first.")
		}
	}
	if tx.One(cloud.IAMInstanceProfile, cloud.Prop("role", r.ID)) != nil {
		return deleteConflict.Refuse("Cannot delete entity, must remove roles from instance profile first.")
	}
	for _, policy := range r.Facts.Strs(attachedFact) {
		detach(tx, r, policy)
	}
	for _, p := range tx.List(cloud.IAMRolePolicy, cloud.Prop("role", r.ID)) {
		tx.Remove(p)
	}
	return nil
}

func readRole(_ *cloud.Tx, r *cloud.Resource) {
	r.Props["managedPolicyArns"] = r.Facts.List(attachedFact)
	inline := r.Facts.StrMap(inlineFact)
	var list []any
	for _, name := range slices.Sorted(maps.Keys(inline)) {
		list = append(list, map[string]any{"name": name, "policy": inline[name]})
	}
	r.Props["inlinePolicies"] = list
}

// giveName settles the name of a new resource: its own, or one made from its
// prefix.
func giveName(tx *cloud.Tx, r *cloud.Resource) string {
	if r.Props.Str("name") == "" {
		r.Props["name"] = r.Props.Str("namePrefix") + tx.Hex(26)
	}
	return r.Props.Str("name")
}
