package cloud_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// things is a service with one kind, whose fields have every meaning of this
// file, and whose deletion is only scheduled.
func things() cloud.Service {
	return cloud.Service{Kinds: []cloud.Kind{{
		Token: "test:thing", Noun: "Thing",
		Fields: cloud.Fields{
			"name":   cloud.String.AutoNamed(64).Prefixed("alias/"),
			"target": cloud.String.SameWhen(func(a, b string) bool { return strings.EqualFold(a, b) }),
			"stays":  cloud.Object(cloud.Fields{"key": cloud.String}).ForceNewIfRemoved(),
			"ref":    cloud.Object(cloud.Fields{"id": cloud.String.ForceNew(), "version": cloud.String}),
		},
		Create: func(_ *cloud.Tx, r *cloud.Resource) error { r.ID = "thing"; return nil },
		Delete: func(_ *cloud.Tx, r *cloud.Resource) error { r.Scheduled = "2027-01-01"; return cloud.ErrKeep },
	}}}
}

func open(t *testing.T) (*cloud.Account, cloud.Session) {
	t.Helper()
	a, err := cloud.Open(cloud.Options{Services: []cloud.Service{things()}})
	if err != nil {
		t.Fatal(err)
	}
	return a, cloud.Session{Region: "us-west-2"}
}

func TestMeaningOfChanges(t *testing.T) {
	t.Parallel()
	object := func(pairs ...string) map[string]any {
		o := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			o[pairs[i]] = pairs[i+1]
		}
		return o
	}
	tests := map[string]struct {
		was, is cloud.Props
		want    []cloud.Change
	}{
		"the same in other letters": {cloud.Props{"target": "A"}, cloud.Props{"target": "a"}, nil},
		"another target":            {cloud.Props{"target": "A"}, cloud.Props{"target": "b"}, []cloud.Change{{Path: "target"}}},
		"what stays is added":       {cloud.Props{}, cloud.Props{"stays": object("key", "k")}, []cloud.Change{{Path: "stays", Added: true}}},
		"what stays is removed":     {cloud.Props{"stays": object("key", "k")}, cloud.Props{}, []cloud.Change{{Path: "stays", Replace: true, Removed: true}}},
		"what stays changes":        {cloud.Props{"stays": object("key", "k")}, cloud.Props{"stays": object("key", "l")}, []cloud.Change{{Path: "stays.key"}}},
		"an object that replaces appears": {
			cloud.Props{}, cloud.Props{"ref": object("id", "1", "version", "1")}, []cloud.Change{{Path: "ref", Replace: true, Added: true}},
		},
		"an object that replaces goes": {
			cloud.Props{"ref": object("id", "1")}, cloud.Props{}, []cloud.Change{{Path: "ref", Replace: true, Removed: true}},
		},
		"an object without what replaces appears": {
			cloud.Props{}, cloud.Props{"ref": object("version", "1")}, []cloud.Change{{Path: "ref", Added: true}},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, session := open(t)
			got, err := a.Diff(session, "test:thing", tc.was, tc.was, tc.is)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAutoNamePrefix(t *testing.T) {
	t.Parallel()
	a, _ := open(t)
	k, err := a.Kind("test:thing")
	if err != nil {
		t.Fatal(err)
	}
	if f := k.Fields["name"]; f.AutoNamePrefix() != "alias/" || f.AutoName() != 64 || k.Fields["target"].AutoNamePrefix() != "" {
		t.Errorf("got %q and %d", f.AutoNamePrefix(), f.AutoName())
	}
}

func TestScheduledIsGoneForTheProgram(t *testing.T) {
	t.Parallel()
	a, session := open(t)
	if _, err := a.Create(session, "test:thing", "seed", cloud.Props{}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // Deleting what is scheduled already is no error.
		if err := a.Delete(session, "test:thing", "thing"); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := a.Read(session, "test:thing", "thing"); err != nil || r != nil {
		t.Errorf("a read finds %v, %v", r, err)
	}
	if _, err := a.Update(session, "test:thing", "thing", cloud.Props{}); err == nil {
		t.Error("it could be updated")
	}
	if left := a.Resources(); len(left) != 1 || left[0].Scheduled != "2027-01-01" {
		t.Errorf("the account has %v, want the scheduled thing", left)
	}
}
