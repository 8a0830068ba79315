package cidr

import (
	"fmt"
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

func TestWide(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ranges []string
		want   bool
	}{
		{[]string{"0.0.0.0/0"}, true},
		{[]string{"::/0"}, true},
		{[]string{"0::/0"}, true},
		{[]string{"0.0.0.0/1", "128.0.0.0/1"}, true},
		{[]string{"0.0.0.0/4"}, true},
		{[]string{"52.0.0.0/9", "52.128.0.0/9"}, true},
		{[]string{"2000::/3"}, true},
		{[]string{"203.0.113.0/24"}, false},
		{[]string{"52.0.0.0/9"}, false},
		{[]string{"10.0.0.0/8"}, false},
		{[]string{"100.64.0.0/10"}, false},
		{[]string{"fd00::/8"}, false},
		{[]string{"not a range"}, false},
		{nil, false},
	} {
		if got := Wide(Parse(c.ranges...)); got != c.want {
			t.Errorf("Wide(%v) is %v, want %v", c.ranges, got, c.want)
		}
	}
}

func TestOverlap(t *testing.T) {
	t.Parallel()
	a, b, ok := Overlap(Parse("10.0.0.0/16", "100.64.0.0/16"), Parse("172.20.0.0/16", "100.64.8.0/21"))
	if !ok || a.String() != "100.64.0.0/16" || b.String() != "100.64.8.0/21" {
		t.Errorf("found %s and %s, %v", a, b, ok)
	}
	if _, _, ok := Overlap(Parse("10.0.0.0/16"), Parse("10.1.0.0/16", "::/0")); ok {
		t.Error("found an overlap where there is none")
	}
}

// A range is covered exactly when each of its addresses is in one of the others.
func TestCoversAgreesWithCounting(t *testing.T) {
	t.Parallel()
	small := rapid.Custom(func(t *rapid.T) netip.Prefix {
		bits := rapid.IntRange(24, 32).Draw(t, "bits")
		a := netip.AddrFrom4([4]byte{192, 0, 2, byte(rapid.IntRange(0, 255).Draw(t, "last"))})
		return netip.PrefixFrom(a, bits).Masked()
	})
	rapid.Check(t, func(t *rapid.T) {
		set, p := rapid.SliceOfN(small, 0, 6).Draw(t, "set"), small.Draw(t, "range")
		want := true
		for a := p.Addr(); p.Contains(a); a = a.Next() {
			in := false
			for _, s := range set {
				in = in || s.Contains(a)
			}
			want = want && in
		}
		if got := Covers(set, p); got != want {
			t.Fatalf("Covers(%v, %s) is %v, want %v", set, p, got, want)
		}
	})
}

// Cutting a range in two changes no verdict.
func TestSplittingChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.IntRange(0, 31).Draw(t, "bits")
		a := netip.AddrFrom4([4]byte{byte(rapid.IntRange(0, 255).Draw(t, "first")), byte(rapid.IntRange(0, 255).Draw(t, "second"))})
		p := netip.PrefixFrom(a, bits).Masked()
		low, high := halves(p)
		if Wide([]netip.Prefix{p}) != Wide([]netip.Prefix{low, high}) {
			t.Fatal(fmt.Sprintf("%s is judged otherwise than %s and %s", p, low, high))
		}
	})
}
