package cloudtest

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// spoon is a thing that changes with every call once it is there.
const spoon = "test:index/spoon:Spoon"

// Stirring is a service that keeps all others of an account from resting, once
// [Restless] has begun with it.
func Stirring() cloud.Service {
	return cloud.Service{Kinds: []cloud.Kind{{Token: spoon, Hidden: true, Global: true}}, React: func(tx *cloud.Tx) {
		if s := tx.Get(spoon, "spoon"); s != nil {
			s.Props["turns"] = s.Props.Int("turns") + 1
			tx.Put(s)
		}
	}}
}

// Restless is a copy of an account that has [Stirring], in which no service rests.
func Restless(t testing.TB, a *cloud.Account, s cloud.Session) *cloud.Account {
	t.Helper()
	restless := a.Fork()
	if err := restless.Change(s, "", func(tx *cloud.Tx) error { tx.Make("test", spoon, "spoon", cloud.Props{}, nil); return nil }); err != nil {
		t.Fatal(err)
	}
	return restless
}

// Things are all that exists in an account, oldest first, as they are in a restless
// copy of it.
func Things(a *cloud.Account) []cloud.Resource {
	var all []cloud.Resource
	for _, r := range a.Resources() {
		if r.Kind != spoon {
			r.Seq = 0
			all = append(all, *r)
		}
	}
	return all
}
