package ekstree

import (
	"bytes"
	"encoding/json"
)

// jsonText is v as JSON.stringify writes it: no spaces, no HTML escapes, keys of maps in order.
func jsonText(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "" // Only values that came as JSON get here.
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// stringified is an object as JSON with its keys in order; null without one.
func (t *tree) stringified(v value) value {
	if v.IsNull() {
		return null
	}
	return t.apply(func(in []value) (value, error) { return str(jsonText(in[0].Mappable())), nil }, v)
}
