// Package control is what a control of the policy pack is made of: its place in
// the catalogue, what it reads, and the check. A control sees only resources, as
// Pulumi's policyx describes them, whoever made them.
//
// What every control would have to repeat is done here once. An unknown value
// that a check reads ends the check of the thing it belongs to, without a
// violation; types are found under their older and newer names; a property may be
// absent, null, secret or of another kind than expected, and none of it panics.
// It imports no SDK of a cloud.
package control

import (
	"slices"
	"strings"
)

// Severity says how bad a violation is.
type Severity int

// The severities, from the least to the worst.
const (
	Low Severity = iota + 1
	Medium
	High
	Critical
)

// String is the severity as the catalogue and Pulumi write it.
func (s Severity) String() string {
	return [...]string{"", "low", "medium", "high", "critical"}[s]
}

// Control is one rule of the pack. It has a check of single resources or of a
// whole stack.
type Control struct {
	// ID names the control for good: settings and exemptions use it.
	ID string
	// Severity of a violation.
	Severity Severity
	// Title is the rule in a sentence: what a compliant program does.
	Title string
	// Mapping names the rule's relatives in other catalogues.
	Mapping Mapping
	// On lists the type tokens that Check is called for, or, of a control of the
	// whole stack, those that it is about.
	On []string
	// Reads lists the properties that the check reads of the first type in On,
	// or of another with the type before the property and a blank.
	Reads []string
	// Settings are what a user may configure.
	Settings []Setting
	// Check reports what is wrong with one resource.
	Check func(*Resource)
	// CheckStack reports what is wrong with the resources of a stack together.
	CheckStack func(*Stack)
	// Fix says what to do.
	Fix string
	// Remedy are the properties that a remediation sets.
	Remedy []Remedy
	// With are the settings under which Bad violates, of a control that asks for
	// nothing until it is configured.
	With map[string]any
	// Bad and Good are the same program in Pulumi YAML, before and after the
	// fix: the properties of one resource of the first type in On, or, under a
	// key "resources", several. They are in the catalogue, and tests run them.
	Bad, Good string
}

// Remedy is a property, by its dotted path, and the value that it gets.
type Remedy struct {
	Path  string
	Value any
}

// Setting is a value of a control that can be configured.
type Setting struct {
	// Name is its key in the configuration.
	Name string
	// Doc says what it decides.
	Doc string
	// Default holds unless the profile or the user says otherwise. Its type is
	// the setting's: bool, int, string or []string.
	Default any
}

// Schema is the JSON schema of the setting.
func (s Setting) Schema() map[string]any {
	schema := map[string]any{"description": s.Doc}
	switch s.Default.(type) {
	case bool:
		schema["type"] = "boolean"
	case int:
		schema["type"] = "integer"
	case string:
		schema["type"] = "string"
	case []string:
		schema["type"] = "array"
		schema["items"] = map[string]any{"type": "string"}
	}
	return schema
}

// Mapping names the same rule in other catalogues; a list is separated by
// commas.
type Mapping struct {
	// SecurityHub are controls of AWS Security Hub.
	SecurityHub string
	// CIS are recommendations of the CIS benchmarks: "AWS 5.5/6.5" of CIS AWS
	// Foundations v5.0.0 and v6.0.0, "EKS 4.2.1" of CIS EKS v1.8.0.
	CIS string
	// Checkov are checks of Checkov.
	Checkov string
	// Trivy are checks of Trivy: AWS-nnnn and KSV-nnnn.
	Trivy string
}

// Frameworks are the names of the catalogues of a mapping, in order.
var Frameworks = []string{"Security Hub", "CIS", "Checkov", "Trivy"}

// Of lists the mapping's ids in a framework.
func (m Mapping) Of(framework string) []string {
	text := map[string]string{"Security Hub": m.SecurityHub, "CIS": m.CIS, "Checkov": m.Checkov, "Trivy": m.Trivy}[framework]
	var ids []string
	for _, id := range strings.Split(text, ",") {
		if id = strings.TrimSpace(id); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// Covers tells whether the control checks resources of a type.
func (c Control) Covers(token string) bool {
	return slices.ContainsFunc(c.On, func(on string) bool { return Canonical(on) == Canonical(token) })
}
