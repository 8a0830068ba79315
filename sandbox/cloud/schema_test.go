package cloud_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestFieldsCheck(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		props cloud.Props
		want  map[string]string
	}{
		"nothing":            {nil, nil},
		"all types":          {cloud.Props{"name": "a", "lid": true, "weight": 1.5, "notes": list{"x"}, "owners": list{}, "labels": object{"k": "v"}, "extra": list{1.0}}, nil},
		"unknown values":     {cloud.Props{"name": cloud.Unknown, "notes": list{cloud.Unknown}, "shape": cloud.Unknown, "labels": object{"k": cloud.Unknown}}, nil},
		"null is not given":  {cloud.Props{"name": nil, "arn": nil}, nil},
		"string":             {cloud.Props{"name": 1.0}, map[string]string{"name": "is the number 1, want a string"}},
		"number":             {cloud.Props{"weight": "1"}, map[string]string{"weight": `is the string "1", want a number`}},
		"boolean":            {cloud.Props{"lid": "true"}, map[string]string{"lid": `is the string "true", want a boolean`}},
		"list":               {cloud.Props{"notes": object{}}, map[string]string{"notes": "is an object, want a list"}},
		"set":                {cloud.Props{"owners": true}, map[string]string{"owners": "is the boolean true, want a list"}},
		"map":                {cloud.Props{"labels": list{}}, map[string]string{"labels": "is a list, want a map"}},
		"object":             {cloud.Props{"shape": list{}}, map[string]string{"shape": "is a list, want an object"}},
		"JSON":               {cloud.Props{"policy": "{"}, map[string]string{"policy": "is not valid JSON"}},
		"element of a list":  {cloud.Props{"notes": list{"a", 2.0}}, map[string]string{"notes[1]": "is the number 2, want a string"}},
		"value of a map":     {cloud.Props{"labels": object{"k": true}}, map[string]string{"labels.k": "is the boolean true, want a string"}},
		"nested in a set":    {cloud.Props{"parts": list{object{"kind": 1.0}}}, map[string]string{"parts[0].kind": "is the number 1, want a string"}},
		"missing in a set":   {cloud.Props{"parts": list{object{"kind": "a"}, object{}}}, map[string]string{"parts[1].kind": "is required"}},
		"missing in object":  {cloud.Props{"shape": object{"edges": 3.0}}, map[string]string{"shape.form": "is required"}},
		"null and required":  {cloud.Props{"shape": object{"form": nil}}, map[string]string{"shape.form": "is required"}},
		"output":             {cloud.Props{"arn": "arn:x"}, map[string]string{"arn": "is set by AWS and cannot be given"}},
		"output in object":   {cloud.Props{"shape": object{"form": "a", "volume": 1.0}}, map[string]string{"shape.volume": "is set by AWS and cannot be given"}},
		"unknown in object":  {cloud.Props{"shape": object{"form": "a", "x": 1.0}}, map[string]string{"shape.x": "is not a property the sandbox knows of this type; known are edges, form, gloss, inner, round"}},
		"unknown and output": {cloud.Props{"shape": object{"form": "a", "inner": object{"width": 1.0}}}, map[string]string{"shape.inner.width": "is not a property the sandbox knows of this type; known are depth, label"}},
		"several": {cloud.Props{"name": true, "weight": "x", "shape": object{}}, map[string]string{
			"name": "is the boolean true, want a string", "weight": `is the string "x", want a number`, "shape.form": "is required",
		}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got map[string]string
			for _, p := range boxFields().Check(tc.props) {
				if got == nil {
					got = map[string]string{}
				}
				got[p.Property] = p.Reason
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCheckOfKind(t *testing.T) {
	t.Parallel()
	a := openLab(t, "")
	if got, err := a.Check(box, cloud.Props{"size": "odd"}); err != nil || len(got) != 1 || got[0].Property != "size" {
		t.Errorf("the kind's own check found %v, %v", got, err)
	}
	if got, err := a.Check(box, cloud.Props{"size": "odd", "nme": "x"}); err != nil || len(got) != 1 || got[0].Property != "nme" {
		t.Errorf("the kind's own check ran on properties of the wrong form: %v, %v", got, err)
	}
	if _, err := a.Create(west, box, "urn", cloud.Props{"size": "odd"}); err == nil || err.Error() != "creating Test Box: size is odd" {
		t.Errorf("creating without a check before: %v", err)
	}
	for _, token := range []string{"test:index/bag:Bag", hidden} {
		if _, err := a.Check(token, nil); err == nil || err.Error() != "the sandbox does not model the resource type "+token {
			t.Errorf("%s: %v", token, err)
		}
	}
	if _, err := a.Invoke(west, "test:index/sum:sum", nil); err == nil || err.Error() != "the sandbox does not model the function test:index/sum:sum" {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{box, global}, a.Kinds()); diff != "" {
		t.Errorf("kinds that a program can name: %s", diff)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	a := openLab(t, "")
	given := cloud.Props{"name": nil, "parts": list{object{"kind": "a", "maker": nil}, object{"kind": "b", "count": 2.0}}, "shape": object{"form": "x"}}
	before := given.Clone()
	got := mustCreate(t, a, "urn", given).Props
	want := cloud.Props{
		"arn": got["arn"], "colour": "brown", "lid": true, "tagsAll": object{},
		"parts": list{object{"kind": "a", "count": 1.0}, object{"kind": "b", "count": 2.0}},
		"shape": object{"form": "x", "round": false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, given); diff != "" {
		t.Errorf("the caller's inputs were changed: %s", diff)
	}
}

func TestInputsAreWhatAProgramCouldWrite(t *testing.T) {
	t.Parallel()
	a := openLab(t, "")
	r := mustCreate(t, a, "urn", cloud.Props{"shape": object{"form": "x"}, "parts": list{object{"kind": "a"}}, "tags": object{"a": "b"}})
	r.Props["shape"] = object{"form": "x", "volume": 3.0, "gloss": "matt", "round": false}
	inputs := a.Inputs(r)
	want := cloud.Props{
		"colour": "brown", "lid": true, "tags": object{"a": "b"}, "parts": list{object{"kind": "a", "count": 1.0}},
		"shape": object{"form": "x", "gloss": "matt", "round": false},
	}
	if diff := cmp.Diff(want, inputs); diff != "" {
		t.Error(diff)
	}
	if problems, err := a.Check(box, inputs); err != nil || len(problems) > 0 {
		t.Errorf("the inputs of an import are refused: %v, %v", problems, err)
	}
}
