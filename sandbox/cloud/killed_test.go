package cloud_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// killedAccount names the account that a child of this test writes to.
const killedAccount = "KILLED_ACCOUNT"

// What a process had made when it was killed is there, whole, and nothing else:
// a call counts from the moment it is answered.
func TestKilledProcessLeavesAReadableAccount(t *testing.T) {
	t.Parallel()
	if path := os.Getenv(killedAccount); path != "" {
		makeBoxesForever(path)
	}
	path := filepath.Join(t.TempDir(), "account.db")
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledProcessLeavesAReadableAccount$")
	child.Env = append(os.Environ(), killedAccount+"="+path)
	said, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	const enough = 25
	answered := 0
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if answered++; answered == enough {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	left := openLab(t, path).Resources()
	// One call may have been written and not yet answered.
	if len(left) != answered && len(left) != answered+1 || answered < enough {
		t.Errorf("%d boxes are left of %d answers", len(left), answered)
	}
	for i, r := range left {
		if want := fmt.Sprint("box ", i); r.MadeBy != want || r.Kind != box || r.Props.Str("name") != want {
			t.Errorf("box %d is %+v", i, r)
		}
	}
}

func makeBoxesForever(path string) {
	a, err := cloud.Open(cloud.Options{Path: path, Services: []cloud.Service{lab()}})
	for i := 0; err == nil; i++ {
		name := fmt.Sprint("box ", i)
		if _, err = a.Create(west, box, name, cloud.Props{"name": name}); err == nil {
			fmt.Println(name)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// The account remembers whose each resource is: of the call that made it, not
// of those that changed it, and nobody's when it came with another.
func TestMadeBy(t *testing.T) {
	t.Parallel()
	a := openLab(t, "")
	r := mustCreate(t, a, "urn:one", cloud.Props{"name": "one"})
	if _, err := a.Update(west, box, r.ID, cloud.Props{"name": "two"}); err != nil {
		t.Fatal(err)
	}
	if err := a.Change(west, "urn:three", func(tx *cloud.Tx) error {
		tx.Make("lab", hidden, "hidden-1", nil, nil)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range a.Resources() {
		got[r.Kind] = r.MadeBy
	}
	if len(got) != 2 || got[box] != "urn:one" || got[hidden] != "" {
		t.Errorf("got %v", got)
	}
}
