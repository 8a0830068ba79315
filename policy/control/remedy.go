package control

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// Remediate is what a remediation makes of a resource's properties.
func (c *Control) Remediate(properties property.Map) property.Map {
	v := property.New(properties)
	for _, r := range c.Remedy {
		v = set(v, strings.Split(r.Path, "."), Plain(r.Value))
	}
	return v.AsMap()
}

// set puts a value at a path and makes the objects on the way. What is not known
// yet, or of another kind, stays as it is.
func set(v property.Value, path []string, x property.Value) property.Value {
	switch {
	case len(path) == 0:
		return x
	case v.IsNull():
		v = property.New(property.Map{})
	case !v.IsMap():
		return v
	}
	inner := v.AsMap()
	return property.WithGoValue(v, inner.Set(path[0], set(inner.Get(path[0]), path[1:], x)))
}
