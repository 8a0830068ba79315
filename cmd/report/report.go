package main

import (
	"context"
	"fmt"
	"html/template"
	"strings"

	"github.com/slipway-iac/slipway/reach"
	"github.com/slipway-iac/slipway/reach/capacity"
	"github.com/slipway-iac/slipway/sandbox/timeline"
)

// report is what the page shows.
type report struct {
	Name      string
	Resources int
	Picture   template.HTML
	Groups    []string
	Rows      []row
	Findings  []reach.Finding
	Standing  []reach.Assertion
	Gaps      []string
	Capacity  capacity.Report
	Timeline  *timeline.Timeline
	Policies  *checked
}

// row is a row of the matrix.
type row struct {
	From  string
	Cells []*cell
}

// cell is one answer of the matrix, and its explanation.
type cell struct {
	ID, From, To, Sign, Text string
	Pairs                    []pair
}

// pair explains one way, and names those that are like it.
type pair struct {
	Title, Answer string
	Hops          []reach.Hop
	Blocked       *reach.Blocker
	Facts         []string
	Like          []string
}

func newReport(ctx context.Context, s *stack, config string) (*report, error) {
	n := reach.New(s.resources)
	m, err := n.Matrix()
	if err != nil {
		return nil, err
	}
	r := &report{Name: s.Name, Resources: len(s.resources) - 1, Capacity: capacity.Of(n), Standing: append(n.Standing(), capacity.Standing()...), Gaps: n.Gaps()}
	r.Findings = n.Check(r.Standing...)
	for _, g := range m.Groups {
		r.Groups = append(r.Groups, g.String())
	}
	for i, results := range m.Cells {
		line := row{From: r.Groups[i]}
		for _, result := range results {
			line.Cells = append(line.Cells, newCell(result))
		}
		r.Rows = append(r.Rows, line)
	}
	if r.Policies, err = judge(ctx, s, config); err != nil {
		return nil, err
	}
	s.place(n)
	svg, err := draw(ctx, s.source())
	if err != nil {
		return nil, err
	}
	r.Picture = template.HTML(svg) // It is d2's own, which escapes labels.
	return r, nil
}

// anchor is an identifier of the page made of a name.
func anchor(parts ...string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' {
			return c
		}
		return '_'
	}, strings.ToLower(strings.Join(parts, "--")))
}

func newCell(r *reach.Result) *cell {
	if r == nil {
		return nil
	}
	sum := r.Sum()
	c := &cell{ID: anchor("path", sum.From, sum.To), From: sum.From, To: sum.To, Sign: sum.Sign(), Text: sum.String()}
	if sum.May.Empty() {
		c.Text = "nothing gets through"
	}
	seen := map[string]int{}
	for _, p := range r.Pairs {
		title := fmt.Sprintf("%s to %s", p.From, p.To)
		key := p.Kind()
		if i, ok := seen[key]; ok {
			c.Pairs[i].Like = append(c.Pairs[i].Like, title)
			continue
		}
		seen[key] = len(c.Pairs)
		why := p.Explain()
		out := pair{Title: title, Facts: why.Facts}
		switch {
		case !p.Some.Empty():
			out.Answer, out.Hops = "yes, "+p.Some.String(), why.Trace
		case !p.May.Empty():
			out.Answer, out.Hops = "perhaps, "+p.May.String(), why.Trace
		default:
			out.Answer = "no"
		}
		if !p.All.Equal(r.Asked) {
			out.Blocked = why.Blocked
		}
		c.Pairs = append(c.Pairs, out)
	}
	return c
}
