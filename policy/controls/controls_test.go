package controls

import (
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/example"
)

// today is the day on which the tests' programs are looked at.
var today = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func load(t *testing.T, c *control.Control, text string, stage example.Stage) []policyx.AnalyzerResource {
	t.Helper()
	resources, err := example.Load(text, c.On[0], stage)
	if err != nil {
		t.Fatalf("%s: %v", c.ID, err)
	}
	return resources
}

// verdict evaluates a control on a program, as the pack does.
func verdict(c *control.Control, resources []policyx.AnalyzerResource) control.Result {
	when := control.Conditions{Now: today, Settings: c.With}
	if c.CheckStack != nil {
		return c.OnStack(resources, when)
	}
	var all control.Result
	for _, r := range resources {
		one := c.OnResource(r, when)
		all.Violations = append(all.Violations, one.Violations...)
		all.Unknown = append(all.Unknown, one.Unknown...)
	}
	return all
}

// The examples of the catalogue are what they are said to be.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, c := range All() {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			bad := verdict(&c, load(t, &c, c.Bad, example.Updated))
			if len(bad.Violations) == 0 {
				t.Errorf("its bad example is compliant (not known: %v)", bad.Unknown)
			}
			if good := verdict(&c, load(t, &c, c.Good, example.Updated)); len(good.Violations) > 0 || len(good.Unknown) > 0 {
				t.Errorf("its good example is not compliant: %v, not known: %v", good.Violations, good.Unknown)
			}
			if preview := verdict(&c, load(t, &c, c.Good, example.Previewed)); len(preview.Violations) > 0 {
				t.Errorf("its good example is not compliant in a first preview: %v", preview.Violations)
			}
		})
	}
}
