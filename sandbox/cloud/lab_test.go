package cloud_test

import (
	"errors"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const (
	box    = "test:index/box:Box"
	global = "test:index/global:Global"
	hidden = "test:index/hidden:Hidden"
)

var (
	refuse = cloud.Declare(cloud.Rule{Name: "test-refusal", Code: "TestRefused", Status: 409, Source: "this test"})
	fail   = cloud.Declare(cloud.Rule{Name: "test-failure", Code: "BoxFailed", Source: "this test", Effect: cloud.FailsLate})
	tags   = cloud.TagRules{
		TooMany:   cloud.Declare(cloud.Rule{Name: "test-too-many-tags", Code: "TooManyTags", Source: "this test"}),
		Malformed: cloud.Declare(cloud.Rule{Name: "test-tag-malformed", Code: "BadTag", Source: "this test"}),
	}
	warn = cloud.Declare(cloud.Rule{Name: "test-warning", Code: "BoxDoubtful", Source: "this test", Effect: cloud.Warns})
)

// lab is a service whose boxes do on request what a kind can do: mode is one of
// refuse, break, late, warn, and so on, or empty.
func lab() cloud.Service {
	act := func(tx *cloud.Tx, p cloud.Props) error {
		switch p.Str("mode") {
		case "refuse":
			tx.Make("lab", hidden, tx.ID("hidden-"), nil, nil)
			return refuse.Refuse("no box today")
		case "break":
			return errors.New("out of cardboard")
		case "late":
			return fail.Late("the %s is missing", "lid")
		case "warn":
			tx.Warn(warn, "%d lids", 2)
		case "warn, then refuse":
			tx.Warn(warn, "%d lids", 3)
			return refuse.Refuse("no box today")
		}
		return nil
	}
	return cloud.Service{
		Tags: tags,
		Kinds: []cloud.Kind{
			{
				Token: box, Noun: "Test Box", Service: "Test", CreateCall: "CreateBox", UpdateCall: "UpdateBox", DeleteCall: "DeleteBox", Tagged: true,
				Fields: boxFields(),
				Check: func(p cloud.Props) []cloud.Problem {
					if p.Str("size") == "odd" {
						return []cloud.Problem{{Property: "size", Reason: "is odd"}}
					}
					return nil
				},
				Create: func(tx *cloud.Tx, r *cloud.Resource) error {
					r.ID = tx.ID("box-")
					r.Props["arn"] = tx.ARN("test", r.ID)
					r.Facts["secretly"] = tx.Hex(4)
					if r.Props.Str("colour") == "" {
						r.Props["colour"] = "brown"
					}
					return act(tx, r.Props)
				},
				Update: func(tx *cloud.Tx, _ *cloud.Resource, news cloud.Props) error { return act(tx, news) },
				Delete: func(tx *cloud.Tx, r *cloud.Resource) error { return act(tx, r.Props) },
				Stale: func(changed []string, _ cloud.Props) []string {
					if len(changed) > 0 {
						return []string{"arn"}
					}
					return nil
				},
			},
			{
				Token: global, Noun: "Test Global", Service: "Test", CreateCall: "CreateGlobal", Global: true,
				Fields: cloud.Fields{"name": cloud.String.Required()},
				Create: func(_ *cloud.Tx, r *cloud.Resource) error { r.ID = r.Props.Str("name"); return nil },
			},
			{Token: hidden, Noun: "Test Hidden", Service: "Test", Hidden: true},
		},
		Functions: []cloud.Function{{
			Token: "test:index/count:count",
			Call: func(tx *cloud.Tx, _ cloud.Props) (cloud.Props, error) {
				return cloud.Props{"boxes": float64(len(tx.List(box)))}, nil
			},
		}},
	}
}

func boxFields() cloud.Fields {
	return cloud.Fields{
		"name":   cloud.String,
		"mode":   cloud.String,
		"size":   cloud.String.ForceNew(),
		"colour": cloud.String.Computed(),
		"lid":    cloud.Bool.Default(true),
		"weight": cloud.Number,
		"notes":  cloud.ListOf(cloud.String),
		"owners": cloud.SetOf(cloud.String),
		"policy": cloud.JSON,
		"extra":  cloud.Any,
		"labels": cloud.MapOf(cloud.String),
		"parts": cloud.SetOf(cloud.Object(cloud.Fields{
			"kind": cloud.String.Required(), "count": cloud.Number.Default(1), "maker": cloud.String.Computed(),
		})),
		"layers": cloud.ListOf(cloud.Object(cloud.Fields{"id": cloud.String.ForceNew(), "text": cloud.String})),
		"shape": cloud.Object(cloud.Fields{
			"form": cloud.String.Required().ForceNew(), "edges": cloud.Number, "round": cloud.Bool.Default(false),
			"volume": cloud.Number.Output(), "gloss": cloud.String.Computed(),
			"inner": cloud.Object(cloud.Fields{"depth": cloud.Number.Computed(), "label": cloud.String}),
		}),
		"arn": cloud.String.Output(),
	}
}

var west = cloud.Session{Region: "us-west-2"}

func openLab(t testing.TB, path string) *cloud.Account {
	t.Helper()
	a, err := cloud.Open(cloud.Options{Path: path, Services: []cloud.Service{lab()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func mustCreate(t testing.TB, a *cloud.Account, seed string, p cloud.Props) *cloud.Resource {
	t.Helper()
	r, err := a.Create(west, box, seed, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

type object = map[string]any

type list = []any
