package naming_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/internal/naming"
)

func TestFit(t *testing.T) {
	t.Parallel()
	const long = "a-name-that-is-too-long"
	hash := naming.Fit(long, 8)
	for limit, want := range map[int]string{
		len(long): long, 20: "a-name-that-" + hash, 10: "a-" + hash, 9: hash, 8: hash, 3: hash[:3], 0: "", -1: "",
	} {
		if got := naming.Fit(long, limit); got != want {
			t.Errorf("in %d: %q, want %q", limit, got, want)
		}
	}
	if len(hash) != 8 {
		t.Errorf("the hash is %q", hash)
	}
}

// A name fits its limit, begins as it was given, and two names stay different.
func TestFitKeepsNamesApart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(9, 64).Draw(t, "limit")
		start := rapid.StringMatching(`[a-z-]{0,70}`).Draw(t, "start")
		one := start + rapid.StringMatching(`[a-z]{0,5}`).Draw(t, "one")
		two := start + rapid.StringMatching(`[a-z]{0,5}`).Draw(t, "two")
		a, b := naming.Fit(one, limit), naming.Fit(two, limit)
		if len(a) > limit || len(b) > limit || len(a) < min(len(one), limit-1) {
			t.Fatalf("%q and %q do not fit %d", a, b, limit)
		}
		if (a == b) != (one == two) {
			t.Fatalf("%q and %q become %q and %q", one, two, a, b)
		}
		if !strings.HasPrefix(one, a[:max(0, min(len(a), limit-9))]) {
			t.Fatalf("%q does not begin as %q", a, one)
		}
		if again := naming.Fit(a, limit); again != a {
			t.Fatalf("%q is made %q", a, again)
		}
	})
}

func TestFixedNames(t *testing.T) {
	t.Parallel()
	if got := naming.ClusterLogGroup("demo"); got != "/aws/eks/demo/cluster" {
		t.Error(got)
	}
	if got := naming.DatabaseClusterLogGroup("shop", "upgrade"); got != "/aws/rds/cluster/shop/upgrade" {
		t.Errorf("got %q", got)
	}
	if got := naming.DatabaseLogGroup("shop", "upgrade"); got != "/aws/rds/instance/shop/upgrade" {
		t.Error(got)
	}
	if got := naming.QueryLogGroup("dev.example.com"); got != "/aws/route53/dev.example.com" {
		t.Error(got)
	}
	if got := naming.FlowLogGroup("net"); got != "/vpc/net/flow-logs" {
		t.Error(got)
	}
}
