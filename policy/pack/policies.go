package pack

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"github.com/slipway-iac/slipway/policy/control"
)

const (
	levelAdvisory  = int32(policyx.EnforcementLevelAdvisory)
	levelMandatory = int32(policyx.EnforcementLevelMandatory)
	levelDisabled  = int32(policyx.EnforcementLevelDisabled)
	levelRemediate = int32(policyx.EnforcementLevelRemediate)
)

// Policies are the controls as policies of Pulumi's own, for a pack that has
// others besides them or that policyx.Main serves. They have the levels and
// settings of a profile; exemptions are not theirs.
func (p *Pack) Policies(profile string) ([]policyx.Policy, error) {
	config, err := p.choose(profile)
	if err != nil {
		return nil, err
	}
	var policies []policyx.Policy
	for i := range p.Controls {
		c := &p.Controls[i]
		schema := &policyx.ConfigSchema{Properties: map[string]map[string]any{}}
		for _, s := range c.Settings {
			schema.Properties[s.Name] = s.Schema()
		}
		when := func(given map[string]any) control.Conditions {
			settings := map[string]any{}
			for _, from := range []map[string]any{config.settings[c.ID], given} {
				for k, v := range from {
					settings[k] = v
				}
			}
			return control.Conditions{Now: p.now(), Settings: settings}
		}
		enforcement := policyx.EnforcementLevel(level(config.levels[c.ID]))
		if c.CheckStack != nil {
			policies = append(policies, policyx.NewStackValidationPolicy(c.ID, policyx.StackValidationPolicyArgs{
				Description: c.Title, EnforcementLevel: enforcement,
				ValidateStack: func(_ context.Context, args policyx.StackValidationArgs) error {
					return tell(c, args.Manager, func() control.Result { return c.OnStack(args.Resources, when(nil)) })
				},
			}))
			continue
		}
		policies = append(policies, policyx.NewResourceValidationPolicy(c.ID, policyx.ResourceValidationPolicyArgs{
			Description: c.Title, EnforcementLevel: enforcement, ConfigSchema: schema,
			ValidateResource: func(_ context.Context, args policyx.ResourceValidationArgs) error {
				return tell(c, args.Manager, func() control.Result { return c.OnResource(args.Resource, when(args.Config)) })
			},
		}))
	}
	return policies, nil
}

// tell reports the violations to a manager. A mistake in a control stops
// nothing: an error would fail the deployment.
func tell(c *control.Control, m policyx.PolicyManager, check func() control.Result) error {
	result, err := contained(c, check)
	if err != nil {
		m.ReportViolation(err.Error(), "")
	}
	for _, v := range result.Violations {
		m.ReportViolation(v.Message+"\nFix: "+c.Fix, v.URN)
	}
	return nil
}
