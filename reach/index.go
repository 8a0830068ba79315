package reach

import (
	"fmt"
	"slices"
	"strings"
)

// item is a resource in the index.
type item struct {
	Resource
	props    props
	children []*item
}

// index finds resources by what others say of them.
type index struct {
	items  []*item
	byURN  map[string]*item
	byType map[string][]*item
	byKey  map[string][]*item
}

// modules are the names under which pulumi-aws has had load balancers.
var modules = strings.NewReplacer("aws:alb/", "aws:lb/", "aws:applicationloadbalancing/", "aws:lb/", "aws:elasticloadbalancingv2/", "aws:lb/")

func newIndex(resources []Resource) *index {
	x := &index{byURN: map[string]*item{}, byType: map[string][]*item{}, byKey: map[string][]*item{}}
	for _, r := range resources {
		r.Type = modules.Replace(r.Type)
		it := &item{Resource: r, props: r.Properties}
		x.items = append(x.items, it)
		x.byURN[r.URN] = it
		x.byType[r.Type] = append(x.byType[r.Type], it)
		keys := []string{r.ID, it.props.str("id"), it.props.str("arn"), it.props.str("name")}
		slices.Sort(keys)
		for _, key := range slices.Compact(keys) {
			if key != "" {
				x.byKey[key] = append(x.byKey[key], it)
			}
		}
	}
	for _, it := range x.items {
		if parent := x.byURN[it.Parent]; parent != nil && parent != it {
			parent.children = append(parent.children, it)
		}
	}
	return x
}

// of are the resources of some types.
func (x *index) of(types ...string) []*item {
	var out []*item
	for _, t := range types {
		out = append(out, x.byType[t]...)
	}
	return out
}

// refs are the resources that a property of it names, one or a list. values is
// what the property says, or what a part of it says. missing tells in words what
// could not be found.
func (x *index) refs(it *item, property string, values any, types ...string) (found []*item, missing string) {
	if values == nil {
		return nil, ""
	}
	names := list(values)
	if values == Unknown {
		names = []any{Unknown}
	}
	unknowns := 0
	for _, v := range names {
		text, isText := v.(string)
		switch {
		case !isText:
			unknowns++
		case text == "":
		case x.named(text, types) == nil:
			missing = fmt.Sprintf("%s of %s is %s, which is not among the resources", property, it.Name, text)
		default:
			found = append(found, x.named(text, types))
		}
	}
	if unknowns == 0 {
		return found, missing
	}
	candidates := slices.DeleteFunc(x.sources(it, property, types), func(c *item) bool { return slices.Contains(found, c) })
	_, isList := values.([]any)
	// An unknown list has as many entries as it has sources; an unknown value has
	// one.
	if values == Unknown && many(property) || isList && len(candidates) == unknowns || !isList && len(candidates) == 1 {
		if len(candidates) > 0 {
			return append(found, candidates...), missing
		}
	}
	return found, fmt.Sprintf("%s of %s is not known yet", property, it.Name)
}

// many tells whether a property is a list, by its name.
func many(property string) bool {
	last := property[strings.LastIndex(property, ".")+1:]
	return strings.HasSuffix(last, "s")
}

func (x *index) named(text string, types []string) *item {
	for _, c := range x.byKey[text] {
		if slices.Contains(types, c.Type) {
			return c
		}
	}
	return nil
}

// sources are the resources of some types that an input came from: its
// dependencies, and what is in them where they are components.
func (x *index) sources(it *item, property string, types []string) []*item {
	top, _, _ := strings.Cut(property, ".")
	var out []*item
	var visit func(c *item)
	visit = func(c *item) {
		if slices.Contains(types, c.Type) {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
			return
		}
		for _, child := range c.children {
			visit(child)
		}
	}
	for _, urn := range it.PropertyDependencies[top] {
		if c := x.byURN[urn]; c != nil {
			visit(c)
		}
	}
	slices.SortFunc(out, func(a, b *item) int { return strings.Compare(a.URN, b.URN) })
	return out
}

// ref is the one resource that a property names.
func (x *index) ref(it *item, property string, types ...string) (*item, string) {
	return x.refPart(it, property, it.props[property], types...)
}

func (x *index) refPart(it *item, property string, value any, types ...string) (*item, string) {
	found, missing := x.refs(it, property, value, types...)
	if len(found) == 1 {
		return found[0], missing
	}
	return nil, missing
}
