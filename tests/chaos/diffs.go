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

// diff is what was learnt of the same values before.
func (b *book) diff(urn resource.URN, d diffed) (change, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	known, ok := b.diffs[d.key(urn)]
	return known.change, ok
}

func (b *book) learn(urn resource.URN, d diffed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.diffs == nil {
		b.diffs = map[diffKey]diffed{}
	}
	b.diffs[d.key(urn)] = d
}
