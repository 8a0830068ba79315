package control

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// Value is a property as a check reads it. Its methods take what comes: an
// absent, null or secret value, or one of another kind, has an answer. Reading a
// value that is not known yet ends the check of the innermost [Value.Each], or of
// the resource: the control cannot be evaluated yet.
type Value struct {
	v    property.Value
	path string
	run  *run
}

// unknown is what reading an unknown value throws; it does not leave the package.
type unknown struct{ path string }

// Path is where the value is, such as vpcConfig.subnetIds[0].
func (v Value) Path() string { return v.path }

// Get is a property inside the value, by its dotted path. Where a list stands in
// the way, as where one version of a provider has a list of one and another the
// thing itself, it is looked for in the only element.
func (v Value) Get(path string) Value {
	for key := range strings.SplitSeq(path, ".") {
		v = v.field(key)
	}
	return v
}

func (v Value) field(key string) Value {
	if v.v.IsArray() && v.v.AsArray().Len() == 1 {
		v = v.element(0)
	}
	next := Value{path: join(v.path, key), run: v.run}
	switch {
	case v.v.IsComputed():
		next.v = v.v
	case v.v.IsMap():
		next.v = v.v.AsMap().Get(key)
	}
	if v.v.Secret() {
		next.v = next.v.WithSecret(true)
	}
	return next
}

func (v Value) element(i int) Value {
	e := v.v.AsArray().Get(i)
	return Value{v: e.WithSecret(e.Secret() || v.v.Secret()), path: v.path + "[" + strconv.Itoa(i) + "]", run: v.run}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// Redacted is what stands for a secret in the states that `pulumi policy analyze`
// reads from a file.
const Redacted = "[secret]"

func (v Value) isRedacted() bool { return v.v.IsString() && v.v.AsString() == Redacted }

// known ends the check when the value is not known yet, or not shown.
func (v Value) known() property.Value {
	if v.v.IsComputed() || v.isRedacted() {
		panic(unknown{v.path})
	}
	return v.v
}

// IsSet tells whether there is a value, and not an empty text or list. One that
// is not known yet is one.
func (v Value) IsSet() bool {
	switch {
	case v.v.IsNull():
		return false
	case v.v.IsString():
		return v.v.AsString() != ""
	case v.v.IsArray():
		return v.v.AsArray().Len() > 0
	case v.v.IsMap():
		return v.v.AsMap().Len() > 0
	}
	return true
}

// Present is IsSet for where a value would be wrong: one that is not known yet
// ends the check.
func (v Value) Present() bool {
	v.known()
	return v.IsSet()
}

// IsKnown tells whether the value can be read.
func (v Value) IsKnown() bool { return !v.v.IsComputed() && !v.isRedacted() }

// IsSecret tells whether Pulumi encrypts the value in its state.
func (v Value) IsSecret() bool { return v.v.Secret() || v.isRedacted() }

// True tells whether the value is true, or the text "true" that some types have
// for it.
func (v Value) True() bool { return v.boolean("true") }

// False tells whether the value is there and false.
func (v Value) False() bool { return v.boolean("false") }

func (v Value) boolean(want string) bool {
	x := v.known()
	return x.IsBool() && strconv.FormatBool(x.AsBool()) == want || x.IsString() && strings.EqualFold(x.AsString(), want)
}

// Text is the value of a text; a number or a boolean is written out, anything
// else is "".
func (v Value) Text() string {
	x := v.known()
	switch {
	case x.IsString():
		return x.AsString()
	case x.IsNumber():
		return strconv.FormatFloat(x.AsNumber(), 'f', -1, 64)
	case x.IsBool():
		return strconv.FormatBool(x.AsBool())
	}
	return ""
}

// Int is the value of a whole number, or of a text that is one; anything else is
// absent.
func (v Value) Int(absent int) int {
	x := v.known()
	switch {
	case x.IsNumber() && x.AsNumber() == math.Trunc(x.AsNumber()):
		return int(x.AsNumber())
	case x.IsString():
		if n, err := strconv.Atoi(x.AsString()); err == nil {
			return n
		}
	}
	return absent
}

// IsText tells whether the value is a text.
func (v Value) IsText() bool { return v.known().IsString() }

// IsMap tells whether the value is a map or an object.
func (v Value) IsMap() bool { return v.known().IsMap() }

// Items are the elements of a list. Any other value that is set is a list of
// itself.
func (v Value) Items() []Value {
	x := v.known()
	switch {
	case x.IsNull():
		return nil
	case !x.IsArray():
		return []Value{v}
	}
	items := make([]Value, x.AsArray().Len())
	for i := range items {
		items[i] = v.element(i)
	}
	return items
}

// Texts are the texts of a list.
func (v Value) Texts() []string {
	var texts []string
	for _, item := range v.Items() {
		texts = append(texts, item.Text())
	}
	return texts
}

// Each checks the elements of a list one by one. An element whose check reads
// an unknown value is left, and the next one is checked.
func (v Value) Each(check func(Value)) {
	for _, item := range v.Items() {
		v.run.guard(func() { check(item) })
	}
}

// Keys are the keys of a map in alphabetical order.
func (v Value) Keys() []string {
	if x := v.known(); x.IsMap() {
		return slices.Sorted(maps.Keys(x.AsMap().AsMap()))
	}
	return nil
}

// Key is the value under a key that may have dots in it, such as a label.
func (v Value) Key(key string) Value { return v.field(key) }

// Property is the value itself, for what no method here says. It ends the check
// when it, or anything inside, is not known yet.
func (v Value) Property() property.Value {
	if v.v.HasComputed() {
		panic(unknown{v.path})
	}
	return v.v
}

// With is another value in the place of this one: what stands inside a text,
// say, once it is parsed.
func (v Value) With(x property.Value) Value { return Value{v: x, path: v.path, run: v.run} }

// Describe is the value for a message: quoted, and nothing of a secret.
func (v Value) Describe() string {
	switch {
	case v.v.IsNull():
		return "not set"
	case v.v.Secret():
		return "[secret]"
	case v.v.IsString():
		return strconv.Quote(v.v.AsString())
	case v.v.IsBool(), v.v.IsNumber():
		return v.Text()
	case v.v.IsArray():
		var items []string
		for i := range v.v.AsArray().Len() {
			items = append(items, v.element(i).Describe())
		}
		return "[" + strings.Join(items, ", ") + "]"
	case v.v.IsComputed():
		return "not known yet"
	}
	return "set"
}
