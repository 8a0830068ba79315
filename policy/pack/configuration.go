package pack

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/slipway-iac/slipway/policy/control"
)

// Keys of a stack's configuration that the pack reads.
const (
	profileKey    = "slipway-policy:profile"
	exemptionsKey = "slipway-policy:exemptions"
	// environmentKey is what Slipway's own stacks have; its tier is the profile
	// of a stack that names none.
	environmentKey = "slipway:environment"
)

// configuration is what is in force.
type configuration struct {
	profile string
	// declared are the exemptions as they are written, exemptions those that
	// hold.
	declared, exemptions []Exemption
	levels               map[string]apitype.EnforcementLevel
	settings             map[string]map[string]any
	// problems are what is wrong with the exemptions.
	problems []string
}

// choose takes a profile: the levels and settings of all controls follow.
func (p *Pack) choose(name string) (*configuration, error) {
	profile, ok := p.Profiles[name]
	if !ok {
		return nil, fmt.Errorf("the policy profile is %q: want %s", name, strings.Join(slices.Sorted(maps.Keys(p.Profiles)), ", "))
	}
	c := &configuration{
		profile: name, levels: map[string]apitype.EnforcementLevel{}, settings: map[string]map[string]any{},
	}
	for i := range p.Controls {
		id := p.Controls[i].ID
		c.levels[id] = profile.Level(&p.Controls[i])
		c.settings[id] = maps.Clone(profile.Choices[id].Settings)
	}
	c.levels[SettingsID], c.levels[UnknownID] = apitype.Mandatory, apitype.Advisory
	return c, nil
}

// fromStack reads the stack's configuration.
func (p *Pack) fromStack(config map[string]string) (*configuration, error) {
	name := config[profileKey]
	if name == "" {
		var environment struct{ Tier string }
		if json.Unmarshal([]byte(config[environmentKey]), &environment) == nil {
			if _, ok := p.Profiles[environment.Tier]; ok {
				name = environment.Tier
			}
		}
	}
	if name == "" {
		name = p.Standard
	}
	c, err := p.choose(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", profileKey, err)
	}
	if text := config[exemptionsKey]; text != "" {
		if err := json.Unmarshal([]byte(text), &c.declared); err != nil {
			return nil, fmt.Errorf("%s: want a list of objects with control, resource, reason and expires: %w", exemptionsKey, err)
		}
	}
	p.check(c)
	return c, nil
}

// withGiven adds what the user configured for the pack. Pulumi sends a level for
// every policy; one that is as it was announced was not configured, so that a
// profile chosen here decides about it.
func (p *Pack) withGiven(announced *configuration, given map[string]plugin.AnalyzerPolicyConfig) (*configuration, error) {
	name := announced.profile
	if chosen, ok := given[SettingsID].Properties["profile"].(string); ok && chosen != "" {
		name = chosen
	}
	c, err := p.choose(name)
	if err != nil {
		return nil, err
	}
	c.declared = slices.Clone(announced.declared)
	for id, policy := range given {
		if policy.EnforcementLevel != "" && policy.EnforcementLevel != announced.levels[id] {
			c.levels[id] = policy.EnforcementLevel
		}
		if len(policy.Properties) > 0 && id != SettingsID {
			if c.settings[id] == nil {
				c.settings[id] = map[string]any{}
			}
			maps.Copy(c.settings[id], policy.Properties)
		}
	}
	if list, ok := given[SettingsID].Properties["exemptions"]; ok {
		text, err := json.Marshal(list)
		if err != nil {
			return nil, err
		}
		var more []Exemption
		if err := json.Unmarshal(text, &more); err != nil {
			return nil, fmt.Errorf("%s: reading the exemptions: %w", SettingsID, err)
		}
		c.declared = append(c.declared, more...)
	}
	p.check(c)
	return c, nil
}

// check finds what is wrong with the exemptions, and which of them hold.
func (p *Pack) check(c *configuration) {
	known := func(id string) bool {
		return slices.ContainsFunc(p.Controls, func(x control.Control) bool { return x.ID == id })
	}
	for _, e := range c.declared {
		if err := e.problem(known, p.now()); err != nil {
			c.problems = append(c.problems, err.Error())
			continue
		}
		c.exemptions = append(c.exemptions, e)
	}
}
