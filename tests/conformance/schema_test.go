package conformance

import (
	"maps"
	"slices"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/tests/conformance/terraform"
)

// compareSchemas holds every property of every kind that the account models to
// the provider's schema.
func compareSchemas(t *testing.T, r *report, account *cloud.Account, schema terraform.Schema) {
	t.Helper()
	for _, token := range account.Kinds() {
		typ, err := schema.TypeOf(token)
		if err != nil {
			t.Error(err)
			continue
		}
		kind, err := account.Kind(token)
		if err != nil {
			t.Fatal(err)
		}
		r.count("kinds whose schemas were compared", 1)
		c := schemaComparison{r, token, typ}
		c.objects("", kind.Fields, schema[typ].Object, false)
	}
}

type schemaComparison struct {
	report     *report
	token, typ string
}

func (c schemaComparison) differ(property, aspect string, provider, sandbox any) {
	c.report.differ(difference{c.token, property, aspect, provider, sandbox, c.typ})
}

// objects compares the properties of an object; within what only AWS sets,
// nothing is required.
func (c schemaComparison) objects(path string, fields cloud.Fields, shape *terraform.Shape, output bool) {
	found := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		at := join(path, name)
		attribute, p := shape.Find(name)
		if p == nil {
			c.differ(at, "exists", false, true)
			continue
		}
		found[attribute] = true
		c.report.count("properties whose schemas were compared", 1)
		c.property(at, fields[name], p, output)
	}
	for _, attribute := range slices.Sorted(maps.Keys(shape.Properties)) {
		if p := shape.Properties[attribute]; p.Required && !found[attribute] {
			c.differ(join(path, attribute), "required property exists", true, false)
		}
	}
}

func (c schemaComparison) property(at string, f cloud.Field, p *terraform.Property, output bool) {
	d := f.Describe()
	output = output || d.Output
	// Pulumi makes a name where the provider may want one.
	if named := f.AutoName() > 0; !p.Typed && !output && !named {
		if p.Required != d.Required {
			c.differ(at, "required", p.Required, d.Required)
		}
		// The schema does not say of a block whether AWS fills it in.
		if !p.Block && (p.Optional && p.Computed) != d.Computed {
			c.differ(at, "filled in by AWS when left out", p.Optional && p.Computed, d.Computed)
		}
	}
	if only := p.Computed && !p.Optional; !p.Typed && !output == only {
		c.differ(at, "set by AWS only", only, output)
	}
	c.form(at, d, p.Shape, p.One, output)
}

func (c schemaComparison) form(at string, d cloud.Description, s terraform.Shape, one, output bool) {
	repeated := s.Form == "list" || s.Form == "set"
	switch {
	case repeated && d.Form == s.Form && !one:
		c.form(at, d.Elem.Describe(), *s.Elem, false, output)
	case repeated && d.Form != "list" && d.Form != "set" && (one || output):
		c.form(at, d, *s.Elem, false, output)
	case s.Form != d.Form:
		c.differ(at, "form", s.Form, d.Form)
	case d.Form == "map":
		c.form(at, d.Elem.Describe(), *s.Elem, false, output)
	case d.Form == "object":
		c.objects(at, d.Fields, &s, output)
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
