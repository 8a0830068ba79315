package flow

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestText(t *testing.T) {
	t.Parallel()
	for want, set := range map[string]Set{
		"nothing":                             {},
		"all":                                 All(),
		"tcp 443":                             Port(TCP, 443),
		"tcp":                                 Protocol(TCP),
		"tcp 443, 1024-65535; udp 53":         Union(Ports(TCP, 1024, MaxPort), Port(UDP, 53), Port(TCP, 443)),
		"icmp type 8":                         ICMPType(ICMP, 8, -1),
		"icmp type 3 code 4; protocol 47":     Union(ICMPType(ICMP, 3, 4), Protocol(47)),
		"icmp type 3 code 4 to type 4 code 1": Ports(ICMP, 3<<8|4, 4<<8|1),
		"protocol 0; icmp; protocols 2-5; tcp 0-21, 23-65535; protocols 7-16; udp; protocols 18-57; icmpv6; protocols 59-255": All().Minus(Port(TCP, 22)),
	} {
		if got := set.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Set{
		"5432":          Port(TCP, 5432),
		"6":             Port(TCP, 6),
		"443,8080-8090": Port(TCP, 443).Union(Ports(TCP, 8080, 8090)),
		"udp/53, 53":    Port(UDP, 53).Union(Port(TCP, 53)),
		"icmp":          Protocol(ICMP),
		"47/":           Protocol(47),
		"ALL":           All(),
		"-1":            All(),
	} {
		got, err := Parse(text)
		if err != nil || !got.Equal(want) {
			t.Errorf("Parse(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "postgres", "70000", "20-10", "sctp/1", "tcp/x", "443,"} {
		if got, err := Parse(text); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", text, got)
		}
	}
}

func TestProtocolNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		number  int
		all, ok bool
	}{
		"tcp": {6, false, true}, "UDP": {17, false, true}, "58": {58, false, true}, "-1": {0, true, true},
		"all": {0, true, true}, "256": {256, false, false}, "": {0, false, false},
	} {
		if n, all, ok := ProtocolNumber(text); ok != want.ok || all != want.all || ok && n != want.number {
			t.Errorf("ProtocolNumber(%q) = %d, %v, %v; want %+v", text, n, all, ok, want)
		}
	}
}

// keys are few, so that intervals meet: three protocols, at their ends.
func keys() []uint32 {
	var out []uint32
	for _, protocol := range []int{0, 6, 255} {
		for _, port := range []int{0, 1, 2, 3, MaxPort - 1, MaxPort} {
			out = append(out, key(protocol, port))
		}
	}
	return out
}

func sets() *rapid.Generator[Set] {
	return rapid.Custom(func(t *rapid.T) Set {
		var spans []span
		for range rapid.IntRange(0, 4).Draw(t, "spans") {
			a, b := rapid.SampledFrom(keys()).Draw(t, "a"), rapid.SampledFrom(keys()).Draw(t, "b")
			spans = append(spans, span{min(a, b), max(a, b)})
		}
		return Set{merged(spans)}
	})
}

// has looks one key up the slow way.
func has(s Set, k uint32) bool {
	return slices.ContainsFunc(s.spans, func(sp span) bool { return sp.lo <= k && k <= sp.hi })
}

func wellFormed(s Set) bool {
	for i, sp := range s.spans {
		if sp.lo > sp.hi || i > 0 && s.spans[i-1].hi+1 >= sp.lo {
			return false
		}
	}
	return true
}

// The algebra is what it is key by key.
func TestAlgebra(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := sets().Draw(t, "a"), sets().Draw(t, "b")
		union, both, minus := a.Union(b), a.Intersect(b), a.Minus(b)
		for _, s := range []Set{union, both, minus} {
			if !wellFormed(s) {
				t.Fatalf("%v is not well formed", s.spans)
			}
		}
		for _, k := range keys() {
			if has(union, k) != (has(a, k) || has(b, k)) || has(both, k) != (has(a, k) && has(b, k)) || has(minus, k) != (has(a, k) && !has(b, k)) {
				t.Fatalf("key %x: %v and %v give union %v, intersection %v, difference %v", k, a.spans, b.spans, union.spans, both.spans, minus.spans)
			}
		}
		if got := both.Union(minus); !got.Equal(a) {
			t.Fatalf("%v and %v do not make up %v", both.spans, minus.spans, a.spans)
		}
		if a.Contains(b) != b.Minus(a).Empty() || a.Overlaps(b) == both.Empty() {
			t.Fatal("Contains or Overlaps disagree with the algebra")
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"443", "udp/53,80-90", "all", "icmp", "-1", "6/", "tcp/1-2-3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err == nil && (s.Empty() || !wellFormed(s)) {
			t.Errorf("Parse(%q) = %v", text, s.spans)
		}
	})
}
