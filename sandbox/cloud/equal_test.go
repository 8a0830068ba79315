package cloud_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// randomValue is a small value, so that two of them are often equal.
func randomValue(random *rand.Rand, depth int) any {
	kinds := 8
	if depth > 0 {
		kinds = 14
	}
	switch random.IntN(kinds) {
	case 0, 1:
		return nil
	case 2:
		return random.IntN(2) == 0
	case 3:
		return random.IntN(2)
	case 4:
		return float64(random.IntN(2))
	case 5:
		return []string{"", "a"}[random.IntN(2)]
	case 6:
		return [][]string{nil, {}, {"a"}}[random.IntN(3)]
	case 7:
		return []map[string]string{nil, {}, {"k": "a"}}[random.IntN(3)]
	case 8, 9, 10:
		l := list{}
		for range random.IntN(3) {
			l = append(l, randomValue(random, depth-1))
		}
		return l
	default:
		o := object{}
		for range random.IntN(3) {
			o[string(rune('j'+random.IntN(3)))] = randomValue(random, depth-1)
		}
		if random.IntN(2) == 0 {
			return cloud.Props(o)
		}
		return o
	}
}

// Equal does without copies what comparing copies would.
func TestEqualAsCopiesAre(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 1))
	copied := func(v any) any { return cloud.Props{"v": v}.Clone()["v"] }
	blank := func(v any) bool {
		l, isList := v.([]any)
		m, isMap := v.(map[string]any)
		return v == nil || isList && len(l) == 0 || isMap && len(m) == 0
	}
	equal := 0
	for range 50_000 {
		a, b := randomValue(random, 2), randomValue(random, 2)
		x, y := copied(a), copied(b)
		want := blank(x) && blank(y) || reflect.DeepEqual(x, y)
		if want {
			equal++
		}
		if got := cloud.Equal(a, b); got != want {
			t.Fatalf("%#v and %#v: got %v, want %v", a, b, got, want)
		}
	}
	if equal < 1000 {
		t.Errorf("only %d pairs are equal", equal)
	}
}
