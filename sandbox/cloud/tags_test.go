package cloud_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestTagLimits(t *testing.T) {
	t.Parallel()
	many := func(n int) object {
		out := object{}
		for i := range n {
			out[fmt.Sprint("k", i)] = "v"
		}
		return out
	}
	tests := map[string]struct {
		tags object
		want string
	}{
		"50 tags":                  {many(50), ""},
		"51 tags":                  {many(51), "has 51 tags, AWS allows 50"},
		"51 tags, one unknown":     {cloud.Props(many(50)).With(cloud.Props{"u": cloud.Unknown}), "has 51 tags, AWS allows 50"},
		"no key":                   {object{"": "v"}, `key "": want 1 to 128 characters`},
		"key of 128 letters":       {object{strings.Repeat("é", 128): "v"}, ""},
		"key of 129 letters":       {object{strings.Repeat("k", 129): "v"}, "want 1 to 128 characters"},
		"reserved prefix":          {object{"AWS:x": "v"}, `key "AWS:x": the prefix aws: is reserved`},
		"value of 256 letters":     {object{"k": strings.Repeat("é", 256)}, ""},
		"value of 257 letters":     {object{"k": strings.Repeat("é", 257)}, `value of "k" has 257 characters, AWS allows 256`},
		"empty and unknown values": {object{"k": "", "u": cloud.Unknown}, ""},
	}
	a := openLab(t, "")
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			problems, err := a.Check(box, cloud.Props{"tags": tc.tags})
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case tc.want == "" && len(problems) > 0:
				t.Error(problems)
			case tc.want != "" && (len(problems) != 1 || problems[0].Property != "tags" || !strings.Contains(problems[0].Reason, tc.want)):
				t.Errorf("got %v, want %s", problems, tc.want)
			}
		})
	}
	// Default tags count with the others.
	crowded := cloud.Session{Region: "us-west-2", DefaultTags: map[string]string{"one": "more"}}
	if _, err := a.Create(crowded, box, "urn", cloud.Props{"tags": many(50)}); err == nil || !strings.Contains(err.Error(), "51 tags") {
		t.Errorf("50 tags and a default one: %v", err)
	}
}

func TestDefaultTags(t *testing.T) {
	t.Parallel()
	a := openLab(t, "")
	old := cloud.Session{Region: "us-west-2", DefaultTags: map[string]string{"owner": "me", "tier": "dev"}}
	inputs := cloud.Props{"tags": object{"tier": "prod"}}
	r, err := a.Create(old, box, "urn", inputs)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(any(object{"owner": "me", "tier": "prod"}), r.Props["tagsAll"]); diff != "" {
		t.Error(diff)
	}
	tests := map[string]struct {
		defaults map[string]string
		news     cloud.Props
		want     []cloud.Change
	}{
		"the same":               {old.DefaultTags, inputs, nil},
		"another default":        {map[string]string{"owner": "you"}, inputs, []cloud.Change{{Path: "tagsAll"}}},
		"another, that is hid":   {map[string]string{"owner": "me", "tier": "test"}, inputs, nil},
		"another of its own":     {old.DefaultTags, cloud.Props{"tags": object{"tier": "x"}}, []cloud.Change{{Path: "tags"}}},
		"both":                   {nil, cloud.Props{"tags": object{"tier": "x"}}, []cloud.Change{{Path: "tags"}}},
		"a default and a name":   {nil, inputs.With(cloud.Props{"name": "n"}), []cloud.Change{{Path: "name", Added: true}, {Path: "tagsAll"}}},
		"unknown":                {nil, cloud.Props{"tags": cloud.Unknown}, []cloud.Change{{Path: "tags"}}},
		"moved to the default":   {map[string]string{"owner": "me", "tier": "prod"}, nil, []cloud.Change{{Path: "tags", Removed: true}}},
		"untaggable has no tags": {nil, nil, nil},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind, was, state := box, inputs, r.Props
			if name == "untaggable has no tags" {
				kind, was, state = global, nil, nil
			}
			got, err := a.Diff(cloud.Session{Region: "us-west-2", DefaultTags: tc.defaults}, kind, was, state, tc.news)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	updated, err := a.Update(west, box, r.ID, inputs)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(any(object{"tier": "prod"}), updated.Props["tagsAll"]); diff != "" {
		t.Error(diff)
	}
}
