package cloud_test

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestOnce(t *testing.T) {
	t.Parallel()
	a := openLab(t, "")
	found := 0
	count := func(tx *cloud.Tx, key string) int {
		return cloud.Once(tx, key, func() int { found++; return tx.Count(hidden) })
	}
	for range 2 { // Another call asks anew.
		found = 0
		if err := a.Change(west, "", func(tx *cloud.Tx) error {
			before := tx.Count(hidden)
			steps := []struct {
				name        string
				do          func()
				want, found int
			}{
				{"the first time", func() {}, before, 1},
				{"again", func() {}, before, 1},
				{"something is made", func() { tx.Make("lab", hidden, tx.ID("h-"), nil, nil) }, before + 1, 2},
				{"something else is gone", func() { tx.Remove(tx.One(hidden)) }, before, 3},
				{"again", func() {}, before, 3},
			}
			for _, s := range steps {
				s.do()
				if got := count(tx, "a"); got != s.want || found != s.found {
					t.Errorf("%s: got %d, found out %d times; want %d, %d times", s.name, got, found, s.want, s.found)
				}
			}
			if count(tx, "b"); found != 4 {
				t.Error("another question has the answer of the first")
			}
			tx.In("eu-west-1", func() {
				if got := count(tx, "a"); got != 0 || found != 5 {
					t.Errorf("in another region: got %d, found out %d times", got, found)
				}
			})
			tx.Make("lab", hidden, tx.ID("h-"), nil, nil)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// A service that rests on an answer that was found before wakes by what that was
// found by.
func TestOnceWakesServices(t *testing.T) {
	t.Parallel()
	calls := 0
	reacting := lab()
	reacting.React = func(tx *cloud.Tx) {
		calls++
		cloud.Once(tx, "boxes", func() int { return tx.Count(box) })
	}
	a, err := cloud.Open(cloud.Options{Services: []cloud.Service{reacting}})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Change(west, "", func(tx *cloud.Tx) error {
		cloud.Once(tx, "boxes", func() int { return tx.Count(box) })
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{2, 3} { // Each box wakes it.
		if made(t, a, "box", nil); calls < want {
			t.Errorf("%d reactions, want %d at least", calls, want)
		}
	}
}
