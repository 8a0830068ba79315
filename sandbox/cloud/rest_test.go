package cloud_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
)

// clerk is a service that keeps a mark for each box in another region whose name
// is a global thing, one more with each call, and one for each of its callers.
func clerk() cloud.Service {
	s := lab()
	s.React = func(tx *cloud.Tx) {
		tx.In("eu-west-1", func() {
			for _, mark := range tx.List(hidden) {
				if named := mark.Props.Str("of"); named != "" && tx.Get(global, named) == nil {
					tx.Remove(mark)
				}
			}
		})
		for _, b := range tx.List(box) {
			name, marked := b.Props.Str("name"), false
			tx.In("eu-west-1", func() { marked = tx.Get(hidden, b.ID) != nil })
			if !marked && tx.Get(global, name) != nil {
				tx.In("eu-west-1", func() { tx.Make("clerk", hidden, b.ID, cloud.Props{"of": name}, nil) })
				break
			}
		}
		tx.Make("clerk", hidden, "caller-"+tx.Session.Caller, cloud.Props{"boxes": float64(tx.Count(box))}, nil)
	}
	return s
}

// happen does something of what can happen to an account.
func happen(a *cloud.Account, random *rand.Rand) error {
	choose := func(from ...string) string { return from[random.IntN(len(from))] }
	s := cloud.Session{Region: choose("us-west-2", "eu-west-1"), Caller: choose("", "arn:aws:iam::123456789012:role/x")}
	name := choose("a", "b", "c")
	switch random.IntN(6) {
	case 0:
		_, err := a.Create(s, box, name, cloud.Props{"name": name, "mode": choose("", "late", "refuse")})
		return err
	case 1:
		return a.Change(s, "", func(tx *cloud.Tx) error {
			tx.React()
			if b := tx.One(box); b != nil {
				tx.Remove(b)
				tx.In("us-west-2", tx.React)
			}
			return nil
		})
	case 2:
		_, err := a.Create(s, global, name, cloud.Props{"name": name})
		return err
	case 3:
		return a.Delete(s, global, name)
	default:
		return a.Change(s, "", func(*cloud.Tx) error { return nil })
	}
}

// Services that rest while nothing changes of what they looked at do exactly what
// they would if they looked after every call.
func TestServicesThatRestMissNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		a, err := cloud.Open(cloud.Options{Services: []cloud.Service{clerk(), cloudtest.Stirring()}})
		if err != nil {
			t.Fatal(err)
		}
		restless := cloudtest.Restless(t, a, west)
		if err := a.Change(west, "", func(*cloud.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		for step := range uint64(100) {
			got, want := happen(a, rand.New(rand.NewPCG(seed, step))), happen(restless, rand.New(rand.NewPCG(seed, step)))
			if (got == nil) != (want == nil) {
				t.Fatalf("seed %d, step %d: got %v, want %v", seed, step, got, want)
			}
			is, should := cloudtest.Things(a), cloudtest.Things(restless)
			if !slices.EqualFunc(is, should, func(a, b cloud.Resource) bool { return reflect.DeepEqual(a, b) }) {
				t.Fatalf("seed %d, step %d: there is\n%v, want\n%v", seed, step, is, should)
			}
		}
	}
}
