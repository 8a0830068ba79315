// Package golden holds what tests get to files that people review. With the flag
// -update it rewrites the files, and the tests fail all the same: who runs them next
// has read the diff.
package golden

import (
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files; the run fails all the same")

// Equal wants a text to be what a file says.
func Equal(t testing.TB, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s rewritten: review the diff", path)
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); if that is right, rewrite it with -update, as make golden does:\n%s", path, diff)
	}
}

// EqualJSON wants a value to be, as indented JSON, what a file says.
func EqualJSON(t testing.TB, path string, got any) {
	t.Helper()
	text, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	Equal(t, path, string(text)+"\n")
}
