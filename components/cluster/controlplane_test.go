package cluster

import (
	"reflect"
	"testing"

	"github.com/pulumi/pulumi-eks/sdk/v3/go/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The inputs and outputs have the names and types that pulumi-eks's own SDK
// gives them.
func TestControlPlaneAgreesWithTheSDK(t *testing.T) {
	t.Parallel()
	args := Args{
		VPCID: pulumi.String("vpc-1"), SubnetIDs: pulumi.ToStringArray([]string{"subnet-1"}), PublicCIDRs: []string{"203.0.113.0/24"},
		Admins: map[string]string{"deployer": "arn:aws:iam::123456789012:role/d"},
		Access: map[string]Entry{"team": {Groups: []string{"g"}, Policies: map[Policy][]string{View: {"apps"}}}},
	}
	matches(t, "eks.Cluster", args.controlPlane(pulumi.String("arn")), eks.ClusterArgs{}.ElementType())

	outputs := reflect.TypeFor[eks.Cluster]()
	ours := reflect.TypeFor[controlPlane]()
	for i := range ours.NumField() {
		field := ours.Field(i)
		tag := field.Tag.Get("pulumi")
		if tag == "" {
			continue
		}
		theirs, ok := byTag(outputs, tag)
		if !ok || theirs.Type != field.Type {
			t.Errorf("the output %s is %v here, %v in the SDK", tag, field.Type, theirs.Type)
		}
	}
}

// matches holds a map of inputs to a struct of the SDK, all the way down.
func matches(t *testing.T, path string, inputs pulumi.Map, sdk reflect.Type) {
	t.Helper()
	for name, value := range inputs {
		field, ok := byTag(sdk, name)
		if !ok {
			t.Errorf("%s has no input %s", path, name)
			continue
		}
		want := field.Type
		if want.Kind() == reflect.Pointer {
			want = want.Elem()
		}
		at := path + "." + name
		switch v := value.(type) {
		case pulumi.Map:
			nested(t, at, v, want)
		case pulumi.Bool:
			kind(t, at, want, reflect.Bool)
		case pulumi.String:
			kind(t, at, want, reflect.String)
		case pulumi.StringArray:
			kind(t, at, want, reflect.Slice)
		default:
			t.Errorf("%s has a value of type %T", at, v)
		}
	}
}

func nested(t *testing.T, path string, inputs pulumi.Map, sdk reflect.Type) {
	t.Helper()
	if sdk.Kind() != reflect.Map {
		matches(t, path, inputs, sdk)
		return
	}
	for key, value := range inputs {
		entry, ok := value.(pulumi.Map)
		if !ok {
			t.Errorf("%s.%s is a %T", path, key, value)
			continue
		}
		matches(t, path+"."+key, entry, sdk.Elem())
	}
}

func kind(t *testing.T, path string, got reflect.Type, want reflect.Kind) {
	t.Helper()
	if got.Kind() != want {
		t.Errorf("%s is a %v in the SDK, a %v here", path, got, want)
	}
}

func byTag(sdk reflect.Type, name string) (reflect.StructField, bool) {
	if sdk.Kind() != reflect.Struct {
		return reflect.StructField{}, false
	}
	for i := range sdk.NumField() {
		if sdk.Field(i).Tag.Get("pulumi") == name {
			return sdk.Field(i), true
		}
	}
	return reflect.StructField{}, false
}
