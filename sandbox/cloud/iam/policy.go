package iam

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func policyKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.IAMPolicy, Noun: "IAM Policy", Service: serviceName, Global: true, Tagged: true,
		CreateCall: "CreatePolicy", UpdateCall: "CreatePolicyVersion", DeleteCall: "DeletePolicy",
		Fields: cloud.Fields{
			"name":            cloud.String.AutoNamed(128).ForceNew(),
			"namePrefix":      cloud.String.Like(nameText).Computed().ForceNew(),
			"path":            cloud.String.ForceNew().Default("/"),
			"description":     cloud.String.ForceNew(),
			"policy":          cloud.JSON.Required(),
			"arn":             cloud.String.Output(),
			"policyId":        cloud.String.Output(),
			"attachmentCount": cloud.Number.Output(),
		},
		Check:  func(p cloud.Props) []cloud.Problem { return checkNames(p, 128) },
		Create: createPolicy,
		Update: func(tx *cloud.Tx, _ *cloud.Resource, news cloud.Props) error {
			return checkManaged(tx, news.Str("policy"))
		},
		Delete: func(tx *cloud.Tx, r *cloud.Resource) error {
			if len(holders(tx, r.ID)) > 0 {
				return deleteConflict.Refuse("Cannot delete a policy attached to entities.")
			}
			return nil
		},
		Read: func(tx *cloud.Tx, r *cloud.Resource) { r.Props["attachmentCount"] = float64(len(holders(tx, r.ID))) },
	}
}

func createPolicy(tx *cloud.Tx, r *cloud.Resource) error {
	name := giveName(tx, r)
	if named(tx, cloud.IAMPolicy, name) != nil {
		return exists.Refuse("A policy called %s already exists. Duplicate names are not allowed.", name)
	}
	if err := checkPath(r.Props); err != nil {
		return err
	}
	if err := checkCount(tx, cloud.IAMPolicy, maxPolicies, "PoliciesPerAccount"); err != nil {
		return err
	}
	if err := checkManaged(tx, r.Props.Str("policy")); err != nil {
		return err
	}
	r.ID = arn(tx, "policy", r.Props.Str("path"), name)
	r.Props["arn"] = r.ID
	r.Props["policyId"] = uniqueID(tx, "ANPA")
	r.Props["attachmentCount"] = float64(0)
	return nil
}

func checkManaged(tx *cloud.Tx, document string) error {
	if n := size(document); n > maxManagedPolicy {
		return limitExceeded.Refuse("Cannot exceed quota for PolicySize: %d (the policy has %d characters)", maxManagedPolicy, n)
	}
	return checkIdentityPolicy(tx, document)
}

// holders are the roles that have a policy attached or as their boundary.
func holders(tx *cloud.Tx, policyARN string) []*cloud.Resource {
	return tx.List(cloud.IAMRole, func(r *cloud.Resource) bool {
		return slices.Contains(r.Facts.Strs(attachedFact), policyARN) || r.Props.Str("permissionsBoundary") == policyARN
	})
}
