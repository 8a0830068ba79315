package cloud

import "reflect"

// Equal compares two property values; numbers of different Go types, and an
// unset and an empty list or map, are equal.
func Equal(a, b any) bool {
	a, b = shallow(a), shallow(b)
	return empty(a) && empty(b) || same(a, b)
}

// same is [Equal] for what is inside of lists and maps: there an empty one is
// something.
func same(a, b any) bool {
	switch a := shallow(a).(type) {
	case map[string]any:
		b, ok := shallow(b).(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k, e := range a {
			other, there := b[k]
			if !there || !same(e, other) {
				return false
			}
		}
		return true
	case []any:
		b, ok := shallow(b).([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i, e := range a {
			if !same(e, b[i]) {
				return false
			}
		}
		return true
	case nil, bool, float64, string, unknown:
		return a == shallow(b)
	default:
		return reflect.DeepEqual(a, b)
	}
}

// shallow is a value in the Go type that copies have; what is inside of it keeps
// its own, where it can.
func shallow(v any) any {
	switch v := v.(type) {
	case Props:
		return map[string]any(v)
	case []string, map[string]string, int:
		return clone(v)
	}
	return v
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
