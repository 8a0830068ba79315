package cloud_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestRefusalKeepsNothing(t *testing.T) {
	t.Parallel()
	a := openLab(t, "")
	r := mustCreate(t, a, "first", cloud.Props{"name": "a"})
	before := a.Resources()
	_, create := a.Create(west, box, "second", cloud.Props{"name": "b", "mode": "refuse"})
	_, broken := a.Create(west, box, "second", cloud.Props{"mode": "break"})
	_, update := a.Update(west, box, r.ID, cloud.Props{"name": "c", "mode": "refuse"})
	edit := a.Change(west, "edit", func(tx *cloud.Tx) error {
		tx.Remove(r)
		return errors.New("never mind")
	})
	want := map[error]string{
		create: "creating Test Box (b): operation error Test: CreateBox, https response error StatusCode: 409, api error TestRefused: no box today",
		broken: "creating Test Box: out of cardboard",
		update: "updating Test Box (a): operation error Test: UpdateBox, https response error StatusCode: 409, api error TestRefused: no box today",
		edit:   "never mind",
	}
	for err, text := range want {
		if err == nil || err.Error() != text {
			t.Errorf("got %v, want %s", err, text)
		}
	}
	var refusal *cloud.Refusal
	if !errors.As(create, &refusal) || refusal.Rule != refuse || refusal.Code() != "TestRefused" {
		t.Errorf("the refusal does not carry its rule: %#v", create)
	}
	if diff := cmp.Diff(before, a.Resources()); diff != "" {
		t.Errorf("refused calls left something behind: %s", diff)
	}
	// The IDs that a refused call used up are there for the next.
	other := openLab(t, "")
	mustCreate(t, other, "first", cloud.Props{"name": "a"})
	if x, y := mustCreate(t, a, "second", nil), mustCreate(t, other, "second", nil); x.ID != y.ID {
		t.Errorf("after refusals the ID is %s, without them %s", x.ID, y.ID)
	}
}

func TestLateIsKept(t *testing.T) {
	t.Parallel()
	a := openLab(t, "")
	var late *cloud.Late
	r, err := a.Create(west, box, "urn", cloud.Props{"mode": "late"})
	if !errors.As(err, &late) || late.Rule != fail || late.Error() != "BoxFailed: the lid is missing" || r == nil {
		t.Fatalf("got %v, %v", r, err)
	}
	if got, err := a.Read(west, box, r.ID); err != nil || got == nil {
		t.Fatalf("a read finds %v, %v", got, err)
	}
	r, err = a.Update(west, box, r.ID, cloud.Props{"mode": "late", "name": "n"})
	if !errors.As(err, &late) || r == nil {
		t.Fatalf("got %v, %v", r, err)
	}
	if got, err := a.Read(west, box, r.ID); err != nil || got.Props.Str("name") != "n" {
		t.Errorf("a read finds %v, %v", got, err)
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	a, b := openLab(t, ""), openLab(t, "")
	first, same := mustCreate(t, a, "urn", nil), mustCreate(t, b, "urn", nil)
	if first.ID != same.ID {
		t.Errorf("one seed gives %s and %s", first.ID, same.ID)
	}
	if other := mustCreate(t, b, "other", nil); other.ID == first.ID {
		t.Error("two seeds give one ID")
	}
	if err := a.Delete(west, box, first.ID); err != nil {
		t.Fatal(err)
	}
	again := mustCreate(t, a, "urn", nil)
	if again.ID == first.ID {
		t.Error("what was made again has the ID of what is gone")
	}
	if second := mustCreate(t, b, "urn", nil); second.ID != again.ID {
		t.Errorf("made a second time, one seed gives %s and %s", second.ID, again.ID)
	}
	elsewhere, err := cloud.Open(cloud.Options{ID: "210987654321", Services: []cloud.Service{lab()}})
	if err != nil {
		t.Fatal(err)
	}
	if r := mustCreate(t, elsewhere, "urn", nil); r.ID == first.ID || !strings.Contains(r.Props.Str("arn"), ":210987654321:") {
		t.Errorf("another account gives %s %v", r.ID, r.Props["arn"])
	}
}

func TestRegionsAreApart(t *testing.T) {
	t.Parallel()
	a := openLab(t, "")
	r := mustCreate(t, a, "urn", nil)
	east := cloud.Session{Region: "us-east-1"}
	if got, err := a.Read(east, box, r.ID); got != nil || err != nil {
		t.Errorf("another region sees %v, %v", got, err)
	}
	if out, err := a.Invoke(east, "test:index/count:count", nil); err != nil || out.Int("boxes") != 0 {
		t.Errorf("another region counts %v, %v", out, err)
	}
	if _, err := a.Create(cloud.Session{}, box, "urn", nil); err == nil || !strings.Contains(err.Error(), "region") {
		t.Errorf("without a region: %v", err)
	}
	if _, err := a.Create(cloud.Session{}, global, "g", cloud.Props{"name": "g"}); err != nil {
		t.Error(err)
	}
	if got, err := a.Read(east, global, "g"); err != nil || got == nil || got.Region != "" {
		t.Errorf("a global resource is %v, %v", got, err)
	}
}

func TestGoneIsNoErrorButForUpdates(t *testing.T) {
	t.Parallel()
	a := openLab(t, "")
	if err := a.Delete(west, box, "box-0"); err != nil {
		t.Error(err)
	}
	if r, err := a.Read(west, box, "box-0"); r != nil || err != nil {
		t.Errorf("got %v, %v", r, err)
	}
	if _, err := a.Update(west, box, "box-0", nil); err == nil || !strings.Contains(err.Error(), "box-0") || !strings.Contains(err.Error(), "refresh") {
		t.Error(err)
	}
}

func TestWhatACallSees(t *testing.T) {
	t.Parallel()
	a := openLab(t, "")
	for _, n := range []string{"a", "b", "c"} {
		mustCreate(t, a, n, cloud.Props{"name": n, "notes": list{n, "all"}})
	}
	names := func(rs []*cloud.Resource) string {
		var out []string
		for _, r := range rs {
			out = append(out, r.Props.Str("name"))
		}
		return strings.Join(out, "")
	}
	if err := a.Change(west, "edit", func(tx *cloud.Tx) error {
		b := tx.One(box, cloud.Prop("name", "b"))
		b.Props["name"] = "changed in a copy"
		if got := names(tx.List(box)); got != "abc" {
			t.Errorf("a change of a copy is seen: %s", got)
		}
		b.Props["name"] = "B"
		tx.Put(b)
		tx.Remove(tx.One(box, cloud.Prop("name", "c")))
		tx.Make("lab", box, "box-d", cloud.Props{"name": "d", "notes": []string{"d"}}, nil)
		if got := names(tx.List(box)); got != "aBd" {
			t.Errorf("the call sees %s of its own changes", got)
		}
		if got := names(tx.List(box, cloud.Contains("notes", "all"), cloud.Prop("name", "B"))); got != "B" {
			t.Errorf("all conditions together find %q", got)
		}
		if tx.One(box, cloud.Prop("name", "c")) != nil || tx.Get(box, "box-d").Owner != "lab" {
			t.Error("the call does not see its own changes")
		}
		if tx.Session.Caller != "arn:aws:iam::123456789012:role/administrator" {
			t.Errorf("the caller is %s", tx.Session.Caller)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if got := names(a.Resources()); got != "aBd" {
		t.Errorf("the account has %s", got)
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	a := openLab(t, "")
	var all sync.WaitGroup
	ids := make([]string, 50)
	for i := range ids {
		all.Go(func() {
			r, err := a.Create(west, box, fmt.Sprint(i), cloud.Props{"name": "a", "notes": list{"x"}})
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = r.ID
			r.Props["notes"].([]any)[0] = "mine"
			if _, err := a.Update(west, box, r.ID, cloud.Props{"name": "b", "notes": list{"y"}}); err != nil {
				t.Error(err)
			}
			for _, other := range a.Resources() {
				other.Props["name"] = "a copy"
			}
			if i%2 == 0 {
				if err := a.Delete(west, box, r.ID); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if slices.Sort(ids); len(slices.Compact(ids)) != 50 {
		t.Error("two resources have one ID")
	}
	left := a.Resources()
	if len(left) != 25 {
		t.Errorf("%d resources are left, want 25", len(left))
	}
	for i, r := range left {
		if r.Props.Str("name") != "b" || r.Props.Strs("notes")[0] != "y" || i > 0 && r.Seq <= left[i-1].Seq {
			t.Errorf("resource %d is %+v", i, r)
		}
	}
}
