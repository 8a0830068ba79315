package cloud_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func reopen(t rapid.TB, path string) *cloud.Account {
	a, err := cloud.Open(cloud.Options{Path: path, Services: []cloud.Service{lab()}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// An account is the same after it was closed and opened, whatever was done to
// it, and goes on as one that was never closed.
func TestReopenedAccountIsTheSame(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		path := filepath.Join(dir, fmt.Sprint(run), "account.db")
		filed, kept := reopen(rt, path), openLab(t, "")
		for i := range rapid.IntRange(1, 8).Draw(rt, "operations") {
			label := fmt.Sprint(i, " ")
			inputs, seed := props(rt, label), rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, label+"seed")
			inputs["mode"] = rapid.SampledFrom([]string{"", "", "refuse", "late"}).Draw(rt, label+"mode")
			which := rapid.IntRange(0, 3).Draw(rt, label+"which")
			do := rapid.SampledFrom([]string{"create", "create", "update", "delete", "reopen"}).Draw(rt, label+"do")
			if do == "reopen" {
				if err := filed.Close(); err != nil {
					rt.Fatal(err)
				}
				filed = reopen(rt, path)
				continue
			}
			var texts []string
			for _, a := range []*cloud.Account{filed, kept} {
				texts = append(texts, fmt.Sprint(operate(a, do, seed, which, inputs)))
			}
			if texts[0] != texts[1] {
				rt.Fatalf("%s: %s, and without a file %s", do, texts[0], texts[1])
			}
		}
		before := filed.Resources()
		if err := filed.Close(); err != nil {
			rt.Fatal(err)
		}
		filed = reopen(rt, path)
		for what, want := range map[string][]*cloud.Resource{"before": before, "without a file": kept.Resources()} {
			if diff := cmp.Diff(want, filed.Resources()); diff != "" {
				rt.Fatalf("against %s: %s", what, diff)
			}
		}
		if err := filed.Close(); err != nil {
			rt.Fatal(err)
		}
	})
}

func operate(a *cloud.Account, do, seed string, which int, inputs cloud.Props) error {
	if do == "create" {
		_, err := a.Create(west, box, seed, inputs)
		return err
	}
	have := a.Resources()
	if len(have) == 0 {
		return nil
	}
	id := have[which%len(have)].ID
	if do == "delete" {
		return a.Delete(west, box, id)
	}
	_, err := a.Update(west, box, id, inputs)
	return err
}

func TestAccountKeepsItsNumber(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "account.db")
	for _, given := range []string{"210987654321", "", "111111111111"} {
		a, err := cloud.Open(cloud.Options{Path: path, ID: given})
		if err != nil {
			t.Fatal(err)
		}
		if a.ID() != "210987654321" {
			t.Errorf("opened with %q the account is %s", given, a.ID())
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, given := range []string{"12345678901", "1234567890123", "12345678901a"} {
		if _, err := cloud.Open(cloud.Options{ID: given}); err == nil || !strings.Contains(err.Error(), given) {
			t.Errorf("%s: %v", given, err)
		}
	}
}

func TestAccountInUse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "account.db")
	holder := reopen(t, path)
	if _, err := cloud.Open(cloud.Options{Path: path}); !errors.Is(err, cloud.ErrInUse) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want ErrInUse and the file", err)
	}
	if err := holder.Close(); err != nil {
		t.Fatal(err)
	}
	if err := reopen(t, path).Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAccountThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := cloud.Open(cloud.Options{Path: dir}); err == nil || !strings.Contains(err.Error(), dir) || strings.Contains(err.Error(), "move the file") {
		t.Errorf("a folder in the place of the file: %v", err)
	}
}

// written is a file with a few resources, and its content.
func written(t testing.TB) (path string, content []byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "account.db")
	a := reopen(t, path)
	for i := range 40 {
		mustCreate(t, a, fmt.Sprint("urn:", i), cloud.Props{"name": strings.Repeat("n", 200)})
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, content
}

func TestOpeningWritesNothing(t *testing.T) {
	t.Parallel()
	path, content := written(t)
	if err := reopen(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, content) {
		t.Errorf("opening and closing changed the file (%v)", err)
	}
}

func TestDamagedFile(t *testing.T) {
	t.Parallel()
	foreign := func(t *testing.T, path string) {
		db, err := bbolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("other")); return err }); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	broken := func(bucket, key, value string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			db, err := bbolt.Open(path, 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucket)).Put([]byte(key), []byte(value)) }); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	write := func(change func(b []byte) []byte) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			b, err := os.ReadFile(path)
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, change(b), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := map[string]func(t *testing.T, path string){
		"text":              write(func([]byte) []byte { return []byte("hello, this is no database\n") }),
		"zeros":             write(func([]byte) []byte { return make([]byte, 1<<15) }),
		"cut short":         write(func(b []byte) []byte { return b[:3*os.Getpagesize()] }),
		"cut within a page": write(func(b []byte) []byte { return b[:os.Getpagesize()+100] }),
		"damaged in the data": write(func(b []byte) []byte {
			return append(b[:2*os.Getpagesize()], bytes.Repeat([]byte{0xff}, len(b)-2*os.Getpagesize())...)
		}),
		"another database":  func(t *testing.T, path string) { remove(t, path); foreign(t, path) },
		"resource not JSON": broken("resources", "x", "{"),
		"short number":      broken("made", "x", "1"),
		"short sequence":    broken("meta", "seq", "1"),
	}
	for name, damage := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, _ := written(t)
			damage(t, path)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := cloud.Open(cloud.Options{Path: path, Services: []cloud.Service{lab()}}); err == nil ||
				!strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "move the file away") {
				t.Fatalf("got %v: want the file and the way out", err)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
				t.Errorf("the damaged file was changed (%v)", err)
			}
		})
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// A file with any byte changed opens or is refused; it never ends the program.
func FuzzDamagedFile(f *testing.F) {
	_, content := written(f)
	f.Add(uint16(0), byte(1), uint16(0))
	f.Add(uint16(16), byte(0xff), uint16(20000))
	f.Add(uint16(8200), byte(0xff), uint16(0))
	f.Fuzz(func(t *testing.T, at uint16, with byte, cut uint16) {
		b := bytes.Clone(content)
		b[int(at)%len(b)] ^= with
		b = b[:len(b)-int(cut)%len(b)]
		path := filepath.Join(t.TempDir(), "account.db")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := cloud.Open(cloud.Options{Path: path, Services: []cloud.Service{lab()}})
		if err != nil {
			return
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
}

// However resources come, change and go, a list is what is there, oldest first.
func TestListsAreWhatIsThere(t *testing.T) {
	t.Parallel()
	never := errors.New("never mind")
	rapid.Check(t, func(rt *rapid.T) {
		a := openLab(t, "")
		there := map[string][]string{} // IDs by region.
		for range rapid.IntRange(1, 20).Draw(rt, "calls") {
			region := rapid.SampledFrom([]string{"us-west-2", "us-east-1"}).Draw(rt, "region")
			want := slices.Clone(there[region])
			outcome := rapid.SampledFrom([]error{nil, never}).Draw(rt, "outcome")
			err := a.Change(cloud.Session{Region: region}, "edit", func(tx *cloud.Tx) error {
				for range rapid.IntRange(1, 3).Draw(rt, "edits") {
					want = edit(rt, tx, want)
					sameList(rt, tx, want)
				}
				return outcome
			})
			if !errors.Is(err, outcome) {
				rt.Fatal(err)
			}
			if err == nil {
				there[region] = want
			}
			for region, want := range there {
				if err := a.Change(cloud.Session{Region: region}, "look", func(tx *cloud.Tx) error {
					sameList(rt, tx, want)
					return nil
				}); err != nil {
					rt.Fatal(err)
				}
			}
		}
	})
}

// edit does one thing to an account, and to the list of what is in it. What is
// made anew is the youngest.
func edit(t *rapid.T, tx *cloud.Tx, want []string) []string {
	id := rapid.SampledFrom([]string{"one", "two", "three", "four"}).Draw(t, "id")
	found := tx.Get(hidden, id)
	gone := slices.DeleteFunc(slices.Clone(want), func(w string) bool { return w == id })
	switch rapid.SampledFrom([]string{"make", "change", "remove"}).Draw(t, "edit") {
	case "make":
		tx.Make("lab", hidden, id, nil, nil)
		return append(gone, id)
	case "change":
		if found != nil {
			tx.Put(found)
		}
	case "remove":
		if found != nil {
			tx.Remove(found)
			return gone
		}
	}
	return want
}

func sameList(t *rapid.T, tx *cloud.Tx, want []string) {
	var got []string
	for _, r := range tx.List(hidden) {
		got = append(got, r.ID)
	}
	if !slices.Equal(got, want) || tx.Count(hidden) != len(want) {
		t.Fatalf("the list is %v and %d are counted, want %v", got, tx.Count(hidden), want)
	}
	if one := tx.One(hidden); len(want) > 0 && (one == nil || one.ID != want[0]) || len(want) == 0 && one != nil {
		t.Fatalf("the first is %v, want %v", one, want)
	}
}
