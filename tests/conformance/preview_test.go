package conformance

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/tests/conformance/terraform"
)

// comparePreviews holds what the sandbox previews of resources to come to what
// the provider plans: defaults, and what is not known yet.
func comparePreviews(t *testing.T, r *report, account *cloud.Account, c *configuration, plan map[string]terraform.Planned) {
	t.Helper()
	for _, address := range c.addresses() {
		planned, ok := plan[address]
		if !ok {
			t.Errorf("%s is not in the plan", address)
			continue
		}
		x := c.resources[address]
		after, ok := terraform.WithUnknown(planned.Change.After, planned.Change.AfterUnknown).(map[string]any)
		if !ok {
			t.Errorf("%s: the plan is no object", address)
			continue
		}
		previewed, err := account.Preview(x.session, x.token(), unknown(map[string]any(x.program)).(map[string]any))
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		r.count("resources whose plans were compared", 1)
		v := valueComparison{r, x.token(), "planned value", address, false}
		v.objects("", x.kind.Fields, x.shape.Props(x.kind.Fields, after), previewed)
	}
}

// valueComparison compares values of the same fields.
type valueComparison struct {
	report               *report
	token, aspect, where string
	// zeroIsNone makes a zero value and none the same, as AWS does.
	zeroIsNone bool
}

func (c valueComparison) objects(path string, fields cloud.Fields, provider, sandbox cloud.Props) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		c.values(join(path, name), fields[name].Describe(), provider[name], sandbox[name])
	}
}

func (c valueComparison) values(at string, d cloud.Description, provider, sandbox any) {
	p, ok1 := provider.(map[string]any)
	s, ok2 := sandbox.(map[string]any)
	if d.Form == "object" && ok1 && ok2 {
		c.objects(at, d.Fields, p, s)
		return
	}
	pl, ok1 := provider.([]any)
	sl, ok2 := sandbox.([]any)
	if d.Form == "list" && ok1 && ok2 && len(pl) == len(sl) {
		for i := range pl {
			c.values(at, d.Elem.Describe(), pl[i], sl[i])
		}
		return
	}
	c.report.count("values compared", 1)
	if c.zeroIsNone && isZero(provider) && isZero(sandbox) {
		return
	}
	if !same(d, provider, sandbox) {
		c.report.differ(difference{c.token, at, c.aspect, show(provider), show(sandbox), c.where})
	}
}

// same compares two values; sets have no order, and JSON that means the same is
// the same. Of a set in which something is unknown a plan tells nothing.
func same(d cloud.Description, provider, sandbox any) bool {
	if d.Form == "set" && provider == cloud.Unknown && cloud.IsUnknown(sandbox) {
		return true
	}
	return reflect.DeepEqual(canonical(d, provider), canonical(d, sandbox))
}

func isZero(v any) bool { return v == nil || v == "" || v == false || v == 0.0 }

// canonical is a value in the one form that it can be compared in.
func canonical(d cloud.Description, v any) any {
	switch v := v.(type) {
	case string:
		var document any
		if len(v) > 0 && v[0] == '{' && json.Unmarshal([]byte(v), &document) == nil {
			return document
		}
	case []any:
		if len(v) == 0 {
			return nil
		}
		out := make([]any, len(v))
		for i, e := range v {
			if out[i] = canonical(element(d), e); d.Form == "set" {
				out[i] = withoutZeros(out[i])
			}
		}
		if d.Form == "set" {
			slices.SortFunc(out, func(a, b any) int { return slices.Compare([]byte(show(a)), []byte(show(b))) })
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			inner := element(d)
			if f, ok := d.Fields[k]; ok {
				inner = f.Describe()
			}
			if c := canonical(inner, e); c != nil {
				out[k] = c
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	}
	return v
}

func element(d cloud.Description) cloud.Description {
	if d.Elem == nil {
		return cloud.Description{Form: "any"}
	}
	return d.Elem.Describe()
}

// withoutZeros is an element of a set without what has no value: the provider
// has zeros there.
func withoutZeros(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	maps.DeleteFunc(m, func(_ string, e any) bool { return isZero(e) })
	return m
}

// show is a value on one line.
func show(v any) string {
	if v == cloud.Unknown {
		return "(known after apply)"
	}
	text, err := json.Marshal(shown(v))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func shown(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = shown(e)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			out[k] = shown(e)
		}
		return out
	}
	if v == cloud.Unknown {
		return "(known after apply)"
	}
	return v
}
