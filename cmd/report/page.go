package main

import (
	"bytes"
	_ "embed" // The page's own parts.
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/timeline"
)

var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	style string
	//go:embed page.js
	script string
)

// page writes the report as one file.
func (r *report) page() ([]byte, error) {
	t, err := template.New("page").Funcs(template.FuncMap{
		"style":  func() template.CSS { return template.CSS(style) },
		"script": func() template.JS { return template.JS(script) },
		"join":   func(list []string) string { return strings.Join(list, ", ") },
		"word":   word,
		"kind":   func(group string) string { kind, _ := split(group); return kind },
		"name":   func(group string) string { _, name := split(group); return name },
	}).Parse(pageText)
	if err != nil {
		return nil, fmt.Errorf("bug in the report's page: %w", err)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, r); err != nil {
		return nil, fmt.Errorf("writing the page: %w", err)
	}
	return out.Bytes(), nil
}

// word is a sign of the matrix as a word and as a class of the style sheet.
func word(sign string) string {
	switch sign {
	case "-":
		return "no"
	case "?":
		return "unknown"
	}
	return sign
}

// split takes a group's name apart: of namespace:apps the kind is namespace:.
func split(group string) (kind, name string) {
	if before, after, found := strings.Cut(group, ":"); found {
		return before + ":", after
	}
	return "", group
}

// bar is one operation of the timeline's chart, in percent of the whole.
type bar struct {
	Name, Type, Verb, Takes, Ends, Because string
	Left, Width                            float64
}

// Critical are the operations that make the change as long as it is.
func (r *report) Critical() []bar {
	var out []bar
	for _, o := range r.Timeline.CriticalPath() {
		out = append(out, r.bar(o))
	}
	return out
}

// Others are the longest of the operations that nothing waits for, by their
// start.
func (r *report) Others() []bar {
	const most = 15
	var rest []timeline.Operation
	for _, o := range r.Timeline.Operations {
		if !o.Critical {
			rest = append(rest, o)
		}
	}
	slices.SortStableFunc(rest, func(a, b timeline.Operation) int { return int(b.Took()/1e6) - int(a.Took()/1e6) })
	rest = rest[:min(most, len(rest))]
	slices.SortStableFunc(rest, func(a, b timeline.Operation) int { return int(a.Start/1e6) - int(b.Start/1e6) })
	var out []bar
	for _, o := range rest {
		out = append(out, r.bar(o))
	}
	return out
}

func (r *report) bar(o timeline.Operation) bar {
	whole := float64(max(1, r.Timeline.Expected))
	kind := o.Type[strings.LastIndex(o.Type, ":")+1:]
	return bar{
		Name: o.Name, Type: kind, Verb: string(o.Verb), Takes: o.Took().String(), Ends: o.End.String(), Because: o.Because,
		Left: 100 * float64(o.Start) / whole, Width: max(0.4, 100*float64(o.Took())/whole),
	}
}
