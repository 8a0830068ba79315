package chaos_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/drift"
)

// Whatever drifts in a whole environment and can be mended, a refresh finds
// exactly that, an up mends it, and a destroy leaves what it should.
func TestDrifts(t *testing.T) {
	t.Parallel()
	for _, name := range environments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := lived(t, name)
			drifts := l.Drifts()
			all := len(drifts)
			if !*full {
				random := rand.New(rand.NewPCG(*seed, 2))
				random.Shuffle(all, func(i, j int) { drifts[i], drifts[j] = drifts[j], drifts[i] })
				drifts = drifts[:all/oneIn]
			}
			var mu sync.Mutex
			kinds := map[string]int{}
			inParallel(drifts, func(_ int, d drift.Target) {
				j, err := l.Drift(d)
				mu.Lock()
				defer mu.Unlock()
				if kinds[d.Kind.Name]++; err != nil {
					t.Errorf("%s: %v (%v)", d, err, j)
				}
			})
			fmt.Printf("drifts of %s: %d of %d made, found and mended: %v\n", name, len(drifts), all, kinds)
		})
	}
}
