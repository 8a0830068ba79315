package cloud_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	for form, f := range map[string]cloud.Field{
		"string": cloud.JSON, "number": cloud.Number, "bool": cloud.Bool, "any": cloud.Any,
		"list": cloud.ListOf(cloud.String), "set": cloud.SetOf(cloud.String), "map": cloud.MapOf(cloud.String),
		"object": cloud.Object(nil),
	} {
		if got := f.Describe().Form; got != form {
			t.Errorf("%s is described as %s", form, got)
		}
	}
	marks := func(f cloud.Field) [4]bool {
		d := f.Describe()
		return [4]bool{d.Required, d.Computed, d.Output, d.ForceNew}
	}
	for _, c := range []struct {
		field cloud.Field
		want  [4]bool
	}{
		{cloud.String, [4]bool{}},
		{cloud.String.Required().ForceNew(), [4]bool{true, false, false, true}},
		{cloud.String.Computed(), [4]bool{false, true, false, false}},
		{cloud.String.Output(), [4]bool{false, true, true, false}},
	} {
		if diff := cmp.Diff(c.want, marks(c.field)); diff != "" {
			t.Error(diff)
		}
	}
	if got := cloud.Number.Default(3).Describe().Default; got != 3.0 {
		t.Errorf("default %v, want 3", got)
	}
	d := cloud.SetOf(cloud.Object(cloud.Fields{"a": cloud.Bool})).Describe()
	if inner := d.Elem.Describe(); inner.Form != "object" || inner.Fields["a"].Describe().Form != "bool" {
		t.Errorf("the element of a set of objects is described as %+v", inner)
	}
}
