package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const sample = `package shop

var (
	closed  = rule("shop-closed")
	crowded = limit(5, "too-many-guests")
	dirty   = failure("floor")
)

func enter(tx *Tx, s Session) error {
	if s.late {
		return closed.Refuse("come back")
	}
	tx.Warn(dirty, "the floor is dirty")
	s.Warn(w)
	return crowded.rule.Refuse("come back")
}

func leave() error { return closed.Late("locked in") }
`

func TestPlaces(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "shop")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"shop.go": sample, "shop_test.go": "not Go"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := parse(folder)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.places(), []string{"shop/shop.go:11", "shop/shop.go:13", "shop/shop.go:15", "shop/shop.go:18"}; !slices.Equal(got, want) {
		t.Errorf("the places are %q, want %q", got, want)
	}
	// The rule in crowded is inside of something: its place is not all there is.
	got := s.placed([]string{"shop-closed", "too-many-guests", "shop-floor"})
	if slices.Sort(got); !slices.Equal(got, []string{"shop-closed", "shop-floor"}) {
		t.Errorf("only applied by name are %q", got)
	}
}
