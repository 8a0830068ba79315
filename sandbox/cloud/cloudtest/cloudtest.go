// Package cloudtest is what tests of the account's services have in common: making
// resources one by one, and wanting that a rule is broken. It is for tests only.
package cloudtest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// World is an account with the services of a test.
type World struct {
	// T is the test.
	T testing.TB
	// Account has what was made.
	Account *cloud.Account
	// Session is as whom and where.
	Session cloud.Session

	made int
}

// New opens an account of its own.
func New(t testing.TB, session cloud.Session, services ...cloud.Service) *World {
	t.Helper()
	a, err := cloud.Open(cloud.Options{Services: services})
	if err != nil {
		t.Fatal(err)
	}
	return &World{T: t, Account: a, Session: session}
}

// Try makes a resource, which may be refused.
func (w *World) Try(kind string, p cloud.Props) (*cloud.Resource, error) {
	return w.create(w.Session, kind, p)
}

func (w *World) create(s cloud.Session, kind string, p cloud.Props) (*cloud.Resource, error) {
	w.made++
	return w.Account.Create(s, kind, fmt.Sprint("urn:", w.made), p)
}

// Make makes a resource that is not refused.
func (w *World) Make(kind string, p cloud.Props) *cloud.Resource {
	w.T.Helper()
	return w.MakeIn(w.Session, kind, p)
}

// MakeIn makes a resource in another session.
func (w *World) MakeIn(s cloud.Session, kind string, p cloud.Props) *cloud.Resource {
	w.T.Helper()
	r, err := w.create(s, kind, p)
	if err != nil {
		w.T.Fatal(err)
	}
	return r
}

// Refused is the error of a resource that is to be refused.
func (w *World) Refused(kind string, p cloud.Props) error {
	_, err := w.Try(kind, p)
	return err
}

// WantRule wants an error that a rule, by its name, is broken: refused or failing
// late, as the rule is declared. It wants none where the name is "".
func WantRule(t testing.TB, err error, want string) {
	t.Helper()
	got := ""
	var refusal *cloud.Refusal
	var late *cloud.Late
	switch {
	case errors.As(err, &refusal):
		got = refusal.Rule.Name
	case errors.As(err, &late):
		got = late.Rule.Name
	case err != nil:
		got = err.Error()
	}
	if got != want {
		t.Errorf("got %v, want it by %q", err, want)
	}
}
