package cloud_test

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// A service that reacts sees every change before it is kept, and what it makes
// is kept with it.
func TestServicesReact(t *testing.T) {
	t.Parallel()
	calls := 0
	reacting := lab()
	reacting.React = func(tx *cloud.Tx) {
		calls++
		for _, b := range tx.List(box) {
			if id := "shadow-" + b.ID; tx.Get(hidden, id) == nil {
				tx.Make("lab", hidden, id, nil, nil)
			}
		}
	}
	a, err := cloud.Open(cloud.Options{Services: []cloud.Service{reacting}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := a.Create(west, box, "urn", cloud.Props{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(a.Resources()); n != 2 || calls != 1 {
		t.Errorf("there are %d resources after %d reactions", n, calls)
	}
	if _, err := a.Create(west, box, "other", cloud.Props{"mode": "refuse"}); err == nil || calls != 1 {
		t.Errorf("got %v, and %d reactions to a call that was refused", err, calls)
	}
	if _, err := a.Update(west, box, r.ID, cloud.Props{"name": "n"}); err != nil || calls != 2 {
		t.Errorf("got %v after %d reactions", err, calls)
	}
	if err := a.Delete(west, box, r.ID); err != nil || calls != 3 {
		t.Errorf("got %v after %d reactions", err, calls)
	}
	if _, err := a.Read(west, box, r.ID); err != nil || calls != 3 {
		t.Errorf("got %v after %d reactions", err, calls)
	}
}
