package validation

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// parse reads an object as it would come from a program.
func parse(t *testing.T, text string) cloud.Props {
	t.Helper()
	var object map[string]any
	if err := yaml.Unmarshal([]byte(text), &object); err != nil {
		t.Fatal(err)
	}
	plain, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	out := cloud.Props{}
	if err := json.Unmarshal(plain, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func typeOf(t *testing.T, object cloud.Props) objects.Type {
	t.Helper()
	apiVersion, kind := objects.TypeOf(object)
	typ, ok := objects.BuiltinType(apiVersion, kind)
	if !ok {
		t.Fatalf("no type %s %s", apiVersion, kind)
	}
	return typ
}

// edited is an object with lines "path: value" laid over it; a null takes away.
// A path goes through the first element of a list.
func edited(t *testing.T, object cloud.Props, edits string) cloud.Props {
	t.Helper()
	out := object.Clone()
	for _, line := range strings.Split(edits, "\n") {
		if line == "" {
			continue
		}
		path, text, _ := strings.Cut(line, ": ")
		value := parse(t, "v: "+text)["v"]
		names := strings.Split(path, "/")
		at := out
		for _, name := range names[:len(names)-1] {
			if l := at.Objs(name); len(l) > 0 {
				at = l[0]
				continue
			}
			if !at.Has(name) {
				at[name] = map[string]any{}
			}
			at = at.Obj(name)
		}
		if at[names[len(names)-1]] = value; value == nil {
			delete(at, names[len(names)-1])
		}
	}
	return out
}

// good are objects without fault, by kind.
func good(t *testing.T) map[string]cloud.Props {
	t.Helper()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no objects: %v", err)
	}
	out := map[string]cloud.Props{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, document := range strings.Split(string(text), "---\n") {
			o := parse(t, document)
			out[o.Str("kind")] = o
		}
	}
	return out
}

func TestGoodObjects(t *testing.T) {
	t.Parallel()
	objects := good(t)
	for kind, o := range objects {
		if err := Object(typeOf(t, o), o); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if err := Change(typeOf(t, o), o, o); err != nil {
			t.Errorf("%s, unchanged: %v", kind, err)
		}
	}
	for _, key := range reflect.ValueOf(checks).MapKeys() {
		kind := key.String()[strings.LastIndex(key.String(), "/")+1:]
		if objects[kind] == nil {
			t.Errorf("no good %s", kind)
		}
	}
}

func TestRefusedObjects(t *testing.T) {
	t.Parallel()
	objects := good(t)
	for name, tc := range refused {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if objects[tc.kind] == nil {
				t.Fatalf("no good %s", tc.kind)
			}
			o := edited(t, objects[tc.kind], tc.edits)
			wantRule(t, Object(typeOf(t, o), o), tc.rule, tc.says)
		})
	}
}

func TestRefusedChanges(t *testing.T) {
	t.Parallel()
	objects := good(t)
	for name, tc := range refusedChanges {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old := objects[tc.kind]
			now := edited(t, old, tc.edits)
			err := Change(typeOf(t, now), old, now)
			if tc.rule == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantRule(t, err, tc.rule, tc.says)
		})
	}
}

func wantRule(t *testing.T, err error, rule *cloud.Rule, says string) {
	t.Helper()
	var refusal *cloud.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v, want a refusal by %s", err, rule.Name)
	}
	if refusal.Rule != rule || !strings.Contains(refusal.Message, says) {
		t.Errorf("got %s: %s, want %s with %q", refusal.Rule.Name, refusal.Message, rule.Name, says)
	}
}

// All that is wrong is said at once.
func TestEveryProblemIsSaid(t *testing.T) {
	t.Parallel()
	o := edited(t, good(t)["Deployment"], "spec/selector: null\nspec/template/spec/containers/image: null")
	err := Object(typeOf(t, o), o)
	want := `Deployment.apps "web" is invalid: [spec.selector: Required value, spec.template.spec.containers[0].image: Required value]`
	var refusal *cloud.Refusal
	if !errors.As(err, &refusal) || refusal.Message != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
