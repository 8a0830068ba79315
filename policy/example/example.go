// Package example reads programs in Pulumi YAML, as far as the examples of
// controls need it: resources with their types, properties and options, and
// references to other resources. What a reference makes of a value is known, so
// that an example can be checked as it stands after an update; [Load] can also
// leave all references unknown, as they are in a first preview. A provider is a
// name, which stands for its region, too.
package example

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"
	"gopkg.in/yaml.v3"
)

// Stage is when a program is looked at.
type Stage int

const (
	// Updated is after an update: references are the IDs of what they name.
	Updated Stage = iota
	// Previewed is a first preview: references are unknown.
	Previewed
)

// program is the part of Pulumi YAML that is read.
type program struct {
	Resources map[string]struct {
		Type       string         `yaml:"type"`
		Properties map[string]any `yaml:"properties"`
		Options    struct {
			Protect   bool     `yaml:"protect"`
			Provider  string   `yaml:"provider"`
			DependsOn []string `yaml:"dependsOn"`
		} `yaml:"options"`
	} `yaml:"resources"`
}

// Load reads an example: a program, or the properties of one resource of the
// given type.
func Load(text, token string, stage Stage) ([]policyx.AnalyzerResource, error) {
	var p program
	if !strings.Contains("\n"+text, "\nresources:") {
		text = "resources:\n  example:\n    type: " + token + "\n    properties:\n" + indented(text)
	}
	if err := yaml.Unmarshal([]byte(text), &p); err != nil {
		return nil, fmt.Errorf("reading the example: %w\n%s", err, text)
	}
	var out []policyx.AnalyzerResource
	for _, name := range slices.Sorted(maps.Keys(p.Resources)) {
		r := p.Resources[name]
		l := loader{program: p, stage: stage, dependencies: map[string][]string{}}
		properties := map[string]property.Value{}
		for key, v := range r.Properties {
			l.key = key
			properties[key] = l.value(v)
		}
		if id := (property.New(id(name))); stage == Updated {
			if _, given := properties["id"]; !given {
				properties["id"] = id
			}
		}
		if l.err != nil {
			return nil, fmt.Errorf("resource %s: %w", name, l.err)
		}
		x := policyx.AnalyzerResource{
			Type: r.Type, Name: name, URN: URN(r.Type, name), Properties: property.NewMap(properties),
			Options: pulumi.ResourceOptions{Protect: r.Options.Protect}, PropertyDependencies: l.dependencies,
		}
		pkg, _, _ := strings.Cut(r.Type, ":")
		x.Provider = policyx.AnalyzerProviderResource{
			Type: "pulumi:providers:" + pkg, Name: r.Options.Provider,
			Properties: property.NewMap(map[string]property.Value{"region": property.New(r.Options.Provider)}),
		}
		for _, ref := range r.Options.DependsOn {
			on := strings.Trim(ref, "${}")
			x.Dependencies = append(x.Dependencies, URN(p.Resources[on].Type, on))
		}
		for _, key := range slices.Sorted(maps.Keys(l.dependencies)) {
			x.Dependencies = append(x.Dependencies, l.dependencies[key]...)
		}
		out = append(out, x)
	}
	return out, nil
}

// URN is the identity of an example's resource.
func URN(token, name string) string {
	return "urn:pulumi:example::policy::" + token + "::" + name
}

// id is what stands for a resource's ID, ARN or name.
func id(name string) string { return name + "-id" }

func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.Trim(text, "\n") + "\n") {
		b.WriteString("      " + line)
	}
	return b.String()
}

// loader turns the properties of one resource into Pulumi's values.
type loader struct {
	program      program
	stage        Stage
	key          string
	dependencies map[string][]string
	err          error
}

var reference = regexp.MustCompile(`\$\{([a-zA-Z0-9_-]+)(\.[a-zA-Z0-9_.\[\]-]+)?\}`)

func (l *loader) value(v any) property.Value {
	switch v := v.(type) {
	case nil:
		return property.Value{}
	case map[string]any:
		if secret, ok := v["fn::secret"]; ok {
			return l.value(secret).WithSecret(true)
		}
		if object, ok := v["fn::toJSON"]; ok {
			return l.json(object)
		}
		m := map[string]property.Value{}
		for k, e := range v {
			m[k] = l.value(e)
		}
		return property.New(m)
	case []any:
		items := make([]property.Value, len(v))
		for i, e := range v {
			items[i] = l.value(e)
		}
		return property.New(items)
	case string:
		return l.text(v)
	case int:
		return property.New(float64(v))
	}
	x, err := property.Any(v)
	if err != nil {
		l.err = err
	}
	return x
}

// text puts the IDs of resources into a text, or makes it unknown.
func (l *loader) text(s string) property.Value {
	found := false
	s = strings.ReplaceAll(s, "$${", "\x00") // As in Pulumi YAML, this is no reference.
	s = reference.ReplaceAllStringFunc(s, func(ref string) string {
		found = true
		parts := reference.FindStringSubmatch(ref)
		name := parts[1]
		to, ok := l.program.Resources[name]
		if !ok {
			l.err = fmt.Errorf("%s names %s, which is no resource of the example", l.key, ref)
			return ref
		}
		l.dependencies[l.key] = append(l.dependencies[l.key], URN(to.Type, name))
		return id(name)
	})
	if found && l.stage == Previewed {
		return property.New(property.Computed)
	}
	return property.New(strings.ReplaceAll(s, "\x00", "${"))
}
