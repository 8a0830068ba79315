package control

import (
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"
)

// Resource is a resource as a check sees it: its inputs when it is about to be
// made, its outputs in a check of the stack.
type Resource struct {
	// Value has the properties.
	Value
	// AnalyzerResource is what Pulumi says about it.
	policyx.AnalyzerResource
}

func (r *run) resource(x policyx.AnalyzerResource) *Resource {
	return &Resource{Value: Value{v: property.New(x.Properties), run: r}, AnalyzerResource: x}
}

// Is tells whether the resource is of a type, under any of its names.
func (r *Resource) Is(tokens ...string) bool {
	for _, t := range tokens {
		if Canonical(t) == Canonical(r.Type) {
			return true
		}
	}
	return false
}

// Kind is the last part of the type: Deployment, LogGroup.
func (r *Resource) Kind() string { return r.Type[strings.LastIndex(r.Type, ":")+1:] }

// Input is a property as the program wrote it. In a check of a stack, Get has
// what became of it, which may be more: AWS answers with the rules of a security
// group, say, whoever made them.
func (r *Resource) Input(path string) Value {
	return Value{v: property.New(r.Given()), run: r.run}.Get(path)
}

// Given are all properties as the program wrote them, as of [Resource.Input].
func (r *Resource) Given() property.Map {
	if r.run.inputs != nil {
		if inputs, ok := r.run.inputs(r.URN); ok {
			return inputs
		}
	}
	return r.Properties
}

// Configured is a property of the resource's provider.
func (r *Resource) Configured(path string) Value {
	return Value{v: property.New(r.Provider.Properties), run: r.run}.Get(path)
}

// Violate reports a violation. The message says what is wrong, where, and what
// to write instead; the control's way to fix it is added.
func (r *Resource) Violate(format string, args ...any) {
	r.run.violations = append(r.run.violations, Violation{URN: r.URN, Message: fmt.Sprintf(format, args...)})
}

// Want reports a property that is not as it should be.
func (r *Resource) Want(v Value, want string) {
	if v.v.IsNull() {
		r.Violate("%s is not set: want %s", v.path, want)
		return
	}
	r.Violate("%s is %s: want %s", v.path, v.Describe(), want)
}

// Guard runs a part of a check. When it reads an unknown value it is left, and
// what follows it is checked.
func (r *Resource) Guard(part func()) { r.run.guard(part) }

// Now is the time of the run, by the pack's clock.
func (r *Resource) Now() time.Time { return r.run.now }

// Flag reads a setting that is a boolean.
func (r *Resource) Flag(setting string) bool { return r.run.setting(setting).(bool) }

// Number reads a setting that is a whole number.
func (r *Resource) Number(setting string) int { return r.run.setting(setting).(int) }

// Words reads a setting that is a list of texts.
func (r *Resource) Words(setting string) []string { return r.run.setting(setting).([]string) }
