package pack

import (
	"context"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/slipway-iac/slipway/policy/control"
)

// GetAnalyzerInfo describes the pack and its policies, at the levels of the
// stack's profile.
func (a *Analyzer) GetAnalyzerInfo(context.Context) (plugin.AnalyzerInfo, error) {
	config := a.announcement()
	info := plugin.AnalyzerInfo{
		Name: a.pack.Name, DisplayName: a.pack.Name, Version: a.pack.Version.String(), Description: a.pack.Description,
		SupportsConfig: true, Provider: "aws", Tags: []string{"profile " + config.profile},
	}
	for i := range a.pack.Controls {
		info.Policies = append(info.Policies, policyInfo(&a.pack.Controls[i], config))
	}
	info.Policies = append(info.Policies,
		plugin.AnalyzerPolicyInfo{
			Name: SettingsID, Description: "The configuration of the pack: its profile and its exemptions",
			EnforcementLevel: config.levels[SettingsID], Type: plugin.AnalyzerPolicyTypeStack, ConfigSchema: a.pack.schema(),
		},
		plugin.AnalyzerPolicyInfo{
			Name: UnknownID, Description: "What could not be evaluated yet, because it is not known until the update",
			EnforcementLevel: config.levels[UnknownID], Type: plugin.AnalyzerPolicyTypeResource,
		})
	return info, nil
}

// announcement is the configuration that Pulumi is told.
func (a *Analyzer) announcement() *configuration {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.announced
}

func policyInfo(c *control.Control, config *configuration) plugin.AnalyzerPolicyInfo {
	info := plugin.AnalyzerPolicyInfo{
		Name: c.ID, Description: c.Title, EnforcementLevel: config.levels[c.ID], Type: plugin.AnalyzerPolicyTypeResource,
		Severity: severity(c.Severity), RemediationSteps: c.Fix, Framework: framework(c.Mapping),
	}
	if c.CheckStack != nil {
		info.Type = plugin.AnalyzerPolicyTypeStack
	}
	for _, name := range control.Frameworks {
		for _, id := range c.Mapping.Of(name) {
			info.Tags = append(info.Tags, name+": "+id)
		}
	}
	if len(c.Settings) > 0 {
		info.ConfigSchema = &plugin.AnalyzerPolicyConfigSchema{Properties: map[string]plugin.JSONSchema{}}
		for _, s := range c.Settings {
			info.ConfigSchema.Properties[s.Name] = s.Schema()
		}
	}
	return info
}

// framework is the one that Pulumi has a place for: the first that has the rule.
func framework(m control.Mapping) *plugin.AnalyzerPolicyComplianceFramework {
	for _, name := range control.Frameworks {
		if ids := m.Of(name); len(ids) > 0 {
			return &plugin.AnalyzerPolicyComplianceFramework{Name: name, Reference: ids[0]}
		}
	}
	return nil
}

// schema is the configuration of the pack itself.
func (p *Pack) schema() *plugin.AnalyzerPolicyConfigSchema {
	names := slices.Sorted(maps.Keys(p.Profiles))
	profiles := make([]any, len(names))
	for i, n := range names {
		profiles[i] = n
	}
	word := map[string]any{"type": "string", "minLength": 1}
	return &plugin.AnalyzerPolicyConfigSchema{Properties: map[string]plugin.JSONSchema{
		"profile": {"type": "string", "enum": profiles, "description": "How strict the pack is"},
		"exemptions": {
			"type": "array", "description": "What may violate a control, why, and until when",
			"items": map[string]any{
				"type": "object", "additionalProperties": false,
				"required":   []any{"control", "resource", "reason", "expires"},
				"properties": map[string]any{"control": word, "resource": word, "reason": word, "expires": word},
			},
		},
	}}
}

// level is an enforcement level of policyx's by its name.
func level(l apitype.EnforcementLevel) int32 {
	return map[apitype.EnforcementLevel]int32{
		apitype.Advisory: levelAdvisory, apitype.Mandatory: levelMandatory,
		apitype.Disabled: levelDisabled, apitype.Remediate: levelRemediate,
	}[l]
}
