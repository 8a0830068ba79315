package platform

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/slipway-iac/slipway/internal/check"
)

// Parse decodes the JSON of slipway:environment for a stack: first the tier's
// defaults, then what is given. Unknown keys and values of a wrong type are
// errors, all reported together.
func Parse(stack string, text []byte) (Environment, error) {
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return Environment{}, fmt.Errorf("%s is not an object: %w", configKey, err)
	}
	return parse(stack, value)
}

func parse(stack string, value any) (Environment, error) {
	object, ok := value.(map[string]any)
	if !ok {
		return Environment{}, fmt.Errorf("%s is %v: want an object", configKey, value)
	}
	var problems check.Errors
	unknownKeys(&problems, configKey, reflect.TypeFor[Environment](), object)
	if err := problems.Err(); err != nil {
		return Environment{}, err
	}
	var chosen struct {
		Tier Tier `json:"tier"`
	}
	if err := decode(object, &chosen); err != nil {
		return Environment{}, err
	}
	environment, err := chosen.Tier.defaults(stack)
	if err != nil {
		return Environment{}, err
	}
	groups, pools := environment.NodeGroups, environment.NodePools
	environment.NodeGroups, environment.NodePools = nil, nil
	if err := decode(object, &environment); err != nil {
		return Environment{}, err
	}
	if environment.NodeGroups, err = each(groups, groups[systemGroup].clone, object["nodeGroups"]); err != nil {
		return Environment{}, err
	}
	if environment.NodePools, err = each(pools, pools[generalPool].clone, object["nodePools"]); err != nil {
		return Environment{}, err
	}
	return environment, environment.validate(stack)
}

// each are the entries of a map, every one begun from a default. Given ones
// replace the tier's own, which remain without any.
func each[T any](own map[string]T, begin func() T, given any) (map[string]T, error) {
	entries, ok := given.(map[string]any)
	if !ok {
		return own, nil
	}
	made := make(map[string]T, len(entries))
	for name, entry := range entries {
		one := begin()
		if err := decode(entry, &one); err != nil {
			return nil, err
		}
		made[name] = one
	}
	return made, nil
}

func decode(value any, into any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	err = json.NewDecoder(bytes.NewReader(text)).Decode(into)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Errorf("%s.%s is a %s: want %s", configKey, wrong.Field, wrong.Value, plainType(wrong.Type))
	}
	return err
}

func plainType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text (put it in quotes)"
	case reflect.Int:
		return "a whole number"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	default:
		return "an object"
	}
}

// unknownKeys records every key of a value that its Go type has no field for,
// with the nearest name that exists.
func unknownKeys(problems *check.Errors, path string, t reflect.Type, value any) {
	switch t.Kind() {
	case reflect.Struct:
		object, _ := value.(map[string]any)
		fields := map[string]reflect.Type{}
		for i := range t.NumField() {
			fields[t.Field(i).Tag.Get("json")] = t.Field(i).Type
		}
		for _, key := range slices.Sorted(maps.Keys(object)) {
			if field, ok := fields[key]; ok {
				unknownKeys(problems, path+"."+key, field, object[key])
				continue
			}
			problems.Add("%s.%s is not a setting: did you mean %s?", path, key, nearest(key, slices.Sorted(maps.Keys(fields))))
		}
	case reflect.Map:
		object, _ := value.(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(object)) {
			unknownKeys(problems, path+"."+key, t.Elem(), object[key])
		}
	case reflect.Slice:
		list, _ := value.([]any)
		for i, element := range list {
			unknownKeys(problems, fmt.Sprintf("%s[%d]", path, i), t.Elem(), element)
		}
	}
}

func nearest(word string, known []string) string {
	return slices.MinFunc(known, func(a, b string) int {
		return levenshtein.Distance(strings.ToLower(word), strings.ToLower(a), nil) -
			levenshtein.Distance(strings.ToLower(word), strings.ToLower(b), nil)
	})
}

// StackOf is the name of the stack that a configuration file belongs to.
func StackOf(path string) string {
	return strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "Pulumi."), ".yaml")
}
