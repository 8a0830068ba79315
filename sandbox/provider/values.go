package provider

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// internal are the properties in which Pulumi's SDKs and providers keep notes.
var internal = []resource.PropertyKey{"__defaults", "__meta", "__internal"}

// FromPulumi turns Pulumi's property values into the account's. Secrets and
// outputs are opened, resources become their IDs.
func FromPulumi(m resource.PropertyMap) (cloud.Props, error) {
	out := cloud.Props{}
	for k, v := range m {
		if slices.Contains(internal, k) {
			continue
		}
		value, err := fromValue(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k, err)
		}
		out[string(k)] = value
	}
	return out, nil
}

func fromValue(v resource.PropertyValue) (any, error) {
	switch {
	case v.IsNull():
		return nil, nil
	case v.IsBool():
		return v.BoolValue(), nil
	case v.IsNumber():
		return v.NumberValue(), nil
	case v.IsString():
		return v.StringValue(), nil
	case v.IsSecret():
		return fromValue(v.SecretValue().Element)
	case v.IsOutput():
		if !v.OutputValue().Known {
			return cloud.Unknown, nil
		}
		return fromValue(v.OutputValue().Element)
	case v.IsComputed():
		return cloud.Unknown, nil
	case v.IsResourceReference():
		return fromValue(v.ResourceReferenceValue().ID)
	case v.IsArray():
		list := make([]any, len(v.ArrayValue()))
		for i, e := range v.ArrayValue() {
			var err error
			if list[i], err = fromValue(e); err != nil {
				return nil, err
			}
		}
		return list, nil
	case v.IsObject():
		object, err := FromPulumi(v.ObjectValue())
		return map[string]any(object), err
	}
	return nil, fmt.Errorf("the sandbox does not model values of type %s", v.TypeString())
}

// ToPulumi turns the account's property values into Pulumi's.
func ToPulumi(p cloud.Props) resource.PropertyMap {
	out := resource.PropertyMap{}
	for k, v := range p {
		out[resource.PropertyKey(k)] = toValue(v)
	}
	return out
}

func toValue(v any) resource.PropertyValue {
	switch v := v.(type) {
	case nil:
		return resource.NewNullProperty()
	case bool:
		return resource.NewProperty(v)
	case float64:
		return resource.NewProperty(v)
	case int:
		return resource.NewProperty(float64(v))
	case string:
		return resource.NewProperty(v)
	case []any:
		list := make([]resource.PropertyValue, len(v))
		for i, e := range v {
			list[i] = toValue(e)
		}
		return resource.NewProperty(list)
	case map[string]any:
		return resource.NewProperty(ToPulumi(v))
	case cloud.Props:
		return resource.NewProperty(ToPulumi(v))
	}
	if v == cloud.Unknown {
		return resource.MakeComputed(resource.NewProperty(""))
	}
	panic(fmt.Sprintf("bug in the sandbox: a property value of type %T", v))
}

var wire = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true}

func unmarshal(s *structpb.Struct) (cloud.Props, error) {
	m, err := plugin.UnmarshalProperties(s, wire)
	if err != nil {
		return nil, err
	}
	return FromPulumi(m)
}

// unmarshalBoth opens what a resource was and what it is to be.
func unmarshalBoth(olds, news *structpb.Struct) (was, willBe cloud.Props, err error) {
	if was, err = unmarshal(olds); err != nil {
		return nil, nil, err
	}
	willBe, err = unmarshal(news)
	return was, willBe, err
}

func marshal(p cloud.Props) (*structpb.Struct, error) {
	return plugin.MarshalProperties(ToPulumi(p), wire)
}
