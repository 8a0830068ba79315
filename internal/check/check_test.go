package check_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/internal/check"
)

func lines(err error) []string {
	var out []string
	for _, p := range check.Problems(err) {
		out = append(out, p.Error())
	}
	return out
}

func TestErrors(t *testing.T) {
	t.Parallel()
	cause := errors.New("Range is odd")
	var inner, outer check.Errors
	inner.Require(false, "Name", "use the cluster's")
	inner.That(false, "Zones", []string{"a", "b"}, "three")
	outer.Require(true, "Fine", "never seen")
	outer.That(true, "Fine", 1, "never seen")
	outer.That(false, "Size", 3, "2 or less")
	outer.That(false, "Mode", "x", "a or b")
	outer.In("Network", inner.Err())
	outer.In("Fine", nil)
	outer.In("Address", cause)
	outer.Join(inner.Err())
	outer.Join(nil)
	outer.Add("Zones has %d: %w", 2, cause)
	want := []string{
		"Size is 3: want 2 or less", `Mode is "x": want a or b`,
		"Network.Name is required: use the cluster's", "Network.Zones is [a, b]: want three", "Address.Range is odd",
		"Name is required: use the cluster's", "Zones is [a, b]: want three", "Zones has 2: Range is odd",
	}
	if diff := cmp.Diff(want, lines(outer.Err())); diff != "" {
		t.Error(diff)
	}
	if !errors.Is(outer.Err(), cause) {
		t.Error("the cause is lost")
	}
}

func TestNoProblems(t *testing.T) {
	t.Parallel()
	var none check.Errors
	if err := none.Err(); err != nil || check.Problems(err) != nil {
		t.Errorf("got %v", err)
	}
}

func TestProblemsOfOtherErrors(t *testing.T) {
	t.Parallel()
	a, b := errors.New("a"), errors.New("b")
	tests := map[string]struct {
		err  error
		want []string
	}{
		"plain":          {a, []string{"a"}},
		"joined":         {errors.Join(a, b), []string{"a", "b"}},
		"wrapping":       {fmt.Errorf("x: %w", a), []string{"x: a"}},
		"wrapping two":   {fmt.Errorf("x: %w, %w", a, b), []string{"x: a, b"}},
		"wrapped joined": {fmt.Errorf("x: %w", errors.Join(a, b)), []string{"x: a\nb"}},
	}
	for name, tc := range tests {
		if diff := cmp.Diff(tc.want, lines(tc.err)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
