package cloud

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Fork is a copy of the account, in memory, that goes its own way from now on:
// for trying what follows from one situation without bringing it about again. It
// costs little, because the two share the resources that neither changes.
func (a *Account) Fork() *Account {
	a.mu.Lock()
	defer a.mu.Unlock()
	return &Account{
		id: a.id, kinds: a.kinds, functions: a.functions, reactions: a.reactions, clock: a.clock,
		store: a.store.fork(), settled: maps.Clone(a.settled),
	}
}

// fork relies on resources that are never changed once they are kept: whoever
// gets one gets a copy.
func (s *store) fork() *store {
	f := &store{
		resources: maps.Clone(s.resources), places: make(map[place][]*Resource, len(s.places)),
		made: maps.Clone(s.made), seq: s.seq, sums: maps.Clone(s.sums),
	}
	for at, list := range s.places {
		f.places[at] = slices.Clone(list)
	}
	return f
}

// Fingerprint is the same for two accounts of one number that hold the same
// resources, made in the same order. What has been and is gone does not count.
func (a *Account) Fingerprint() ([sha256.Size]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := slices.Collect(maps.Values(a.store.resources))
	bySeq(all)
	text := make([]byte, 0, len(all)*sha256.Size)
	for _, r := range all {
		sum, err := a.store.sum(r)
		if err != nil {
			return sum, err
		}
		text = append(text, sum[:]...)
	}
	return sha256.Sum256(text), nil
}

// sum is the fingerprint of one resource, without its number.
func (s *store) sum(r *Resource) ([sha256.Size]byte, error) {
	if sum, known := s.sums[r]; known {
		return sum, nil
	}
	c := *r
	c.Seq = 0
	text, err := json.Marshal(c)
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("bug in the sandbox: %s %s cannot be written down: %w", r.Kind, r.ID, err)
	}
	sum := sha256.Sum256(text)
	s.sums[r] = sum
	return sum, nil
}
