// Package policytest checks a stack with the policy pack in a Go test: one that
// package enginetest has brought up, or any state that Pulumi has exported.
package policytest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"

	"github.com/slipway-iac/slipway/policy/catalogue"
	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/pack"
)

// Check fails the test for everything in a state that is mandatory and not so, and
// logs what is advisory. The configuration is the stack's: a profile, exemptions.
//
//	policytest.Check(t, state, map[string]string{"slipway-policy:profile": "staging"})
func Check(t testing.TB, state apitype.UntypedDeployment, configuration map[string]string) {
	t.Helper()
	found, err := Analyze(t.Context(), catalogue.Pack(), state, configuration)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range found {
		text := fmt.Sprintf("%s of %s: %s", d.PolicyName, d.URN.Name(), d.Message)
		if d.EnforcementLevel == apitype.Mandatory {
			t.Error(text)
		} else {
			t.Log(text)
		}
	}
}

// Analyze runs a pack on a state as the engine would, and returns what it says.
func Analyze(ctx context.Context, p *pack.Pack, state apitype.UntypedDeployment, configuration map[string]string) ([]plugin.AnalyzeDiagnostic, error) {
	var deployment apitype.DeploymentV3
	if err := json.Unmarshal(state.Deployment, &deployment); err != nil {
		return nil, fmt.Errorf("reading the state: %w", err)
	}
	a, err := pack.NewAnalyzer(p)
	if err != nil {
		return nil, err
	}
	if err := a.ConfigureStack(configuration); err != nil {
		return nil, fmt.Errorf("configuring the pack: %w", err)
	}
	providers := providersOf(deployment)
	var found []plugin.AnalyzeDiagnostic
	var stack []plugin.AnalyzerStackResource
	for _, r := range deployment.Resources {
		x := plugin.AnalyzerResource{
			URN: r.URN, Type: r.Type, Name: r.URN.Name(), Properties: Properties(r.Inputs),
			Options:  plugin.AnalyzerResourceOptions{Protect: r.Protect, Parent: r.Parent},
			Provider: providers[r.Provider],
		}
		answer, err := a.Analyze(ctx, x)
		if err != nil {
			return nil, fmt.Errorf("checking %s: %w", r.URN, err)
		}
		found = append(found, answer.Diagnostics...)
		x.Properties = Properties(r.Outputs)
		stack = append(stack, plugin.AnalyzerStackResource{
			AnalyzerResource: x, Parent: r.Parent, Dependencies: r.Dependencies, PropertyDependencies: r.PropertyDependencies,
		})
	}
	answer, err := a.AnalyzeStack(ctx, stack)
	if err != nil {
		return nil, fmt.Errorf("checking the stack: %w", err)
	}
	return append(found, answer.Diagnostics...), nil
}

// providersOf are the providers of a state by the references that resources have to
// them: their URN and ID.
func providersOf(deployment apitype.DeploymentV3) map[string]*plugin.AnalyzerProviderResource {
	found := map[string]*plugin.AnalyzerProviderResource{}
	for _, r := range deployment.Resources {
		if strings.HasPrefix(string(r.Type), "pulumi:providers:") {
			found[string(r.URN)+"::"+string(r.ID)] = &plugin.AnalyzerProviderResource{URN: r.URN, Type: r.Type, Name: r.URN.Name(), Properties: Properties(r.Inputs)}
		}
	}
	return found
}

// Properties are what a state has of a resource, with nothing of its secrets.
func Properties(of map[string]any) resource.PropertyMap {
	m := resource.PropertyMap{}
	for key, v := range of {
		m[resource.PropertyKey(key)] = value(v)
	}
	return m
}

func value(v any) resource.PropertyValue {
	switch v := v.(type) {
	case map[string]any:
		if v[sig.Key] == sig.Secret {
			return resource.MakeSecret(resource.NewProperty(control.Redacted))
		}
		return resource.NewProperty(Properties(v))
	case []any:
		list := make([]resource.PropertyValue, len(v))
		for i, e := range v {
			list[i] = value(e)
		}
		return resource.NewProperty(list)
	}
	return resource.NewPropertyValue(v)
}
