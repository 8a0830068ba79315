package catalogue

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/pack"
)

// levels are the enforcement levels of the four severities: what is critical or
// high is mandatory everywhere.
func levels(medium, low apitype.EnforcementLevel) map[control.Severity]apitype.EnforcementLevel {
	return map[control.Severity]apitype.EnforcementLevel{
		control.Critical: apitype.Mandatory, control.High: apitype.Mandatory, control.Medium: medium, control.Low: low,
	}
}

// profiles are the strictnesses of the pack. A control whose worth is debatable
// says so here, and not by being left out.
func profiles() map[string]pack.Profile {
	const (
		off, advisory, mandatory = apitype.Disabled, apitype.Advisory, apitype.Mandatory
	)
	workloads := pack.Choice{Level: advisory, Because: "who brings workloads brings their NetworkPolicies, often in another stack"}
	thrown := pack.Choice{Level: off, Because: "it is made to be thrown away as a whole"}
	return map[string]pack.Profile{
		"dev": {
			Levels: levels(advisory, off),
			Choices: map[string]pack.Choice{
				"eks-endpoint-not-public":       {Level: advisory, Because: "a laptop may reach a dev cluster from named ranges; those are mandatory"},
				"kms-deletion-window":           {Settings: map[string]any{"days": 7}, Because: "what a dev key encrypts can be lost"},
				"plat-external-dns-scoped":      {Settings: map[string]any{"sync": true}, Because: "its names go with it, or its zone could not"},
				"logs-retention":                {Settings: map[string]any{"days": 7}, Because: "logs of dev are read the same week"},
				"plat-nat-per-az":               {Level: off, Because: "dev saves the gateways"},
				"plat-single-cost-guard":        {Level: advisory, Settings: map[string]any{"natGateways": 1}, Because: "dev saves the gateways"},
				"k8s-netpol-for-every-workload": workloads,
				"plat-certmanager-issuer-env":   {Settings: map[string]any{"production": false}, Because: "dev must not use up the limits of certificates that count"},
				"plat-stateful-protected":       thrown,
				"plat-ingress-scheme-explicit":  {Level: advisory, Because: "a web ACL costs more than what it guards in dev"},
				"plat-namespace-default-deny":   workloads,
			},
		},
		"staging": {
			Levels: levels(advisory, advisory),
			Choices: map[string]pack.Choice{
				"kms-deletion-window":           {Settings: map[string]any{"days": 7}, Because: "what a staging key encrypts can be made again"},
				"plat-external-dns-scoped":      {Settings: map[string]any{"sync": true}, Because: "its names go with it, or its zone could not"},
				"logs-retention":                {Settings: map[string]any{"days": 30}, Because: "logs of staging are read the same month"},
				"plat-nat-per-az":               {Level: off, Because: "staging saves the gateways"},
				"k8s-netpol-for-every-workload": workloads,
				"plat-stateful-protected":       thrown,
				"plat-namespace-default-deny":   workloads,
			},
		},
		"prod": {
			Levels: levels(mandatory, advisory),
			Choices: map[string]pack.Choice{
				"eks-cluster-two-subnets-two-azs": {Settings: map[string]any{"zones": 3}, Because: "prod survives the loss of a zone with two left"},
				"plat-subnet-az-balance":          {Settings: map[string]any{"zones": 3}, Because: "prod survives the loss of a zone with two left"},
				"plat-node-subnets-all-azs":       {Settings: map[string]any{"zones": 3}, Because: "prod survives the loss of a zone with two left"},
				"plat-namespace-default-deny":     workloads,
				"k8s-netpol-for-every-workload":   workloads,
				"events-target-dlq":               {Level: advisory, Because: "what Karpenter is warned of is worth nothing when it is late"},
			},
		},
		"regulated": {
			Levels: levels(mandatory, mandatory),
			Choices: map[string]pack.Choice{
				"eks-cluster-two-subnets-two-azs":   {Settings: map[string]any{"zones": 3}, Because: "as in prod"},
				"plat-subnet-az-balance":            {Settings: map[string]any{"zones": 3}, Because: "as in prod"},
				"plat-egress-inspected":             {Settings: map[string]any{"required": true}, Because: "what leaves is looked at"},
				"plat-node-subnets-all-azs":         {Settings: map[string]any{"zones": 3}, Because: "as in prod"},
				"lt-ebs-encrypted-cmk":              {Settings: map[string]any{"ownKey": true}, Because: "whose key it is matters to an auditor"},
				"kms-deletion-window":               {Settings: map[string]any{"days": 30}, Because: "a month to notice"},
				"iam-trust-pod-identity-tagsession": {Settings: map[string]any{"source": true}, Because: "an auditor wants to read it in the role"},
			},
		},
	}
}
