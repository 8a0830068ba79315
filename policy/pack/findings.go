package pack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"github.com/slipway-iac/slipway/policy/control"
)

// findings collects what is reported in answer to one call.
type findings struct {
	analyzer    *Analyzer
	config      *configuration
	diagnostics []plugin.AnalyzeDiagnostic
	// unknown are the properties that are not known yet, wait the controls that
	// wait for them.
	unknown, wait []string
}

func (a *Analyzer) newFindings() *findings {
	return &findings{analyzer: a, config: a.configuration()}
}

// add evaluates a control and takes in what it says.
func (f *findings) add(c *control.Control, x policyx.AnalyzerResource, check func(control.Conditions) control.Result) {
	level := f.config.levels[c.ID]
	if level == apitype.Disabled {
		return
	}
	result, err := contained(c, func() control.Result { return check(f.analyzer.conditions(f.config, c)) })
	if err != nil {
		f.report(c.ID, c.Title, err.Error(), x.URN, apitype.Advisory, severity(c.Severity))
		return
	}
	for _, v := range result.Violations {
		urn := v.URN
		if urn == "" {
			urn = x.URN
		}
		message := v.Message + "\nFix: " + c.Fix
		if e := f.analyzer.exempted(f.config, c.ID, x, urn); e != nil {
			f.report(c.ID, c.Title, fmt.Sprintf("Exempted until %s: %s\n%s", e.Expires, e.Reason, message), urn, apitype.Advisory, severity(c.Severity))
			continue
		}
		f.report(c.ID, c.Title, message, urn, level, severity(c.Severity))
	}
	if len(result.Unknown) > 0 {
		f.unknown = append(f.unknown, result.Unknown...)
		f.wait = append(f.wait, c.ID)
	}
}

// waiting reports what could not be evaluated yet: once for a resource, because
// one value may keep many controls waiting.
func (f *findings) waiting(urn string) {
	level := f.config.levels[UnknownID]
	if len(f.wait) == 0 || level == apitype.Disabled {
		return
	}
	slices.Sort(f.unknown)
	f.report(UnknownID, "Controls are evaluated when what they read is known",
		fmt.Sprintf("Not known yet: %s. Could not be evaluated yet: %s.",
			strings.Join(slices.Compact(f.unknown), ", "), strings.Join(f.wait, ", ")),
		urn, level, apitype.PolicySeverityLow)
}

func (f *findings) report(id, title, message, urn string, level apitype.EnforcementLevel, severity apitype.PolicySeverity) {
	f.diagnostics = append(f.diagnostics, plugin.AnalyzeDiagnostic{
		PolicyName: id, PolicyPackName: f.analyzer.pack.Name, PolicyPackVersion: f.analyzer.pack.Version.String(),
		Description: title, Message: title + ".\n" + message, EnforcementLevel: level, URN: resource.URN(urn), Severity: severity,
	})
}

func severity(s control.Severity) apitype.PolicySeverity {
	return map[control.Severity]apitype.PolicySeverity{
		control.Low: apitype.PolicySeverityLow, control.Medium: apitype.PolicySeverityMedium,
		control.High: apitype.PolicySeverityHigh, control.Critical: apitype.PolicySeverityCritical,
	}[s]
}
