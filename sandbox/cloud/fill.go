package cloud

// withDefaults fills in the provider's defaults all the way down, and drops
// nulls.
func (fs Fields) withDefaults(p Props) Props {
	out := Props{}
	for name, v := range p {
		if v != nil {
			out[name] = fs[name].within(v, Fields.withDefaults)
		}
	}
	for name, f := range fs {
		if f.def != nil && out[name] == nil {
			out[name] = clone(f.def)
		}
	}
	return out
}

// unknowns adds, all the way down, the properties that AWS fills in and that
// are known only once the resource exists.
func (fs Fields) unknowns(p Props) Props {
	out := Props{}
	for name, v := range p {
		out[name] = fs[name].within(v, Fields.unknowns)
	}
	for name, f := range fs {
		if f.computed && out[name] == nil {
			out[name] = Unknown
		}
	}
	return out
}

// settable keeps, all the way down, the properties that a program could have
// written.
func (fs Fields) settable(p Props) Props {
	out := Props{}
	for name, v := range p {
		if f, ok := fs[name]; ok && !f.output && !empty(v) {
			out[name] = f.within(v, Fields.settable)
		}
	}
	return out
}

// within copies a value and does something to each object that it is or holds.
func (f Field) within(v any, do func(Fields, Props) Props) any {
	switch v := v.(type) {
	case map[string]any:
		switch f.typ {
		case objectType:
			return map[string]any(do(f.fields, v))
		case mapType:
			out := make(map[string]any, len(v))
			for k, e := range v {
				out[k] = f.elem.within(e, do)
			}
			return out
		}
	case []any:
		if f.elem != nil {
			out := make([]any, len(v))
			for i, e := range v {
				out[i] = f.elem.within(e, do)
			}
			return out
		}
	}
	return clone(v)
}

// merge takes the new inputs over into what exists, all the way down; what is
// no longer given goes, unless AWS fills it in.
func (fs Fields) merge(have, news Props) Props {
	out := have.With(nil)
	for name, f := range fs {
		switch v := news[name]; {
		case f.output:
		case v != nil:
			out[name] = f.merge(have[name], v)
		case !f.computed:
			delete(out, name)
		}
	}
	return out
}

func (f Field) merge(have, v any) any {
	h, ok1 := have.(map[string]any)
	n, ok2 := v.(map[string]any)
	if f.typ == objectType && ok1 && ok2 {
		return map[string]any(f.fields.merge(h, n))
	}
	return clone(v)
}
