package cloud

import (
	"fmt"
	"runtime"
	"testing"
)

func TestRulesAreSwitchedOffInTestsOnly(t *testing.T) {
	t.Setenv(WithoutRule, "some-rule")
	if got := switchedOff(true); got != "some-rule" {
		t.Errorf("in a test %q is off, want some-rule", got)
	}
	if got := switchedOff(false); got != "" {
		t.Errorf("outside of tests %q is off", got)
	}
}

// Not parallel: it is the only test that changes the package's variable, before
// the parallel ones go on.
func TestMutants(t *testing.T) {
	was := mutant
	t.Cleanup(func() { mutant = was })
	r := &Rule{Name: "some-rule", Code: "Some", Effect: Refuses}
	_, _, line, _ := runtime.Caller(0)
	refuse := func() error { return r.Refuse("no") } // on the line after
	place := func(line int) string { return fmt.Sprintf("cloud/mutation_test.go:%d", line) }
	for off, want := range map[string]bool{
		"": true, "other-rule": true, "some-rule": false, place(line): true, place(line + 1): false,
	} {
		mutant = off
		if refuse() != nil != want {
			t.Errorf("with %q off, the rule refuses: %t, want %t", off, !want, want)
		}
	}
	mutant = r.Name
	if r.Late("no") != nil {
		t.Error("a rule that is off fails late")
	}
	tx := &Tx{}
	if tx.Warn(r, "no"); len(tx.warnings) > 0 {
		t.Error("a rule that is off warns")
	}
}
