package logs

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
)

const (
	maxPolicies     = 10
	maxPolicyLength = 5120
)

var (
	tooManyPolicies = cloud.Declare(cloud.Rule{
		Name: "too-many-log-resource-policies", Code: "LimitExceededException", Source: docs + "APIReference/API_PutResourcePolicy.html",
	})
	policyRefused = cloud.Declare(cloud.Rule{
		Name: "log-resource-policy", Code: "InvalidParameterException", Source: docs + "APIReference/API_PutResourcePolicy.html", Tag: cloud.Memory,
	})
)

func policyKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.LogResourcePolicy, Noun: "CloudWatch Logs Resource Policy", Service: "CloudWatch Logs",
		CreateCall: "PutResourcePolicy", UpdateCall: "PutResourcePolicy", DeleteCall: "DeleteResourcePolicy",
		Fields: cloud.Fields{
			"policyName":     cloud.String.Required().ForceNew(),
			"policyDocument": cloud.JSON.Required(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			if len(p.Str("policyDocument")) > maxPolicyLength {
				return []cloud.Problem{{Property: "policyDocument", Reason: "has more than 5120 characters"}}
			}
			return nil
		},
		Create: createPolicy,
		Update: func(tx *cloud.Tx, _ *cloud.Resource, news cloud.Props) error { return checkPolicy(tx, news) },
	}
}

func createPolicy(tx *cloud.Tx, r *cloud.Resource) error {
	r.ID = r.Props.Str("policyName")
	// PutResourcePolicy changes a policy of the same name.
	if old := tx.Get(cloud.LogResourcePolicy, r.ID); old != nil {
		tx.Remove(old)
	} else if tx.Count(cloud.LogResourcePolicy) >= maxPolicies {
		return tooManyPolicies.Refuse("Resource limit exceeded: a region has at most %d resource policies.", maxPolicies)
	}
	return checkPolicy(tx, r.Props)
}

func checkPolicy(tx *cloud.Tx, p cloud.Props) error {
	d, err := iam.ParseDocument(p.Str("policyDocument"))
	if err != nil {
		return policyRefused.Refuse("Policy document is invalid: %s", err)
	}
	for _, s := range d.Statements {
		if len(s.Principals)+len(s.NotPrincipals) == 0 {
			return policyRefused.Refuse("Policy document is invalid: statement %q has no principal", s.Sid)
		}
		if err := iam.CheckPrincipals(tx, s); err != nil {
			return policyRefused.Refuse("Policy document is invalid: %s", err)
		}
	}
	return nil
}

// Admits tells whether the region's resource policies let a service, such as
// route53.amazonaws.com, do all of the actions with a log group.
func Admits(tx *cloud.Tx, service, groupARN string, actions ...string) bool {
	var statements []iam.Statement
	for _, p := range tx.List(cloud.LogResourcePolicy) {
		if d, err := iam.ParseDocument(p.Props.Str("policyDocument")); err == nil {
			statements = append(statements, d.Statements...)
		}
	}
	context := map[string]string{"aws:SourceAccount": tx.AccountID()}
	fits := func(pattern string) bool {
		return iam.Match(pattern, groupARN) || iam.Match(pattern, groupARN+":log-stream:any")
	}
	return !slices.ContainsFunc(actions, func(action string) bool {
		return !slices.ContainsFunc(statements, func(s iam.Statement) bool {
			return s.Effect == "Allow" && s.Names("Service", service) && s.Covers(action) && slices.ContainsFunc(s.Resources, fits) && s.Holds(context)
		})
	})
}
