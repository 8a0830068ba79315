package cloud_test

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestDeclare(t *testing.T) {
	t.Parallel()
	const here = "github.com/slipway-iac/slipway/sandbox/cloud_test"
	if refuse.Package != here {
		t.Errorf("the rule is declared in %s, want %s", refuse.Package, here)
	}
	if refuse.Effect != cloud.Refuses || refuse.Tag != cloud.Verified || fail.Status != 400 {
		t.Errorf("defaults are missing: %+v, %+v", refuse, fail)
	}
	defer func() {
		if recover() == nil {
			t.Error("two rules have the same name")
		}
	}()
	cloud.Declare(cloud.Rule{Name: "test-refusal", Code: "Other", Source: "this test"})
}
