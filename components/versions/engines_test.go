package versions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/slipway-iac/slipway/components/versions"
)

func TestEnginesAreInOrder(t *testing.T) {
	t.Parallel()
	var before time.Time
	for _, e := range versions.Engines {
		if e.Family() != "postgres"+e.Major || !e.StandardUntil.After(before) {
			t.Errorf("%+v: want the family of its major, and a later end than the one before", e)
		}
		before = e.StandardUntil
	}
	if newest := versions.Engines[len(versions.Engines)-1]; newest.Major != versions.Postgres {
		t.Errorf("the default is %s and the newest %s", versions.Postgres, newest.Major)
	}
}

func TestFindEngine(t *testing.T) {
	t.Parallel()
	if e, err := versions.FindEngine("17"); err != nil || e.Family() != "postgres17" {
		t.Errorf("got %+v, %v", e, err)
	}
	if _, err := versions.FindEngine("12"); err == nil || !strings.Contains(err.Error(), "15, 16, 17, 18") {
		t.Errorf("error is %v", err)
	}
}

func TestEngineCheck(t *testing.T) {
	t.Parallel()
	e, err := versions.FindEngine("15")
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{
		"2026-11-25": "", "2027-12-31": "", "2028-01-01": "warning", "2028-02-29": "warning", "2028-03-01": "error",
	} {
		now, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		warning, err := e.Check(now)
		switch {
		case err != nil:
			got = "error"
		case warning != "":
			got = "warning"
		}
		if got != want {
			t.Errorf("on %s: got %q, want %q", day, got, want)
		}
	}
}
