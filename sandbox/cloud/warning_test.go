package cloud_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestWarnings(t *testing.T) {
	t.Parallel()
	a := openLab(t, "")
	var heard []string
	session := west
	session.Warn = func(w cloud.Warning) {
		if w.Rule != warn || w.Code() != "BoxDoubtful" {
			t.Errorf("the warning is %+v", w)
		}
		heard = append(heard, w.String())
		a.Resources() // Whoever hears a warning may ask the account.
	}
	r, err := a.Create(session, box, "urn", cloud.Props{"mode": "warn"})
	if err != nil {
		t.Fatalf("a warning stops the call: %v", err)
	}
	if _, err := a.Update(session, box, r.ID, cloud.Props{"mode": "warn", "name": "n"}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Create(session, box, "other", cloud.Props{"mode": "warn, then refuse"}); err == nil {
		t.Fatal("the call was not refused")
	}
	want := []string{"AWS may refuse this (BoxDoubtful): 2 lids", "AWS may refuse this (BoxDoubtful): 2 lids"}
	if diff := cmp.Diff(want, heard); diff != "" {
		t.Error(diff)
	}
	// A session need not listen.
	if _, err := a.Create(west, box, "third", cloud.Props{"mode": "warn"}); err != nil {
		t.Error(err)
	}
}

func TestWarnWantsItsDeclaration(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a rule that refuses was used to warn")
		}
	}()
	a := openLab(t, "")
	_ = a.Change(west, "edit", func(tx *cloud.Tx) error { tx.Warn(refuse, ""); return nil })
}
