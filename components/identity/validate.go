package identity

import (
	"regexp"

	"github.com/slipway-iac/slipway/internal/check"
)

// maxName is the longest name of an Identity: a role's name has 64 characters,
// of which autonaming takes 8.
const maxName = 56

var (
	serviceAccountPattern = regexp.MustCompile(`^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$`)
	policyNamePattern     = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)
	policyARNPattern      = regexp.MustCompile(`^arn:aws[a-z-]*:iam::(aws|\d{12}):policy/[\w+=,.@/-]+$`)
)

// associates tells whether EKS has to know of the role.
func (a Args) associates() bool { return !a.WithoutAssociation && a.OIDCProviderARN == nil }

// validate reports every problem at once, each naming the field to fix.
func (a Args) validate(name string) error {
	var e check.Errors
	e.That(len(name) <= maxName, "name", name, "at most 56 characters: IAM allows 64 and autonaming adds 8")
	e.Require(!a.associates() || a.ClusterName != nil, "ClusterName",
		"pass the cluster's name, or set WithoutAssociation for the role of an EKS add-on")
	if a.OIDCProviderARN != nil && a.ClusterARN != nil {
		e.Add("ClusterARN is given with OIDCProviderARN: leave it out, the provider is of one cluster")
	}
	e.That(check.IsLabel(a.Namespace), "Namespace", a.Namespace,
		"the name of a Kubernetes namespace: lower-case letters, digits and hyphens")
	e.That(serviceAccountPattern.MatchString(a.ServiceAccount), "ServiceAccount", a.ServiceAccount,
		"the name of a Kubernetes service account: lower-case letters, digits, dots and hyphens")
	e.Require(len(a.Policies)+len(a.ManagedPolicyARNs) > 0, "Policies",
		"say what the role may do, here or in ManagedPolicyARNs")
	a.validatePolicies(&e)
	return e.Err()
}

func (a Args) validatePolicies(e *check.Errors) {
	seen := map[string]bool{}
	for _, p := range a.Policies {
		e.That(policyNamePattern.MatchString(p.Name), "Policies.Name", p.Name, "letters, digits and +=,.@_-")
		e.That(!seen[p.Name], "Policies.Name", p.Name, "each name once")
		seen[p.Name] = true
		switch {
		case p.Document == nil:
			e.Add("Policies.Document is required: write what %s allows", p.Name)
		case len(p.Inputs) == 0:
			if _, err := p.render(nil); err != nil {
				e.Add("Policies.Document: %w", err)
			}
		}
	}
	for _, arn := range a.ManagedPolicyARNs {
		e.That(policyARNPattern.MatchString(arn), "ManagedPolicyARNs", arn,
			"the ARN of a managed policy, such as arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy")
		e.That(!seen[policyName(arn)], "ManagedPolicyARNs", arn, "each policy's name once")
		seen[policyName(arn)] = true
	}
}
