package cloud_test

import (
	"errors"
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
		rule *cloud.Rule
		want string
	}{
		"50 tags":              {many(50), nil, ""},
		"51 tags":              {many(51), tags.TooMany, "would have 51 tags"},
		"no key":               {object{"": "v"}, tags.Malformed, `key "" is not valid: want 1 to 128 characters`},
		"key of 128 letters":   {object{strings.Repeat("é", 128): "v"}, nil, ""},
		"key of 129 letters":   {object{strings.Repeat("k", 129): "v"}, tags.Malformed, "want 1 to 128 characters"},
		"reserved prefix":      {object{"AWS:x": "v"}, tags.Malformed, `key "AWS:x" is not valid: the prefix aws: is reserved`},
		"value of 256 letters": {object{"k": strings.Repeat("é", 256)}, nil, ""},
		"value of 257 letters": {object{"k": strings.Repeat("é", 257)}, tags.Malformed, `value of tag "k" has 257 characters`},
		"no value":             {object{"k": ""}, nil, ""},
	}
	a := openLab(t, "")
	crowd := mustCreate(t, a, "crowd", cloud.Props{"tags": many(50)})
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, create := a.Create(west, box, name, cloud.Props{"tags": tc.tags})
			_, update := a.Update(west, box, crowd.ID, cloud.Props{"tags": tc.tags})
			for _, err := range []error{create, update} {
				var refusal *cloud.Refusal
				switch {
				case tc.rule == nil && err != nil:
					t.Error(err)
				case tc.rule != nil && (!errors.As(err, &refusal) || refusal.Rule != tc.rule || !strings.Contains(err.Error(), tc.want)):
					t.Errorf("got %v, want %s", err, tc.want)
				}
			}
		})
	}
	// Default tags count with the others.
	crowded := cloud.Session{Region: "us-west-2", DefaultTags: map[string]string{"one": "more"}}
	if _, err := a.Create(crowded, box, "urn", cloud.Props{"tags": many(50)}); err == nil || !strings.Contains(err.Error(), "51 tags") {
		t.Errorf("50 tags and a default one: %v", err)
	}
}

func TestTagsNeedRules(t *testing.T) {
	t.Parallel()
	lawless := lab()
	lawless.Tags = cloud.TagRules{}
	if _, err := cloud.Open(cloud.Options{Services: []cloud.Service{lawless}}); err == nil || !strings.Contains(err.Error(), box) {
		t.Errorf("a service without rules for tags opens: %v", err)
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
