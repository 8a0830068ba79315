package versions_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud/eks/versions"
)

func TestCalendarIsInOrder(t *testing.T) {
	t.Parallel()
	for i, w := range versions.Calendar {
		if w.Released.IsZero() || !w.Released.Before(w.Standard) || !w.Standard.Before(w.Extended) {
			t.Errorf("%s: dates are not in order: %v", w.Minor, w)
		}
		if i > 0 && versions.Number(w.Minor) != versions.Number(versions.Calendar[i-1].Minor)+1 {
			t.Errorf("%s does not follow %s", w.Minor, versions.Calendar[i-1].Minor)
		}
	}
}

func TestOffered(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string{"1.31", "1.32", "1.33", "1.34", "1.35", "1.36"}, versions.Minors()); diff != "" {
		t.Error(diff)
	}
	for _, minor := range []string{"1.30", "1.37", "2.35", "1", "", "latest"} {
		if _, ok := versions.Find(minor); ok {
			t.Errorf("%q is offered", minor)
		}
	}
	if _, ok := versions.Find(versions.Default); !ok {
		t.Errorf("the default %s is not offered", versions.Default)
	}
}
