package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"gopkg.in/yaml.v3"

	"github.com/slipway-iac/slipway/policy/catalogue"
	"github.com/slipway-iac/slipway/policy/pack"
)

// finding is what a control says about one resource.
type finding struct {
	Control, Level, Resource string
	Lines                    []string
}

// checked are the findings of a run of the policy pack over the state.
type checked struct {
	Controls, Resources int
	// LastUp says that the engine was told them in the last update.
	LastUp   bool
	Findings []finding
}

// said replaces findings with those that the engine was told in the last update,
// which another pack may have made, and which knows what an update refused.
func (r *report) said(file string) error {
	if file == "" {
		return nil
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	var kept struct {
		Findings []struct{ Policy, Level, Resource, Message string }
	}
	if err := json.Unmarshal(text, &kept); err != nil {
		return fmt.Errorf("%s is not what up keeps (%w): run up, which writes it anew", file, err)
	}
	r.Policies.LastUp, r.Policies.Findings = true, nil
	for _, f := range kept.Findings {
		r.Policies.Findings = append(r.Policies.Findings, finding{
			Control: f.Policy, Level: f.Level, Resource: f.Resource, Lines: strings.Split(f.Message, "\n"),
		})
	}
	r.Policies.sort()
	return nil
}

// sort puts what blocks first.
func (c *checked) sort() {
	slices.SortStableFunc(c.Findings, func(a, b finding) int {
		// Mandatory ones come before advisory ones.
		return cmp.Or(strings.Compare(b.Level, a.Level), strings.Compare(a.Control, b.Control), strings.Compare(a.Resource, b.Resource))
	})
}

// judge runs the pack over a state as the engine does at the end of an update:
// each resource by its inputs, then all of them by what came of them.
func judge(ctx context.Context, s *stack, configFile string) (*checked, error) {
	config, err := readConfig(configFile)
	if err != nil {
		return nil, err
	}
	p := catalogue.Pack()
	a, err := pack.NewAnalyzer(p)
	if err != nil {
		return nil, err
	}
	if err := a.ConfigureStack(config); err != nil {
		return nil, err
	}
	out := &checked{Controls: len(p.Controls), Resources: len(s.states)}
	var whole []plugin.AnalyzerStackResource
	for _, r := range s.states {
		x := analyzed(r)
		answer, err := a.Analyze(ctx, x.AnalyzerResource)
		if err != nil {
			return nil, fmt.Errorf("judging %s: %w", x.Name, err)
		}
		out.add(answer)
		x.Properties = properties(r.Outputs)
		whole = append(whole, x)
	}
	answer, err := a.AnalyzeStack(ctx, whole)
	if err != nil {
		return nil, fmt.Errorf("judging the stack: %w", err)
	}
	out.add(answer)
	out.sort()
	return out, nil
}

func (c *checked) add(answer plugin.AnalyzeResponse) {
	for _, d := range answer.Diagnostics {
		c.Findings = append(c.Findings, finding{
			Control: d.PolicyName, Level: string(d.EnforcementLevel), Resource: d.URN.Name(),
			Lines: strings.Split(strings.TrimSpace(d.Message), "\n"),
		})
	}
}

func analyzed(r state) plugin.AnalyzerStackResource {
	urn := resource.URN(r.URN)
	x := plugin.AnalyzerStackResource{
		AnalyzerResource: plugin.AnalyzerResource{
			URN: urn, Type: tokens.Type(r.Type), Name: urn.Name(), Properties: properties(r.Inputs),
			Options: plugin.AnalyzerResourceOptions{Protect: r.Protect, Parent: resource.URN(r.Parent)},
		},
		Parent:               resource.URN(r.Parent),
		PropertyDependencies: map[resource.PropertyKey][]resource.URN{},
	}
	for _, d := range r.Dependencies {
		x.Dependencies = append(x.Dependencies, resource.URN(d))
	}
	for key, urns := range r.PropertyDependencies {
		for _, d := range urns {
			k := resource.PropertyKey(key)
			x.PropertyDependencies[k] = append(x.PropertyDependencies[k], resource.URN(d))
		}
	}
	return x
}

// properties are values as policies see them: what is encrypted is not known.
func properties(m map[string]any) resource.PropertyMap {
	out := resource.PropertyMap{}
	for key, v := range m {
		out[resource.PropertyKey(key)] = value(v)
	}
	return out
}

func value(v any) resource.PropertyValue {
	switch v := v.(type) {
	case []any:
		out := make([]resource.PropertyValue, len(v))
		for i := range v {
			out[i] = value(v[i])
		}
		return resource.NewArrayProperty(out)
	case map[string]any:
		if v[resource.SigKey] == nil {
			return resource.NewObjectProperty(properties(v))
		}
		var inner any
		if text, ok := v["plaintext"].(string); ok && json.Unmarshal([]byte(text), &inner) == nil {
			return value(inner)
		}
		return resource.MakeComputed(resource.NewStringProperty(""))
	}
	return resource.NewPropertyValue(v)
}

// readConfig reads a stack's configuration in the form in which the engine hands
// it to a pack: objects as JSON.
func readConfig(file string) (map[string]string, error) {
	out := map[string]string{}
	if file == "" {
		return out, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var c struct {
		Config map[string]any `yaml:"config"`
	}
	if err := yaml.Unmarshal(text, &c); err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	for key, v := range c.Config {
		if s, ok := v.(string); ok {
			out[key] = s
			continue
		}
		j, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("reading %s of %s: %w", key, file, err)
		}
		out[key] = string(j)
	}
	return out, nil
}
