package chaos

import (
	"crypto/sha256"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// sum is what two things have in common that are the same.
type sum = [sha256.Size]byte

// sumOf is the sum of something that can be written as JSON, as all can that a
// state holds.
func sumOf(v any) sum {
	text, err := json.Marshal(v)
	if err != nil {
		panic("bug in the campaign: a value that is no JSON: " + err.Error())
	}
	return sha256.Sum256(text)
}

// book has every dictionary of a program's worlds once, and every value that they
// have translated, so that equal values are one and need not be compared twice.
type book struct {
	mu           sync.Mutex
	dictionaries map[sum]*dictionary
	values       map[sum]map[string]any
	diffs        map[diffKey]diffed
	sums         map[uintptr]summed
}

// dictionary translates all that the resources of one world are called.
type dictionary struct {
	book     *book
	sum      sum
	replacer *strings.Replacer

	mu              sync.Mutex
	inputs, outputs map[resource.URN]map[string]any
}

// dictionary is the one of the names as they are.
func (n *names) dictionary() *dictionary {
	if n.in == nil {
		n.in = n.book.dictionary(n.byURN)
	}
	return n.in
}

func (b *book) dictionary(byURN map[resource.URN]map[string]string) *dictionary {
	all := map[string]string{}
	for _, urn := range slices.Sorted(maps.Keys(byURN)) {
		maps.Copy(all, byURN[urn])
	}
	key := sumOf(all)
	b.mu.Lock()
	defer b.mu.Unlock()
	if d, known := b.dictionaries[key]; known {
		return d
	}
	// The longer first: an ARN before the ID in it.
	longest := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	var pairs []string
	for _, key := range longest {
		pairs = append(pairs, key, all[key])
	}
	d := &dictionary{
		book: b, sum: key, replacer: strings.NewReplacer(pairs...),
		inputs: map[resource.URN]map[string]any{}, outputs: map[resource.URN]map[string]any{},
	}
	if b.dictionaries == nil {
		b.dictionaries = map[sum]*dictionary{}
	}
	b.dictionaries[key] = d
	return d
}

// inputs are what the program gives a resource, in today's names.
func (n *names) inputs(recorded apitype.ResourceV3) map[string]any {
	d := n.dictionary()
	return d.once(d.inputs, recorded.URN, recorded.Inputs)
}

// outputs are what was recorded of a resource, in today's names.
func (n *names) outputs(recorded apitype.ResourceV3) map[string]any {
	d := n.dictionary()
	return d.once(d.outputs, recorded.URN, recorded.Outputs)
}

func (d *dictionary) once(known map[resource.URN]map[string]any, urn resource.URN, v map[string]any) map[string]any {
	d.mu.Lock()
	defer d.mu.Unlock()
	if out, ok := known[urn]; ok {
		return out
	}
	out := d.book.value(d.walk(v).(map[string]any))
	known[urn] = out
	return out
}

// value is the first that was equal to a value.
func (b *book) value(v map[string]any) map[string]any {
	key := sumOf(v)
	b.mu.Lock()
	defer b.mu.Unlock()
	if first, known := b.values[key]; known {
		return first
	}
	if b.values == nil {
		b.values = map[sum]map[string]any{}
	}
	b.values[key] = v
	return v
}
