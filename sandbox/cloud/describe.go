package cloud

// Description is what a [Field] says of a property, for programs that compare
// or list what the account models.
type Description struct {
	// Form is one of string, number, bool, list, set, map, object and any.
	Form string
	// Elem is the element of a list, a set or a map.
	Elem *Field
	// Fields are the properties of an object.
	Fields Fields
	// Required, Computed, Output and ForceNew are the marks of those names.
	Required, Computed, Output, ForceNew bool
	// Default is the value that the provider sends when none is given.
	Default any
	// OneOf are the texts, Bounds the least and the greatest number and Text the
	// look that are allowed; nil where everything is.
	OneOf  []string
	Bounds []float64
	Text   *Text
}

// Describe tells what the field says of its property.
func (f Field) Describe() Description {
	forms := [...]string{
		stringType: "string", numberType: "number", boolType: "bool", listType: "list", setType: "set",
		mapType: "map", objectType: "object", anyType: "any",
	}
	return Description{
		Form: forms[f.typ], Elem: f.elem, Fields: f.fields,
		Required: f.required, Computed: f.computed, Output: f.output, ForceNew: f.forceNew, Default: clone(f.def),
		OneOf: f.oneOf, Bounds: f.bounds, Text: f.text,
	}
}
