package pack

import (
	"context"
	"fmt"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"github.com/slipway-iac/slipway/policy/control"
)

// Analyzer evaluates a pack for Pulumi's engine.
type Analyzer struct {
	pack   *Pack
	byType map[string][]*control.Control
	whole  []*control.Control
	// kept are the types that checks of the stack are about.
	kept map[string]bool

	mu sync.RWMutex
	// announced is the stack's configuration, which Pulumi is told, and config
	// what is in force once Pulumi has told the user's.
	announced, config *configuration
	// inputs are what the program said of resources that checks of the stack are
	// about, by URN.
	inputs map[string]property.Map
}

var _ plugin.Analyzer = (*Analyzer)(nil)

// NewAnalyzer makes the analyzer of a pack in its standard profile.
func NewAnalyzer(p *Pack) (*Analyzer, error) {
	a := &Analyzer{pack: p, byType: map[string][]*control.Control{}, kept: map[string]bool{}, inputs: map[string]property.Map{}}
	for i := range p.Controls {
		c := &p.Controls[i]
		if c.CheckStack != nil {
			a.whole = append(a.whole, c)
			for _, on := range c.On {
				a.kept[control.Canonical(on)] = true
			}
			continue
		}
		seen := map[string]bool{}
		for _, on := range c.On {
			if name := control.Canonical(on); !seen[name] {
				seen[name] = true
				a.byType[name] = append(a.byType[name], c)
			}
		}
	}
	return a, a.ConfigureStack(nil)
}

// ConfigureStack takes the configuration of the stack that is going to be
// analyzed.
func (a *Analyzer) ConfigureStack(config map[string]string) error {
	c, err := a.pack.fromStack(config)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.announced, a.config = c, c
	return nil
}

// Configure takes the configuration of the pack.
func (a *Analyzer) Configure(_ context.Context, given map[string]plugin.AnalyzerPolicyConfig) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	c, err := a.pack.withGiven(a.announced, given)
	if err != nil {
		return err
	}
	a.config = c
	return nil
}

func (a *Analyzer) configuration() *configuration {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.config
}

// Analyze checks one resource that is about to be made or changed.
func (a *Analyzer) Analyze(_ context.Context, r plugin.AnalyzerResource) (plugin.AnalyzeResponse, error) {
	token := control.Canonical(string(r.Type))
	controls := a.byType[token]
	if len(controls) == 0 && !a.kept[token] {
		return plugin.AnalyzeResponse{}, nil
	}
	x := seen(r)
	if a.kept[token] {
		a.mu.Lock()
		a.inputs[x.URN] = x.Properties
		a.mu.Unlock()
	}
	out := a.newFindings()
	for _, c := range controls {
		out.add(c, x, func(when control.Conditions) control.Result { return c.OnResource(x, when) })
	}
	out.waiting(x.URN)
	return plugin.AnalyzeResponse{Diagnostics: out.diagnostics}, nil
}

// AnalyzeStack checks all resources of the stack together.
func (a *Analyzer) AnalyzeStack(_ context.Context, list []plugin.AnalyzerStackResource) (plugin.AnalyzeResponse, error) {
	out := a.newFindings()
	resources := make([]policyx.AnalyzerResource, 0, len(list))
	root := ""
	for _, r := range list {
		x := seen(r.AnalyzerResource)
		x.Parent = string(r.Parent)
		for _, d := range r.Dependencies {
			x.Dependencies = append(x.Dependencies, string(d))
		}
		x.PropertyDependencies = map[string][]string{}
		for key, urns := range r.PropertyDependencies {
			for _, urn := range urns {
				x.PropertyDependencies[string(key)] = append(x.PropertyDependencies[string(key)], string(urn))
			}
		}
		if root == "" || x.Type == "pulumi:pulumi:Stack" {
			root = x.URN
		}
		resources = append(resources, x)
	}
	memo := map[string]any{}
	for _, c := range a.whole {
		out.add(c, policyx.AnalyzerResource{URN: root}, func(when control.Conditions) control.Result {
			when.Memo = memo
			return c.OnStack(resources, when)
		})
	}
	out.waiting(root)
	if out.config.levels[SettingsID] != apitype.Disabled {
		for _, problem := range out.config.problems {
			out.report(SettingsID, "Exemptions name a control, a resource, a reason and the day on which they end",
				problem, root, out.config.levels[SettingsID], apitype.PolicySeverityHigh)
		}
	}
	return plugin.AnalyzeResponse{Diagnostics: out.diagnostics}, nil
}

// seen is a resource in the form that policies have it.
func seen(r plugin.AnalyzerResource) policyx.AnalyzerResource {
	x := policyx.AnalyzerResource{
		Type: string(r.Type), Name: r.Name, URN: string(r.URN), Parent: string(r.Options.Parent),
		Properties: resource.FromResourcePropertyMap(r.Properties),
	}
	x.Options.Protect = r.Options.Protect
	x.Options.IgnoreChanges = r.Options.IgnoreChanges
	if r.Provider != nil {
		x.Provider = policyx.AnalyzerProviderResource{
			Type: string(r.Provider.Type), URN: string(r.Provider.URN), Name: r.Provider.Name,
			Properties: resource.FromResourcePropertyMap(r.Provider.Properties),
		}
	}
	return x
}

// Remediate applies the remedies of the controls at level remediate.
func (a *Analyzer) Remediate(_ context.Context, r plugin.AnalyzerResource) (plugin.RemediateResponse, error) {
	var out plugin.RemediateResponse
	config := a.configuration()
	x := seen(r)
	for _, c := range a.byType[control.Canonical(x.Type)] {
		if config.levels[c.ID] != apitype.Remediate || len(c.Remedy) == 0 || a.exempted(config, c.ID, x, x.URN) != nil {
			continue
		}
		if result, err := contained(c, func() control.Result { return c.OnResource(x, a.conditions(config, c)) }); err != nil || len(result.Violations) == 0 {
			continue
		}
		x.Properties = c.Remediate(x.Properties)
		out.Remediations = append(out.Remediations, plugin.Remediation{
			PolicyName: c.ID, Description: c.Title, PolicyPackName: a.pack.Name, PolicyPackVersion: a.pack.Version.String(),
			URN: r.URN, Properties: resource.ToResourcePropertyMap(x.Properties),
		})
	}
	return out, nil
}

func (a *Analyzer) conditions(config *configuration, c *control.Control) control.Conditions {
	return control.Conditions{Now: a.pack.now(), Settings: config.settings[c.ID], Inputs: func(urn string) (property.Map, bool) {
		a.mu.RLock()
		defer a.mu.RUnlock()
		inputs, ok := a.inputs[urn]
		return inputs, ok
	}}
}

// exempted finds the exemption of a violation.
func (a *Analyzer) exempted(config *configuration, id string, x policyx.AnalyzerResource, urn string) *Exemption {
	token, name := x.Type, x.Name
	if urn != x.URN {
		u := resource.URN(urn)
		token, name = string(u.Type()), u.Name()
	}
	for i, e := range config.exemptions {
		if e.holds(id, token, name, urn) {
			return &config.exemptions[i]
		}
	}
	return nil
}

// contained keeps a mistake in a control from stopping a deployment.
func contained(c *control.Control, check func() control.Result) (result control.Result, err error) {
	defer func() {
		if x := recover(); x != nil {
			err = fmt.Errorf("it could not be evaluated because of a bug in control %s: please report: %v", c.ID, x)
		}
	}()
	return check(), nil
}

// Name is the pack's name.
func (a *Analyzer) Name() tokens.QName { return tokens.QName(a.pack.Name) }

// Close has nothing to close.
func (a *Analyzer) Close() error { return nil }

// Cancel has nothing to cancel: no check takes long.
func (a *Analyzer) Cancel(context.Context) error { return nil }

// GetPluginInfo says which version of the pack this is.
func (a *Analyzer) GetPluginInfo(context.Context) (plugin.PluginInfo, error) {
	return plugin.PluginInfo{Version: &a.pack.Version}, nil
}
