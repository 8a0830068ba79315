package cloud_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// props draws inputs of a box.
func props(t *rapid.T, label string) cloud.Props {
	text := rapid.SampledFrom([]string{"", "a", "b", "<é>"})
	texts := func(name string) list {
		out := list{}
		for _, s := range rapid.SliceOfN(text, 0, 3).Draw(t, label+name) {
			out = append(out, s)
		}
		return out
	}
	all := map[string]func() any{
		"name":   func() any { return text.Draw(t, label+"name") },
		"size":   func() any { return text.Draw(t, label+"size") },
		"colour": func() any { return rapid.SampledFrom([]string{"red", "green"}).Draw(t, label+"colour") },
		"lid":    func() any { return rapid.Bool().Draw(t, label+"lid") },
		"weight": func() any { return float64(rapid.IntRange(-1, 2).Draw(t, label+"weight")) },
		"notes":  func() any { return texts("notes") },
		"owners": func() any { return texts("owners") },
		"policy": func() any { return rapid.SampledFrom([]string{`{}`, `{"a":[1,2]}`}).Draw(t, label+"policy") },
		"labels": func() any { return object{"k": text.Draw(t, label+"label")} },
		"parts":  func() any { return list{object{"kind": text.Draw(t, label+"part")}} },
		"shape": func() any {
			return object{"form": text.Draw(t, label+"form"), "inner": object{"label": text.Draw(t, label+"inner")}}
		},
		"tags": func() any { return object{"k": text.Draw(t, label+"tag")} },
	}
	p := cloud.Props{}
	for _, name := range cloud.Props(keys(all)).Names() {
		if rapid.Bool().Draw(t, label+name+"?") {
			p[name] = all[name]()
		}
	}
	return p
}

func keys[V any](m map[string]V) map[string]any {
	out := map[string]any{}
	for k := range m {
		out[k] = nil
	}
	return out
}

// What was created or updated from a program shows no change against the same
// program, wherever it began.
func TestNoChangeAfterUpdate(t *testing.T) {
	t.Parallel()
	a := openLab(t, "")
	rapid.Check(t, func(rt *rapid.T) {
		first, second := props(rt, "first "), props(rt, "second ")
		session := cloud.Session{Region: "us-west-2", DefaultTags: map[string]string{"owner": "me"}}
		r, err := a.Create(session, box, "urn", first)
		if err != nil {
			rt.Fatal(err)
		}
		if got, err := a.Diff(session, box, first, r.Props, first); err != nil || len(got) > 0 {
			rt.Fatalf("after its creation: %v, %v", got, err)
		}
		if r, err = a.Update(session, box, r.ID, second); err != nil {
			rt.Fatal(err)
		}
		if got, err := a.Diff(session, box, second, r.Props, second); err != nil || len(got) > 0 {
			rt.Fatalf("after an update: %v, %v", got, err)
		}
		if read, err := a.Read(session, box, r.ID); err != nil || !cloud.Equal(map[string]any(read.Props), map[string]any(r.Props)) {
			rt.Fatalf("a read finds %v, %v; the update said %v", read, err, r.Props)
		}
	})
}
