package cloud_test

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestUpdateMerges(t *testing.T) {
	t.Parallel()
	a := openLab(t, "")
	r := mustCreate(t, a, "urn", cloud.Props{"name": "a", "colour": "red", "notes": list{"n"}, "shape": object{"form": "x", "edges": 3.0, "inner": object{"label": "l"}}})
	if err := a.Change(west, "hand", func(tx *cloud.Tx) error {
		r := tx.Get(box, r.ID)
		r.Props["shape"] = object{"form": "x", "edges": 3.0, "volume": 9.0, "gloss": "matt", "inner": object{"label": "l", "depth": 2.0}}
		tx.Put(r)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	got, err := a.Update(west, box, r.ID, cloud.Props{"weight": 1.0, "shape": object{"form": "x", "inner": object{}}})
	if err != nil {
		t.Fatal(err)
	}
	want := cloud.Props{
		"arn": r.Props["arn"], "colour": "red", "lid": true, "weight": 1.0, "tagsAll": object{},
		"shape": object{"form": "x", "round": false, "volume": 9.0, "gloss": "matt", "inner": object{"depth": 2.0}},
	}
	if diff := cmp.Diff(want, got.Props); diff != "" {
		t.Error(diff)
	}
}

func TestPreviews(t *testing.T) {
	t.Parallel()
	a := openLab(t, "")
	session := cloud.Session{Region: "us-west-2", DefaultTags: map[string]string{"owner": "me"}}
	got, err := a.Preview(session, box, cloud.Props{"tags": object{"a": cloud.Unknown}, "parts": list{object{"kind": "a"}}, "shape": object{"form": "x"}})
	if err != nil {
		t.Fatal(err)
	}
	want := cloud.Props{
		"arn": cloud.Unknown, "colour": cloud.Unknown, "lid": true,
		"tags": object{"a": cloud.Unknown}, "tagsAll": object{"a": cloud.Unknown, "owner": "me"},
		"parts": list{object{"kind": "a", "count": 1.0, "maker": cloud.Unknown}},
		"shape": object{"form": "x", "round": false, "volume": cloud.Unknown, "gloss": cloud.Unknown},
	}
	if diff := cmp.Diff(want, got, unknowns); diff != "" {
		t.Errorf("creation: %s", diff)
	}
	if got, err = a.Preview(session, box, cloud.Props{"tags": cloud.Unknown}); err != nil || got["tagsAll"] != cloud.Unknown {
		t.Errorf("unknown tags make tagsAll %v, %v", got["tagsAll"], err)
	}

	inputs := cloud.Props{"name": "a", "notes": list{"n"}, "shape": object{"form": "x"}}
	state := cloud.Props{"name": "a", "arn": "arn:1", "colour": "red", "lid": true, "notes": list{"n"}, "shape": object{"form": "x", "volume": 3.0, "round": false}, "tagsAll": object{}}
	got, err = a.PreviewUpdate(session, box, inputs, state, cloud.Props{"name": "b", "shape": object{"form": "x"}})
	if err != nil {
		t.Fatal(err)
	}
	want = cloud.Props{
		"name": "b", "arn": cloud.Unknown, "colour": "red", "lid": true,
		"shape": object{"form": "x", "volume": 3.0, "round": false}, "tagsAll": object{"owner": "me"},
	}
	if diff := cmp.Diff(want, got, unknowns); diff != "" {
		t.Errorf("update: %s", diff)
	}
	if got, err = a.PreviewUpdate(session, box, inputs, state, inputs); err != nil || got["arn"] != "arn:1" {
		t.Errorf("an update of nothing but default tags makes the ARN %v, %v", got["arn"], err)
	}
}

// unknowns lets cmp look at the value that stands for what is not known.
var unknowns = cmp.Exporter(func(t reflect.Type) bool { return t == reflect.TypeOf(cloud.Unknown) })
