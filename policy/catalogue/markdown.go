package catalogue

import (
	_ "embed" // for the texts around the list
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/controls"
	"github.com/slipway-iac/slipway/policy/pack"
)

//go:embed intro.md
var intro string

//go:embed leftout.md
var leftOut string

// order is that of the profiles, from the laxest.
var order = []string{"dev", "staging", "prod", "regulated"}

// Markdown is the page about the pack: how it is used, and all its controls.
func Markdown() string {
	var b strings.Builder
	b.WriteString(intro)
	writeProfiles(&b)
	writeCounts(&b)
	for _, g := range controls.Groups() {
		fmt.Fprintf(&b, "\n## %s\n", g.Title)
		for i := range g.Controls {
			writeControl(&b, &g.Controls[i])
		}
	}
	b.WriteString(leftOut)
	return b.String()
}

func writeProfiles(b *strings.Builder) {
	b.WriteString("\n## What each profile does\n\n| Severity | " + strings.Join(order, " | ") + " |\n|---|---|---|---|---|\n")
	all := profiles()
	for s := control.Critical; s >= control.Low; s-- {
		fmt.Fprintf(b, "| %s |", s)
		for _, name := range order {
			fmt.Fprintf(b, " %s |", all[name].Levels[s])
		}
		b.WriteString("\n")
	}
	b.WriteString("\nExcept:\n\n")
	for _, name := range order {
		for _, id := range slices.Sorted(maps.Keys(all[name].Choices)) {
			fmt.Fprintf(b, "- %s: `%s` %s\n", name, id, describe(all[name].Choices[id]))
		}
	}
}

func describe(c pack.Choice) string {
	var parts []string
	if c.Level != "" {
		parts = append(parts, "is "+string(c.Level))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Settings)) {
		parts = append(parts, fmt.Sprintf("has `%s` %v", name, c.Settings[name]))
	}
	return strings.Join(parts, ", ") + ": " + c.Because
}

// Coverage counts the ids of other catalogues that the pack's controls answer
// to.
func Coverage() map[string]int {
	seen := map[string]map[string]bool{}
	for _, c := range controls.All() {
		for _, f := range control.Frameworks {
			if seen[f] == nil {
				seen[f] = map[string]bool{}
			}
			for _, id := range c.Mapping.Of(f) {
				seen[f][id] = true
			}
		}
	}
	counts := map[string]int{}
	for f, ids := range seen {
		counts[f] = len(ids)
	}
	return counts
}

func writeCounts(b *strings.Builder) {
	severities, whole := map[control.Severity]int{}, 0
	list := controls.All()
	for _, c := range list {
		severities[c.Severity]++
		if c.CheckStack != nil {
			whole++
		}
	}
	fmt.Fprintf(b, "\n## The controls\n\n%d controls: %d critical, %d high, %d medium, %d low. %d look at the whole stack.\n\n", len(list),
		severities[control.Critical], severities[control.High], severities[control.Medium], severities[control.Low], whole)
	coverage := Coverage()
	b.WriteString("They answer to ")
	for i, f := range control.Frameworks {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(b, "%d ids of %s", coverage[f], f)
	}
	b.WriteString(`. Security Hub's are control ids of
AWS Security Hub; CIS are numbers of CIS AWS Foundations 5.0.0/6.0.0 and CIS EKS 1.8.0, whose
texts are licensed and not repeated here; Checkov's and Trivy's are check ids. The same rule
elsewhere may be wider or narrower. Severities are this project's.
`)
}

func writeControl(b *strings.Builder, c *control.Control) {
	kind := "resource"
	if c.CheckStack != nil {
		kind = "stack"
	}
	fmt.Fprintf(b, "\n### %s\n\n%s. %s, %s", c.ID, c.Title, strings.ToUpper(c.Severity.String()[:1])+c.Severity.String()[1:], kind)
	if len(c.Remedy) > 0 {
		b.WriteString(", can remediate")
	}
	b.WriteString(".\n\n")
	more := ""
	about := c.On
	if len(about) > 3 {
		about, more = about[:3], " and others"
	}
	fmt.Fprintf(b, "- About `%s`%s.\n", strings.Join(about, "`, `"), more)
	var mapping []string
	for _, f := range control.Frameworks {
		if ids := c.Mapping.Of(f); len(ids) > 0 {
			mapping = append(mapping, f+" "+strings.Join(ids, ", "))
		}
	}
	if len(mapping) > 0 {
		fmt.Fprintf(b, "- %s.\n", strings.Join(mapping, "; "))
	}
	for _, s := range c.Settings {
		fmt.Fprintf(b, "- Setting `%s`, by default %s: %s.\n", s.Name, written(s.Default), strings.ToLower(s.Doc[:1])+s.Doc[1:])
	}
	with := ""
	for _, name := range slices.Sorted(maps.Keys(c.With)) {
		with = fmt.Sprintf(", with %s: %s", name, written(c.With[name]))
	}
	fmt.Fprintf(b, "\nFix: %s.\n\n```yaml\n# Violates%s:\n%s\n# Complies:\n%s\n```\n", c.Fix, with, strings.Trim(c.Bad, "\n"), strings.Trim(c.Good, "\n"))
}

// written is the default of a setting for a reader.
func written(v any) string {
	if words, ok := v.([]string); ok && len(words) == 0 {
		return "none"
	} else if ok {
		return strings.Join(words, ", ")
	}
	return fmt.Sprint(v)
}
