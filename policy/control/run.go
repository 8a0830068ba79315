package control

import (
	"fmt"
	"slices"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"
)

// Violation is what a check found.
type Violation struct {
	// URN of the resource that is wrong.
	URN string
	// Message says what is wrong with it.
	Message string
}

// Result is what a control says about a resource or a stack.
type Result struct {
	// Violations in the order in which they were found.
	Violations []Violation
	// Unknown are the properties that were not known yet: as far as they go, the
	// control has not been evaluated.
	Unknown []string
}

// Conditions are the circumstances of a check.
type Conditions struct {
	// Now is the time; certificates and versions are judged by it.
	Now time.Time
	// Settings are the control's settings that differ from their defaults.
	Settings map[string]any
	// Inputs are what the program said of a resource, for a check of the stack,
	// which otherwise sees only what became of it.
	Inputs func(urn string) (property.Map, bool)
	// Memo keeps what checks of the same stack would each have to work out; nil
	// keeps nothing. Not for several goroutines.
	Memo map[string]any
}

// run is one evaluation of one control.
type run struct {
	control    *Control
	now        time.Time
	settings   map[string]any
	inputs     func(urn string) (property.Map, bool)
	memo       map[string]any
	violations []Violation
	unknown    []string
}

// OnResource evaluates the control on one resource.
func (c *Control) OnResource(x policyx.AnalyzerResource, when Conditions) Result {
	return c.evaluate(when, func(r *run) {
		if c.Check != nil && c.Covers(x.Type) {
			c.Check(r.resource(x))
		}
	})
}

// OnStack evaluates the control on all resources of a stack.
func (c *Control) OnStack(resources []policyx.AnalyzerResource, when Conditions) Result {
	return c.evaluate(when, func(r *run) {
		if c.CheckStack != nil {
			c.CheckStack(r.stack(resources))
		}
	})
}

func (c *Control) evaluate(when Conditions, check func(*run)) Result {
	r := &run{control: c, now: when.Now, settings: when.Settings, inputs: when.Inputs, memo: when.Memo}
	r.guard(func() { check(r) })
	slices.Sort(r.unknown)
	return Result{Violations: r.violations, Unknown: slices.Compact(r.unknown)}
}

// guard runs a part of a check and notes the unknown value that ended it. Any
// other panic is a mistake in the control and goes on.
func (r *run) guard(part func()) {
	defer func() {
		switch x := recover().(type) {
		case nil:
		case unknown:
			r.unknown = append(r.unknown, x.path)
		default:
			panic(x)
		}
	}()
	part()
}

// setting is the configured value of a setting, or its default.
func (r *run) setting(name string) any {
	for _, s := range r.control.Settings {
		if s.Name != name {
			continue
		}
		if given, ok := r.settings[name]; ok {
			return like(s.Default, given)
		}
		return s.Default
	}
	panic(fmt.Sprintf("bug in control %s: it has no setting %s", r.control.ID, name))
}

// like gives a configured value, which has come through JSON, the type of the
// default. Pulumi has checked it against the schema by then.
func like(standard, given any) any {
	switch standard.(type) {
	case int:
		if n, ok := given.(float64); ok {
			return int(n)
		}
	case []string:
		if list, ok := given.([]any); ok {
			words := make([]string, 0, len(list))
			for _, x := range list {
				words = append(words, fmt.Sprint(x))
			}
			return words
		}
	}
	if fmt.Sprintf("%T", standard) != fmt.Sprintf("%T", given) {
		return standard
	}
	return given
}
