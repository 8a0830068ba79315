package chaos_test

import (
	"math/rand/v2"
	"testing"

	"github.com/slipway-iac/slipway/tests/chaos"
)

// A destroy that begins after any step of an up leaves what it leaves on purpose
// of what there is by then, in whichever order the dependencies allow.
func TestDestroyFromEverywhere(t *testing.T) {
	t.Parallel()
	orders := map[string]func(step int) func(n int) int{
		"the newest first": func(int) func(n int) int { return func(n int) int { return n - 1 } },
		"the oldest first": func(int) func(n int) int { return func(int) int { return 0 } },
		"any":              func(step int) func(n int) int { return rand.New(rand.NewPCG(*seed, uint64(step))).IntN },
	}
	for _, name := range environments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := lived(t, name)
			for order, from := range orders {
				t.Run(order, func(t *testing.T) {
					t.Parallel()
					for step := 0; step <= l.Program.Steps(); step++ {
						if !chosen(step) && step != l.Program.Steps() {
							continue
						}
						if err := destroyFrom(l, step, from(step)); err != nil {
							t.Errorf("after step %d of %d: %v", step, l.Program.Steps(), err)
						}
					}
				})
			}
		})
	}
}

func destroyFrom(l *chaos.Life, step int, pick func(n int) int) error {
	w := l.Begun(step)
	kept := w.Kept()
	if err := w.DestroyAs(pick); err != nil {
		return err
	}
	return chaos.SameCounts(chaos.Left(w.Account(), nil), kept)
}
