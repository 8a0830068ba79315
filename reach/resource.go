package reach

// Resource is one resource of a program, planned or made. It is all that this
// package ever sees.
type Resource struct {
	// Type is Pulumi's type token, such as aws:ec2/subnet:Subnet.
	Type string
	// Name is the logical name: what answers call it by.
	Name string
	// URN is its identity, Parent that of the component it belongs to.
	URN, Parent string
	// ID is the physical identifier; "" while it is not known.
	ID string
	// Properties are what is known of it, computed properties included, as JSON
	// has them: maps, lists, strings, numbers and booleans. What nobody knows yet
	// is [Unknown].
	Properties map[string]any
	// PropertyDependencies are the URNs that each input came from. In a preview,
	// where identifiers are unknown, they alone tell what belongs to what.
	PropertyDependencies map[string][]string
}

// Unknown is the value of a property that is not known yet, as in a preview. It
// may stand anywhere in [Resource.Properties].
var Unknown any = unknown{}

type unknown struct{}

// props are properties, read without regard to whether they are there.
type props map[string]any

func (p props) known(name string) bool { _, is := p[name].(unknown); return !is }

func (p props) str(name string) string { s, _ := p[name].(string); return s }

func (p props) obj(name string) props {
	switch v := p[name].(type) {
	case map[string]any:
		return v
	case []any:
		// A block that a provider's schema has as a list of one.
		if len(v) == 1 {
			o, _ := v[0].(map[string]any)
			return o
		}
	}
	return nil
}

// objs are the objects of a list.
func (p props) objs(name string) []props {
	var out []props
	for _, v := range list(p[name]) {
		if o, ok := v.(map[string]any); ok {
			out = append(out, o)
		}
	}
	return out
}

func (p props) num(name string, otherwise int) int {
	switch v := p[name].(type) {
	case float64:
		return int(v)
	case int:
		return v
	}
	return otherwise
}

// flag is a boolean, which a provider may have as text.
func (p props) flag(name string, otherwise tri) tri {
	switch v := p[name].(type) {
	case unknown:
		return maybe
	case bool:
		return truth(v)
	case string:
		if v == "true" || v == "false" {
			return truth(v == "true")
		}
	}
	return otherwise
}

// strs are the strings of a list, or the one string; all is false when some are
// not known.
func (p props) strs(name string) (out []string, all bool) {
	all = p.known(name)
	for _, v := range list(p[name]) {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case unknown:
			all = false
		}
	}
	return out, all
}

func list(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case nil, unknown:
		return nil
	}
	return []any{v}
}

// tri is an answer to a question about one fact.
type tri int8

const (
	no tri = iota
	yes
	maybe
)

func truth(b bool) tri {
	if b {
		return yes
	}
	return no
}
