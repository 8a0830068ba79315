package cloud_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestDiff(t *testing.T) {
	t.Parallel()
	update := func(path string) []cloud.Change { return []cloud.Change{{Path: path}} }
	replace := func(path string) []cloud.Change { return []cloud.Change{{Path: path, Replace: true}} }
	added := func(path string, replace bool) []cloud.Change {
		return []cloud.Change{{Path: path, Added: true, Replace: replace}}
	}
	removed := func(path string, replace bool) []cloud.Change {
		return []cloud.Change{{Path: path, Removed: true, Replace: replace}}
	}
	shape := func(more cloud.Props) cloud.Props {
		return cloud.Props{"shape": object(cloud.Props{"form": "x", "round": false}.With(more))}
	}
	tests := map[string]struct {
		inputs, state, news cloud.Props
		want                []cloud.Change
	}{
		"nothing":                         {nil, nil, nil, nil},
		"empty object added":              {nil, nil, cloud.Props{"shape": object{}}, added("shape", false)},
		"changed":                         {cloud.Props{"name": "a"}, cloud.Props{"name": "a"}, cloud.Props{"name": "b"}, update("name")},
		"added":                           {nil, nil, cloud.Props{"name": "b"}, added("name", false)},
		"removed":                         {cloud.Props{"name": "a"}, cloud.Props{"name": "a"}, nil, removed("name", false)},
		"unknown":                         {cloud.Props{"name": "a"}, cloud.Props{"name": "a"}, cloud.Props{"name": cloud.Unknown}, update("name")},
		"replacing":                       {cloud.Props{"size": "a"}, cloud.Props{"size": "a"}, cloud.Props{"size": "b"}, replace("size")},
		"unknown and replacing":           {cloud.Props{"size": "a"}, cloud.Props{"size": "a"}, cloud.Props{"size": cloud.Unknown}, replace("size")},
		"zero is none":                    {nil, nil, cloud.Props{"name": "", "weight": 0.0, "notes": list{}, "labels": object{}}, nil},
		"none is zero":                    {nil, cloud.Props{"name": "", "weight": 0.0, "notes": list{}}, nil, nil},
		"null is none":                    {nil, nil, cloud.Props{"name": nil}, nil},
		"default against none":            {nil, nil, cloud.Props{"lid": true}, added("lid", false)},
		"default against the other":       {nil, cloud.Props{"lid": false}, nil, update("lid")},
		"computed is left alone":          {nil, cloud.Props{"colour": "brown"}, nil, nil},
		"computed and given":              {nil, cloud.Props{"colour": "brown"}, cloud.Props{"colour": "red"}, update("colour")},
		"computed and no longer given":    {cloud.Props{"colour": "red"}, cloud.Props{"colour": "red"}, nil, nil},
		"output is left alone":            {nil, cloud.Props{"arn": "a"}, nil, nil},
		"drift of what was never given":   {cloud.Props{}, cloud.Props{"name": "by hand"}, nil, removed("name", false)},
		"filled in by AWS, never given":   {cloud.Props{}, cloud.Props{"notes": list{"by AWS"}, "owners": list{"x"}}, nil, nil},
		"object of AWS, never given":      {cloud.Props{}, shape(nil), nil, nil},
		"drift of labels, never given":    {cloud.Props{}, cloud.Props{"labels": object{"a": "b"}}, nil, removed("labels", false)},
		"list removed from the program":   {cloud.Props{"notes": list{"a"}}, cloud.Props{"notes": list{"a"}}, nil, removed("notes", false)},
		"set in another order":            {cloud.Props{"owners": list{"a", "b"}}, cloud.Props{"owners": list{"a", "b"}}, cloud.Props{"owners": list{"b", "a"}}, nil},
		"set with another element":        {nil, cloud.Props{"owners": list{"a", "b"}}, cloud.Props{"owners": list{"b", "c"}}, update("owners")},
		"set with one twice":              {nil, cloud.Props{"owners": list{"a", "b"}}, cloud.Props{"owners": list{"a", "a"}}, update("owners")},
		"set of objects":                  {nil, cloud.Props{"parts": list{object{"kind": "a", "count": 1.0, "maker": "m"}, object{"kind": "b", "count": 2.0}}}, cloud.Props{"parts": list{object{"kind": "b", "count": 2.0}, object{"kind": "a"}}}, nil},
		"set of objects, another":         {nil, cloud.Props{"parts": list{object{"kind": "a", "count": 1.0}}}, cloud.Props{"parts": list{object{"kind": "a", "count": 3.0}}}, update("parts")},
		"list in another order":           {nil, cloud.Props{"notes": list{"a", "b"}}, cloud.Props{"notes": list{"b", "a"}}, []cloud.Change{{Path: "notes[0]"}, {Path: "notes[1]"}}},
		"list grows":                      {nil, cloud.Props{"notes": list{"a"}}, cloud.Props{"notes": list{"a", "b"}}, update("notes")},
		"list of what replaces grows":     {nil, cloud.Props{"layers": list{object{"id": "1"}}}, cloud.Props{"layers": list{object{"id": "1"}, object{"id": "2"}}}, replace("layers")},
		"list of what does not, grows":    {nil, cloud.Props{"layers": list{object{"text": "1"}}}, cloud.Props{"layers": list{object{"text": "1"}, object{"text": "2"}}}, update("layers")},
		"list of what replaces, inside":   {nil, cloud.Props{"layers": list{object{"id": "1"}}}, cloud.Props{"layers": list{object{"id": "2"}}}, replace("layers[0].id")},
		"JSON in another form":            {nil, cloud.Props{"policy": `{"a":1,"b":[2]}`}, cloud.Props{"policy": "{ \"b\": [2], \"a\": 1.0 }"}, nil},
		"JSON that means something else":  {nil, cloud.Props{"policy": `{"a":1}`}, cloud.Props{"policy": `{"a":2}`}, update("policy")},
		"map":                             {nil, cloud.Props{"labels": object{"a": "1"}}, cloud.Props{"labels": object{"a": "2"}}, update("labels")},
		"anything":                        {nil, cloud.Props{"extra": list{1.0}}, cloud.Props{"extra": list{2.0}}, update("extra")},
		"nested":                          {shape(nil), shape(cloud.Props{"edges": 3.0}), shape(cloud.Props{"edges": 4.0}), update("shape.edges")},
		"nested and replacing":            {shape(nil), shape(nil), shape(cloud.Props{"form": "y"}), replace("shape.form")},
		"nested output left alone":        {shape(nil), shape(cloud.Props{"volume": 1.0, "gloss": "matt"}), shape(nil), nil},
		"nested default":                  {shape(nil), shape(cloud.Props{"round": true}), cloud.Props{"shape": object{"form": "x"}}, update("shape.round")},
		"nested removed":                  {shape(cloud.Props{"edges": 3.0}), shape(cloud.Props{"edges": 3.0}), shape(nil), removed("shape.edges", false)},
		"object that replaces is removed": {shape(nil), shape(nil), nil, removed("shape", true)},
		"object that replaces is added":   {nil, nil, shape(nil), added("shape", true)},
	}
	a := openLab(t, "")
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tc.inputs == nil {
				tc.inputs = tc.state
			}
			state := cloud.Props{"lid": true}.With(tc.state)
			if name == "default against none" {
				delete(state, "lid")
			}
			got, err := a.Diff(west, box, tc.inputs, state, tc.news)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
