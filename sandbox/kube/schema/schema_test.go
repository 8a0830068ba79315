package schema

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

type object = map[string]any

func TestEveryTypeIsKnown(t *testing.T) {
	t.Parallel()
	for _, typ := range objects.Builtin() {
		if read().roots[typ.APIVersion+"/"+typ.Kind] == "" {
			t.Errorf("no fields of %s %s", typ.APIVersion, typ.Kind)
		}
	}
	for root, structure := range read().roots {
		if len(read().structures[structure]) == 0 {
			t.Errorf("%s is %s, which has no fields", root, structure)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	in := func(container object) object {
		return object{"spec": object{"containers": []any{object{"name": "ok"}, container}}}
	}
	tests := map[string]struct {
		object object
		want   []Problem
	}{
		"nothing":            {object{}, nil},
		"null":               {object{"spec": nil}, nil},
		"inlined fields":     {object{"spec": object{"volumes": []any{object{"name": "v", "emptyDir": object{}}}}}, nil},
		"quantities":         {in(object{"resources": object{"requests": object{"cpu": 1.0, "memory": "1.5Gi", "other": "1e3"}}}), nil},
		"not a quantity":     {in(object{"resources": object{"requests": object{"cpu": "1 core"}}}), []Problem{{Path: "spec.containers[1].resources.requests.cpu", Want: forms["quantity"].name}}},
		"integer or text":    {in(object{"readinessProbe": object{"httpGet": object{"port": "http"}}, "livenessProbe": object{"httpGet": object{"port": 80.0}}}), nil},
		"neither":            {in(object{"livenessProbe": object{"httpGet": object{"port": true}}}), []Problem{{Path: "spec.containers[1].livenessProbe.httpGet.port", Want: forms["intstr"].name}}},
		"boolean":            {object{"spec": object{"hostNetwork": "true"}}, []Problem{{Path: "spec.hostNetwork", Want: "a boolean"}}},
		"map":                {object{"metadata": object{"labels": []any{"a"}}}, []Problem{{Path: "metadata.labels", Want: "an object"}}},
		"two":                {object{"spec": object{"hostIPC": 1.0, "hostPID": 1.0}}, []Problem{{Path: "spec.hostIPC", Want: "a boolean"}, {Path: "spec.hostPID", Want: "a boolean"}}},
		"unknown at the top": {object{"specs": object{}}, []Problem{{Path: "specs", Known: []string{"apiVersion", "kind", "metadata", "spec", "status"}}}},
	}
	for name, tc := range tests {
		if diff := cmp.Diff(tc.want, Check("v1", "Pod", tc.object)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	// Of a custom resource only the metadata is known.
	want := []Problem{{Path: "metadata.labels.a", Want: "a string"}}
	if diff := cmp.Diff(want, Check("example.com/v1", "Widget", object{"spec": object{"anything": 1.0}, "metadata": object{"labels": object{"a": 1.0}}})); diff != "" {
		t.Error(diff)
	}
}
