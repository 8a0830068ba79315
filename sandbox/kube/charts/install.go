package charts

import (
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Install is a chart with a name, a place and values.
type Install struct {
	Chart           *Chart
	Name, Namespace string
	Values          cloud.Props
}

// Objects lists what the release is made of, without its folder crds/.
func (i Install) Objects() []cloud.Props {
	if i.Chart.Objects == nil {
		return nil
	}
	return i.Chart.Objects(i)
}

// or is a value, or the chart's default when it is not set.
func (i Install) or(path string, def any) any {
	if v := lookup(i.Values, path); v != nil {
		return v
	}
	return def
}

func (i Install) str(path, def string) string {
	if s, ok := i.or(path, def).(string); ok && s != "" {
		return s
	}
	return def
}

// num is a number that is a value; the chart's default when it is none.
func (i Install) num(path string, def float64) float64 {
	n, ok := i.or(path, def).(float64)
	if !ok {
		return def
	}
	return n
}

// obj is an object that is a value, laid over the chart's default.
func (i Install) obj(path string, def cloud.Props) map[string]any {
	given, ok := i.or(path, nil).(map[string]any)
	if !ok {
		return def
	}
	return def.With(given)
}

// list is a list that is a value; nil when there is none.
func (i Install) list(path string) []any {
	l, _ := i.or(path, nil).([]any)
	return l
}

func (i Install) strs(path string, def ...string) []string {
	if l := (cloud.Props{"l": i.list(path)}).Strs("l"); len(l) > 0 {
		return l
	}
	return def
}

func (i Install) on(path string, def bool) bool {
	b, ok := i.or(path, def).(bool)
	return ok && b || !ok && def
}

// fullname is how most charts name what they make: the release's name, with the
// chart's after it where it does not contain it.
func (i Install) fullname() string {
	if s := i.str("fullnameOverride", ""); s != "" {
		return short(s, 63)
	}
	name := i.str("nameOverride", i.Chart.Name)
	if strings.Contains(i.Name, name) {
		return short(i.Name, 63)
	}
	return short(i.Name+"-"+name, 63)
}

func short(name string, limit int) string {
	return strings.TrimSuffix(name[:min(len(name), limit)], "-")
}

// account is the name of a chart's service account, by the usual values.
func (i Install) account(prefix, name string) string {
	if !i.on(prefix+"serviceAccount.create", true) {
		name = "default"
	}
	return i.str(prefix+"serviceAccount.name", name)
}

// serviceAccount is the account as an object; none when the chart is told not
// to make it.
func (i Install) serviceAccount(prefix, name string) []cloud.Props {
	if !i.on(prefix+"serviceAccount.create", true) {
		return nil
	}
	o := i.object("v1", "ServiceAccount", i.account(prefix, name), nil)
	if a, ok := i.or(prefix+"serviceAccount.annotations", nil).(map[string]any); ok && len(a) > 0 {
		o.Obj("metadata")["annotations"] = a
	}
	return []cloud.Props{o}
}

// object is something in the release's namespace.
func (i Install) object(apiVersion, kind, name string, more cloud.Props) cloud.Props {
	o := anywhere(apiVersion, kind, name, more)
	o.Obj("metadata")["namespace"] = i.Namespace
	return o
}

// anywhere is something without a namespace.
func anywhere(apiVersion, kind, name string, more cloud.Props) cloud.Props {
	return cloud.Props{"apiVersion": apiVersion, "kind": kind, "metadata": map[string]any{"name": name}}.With(more)
}
