package example

import (
	"encoding/json"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// json is what fn::toJSON makes of an object: a text, unknown as a whole when a
// part of it is.
func (l *loader) json(object any) property.Value {
	text, err := json.Marshal(object)
	if err != nil {
		l.err = err
	}
	return l.text(strings.TrimSpace(string(text)))
}
