package chaos

import (
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// diffKey names four values by where they are; [diffed] keeps them there.
type diffKey struct {
	urn                                  resource.URN
	configuration, inputs, outputs, goal uintptr
}

// diffed is what one resource was, should be, and what it takes.
type diffed struct {
	configuration, inputs, outputs, goal map[string]any
	change                               change
}

func (d diffed) key(urn resource.URN) diffKey {
	at := func(m map[string]any) uintptr { return reflect.ValueOf(m).Pointer() }
	return diffKey{urn, at(d.configuration), at(d.inputs), at(d.outputs), at(d.goal)}
}
