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

// What a service has nothing to do about it is not asked about again before
// something changes that it looked at.
func TestServicesRestWhileNothingChanges(t *testing.T) {
	t.Parallel()
	calls, work := 0, 0
	reacting := lab()
	reacting.React = func(tx *cloud.Tx) {
		calls++
		tx.List(box)
		tx.Make("lab", hidden, "always", cloud.Props{"left": 1.0}, nil)
		if work > 0 {
			work--
			tx.Make("lab", hidden, "made", cloud.Props{"left": float64(work)}, nil)
		}
	}
	a, err := cloud.Open(cloud.Options{Services: []cloud.Service{reacting}})
	if err != nil {
		t.Fatal(err)
	}
	look := func(s cloud.Session) {
		t.Helper()
		if err := a.Change(s, "", func(*cloud.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	steps := []struct {
		name string
		do   func()
		want int
	}{
		{"something that was never seen", func() { look(west) }, 1},
		{"what the service has just made", func() { look(west) }, 2},
		{"nothing, though the service makes the same again", func() { look(west) }, 2},
		{"nothing", func() { look(west) }, 2},
		{"what the service does not look at", func() { made(t, a, "other", nil); calls = 0; makeGlobal(t, a) }, 0},
		{"somebody else", func() { look(cloud.Session{Region: "us-west-2", Caller: "arn:aws:iam::123456789012:role/x"}) }, 1},
		{"another region", func() { look(cloud.Session{Region: "eu-west-1"}) }, 2},
		{"work to do", func() { work = 2; made(t, a, "box", nil) }, 3},
		{"work that is left", func() { look(west) }, 4},
		{"whether it was the last", func() { look(west) }, 5},
		{"it was", func() { look(west) }, 5},
		{"a copy of the account", func() { a = a.Fork(); look(west) }, 5},
		{"somebody else, who has seen less", func() { look(cloud.Session{Region: "us-west-2", Caller: "arn:aws:iam::123456789012:role/x"}) }, 6},
	}
	for _, s := range steps {
		if s.do(); calls != s.want {
			t.Errorf("%s: %d reactions, want %d", s.name, calls, s.want)
		}
	}
}

func makeGlobal(t *testing.T, a *cloud.Account) {
	t.Helper()
	if _, err := a.Create(west, global, "global", cloud.Props{"name": "g"}); err != nil {
		t.Fatal(err)
	}
}

// A change wakes whoever looked at it, also when it came from where nobody did.
func TestServicesRestPerRegion(t *testing.T) {
	t.Parallel()
	calls := 0
	reacting := lab()
	reacting.React = func(tx *cloud.Tx) {
		if tx.Session.Region == "eu-west-1" {
			calls++
			tx.List(global)
		}
	}
	a, err := cloud.Open(cloud.Options{Services: []cloud.Service{reacting}})
	if err != nil {
		t.Fatal(err)
	}
	for want := 1; want <= 2; want++ {
		for _, region := range []string{"us-west-2", "eu-west-1", "eu-west-1"} {
			if err := a.Change(cloud.Session{Region: region}, "", func(*cloud.Tx) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		if calls != want {
			t.Errorf("%d reactions, want %d", calls, want)
		}
		if want == 1 {
			makeGlobal(t, a)
		}
	}
}
