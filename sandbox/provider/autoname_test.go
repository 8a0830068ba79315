package provider

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var nameable = &cloud.Kind{Token: "test:index:Thing", Fields: cloud.Fields{
	"name": cloud.String.AutoNamed(30), "alias": cloud.String.AutoNamed(40).Prefixed("alias/"), "other": cloud.String,
}}

func TestAutoname(t *testing.T) {
	t.Parallel()
	urn := resource.URN(urnOf("test:index:Thing", "web"))
	tests := map[string]struct{ olds, news, want cloud.Props }{
		"new":                {nil, cloud.Props{}, cloud.Props{"name": "web-#", "alias": "alias/web-#"}},
		"given":              {nil, cloud.Props{"name": "n", "alias": "a"}, cloud.Props{"name": "n", "alias": "a"}},
		"unknown":            {nil, cloud.Props{"name": cloud.Unknown, "alias": "a"}, cloud.Props{"name": cloud.Unknown, "alias": "a"}},
		"prefix":             {nil, cloud.Props{"namePrefix": "p", "alias": "a"}, cloud.Props{"namePrefix": "p", "alias": "a"}},
		"kept":               {cloud.Props{"name": "old-0123abc"}, cloud.Props{"alias": "a"}, cloud.Props{"name": "old-0123abc", "alias": "a"}},
		"given, then not":    {cloud.Props{"name": "mine"}, cloud.Props{"alias": "a"}, cloud.Props{"name": "web-#", "alias": "a"}},
		"made, then given":   {cloud.Props{"name": "web-0123abc"}, cloud.Props{"name": "mine", "alias": "a"}, cloud.Props{"name": "mine", "alias": "a"}},
		"null is not given":  {nil, cloud.Props{"name": nil, "alias": "a"}, cloud.Props{"name": "web-#", "alias": "a"}},
		"prefix of an alias": {nil, cloud.Props{"name": "n", "aliasPrefix": "p"}, cloud.Props{"name": "n", "aliasPrefix": "p"}},
	}
	random := regexp.MustCompile(`-[0-9a-f]{7}$`)
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := autoname(nameable, urn, []byte("seed"), tc.olds, tc.news); err != nil {
				t.Fatal(err)
			}
			for field, want := range tc.want {
				got := tc.news[field]
				if w, ok := want.(string); ok && strings.HasSuffix(w, "#") {
					got = random.ReplaceAllString(got.(string), "-#")
				}
				if got != want {
					t.Errorf("%s is %v, want %v", field, tc.news[field], want)
				}
			}
			if len(tc.news) != len(tc.want) {
				t.Errorf("got %v, want %v", tc.news, tc.want)
			}
		})
	}
	other := cloud.Props{}
	first := cloud.Props{}
	for seed, p := range map[string]cloud.Props{"a": first, "b": other} {
		if err := autoname(nameable, urn, []byte(seed), nil, p); err != nil {
			t.Fatal(err)
		}
	}
	if first["name"] == other["name"] {
		t.Error("two seeds make one name")
	}
}

// A name is made within the limit, or refused because the logical name is too
// long; never cut.
func TestAutonameFits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		logical := rapid.StringMatching(`[a-z-]{1,40}`).Draw(t, "logical name")
		props := cloud.Props{"alias": "a"}
		err := Autoname(nameable, resource.URN(urnOf("test:index:Thing", logical)), props)
		if fits := len(logical) <= 30-8; fits != (err == nil) {
			t.Fatalf("%d characters: %v", len(logical), err)
		}
		if name := props.Str("name"); err == nil && (len(name) > 30 || !strings.HasPrefix(name, logical+"-")) {
			t.Fatalf("made %q", name)
		}
		if err != nil && !strings.Contains(err.Error(), "longer than maximum length 30") {
			t.Fatal(err)
		}
	})
}

func TestNameIsFixed(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		olds, news cloud.Props
		want       bool
	}{
		"given and kept":      {cloud.Props{"name": "n"}, cloud.Props{"name": "n"}, true},
		"given and changed":   {cloud.Props{"name": "n"}, cloud.Props{"name": "m"}, false},
		"made":                {cloud.Props{"name": "n-0123abc"}, cloud.Props{"name": "n-0123abc"}, false},
		"alias given":         {cloud.Props{"alias": "alias/a", "name": "n-0123abc"}, cloud.Props{"alias": "alias/a", "name": "n-0123abc"}, true},
		"not a physical name": {cloud.Props{"other": "n"}, cloud.Props{"other": "n"}, false},
		"unknown":             {cloud.Props{"name": "n"}, cloud.Props{"name": cloud.Unknown}, false},
		"no names":            {nil, nil, false},
	}
	for name, tc := range tests {
		if got := nameIsFixed(nameable, tc.olds, tc.news); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
