package validation

import (
	"fmt"
	"regexp"

	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

var versionName = regexp.MustCompile(`^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`)

// customDefinition holds a custom resource definition to what makes it usable:
// its name, its names, and its versions. Of a version's schema it wants that
// there is one.
func (c *checker) customDefinition() {
	spec := c.object.Obj("spec")
	names := spec.Obj("names")
	for _, field := range []string{"plural", "kind"} {
		c.require(names, "spec.names", field, "")
	}
	c.require(spec, "spec", "group", "")
	if want := names.Str("plural") + "." + spec.Str("group"); objects.NameOf(c.object).Name != want {
		c.invalid(definition, "metadata.name", objects.NameOf(c.object).Name, "must be spec.names.plural+\".\"+spec.group")
	}
	c.require(spec, "spec", "scope", "")
	c.oneOf(spec, "spec", "scope", "Cluster", "Namespaced")
	stored := 0
	seen := map[string]bool{}
	for i, v := range spec.Objs("versions") {
		at := fmt.Sprintf("spec.versions[%d]", i)
		name := v.Str("name")
		if !versionName.MatchString(name) {
			c.invalid(definition, at+".name", name, "want a version such as v1 or v1beta1")
		}
		if seen[name] {
			c.add(duplicate, at+".name", "Duplicate value: %q", name)
		}
		seen[name] = true
		if v.Bool("storage") {
			stored++
		}
		schema := v.Obj("schema").Obj("openAPIV3Schema")
		if len(schema) == 0 {
			c.add(definition, at+".schema.openAPIV3Schema", "Required value: schemas are required")
		} else if schema.Str("type") != "object" {
			c.add(definition, at+".schema.openAPIV3Schema.type", "Invalid value: %q: must be object at the root", schema.Str("type"))
		}
	}
	if stored != 1 {
		c.add(definition, "spec.versions", "Invalid value: must have exactly one version marked as storage version")
	}
}
