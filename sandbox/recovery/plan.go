package recovery

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// ParsePlan reads what a program would create out of the plan that a preview
// saves.
func ParsePlan(text []byte) (Goals, error) {
	var plan apitype.DeploymentPlanV1
	if err := json.Unmarshal(text, &plan); err != nil {
		return nil, fmt.Errorf("reading the plan: %w", err)
	}
	goals := Goals{}
	for urn, p := range plan.ResourcePlans {
		g := p.Goal
		if g == nil || !g.Custom || len(p.Steps) != 1 || p.Steps[0] != apitype.OpCreate {
			continue
		}
		goals[urn] = apitype.ResourceV3{
			URN: urn, Custom: true, Type: g.Type, Inputs: g.InputDiff.Adds, Parent: g.Parent, Protect: g.Protect,
			Dependencies: g.Dependencies, Provider: g.Provider, PropertyDependencies: g.PropertyDependencies,
			AdditionalSecretOutputs: g.AdditionalSecretOutputs, Aliases: g.AliasURNs, IgnoreChanges: g.IgnoreChanges,
		}
	}
	return goals, nil
}
