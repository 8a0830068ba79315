package provider

import (
	"math"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/archive"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// unknowns lets cmp look at the value that stands for what is not known.
var unknowns = cmp.Exporter(func(t reflect.Type) bool { return t == reflect.TypeOf(cloud.Unknown) })

// value draws a value of the account, unknown ones among them.
func value(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		kinds := 6
		if depth == 0 {
			kinds = 4
		}
		switch rapid.IntRange(0, kinds).Draw(t, "kind") {
		case 0:
			return nil
		case 1:
			return rapid.Bool().Draw(t, "bool")
		case 2:
			return float64(rapid.IntRange(math.MinInt32, math.MaxInt32).Draw(t, "number")) / 4
		case 3:
			return rapid.String().Draw(t, "string")
		case 4:
			return cloud.Unknown
		case 5:
			return append(list{}, rapid.SliceOfN(value(depth-1), 0, 3).Draw(t, "list")...)
		default:
			return rapid.MapOfN(rapid.StringMatching(`_{0,2}[a-z]{1,3}[:/.]?`), value(depth-1), 0, 3).Draw(t, "object")
		}
	})
}

func TestValuesRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := cloud.Props(rapid.MapOfN(rapid.StringMatching(`[a-zA-Z_]{1,8}`), value(3), 0, 5).Draw(t, "props"))
		got, err := FromPulumi(ToPulumi(p))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]any(p), map[string]any(got), unknowns); diff != "" {
			t.Fatal(diff)
		}
		s, err := marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if got, err = unmarshal(s); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]any(p), map[string]any(got), unknowns); diff != "" {
			t.Fatalf("over the wire: %s", diff)
		}
	})
}

func TestFromPulumi(t *testing.T) {
	t.Parallel()
	str := func(s string) resource.PropertyValue { return resource.NewProperty(s) }
	tests := map[string]struct {
		in   resource.PropertyValue
		want any
	}{
		"secret":          {resource.MakeSecret(str("s")), "s"},
		"secret unknown":  {resource.MakeSecret(resource.MakeComputed(str(""))), cloud.Unknown},
		"computed":        {resource.MakeComputed(str("")), cloud.Unknown},
		"known output":    {resource.NewProperty(resource.Output{Element: str("o"), Known: true, Secret: true}), "o"},
		"unknown output":  {resource.NewProperty(resource.Output{Element: str("o")}), cloud.Unknown},
		"resource":        {resource.NewProperty(resource.ResourceReference{URN: "urn", ID: str("vpc-1")}), "vpc-1"},
		"resource to be":  {resource.NewProperty(resource.ResourceReference{URN: "urn", ID: resource.MakeComputed(str(""))}), cloud.Unknown},
		"nested":          {resource.NewProperty([]resource.PropertyValue{resource.MakeSecret(resource.NewProperty(resource.PropertyMap{"a": str("b")}))}), list{object{"a": "b"}}},
		"notes of an SDK": {resource.NewProperty(resource.PropertyMap{"__defaults": str("x"), "__mine": str("y")}), object{"__mine": "y"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := FromPulumi(resource.PropertyMap{"v": tc.in})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got["v"], unknowns); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, v := range []resource.PropertyValue{resource.NewProperty(&asset.Asset{Text: "a"}), resource.NewProperty(&archive.Archive{Path: "a"})} {
		_, err := FromPulumi(resource.PropertyMap{"v": resource.NewProperty([]resource.PropertyValue{v})})
		wantError(t, err, "v: the sandbox does not model values of type")
	}
}
