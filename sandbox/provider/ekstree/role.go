package ekstree

import (
	"crypto/sha1" //nolint:gosec // A name, not a secret: the plugin names attachments so.
	"encoding/hex"
)

// role is an IAM role, made here or given.
type role struct {
	direct   value // A reference to the role.
	resolved value // The same, once its policies are attached.
	arn      value // The ARN, once its policies are attached.
	name     value
	own      value // The ARN as the role itself has it.
}

// serviceRole is a role for a service, with AWS managed policies.
type serviceRole struct {
	name        string
	service     string // The part of the principal before the partition's DNS suffix.
	description string
	policies    []string // Names of AWS managed policies.
	actions     []string // What the service may do to assume the role; sts:AssumeRole unless set.
	tags        value
}

// account is the partition that the tree lives in.
type account struct {
	partition value
	dnsSuffix value
}

func (t *tree) account() account {
	p := t.invoke("aws:index/getPartition:getPartition", t.root, props{})
	return account{partition: path(p, "partition"), dnsSuffix: path(p, "dnsSuffix")}
}

func (t *tree) join(prefix string, v value, suffix string) value {
	return t.apply(func(in []value) (value, error) { return str(prefix + text(in[0]) + suffix), nil }, v)
}

func text(v value) string {
	if v.IsString() {
		return v.StringValue()
	}
	return ""
}

// makeRole registers a ServiceRole component: a role and an attachment for each policy, which carries a hash of the policy
// in its name because policies have no other identity there.
func (t *tree) makeRole(acct account, s serviceRole) role {
	service := t.join(s.service+".", acct.dnsSuffix, "")
	var policies []value
	for _, p := range s.policies {
		policies = append(policies, object(props{
			"id":  str("arn:aws:iam::aws:policy/" + p),
			"arn": t.join("arn:", acct.partition, ":iam::aws:policy/"+p),
		}))
	}
	in := props{"service": service, "managedPolicyArns": list(policies...), "tags": s.tags}
	actions := []string{"sts:AssumeRole"}
	if s.description != "" {
		in["description"] = str(s.description)
	}
	if len(s.actions) > 0 {
		actions = s.actions
		in["assumeRoleActions"] = strs(actions...)
	}
	component := t.component(child{Registration: Registration{Type: "eks:index:ServiceRole", Name: s.name, Inputs: in}})

	trust := t.apply(func(in []value) (value, error) { return str(trustPolicy(text(in[0]), actions)), nil }, service)
	made := t.custom(child{parent: component, Registration: Registration{
		Type: "aws:iam/role:Role", Name: s.name + "-role",
		Inputs: props{"assumeRolePolicy": trust, "description": in["description"], "tags": s.tags},
	}})
	attached := []value{made.get("arn")}
	for _, p := range policies {
		sum := sha1.Sum([]byte(text(field(p, "id")))) //nolint:gosec // See the import.
		a := t.custom(child{parent: component, Registration: Registration{
			Type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment", Name: s.name + "-" + hex.EncodeToString(sum[:])[:8],
			Inputs: props{"policyArn": path(p, "arn"), "role": made.ref()},
		}})
		attached = append(attached, a.idValue())
	}
	r := role{direct: made.ref(), own: made.get("arn"), name: made.get("name")}
	r.resolved = t.apply(func([]value) (value, error) { return made.ref(), nil }, attached...)
	r.arn = t.apply(func(in []value) (value, error) { return in[0], nil }, attached...)
	t.complete(component, props{"resolvedRole": r.resolved, "directRole": r.direct})
	return r
}

func trustPolicy(service string, actions []string) string {
	type principal struct {
		Service []string
	}
	type statement struct {
		Action    []string
		Effect    string
		Principal principal
	}
	return jsonText(struct {
		Version   string
		Statement []statement
	}{"2012-10-17", []statement{{actions, "Allow", principal{[]string{service}}}}})
}

// givenRole is a role that the program made: v refers to it.
func (t *tree) givenRole(v value) role {
	return role{direct: v, resolved: v, arn: t.attr(v, "arn"), own: t.attr(v, "arn"), name: t.attr(v, "name")}
}
