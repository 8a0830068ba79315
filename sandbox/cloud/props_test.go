package cloud_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestReadingProps(t *testing.T) {
	t.Parallel()
	p := cloud.Props{
		"s": "x", "n": 3.0, "i": 4, "b": true, "null": nil, "unknown": cloud.Unknown,
		"list": list{"a", 1.0, object{"k": "v"}, cloud.Props{"k": "w"}}, "object": object{"a": "b", "c": 1.0},
	}
	got := []any{
		p.Str("s"), p.Str("n"), p.Int("n"), p.Int("i"), p.Int("s"), p.Bool("b"), p.Bool("unknown"), p.Has("null"), p.Has("unknown"),
		p.Strs("list"), len(p.Objs("list")), p.StrMap("object"), p.Obj("object").Str("a"), p.Obj("absent").Obj("absent").Str("a"),
	}
	want := []any{"x", "", 3, 4, 0, true, false, false, true, []string{"a"}, 2, map[string]string{"a": "b"}, "b", ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		a, b any
		want bool
	}{
		"numbers":          {1, 1.0, true},
		"nothing":          {nil, list{}, true},
		"empty map":        {object{}, nil, true},
		"empty text":       {"", nil, false},
		"false":            {false, nil, false},
		"order":            {list{1.0, 2.0}, list{2.0, 1.0}, false},
		"nested":           {object{"a": list{object{"b": 1}}}, cloud.Props{"a": list{cloud.Props{"b": 1.0}}}, true},
		"slices":           {[]string{"a"}, list{"a"}, true},
		"maps":             {map[string]string{"a": "b"}, object{"a": "b"}, true},
		"unknown":          {cloud.Unknown, cloud.Unknown, true},
		"unknown and text": {cloud.Unknown, "", false},
	}
	for name, tc := range tests {
		if cloud.Equal(tc.a, tc.b) != tc.want || cloud.Equal(tc.b, tc.a) != tc.want {
			t.Errorf("%s: want %v", name, tc.want)
		}
	}
}

func TestIsUnknown(t *testing.T) {
	t.Parallel()
	for _, v := range []any{cloud.Unknown, list{1.0, cloud.Unknown}, object{"a": list{cloud.Unknown}}, cloud.Props{"a": cloud.Unknown}} {
		if !cloud.IsUnknown(v) {
			t.Errorf("%v holds something unknown", v)
		}
	}
	for _, v := range []any{nil, "", 1.0, list{}, object{"a": nil}} {
		if cloud.IsUnknown(v) {
			t.Errorf("%v holds nothing unknown", v)
		}
	}
}

func TestCopiesAreDeep(t *testing.T) {
	t.Parallel()
	p := cloud.Props{"l": list{object{"a": "b"}}}
	c := p.With(cloud.Props{"m": 1.0})
	c["l"].([]any)[0].(map[string]any)["a"] = "changed"
	if p.Has("m") || p.Objs("l")[0].Str("a") != "b" {
		t.Errorf("a change of the copy changed %v", p)
	}
	if cloud.Props(nil).Clone() != nil || cloud.Props(nil).With(nil) == nil {
		t.Error("a copy of nothing is nothing, and can be written to with With")
	}
}
