package control

import "github.com/pulumi/pulumi/sdk/v3/go/property"

// Plain makes one of Pulumi's values of what Go programs and parsers of JSON and
// YAML have: maps, lists, texts, numbers and booleans. Anything else is null.
func Plain(v any) property.Value {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]property.Value{}
		for k, e := range v {
			m[k] = Plain(e)
		}
		return property.New(m)
	case []any:
		items := make([]property.Value, len(v))
		for i, e := range v {
			items[i] = Plain(e)
		}
		return property.New(items)
	case []string:
		items := make([]property.Value, len(v))
		for i, e := range v {
			items[i] = property.New(e)
		}
		return property.New(items)
	case string:
		return property.New(v)
	case bool:
		return property.New(v)
	case int:
		return property.New(float64(v))
	case float64:
		return property.New(v)
	}
	return property.Value{}
}
