package outputs_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/outputs"
)

// recorder keeps what was registered: the value, and what it depends on.
type recorder struct {
	mu    sync.Mutex
	value map[string]resource.PropertyValue
	needs map[string][]string
}

func (r *recorder) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }

func (r *recorder) NewResource(a pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.value[a.Name] = a.Inputs["value"]
	for _, urn := range a.RegisterRPC.GetDependencies() {
		r.needs[a.Name] = append(r.needs[a.Name], urn[strings.LastIndex(urn, ":")+1:])
	}
	slices.Sort(r.needs[a.Name])
	return a.Name + "-id", a.Inputs, nil
}

func run(t *testing.T, program pulumi.RunFunc) *recorder {
	t.Helper()
	r := &recorder{value: map[string]resource.PropertyValue{}, needs: map[string][]string{}}
	if err := pulumi.RunErr(program, pulumi.WithMocks("test", "unit", r)); err != nil {
		t.Fatal(err)
	}
	return r
}

type thing struct{ pulumi.CustomResourceState }

func newThing(ctx *pulumi.Context, name string, value pulumi.Input) (*thing, error) {
	var x thing
	return &x, ctx.RegisterResource("test:index:Thing", name, pulumi.Map{"value": value}, &x)
}

func upper(s string) (string, error) { return strings.ToUpper(s), nil }

func TestFunctionsOverOutputs(t *testing.T) {
	t.Parallel()
	r := run(t, func(ctx *pulumi.Context) error {
		a, err := newThing(ctx, "a", pulumi.String("x"))
		if err != nil {
			return err
		}
		b, err := newThing(ctx, "b", pulumi.String("y"))
		if err != nil {
			return err
		}
		ids := func() []pulumi.StringInput {
			return []pulumi.StringInput{b.ID().ToStringOutput(), pulumi.String("-"), a.ID().ToStringOutput()}
		}
		for name, value := range map[string]pulumi.Input{
			"string":       outputs.String(a.ID().ToStringOutput(), upper),
			"plain":        outputs.String(pulumi.String("p"), upper),
			"strings":      outputs.Strings(ids(), func(s []string) (string, error) { return strings.Join(s, ""), nil }),
			"none":         outputs.Strings(nil, func(s []string) (string, error) { return fmt.Sprint(len(s)), nil }),
			"map":          outputs.StringMap(pulumi.StringMap{"k": b.ID().ToStringOutput()}, func(m map[string]string) (string, error) { return m["k"], nil }),
			"secret":       outputs.String(pulumi.ToSecret(pulumi.String("s")).(pulumi.StringOutput), upper),
			"of":           outputs.Of(a.ID(), func(id pulumi.ID) (string, error) { return "of " + string(id), nil }),
			"after":        outputs.After(ctx, pulumi.String("z"), a, b),
			"of and after": outputs.After(ctx, a.ID().ToStringOutput(), b),
		} {
			if _, err := newThing(ctx, name, value); err != nil {
				return err
			}
		}
		return nil
	})
	values := map[string]string{}
	for name, v := range r.value {
		if v.IsSecret() {
			values[name] = "secret " + v.SecretValue().Element.StringValue()
			continue
		}
		values[name] = v.StringValue()
	}
	want := map[string]string{
		"a": "x", "b": "y", "string": "A-ID", "plain": "P", "strings": "b-id-a-id", "none": "0", "map": "b-id", "secret": "secret S", "of": "of a-id", "after": "z", "of and after": "a-id",
	}
	if diff := cmp.Diff(want, values); diff != "" {
		t.Error(diff)
	}
	needs := map[string][]string{"string": {"a"}, "strings": {"a", "b"}, "map": {"b"}, "of": {"a"}, "after": {"a", "b"}, "of and after": {"a", "b"}}
	for name := range r.needs {
		if len(r.needs[name]) == 0 {
			delete(r.needs, name)
		}
	}
	if diff := cmp.Diff(needs, r.needs); diff != "" {
		t.Error(diff)
	}
}

func TestErrorsReachTheProgram(t *testing.T) {
	t.Parallel()
	cause := errors.New("too long")
	r := &recorder{value: map[string]resource.PropertyValue{}, needs: map[string][]string{}}
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		_, err := newThing(ctx, "x", outputs.String(pulumi.String("p"), func(string) (string, error) { return "", cause }))
		return err
	}, pulumi.WithMocks("test", "unit", r))
	if err == nil || !strings.Contains(err.Error(), cause.Error()) {
		t.Errorf("got %v", err)
	}
}
