package controls

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"github.com/slipway-iac/slipway/internal/golden"
	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/example"
)

// change makes another value of the one at a path; of each, where lists stand in
// the way.
func change(v property.Value, path []string, f func(property.Value) property.Value) property.Value {
	switch {
	case len(path) == 0:
		return f(v)
	case v.IsArray():
		items := v.AsArray().AsSlice()
		for i := range items {
			items[i] = change(items[i], path, f)
		}
		return property.WithGoValue(v, items)
	case v.IsMap():
		return property.WithGoValue(v, v.AsMap().Set(path[0], change(v.AsMap().Get(path[0]), path[1:], f)))
	case v.IsNull():
		return property.New(map[string]property.Value{path[0]: change(property.Value{}, path[1:], f)})
	}
	return v
}

// with changes what a control reads of the resources of one type.
func with(resources []policyx.AnalyzerResource, token, path string, f func(property.Value) property.Value) []policyx.AnalyzerResource {
	var out []policyx.AnalyzerResource
	for _, r := range resources {
		if control.Canonical(r.Type) == control.Canonical(token) {
			r.Properties = change(property.New(r.Properties), strings.Split(path, "."), f).AsMap()
		}
		out = append(out, r)
	}
	return out
}

// eachRead goes through the types and properties that a control reads.
func eachRead(c *control.Control, do func(token, path string)) {
	for _, read := range c.Reads {
		token, path, ok := strings.Cut(read, " ")
		if !ok {
			token, path = c.On[0], read
		}
		do(token, path)
	}
}

func always(v property.Value) func(property.Value) property.Value {
	return func(property.Value) property.Value { return v }
}

var (
	null     = always(property.Value{})
	computed = always(property.New(property.Computed))
)

// odd are values of kinds that no control expects where it finds them.
var odd = []property.Value{
	property.New(true), property.New(-1.5), property.New(""), property.New("?{[* \x00"), property.New("0.0.0.0/0"),
	property.New([]property.Value{}), property.New([]property.Value{property.New(1.0), {}, property.New("x")}),
	property.New(map[string]property.Value{}), property.New(map[string]property.Value{"a.b": property.New(property.Computed)}),
	property.New([]property.Value{property.New([]property.Value{property.New(property.Computed)})}),
}

// aboutSecrets are the controls that judge whether a value is secret.
var aboutSecrets = []string{"k8s-secret-value-is-secret", "sm-no-plaintext-secret-version", "rds-managed-master-password", "no-plaintext-secrets-in-inputs"}

// Each control is tried with what programs come with: values that are not known
// yet, null, secret or of another kind, other types, other names of its own
// types, and other resources around it.
func TestGeneratedCases(t *testing.T) {
	t.Parallel()
	var cases atomic.Int64
	t.Run("controls", func(t *testing.T) {
		for _, c := range All() {
			t.Run(c.ID, func(t *testing.T) {
				t.Parallel()
				g := &generated{T: t, c: &c}
				g.run()
				if g.cases < 12 {
					t.Errorf("%d cases: want 12 or more", g.cases)
				}
				cases.Add(int64(g.cases))
			})
		}
	})
	t.Logf("%d controls, %d generated cases", len(All()), cases.Load())
}

type generated struct {
	*testing.T
	c     *control.Control
	cases int
}

// try evaluates the control on a case, which must not panic.
func (g *generated) try(name string, resources []policyx.AnalyzerResource) control.Result {
	g.Helper()
	g.cases++
	defer func() {
		if x := recover(); x != nil {
			g.Errorf("%s: panic: %v", name, x)
		}
	}()
	return verdict(g.c, resources)
}

// compliant wants no violation.
func (g *generated) compliant(name string, resources []policyx.AnalyzerResource) {
	g.Helper()
	if r := g.try(name, resources); len(r.Violations) > 0 {
		g.Errorf("%s: %s", name, r.Violations[0].Message)
	}
}

// same wants as many violations as without the change.
func (g *generated) same(name string, resources []policyx.AnalyzerResource, want int) {
	g.Helper()
	if r := g.try(name, resources); len(r.Violations) != want {
		g.Errorf("%s: %d violations, want %d", name, len(r.Violations), want)
	}
}

func (g *generated) run() {
	c := g.c
	good, bad := load(g.T, c, c.Good, example.Updated), load(g.T, c, c.Bad, example.Updated)
	found := len(g.try("bad", bad).Violations)
	g.compliant("good", good)
	g.try("bad, previewed", load(g.T, c, c.Bad, example.Previewed))
	g.compliant("nothing", nil)
	elsewhere := func(resources []policyx.AnalyzerResource) []policyx.AnalyzerResource {
		var out []policyx.AnalyzerResource
		for _, r := range resources {
			r.Type = "aws:other/thing:Thing"
			out = append(out, r)
		}
		return out
	}
	g.compliant("another type", elsewhere(bad))
	g.compliant("another type, good", elsewhere(good))
	around := append(elsewhere(good), bad...)
	g.same("among others", around, found)
	for _, token := range c.On {
		for _, alias := range control.Aliases(token) {
			var renamed []policyx.AnalyzerResource
			for _, r := range bad {
				if r.Type == token {
					r.Type = alias
				}
				renamed = append(renamed, r)
			}
			g.same("named "+alias, renamed, found)
		}
	}
	secretly := func(resources []policyx.AnalyzerResource) []policyx.AnalyzerResource {
		var out []policyx.AnalyzerResource
		for _, r := range resources {
			for key := range r.Properties.All {
				r.Properties = r.Properties.Set(key, r.Properties.Get(key).WithSecret(true))
			}
			out = append(out, r)
		}
		return out
	}
	if !slices.Contains(aboutSecrets, c.ID) {
		g.same("bad, secretly", secretly(bad), found)
	}
	g.compliant("good, secretly", secretly(good))
	unknown := bad
	for _, r := range bad {
		for key := range r.Properties.All {
			unknown = with(unknown, r.Type, key, computed)
		}
		eachRead(c, func(_, path string) {
			key, _, _ := strings.Cut(path, ".")
			unknown = with(unknown, r.Type, key, computed)
		})
	}
	// A user policy violates by being there.
	if c.CheckStack == nil && len(c.Reads) > 0 && c.ID != "iam-no-user-policies" {
		g.compliant("nothing known", unknown)
	} else {
		g.try("nothing known", unknown)
	}
	if len(c.Remedy) > 0 {
		var mended []policyx.AnalyzerResource
		for _, r := range bad {
			r.Properties = c.Remediate(r.Properties)
			mended = append(mended, r)
		}
		g.compliant("remediated", mended)
	}
	eachRead(c, func(token, path string) {
		g.compliant(path+" not known", with(good, token, path, computed))
		g.try("bad, "+path+" not known", with(bad, token, path, computed))
		g.try(path+" null", with(good, token, path, null))
		for i, v := range odd {
			g.try(fmt.Sprintf("%s odd %d", path, i), with(good, token, path, always(v)))
			g.try(fmt.Sprintf("bad, %s odd %d", path, i), with(bad, token, path, always(v)))
		}
	})
	for key, v := range map[string]property.Map{"empty": {}, "odd": property.NewMap(map[string]property.Value{"spec": property.New("x"), "policy": property.New(1.0)})} {
		for _, token := range c.On {
			g.try(key+" "+token, []policyx.AnalyzerResource{{Type: token, Name: "x", URN: example.URN(token, "x"), Properties: v}})
		}
	}
}

// What each control says when a property is absent, null or not known is a
// decision; the golden file has them all.
func TestVerdictsGolden(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, c := range All() {
		fmt.Fprintf(&b, "%s\n", c.ID)
		word := func(resources []policyx.AnalyzerResource) string {
			r := verdict(&c, resources)
			switch {
			case len(r.Violations) > 0 && len(r.Unknown) > 0:
				return "violates, rest not known"
			case len(r.Violations) > 0:
				return "violates"
			case len(r.Unknown) > 0:
				return "not known"
			}
			return "complies"
		}
		if c.CheckStack == nil {
			for _, token := range c.On {
				fmt.Fprintf(&b, "  empty %s: %s\n", token, word([]policyx.AnalyzerResource{{Type: token, URN: example.URN(token, "x")}}))
			}
		}
		good := load(t, &c, c.Good, example.Updated)
		eachRead(&c, func(token, path string) {
			absent, computed := word(with(good, token, path, null)), word(with(good, token, path, computed))
			fmt.Fprintf(&b, "  %s %s: absent %s, unknown %s\n", token, path, absent, computed)
		})
		fmt.Fprintf(&b, "  bad in a first preview: %s\n", word(load(t, &c, c.Bad, example.Previewed)))
	}
	golden.Equal(t, filepath.Join("testdata", "verdicts.golden"), b.String())
}
