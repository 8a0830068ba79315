package chaos

import (
	"crypto/sha256"
	"encoding/json"
	"maps"
	"slices"
	"strings"

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
	dictionaries memo[sum, *dictionary]
	values       memo[sum, map[string]any]
	diffs        memo[diffKey, diffed]
	sums         memo[uintptr, summed]
}

// dictionary translates all that the resources of one world are called.
type dictionary struct {
	book     *book
	sum      sum
	replacer *strings.Replacer

	inputs, outputs memo[resource.URN, map[string]any]
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
	if d, known := b.dictionaries.get(key); known {
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
	return b.dictionaries.put(key, &dictionary{book: b, sum: key, replacer: strings.NewReplacer(pairs...)})
}

// inputs are what the program gives a resource, in today's names.
func (n *names) inputs(recorded apitype.ResourceV3) map[string]any {
	d := n.dictionary()
	return d.once(&d.inputs, recorded.URN, recorded.Inputs)
}

// outputs are what was recorded of a resource, in today's names.
func (n *names) outputs(recorded apitype.ResourceV3) map[string]any {
	d := n.dictionary()
	return d.once(&d.outputs, recorded.URN, recorded.Outputs)
}

func (d *dictionary) once(known *memo[resource.URN, map[string]any], urn resource.URN, v map[string]any) map[string]any {
	if out, ok := known.get(urn); ok {
		return out
	}
	return known.put(urn, d.book.value(d.walk(v).(map[string]any)))
}

// value is the first that was equal to a value.
func (b *book) value(v map[string]any) map[string]any { return b.values.put(sumOf(v), v) }
