package iam

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// RoleByARN finds a role; nil when the account has none of that ARN.
func RoleByARN(tx *cloud.Tx, arn string) *cloud.Resource {
	return tx.One(cloud.IAMRole, cloud.Prop("arn", arn))
}

// Trusts tells whether a service may assume the role with all of the actions,
// which are sts:AssumeRole when none is given. Conditions are taken to hold.
func Trusts(role *cloud.Resource, service string, actions ...string) bool {
	return trusts(role, "Service", service, actions)
}

// TrustsWebIdentity tells whether a subject that an OpenID Connect provider
// vouches for may assume the role. issuer is the provider's URL without
// https://.
func TrustsWebIdentity(role *cloud.Resource, providerARN, issuer, subject string) bool {
	context := map[string]string{issuer + ":sub": subject, issuer + ":aud": "sts.amazonaws.com"}
	return slices.ContainsFunc(parsed(role.Props.Str("assumeRolePolicy")), func(s Statement) bool {
		return s.Effect == "Allow" && s.Names("Federated", providerARN) && s.Covers("sts:AssumeRoleWithWebIdentity") && s.Holds(context)
	})
}

func trusts(role *cloud.Resource, kind, principal string, actions []string) bool {
	if len(actions) == 0 {
		actions = []string{"sts:AssumeRole"}
	}
	document := parsed(role.Props.Str("assumeRolePolicy"))
	for _, a := range actions {
		if !slices.ContainsFunc(document, func(s Statement) bool {
			return s.Effect == "Allow" && s.Names(kind, principal) && s.Covers(a)
		}) {
			return false
		}
	}
	return true
}

// HasPolicy tells whether a policy of that name, AWS's or the account's own,
// is attached to the role.
func HasPolicy(_ *cloud.Tx, role *cloud.Resource, policyName string) bool {
	return slices.ContainsFunc(role.Facts.Strs(attachedFact), func(arn string) bool { return strings.HasSuffix(arn, "/"+policyName) })
}

// Missing lists the actions that no policy of the role allows. A statement's
// resources and conditions are taken to fit; a statement that denies without a
// condition counts.
func Missing(tx *cloud.Tx, role *cloud.Resource, actions ...string) []string {
	var all []Statement
	for _, arn := range role.Facts.Strs(attachedFact) {
		all = append(all, statements(tx, arn)...)
	}
	for _, text := range role.Facts.StrMap(inlineFact) {
		all = append(all, parsed(text)...)
	}
	var missing []string
	for _, a := range actions {
		allowed := slices.ContainsFunc(all, func(s Statement) bool { return s.Effect == "Allow" && s.Covers(a) })
		denied := slices.ContainsFunc(all, func(s Statement) bool {
			return s.Effect == "Deny" && len(s.Conditions) == 0 && slices.Contains(s.Resources, "*") && s.Covers(a)
		})
		if !allowed || denied {
			missing = append(missing, a)
		}
	}
	return missing
}
