package cloud_test

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func fingerprint(t *testing.T, a *cloud.Account) [32]byte {
	t.Helper()
	sum, err := a.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func made(t *testing.T, a *cloud.Account, seed string, p cloud.Props) *cloud.Resource {
	t.Helper()
	r, err := a.Create(west, box, seed, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestForkGoesItsOwnWay(t *testing.T) {
	t.Parallel()
	a, err := cloud.Open(cloud.Options{Services: []cloud.Service{lab()}})
	if err != nil {
		t.Fatal(err)
	}
	first, second := made(t, a, "first", cloud.Props{"name": "a"}), made(t, a, "second", nil)
	before := fingerprint(t, a)
	fork := a.Fork()
	if fork.ID() != a.ID() || fingerprint(t, fork) != before {
		t.Fatal("the copy is another account")
	}
	if err := fork.Delete(west, box, first.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := fork.Update(west, box, second.ID, cloud.Props{"name": "b"}); err != nil {
		t.Fatal(err)
	}
	made(t, fork, "third", nil)
	if fingerprint(t, a) != before || len(a.Resources()) != 2 {
		t.Error("what happens to the copy happened to the account")
	}
	changed := fingerprint(t, fork)
	if err := a.Delete(west, box, second.ID); err != nil {
		t.Fatal(err)
	}
	if fingerprint(t, fork) != changed || len(fork.Resources()) != 2 {
		t.Error("what happens to the account happened to the copy")
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	after := func(do func(a *cloud.Account)) [32]byte {
		a, err := cloud.Open(cloud.Options{Services: []cloud.Service{lab()}})
		if err != nil {
			t.Fatal(err)
		}
		do(a)
		return fingerprint(t, a)
	}
	create := func(a *cloud.Account, seed string) *cloud.Resource { return made(t, a, seed, nil) }
	both := after(func(a *cloud.Account) { create(a, "x"); create(a, "y") })
	same := map[string]func(a *cloud.Account){
		"something was and is gone": func(a *cloud.Account) {
			create(a, "x")
			if err := a.Delete(west, box, create(a, "z").ID); err != nil {
				t.Fatal(err)
			}
			create(a, "y")
		},
		"it was looked at before": func(a *cloud.Account) {
			create(a, "x")
			fingerprint(t, a)
			create(a, "y")
		},
	}
	for name, do := range same {
		if after(do) != both {
			t.Errorf("%s: want no difference", name)
		}
	}
	different := map[string]func(a *cloud.Account){
		"one is missing": func(a *cloud.Account) { create(a, "x") },
		"another order":  func(a *cloud.Account) { create(a, "y"); create(a, "x") },
		"another value": func(a *cloud.Account) {
			r := create(a, "x")
			create(a, "y")
			fingerprint(t, a)
			if _, err := a.Update(west, box, r.ID, cloud.Props{"name": "n"}); err != nil {
				t.Fatal(err)
			}
		},
		"one made again": func(a *cloud.Account) {
			create(a, "x")
			if err := a.Delete(west, box, create(a, "y").ID); err != nil {
				t.Fatal(err)
			}
			create(a, "y")
		},
	}
	for name, do := range different {
		if after(do) == both {
			t.Errorf("%s: want a difference", name)
		}
	}
}
