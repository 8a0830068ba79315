package kms

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
)

// maxPolicy is the quota for the size of a key policy.
const maxPolicy = 32 * 1024

// serviceActions are what a service that encrypts data with a key calls.
var serviceActions = []string{"kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"}

// checkPolicy refuses a policy that KMS cannot read, that names who does not
// exist, or that locks everybody out of the key.
func checkPolicy(tx *cloud.Tx, p cloud.Props) error {
	text := p.Str("policy")
	d, err := iam.ParseDocument(text)
	if err != nil {
		return malformed.Refuse("Syntax errors in policy. (%s)", err)
	}
	if len(text) > maxPolicy {
		return limitExceeded.Refuse("The key policy has %d bytes, KMS allows %d", len(text), maxPolicy)
	}
	for _, s := range d.Statements {
		switch {
		case len(s.Principals)+len(s.NotPrincipals) == 0:
			return malformed.Refuse("Policy contains a statement with no principal.")
		case len(s.Actions)+len(s.NotActions) == 0:
			return malformed.Refuse("Policy contains a statement with no action.")
		case len(s.Resources)+len(s.NotResources) == 0:
			return malformed.Refuse("Policy contains a statement with no resource.")
		}
		if err := iam.CheckPrincipals(tx, s); err != nil {
			return malformed.Refuse("Policy contains a statement with one or more invalid principals. (%s)", err)
		}
	}
	if !p.Bool("bypassPolicyLockoutSafetyCheck") && !managedBy(tx, d) {
		return malformed.Refuse("The new key policy will not allow you to update the key policy in the future.")
	}
	return nil
}

// managedBy tells whether the caller, by itself or through the account's IAM
// policies, may still change the policy.
func managedBy(tx *cloud.Tx, d iam.Document) bool {
	return slices.ContainsFunc(d.Statements, func(s iam.Statement) bool {
		caller := s.Names("AWS", root(tx)) || s.Names("AWS", tx.AccountID()) || s.Names("AWS", tx.Session.Caller)
		return s.Effect == "Allow" && caller && s.Covers("kms:PutKeyPolicy") && len(s.Conditions) == 0
	})
}

func root(tx *cloud.Tx) string { return tx.ARN("iam", "root") }

// AllowsServiceFor tells whether the policy of a key lets a service, such as
// logs.us-west-2.amazonaws.com, encrypt with it. The call carries condition
// keys, such as kms:EncryptionContext:aws:logs:arn; conditions on other keys are
// taken to hold. A key that does not exist allows nobody.
func AllowsServiceFor(tx *cloud.Tx, keyARN, service string, context map[string]string) bool {
	return AllowsServiceTo(tx, keyARN, service, context, serviceActions...)
}

// AllowsServiceTo is [AllowsServiceFor] for a service that does something else
// with the key than to encrypt.
func AllowsServiceTo(tx *cloud.Tx, keyARN, service string, context map[string]string, actions ...string) bool {
	k := Key(tx, keyARN)
	if k == nil {
		return false
	}
	known := map[string]string{"aws:SourceAccount": tx.AccountID()}
	for name, v := range context {
		known[name] = v
	}
	d, err := iam.ParseDocument(k.Props.Str("policy"))
	if err != nil {
		return false
	}
	for _, action := range actions {
		if !slices.ContainsFunc(d.Statements, func(s iam.Statement) bool {
			return s.Effect == "Allow" && s.Names("Service", service) && s.Covers(action) && s.Holds(known)
		}) {
			return false
		}
	}
	return true
}
