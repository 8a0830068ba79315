package cloud

import "testing"

func TestRulesAreSwitchedOffInTestsOnly(t *testing.T) {
	t.Setenv(withoutRule, "some-rule")
	if got := switchedOff(true); got != "some-rule" {
		t.Errorf("in a test %q is off, want some-rule", got)
	}
	if got := switchedOff(false); got != "" {
		t.Errorf("outside of tests %q is off", got)
	}
	r := Rule{Name: offRule, Code: "Some"}
	if r.Refuse("no") != nil || r.Late("no") != nil {
		t.Error("a rule that is off refuses")
	}
	(&Tx{}).Warn(&r, "no")
}
