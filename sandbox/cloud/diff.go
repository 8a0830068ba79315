package cloud

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Change is one property that differs between a resource and its program.
type Change struct {
	// Path of the property, such as vpcConfig.subnetIds[0].
	Path string
	// Replace is true when the resource must be replaced.
	Replace bool
	// Added and Removed tell apart a property that appears or goes from one
	// that changes.
	Added, Removed bool
}

// diff lists what an update would change: the new inputs against what exists,
// where a property that AWS fills in is left alone unless it is given.
// oldInputs tells a property that was taken out of the program from one that
// AWS filled in.
func (fs Fields) diff(path string, oldInputs, state, news Props, force bool) []Change {
	var changes []Change
	for _, name := range slices.Sorted(maps.Keys(fs)) {
		f := fs[name]
		if f.output {
			continue
		}
		v, given := news[name]
		if v == nil {
			given = false
		}
		if !given && f.def != nil {
			v, given = f.def, true
		}
		if !given && f.computed {
			continue
		}
		if !given && oldInputs != nil && empty(oldInputs[name]) && f.typ != mapType {
			// Never in the program: AWS's own value, unless it drifted from nothing.
			if empty(state[name]) || f.typ == objectType || f.typ == listType || f.typ == setType {
				continue
			}
		}
		changes = append(changes, f.diff(join(path, name), oldInputs[name], state[name], v, force || f.forceNew)...)
	}
	return changes
}

func (f Field) diff(path string, oldInput, state, v any, force bool) []Change {
	if v == Unknown {
		return []Change{{Path: path, Replace: force}}
	}
	if m, ok := v.(map[string]any); ok && f.typ == objectType && len(m) == 0 && state == nil {
		return []Change{{Path: path, Replace: force, Added: true}} // A block, though an empty one.
	}
	// To the provider, a zero value and none are the same.
	if empty(v) && isZero(state) || empty(state) && isZero(v) {
		return nil
	}
	switch f.typ {
	case objectType:
		s, ok1 := state.(map[string]any)
		n, ok2 := v.(map[string]any)
		if ok1 && ok2 {
			o, _ := oldInput.(map[string]any)
			return f.fields.diff(path, o, s, n, force)
		}
	case listType:
		s, ok1 := state.([]any)
		n, ok2 := v.([]any)
		if ok1 && ok2 && len(s) == len(n) {
			o, _ := oldInput.([]any)
			var changes []Change
			for i := range n {
				var oi any
				if i < len(o) {
					oi = o[i]
				}
				changes = append(changes, f.elem.diff(fmt.Sprintf("%s[%d]", path, i), oi, s[i], n[i], force)...)
			}
			return changes
		}
	case setType:
		s, ok1 := state.([]any)
		n, ok2 := v.([]any)
		if ok1 && ok2 && f.sameSet(s, n) {
			return nil
		}
	case stringType:
		if f.json && sameJSON(state, v) || f.means(state, v) {
			return nil
		}
	}
	if Equal(state, v) {
		return nil
	}
	// What appears or goes as a whole takes its parts with it.
	force = force || f.replaces(v) || f.replacesWhenGone(state, v)
	return []Change{{Path: path, Replace: force || f.stays && empty(v), Added: empty(state), Removed: empty(v)}}
}

// replaces tells whether a value holds something that can only be had, or got
// rid of, by replacing.
func (f Field) replaces(v any) bool {
	switch v := v.(type) {
	case []any:
		return f.elem != nil && slices.ContainsFunc(v, f.elem.replaces)
	case map[string]any:
		for name, e := range v {
			if inner := f.fields[name]; e != nil && inner.forceNew || inner.replaces(e) {
				return true
			}
		}
	}
	return false
}

// replacesWhenGone is [Field.replaces] for what goes: of a block that is taken out,
// what AWS may fill in stays without a word.
func (f Field) replacesWhenGone(state, v any) bool {
	m, ok := state.(map[string]any)
	if !ok || !empty(v) {
		return f.replaces(state)
	}
	for name, e := range m {
		if inner := f.fields[name]; e != nil && !inner.computed && (inner.forceNew || inner.replaces(e)) {
			return true
		}
	}
	return false
}

// sameSet compares without order; an element may leave out what AWS fills in.
func (f Field) sameSet(state, news []any) bool {
	if len(state) != len(news) {
		return false
	}
	left := slices.Clone(state)
	for _, n := range news {
		i := slices.IndexFunc(left, func(s any) bool { return len(f.elem.diff("", nil, s, n, false)) == 0 })
		if i < 0 {
			return false
		}
		left = slices.Delete(left, i, i+1)
	}
	return true
}

func isZero(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case float64:
		return v == 0
	}
	return empty(v)
}

func sameJSON(a, b any) bool {
	as, ok1 := a.(string)
	bs, ok2 := b.(string)
	if !ok1 || !ok2 {
		return false
	}
	var av, bv any
	return json.Unmarshal([]byte(as), &av) == nil && json.Unmarshal([]byte(bs), &bv) == nil && reflect.DeepEqual(av, bv)
}
