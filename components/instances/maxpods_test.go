package instances

import (
	"testing"

	"pgregory.net/rapid"
)

var (
	secondary = Networking{}
	custom    = Networking{CustomNetworking: true}
	prefixes  = Networking{PrefixDelegation: true}
	both      = Networking{CustomNetworking: true, PrefixDelegation: true}
)

func TestMaxPods(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ secondary, custom, prefixes, both int }{
		"t3.small":    {11, 8, 110, 98},
		"t3.medium":   {17, 12, 110, 110},
		"m7g.medium":  {8, 5, 98, 50},
		"m5.large":    {29, 20, 110, 110},
		"m6i.large":   {29, 20, 110, 110},
		"c7g.large":   {29, 20, 110, 110},
		"m6i.xlarge":  {58, 44, 110, 110},
		"m6i.2xlarge": {58, 44, 110, 110},
		"m6i.4xlarge": {110, 110, 110, 110},
		"m6i.8xlarge": {234, 205, 250, 250},
		"m4.large":    {20, 11, 20, 11},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			typ, ok := Lookup(name)
			if !ok {
				t.Fatalf("%s is unknown", name)
			}
			for networking, want := range map[Networking]int{
				secondary: tt.secondary, custom: tt.custom, prefixes: tt.prefixes, both: tt.both,
			} {
				if got := MaxPods(typ, networking); got != want {
					t.Errorf("%+v: %d pods, want %d", networking, got, want)
				}
			}
		})
	}
}

func TestAddressesHaveNoCap(t *testing.T) {
	t.Parallel()
	typ, _ := Lookup("m6i.4xlarge")
	for networking, want := range map[Networking]int{
		secondary: 234, custom: 205, prefixes: 8*29*16 + 2, both: 7*29*16 + 2,
	} {
		if got := Addresses(typ, networking); got != want {
			t.Errorf("%+v: %d pods, want %d", networking, got, want)
		}
	}
}

// TestLaws holds what must be true of every type, whatever its size.
func TestLaws(t *testing.T) {
	t.Parallel()
	for _, name := range Names() {
		typ, _ := Lookup(name)
		if Addresses(typ, custom) >= Addresses(typ, secondary) {
			t.Errorf("%s: custom networking takes no interface away", name)
		}
		if typ.Nitro != (Addresses(typ, prefixes) > Addresses(typ, secondary)) {
			t.Errorf("%s: Nitro is %t, but prefixes change %d to %d",
				name, typ.Nitro, Addresses(typ, secondary), Addresses(typ, prefixes))
		}
		if ratio := 16; typ.Nitro && Addresses(typ, both)-2 != ratio*(Addresses(typ, custom)-2) {
			t.Errorf("%s: a prefix is not %d addresses", name, ratio)
		}
		for _, n := range []Networking{secondary, custom, prefixes, both} {
			pods := MaxPods(typ, n)
			if pods > 250 || typ.VCPU < 30 && pods > 110 {
				t.Errorf("%s, %+v: %d pods exceed the cap", name, n, pods)
			}
			if pods > Addresses(typ, n) || pods < 2 {
				t.Errorf("%s, %+v: %d pods, addresses allow %d", name, n, pods, Addresses(typ, n))
			}
			if pods < Cap(typ) && pods != Addresses(typ, n) {
				t.Errorf("%s, %+v: %d pods, neither the cap nor the addresses", name, n, pods)
			}
		}
		if typ.VCPU == CapVCPU {
			t.Errorf("%s has exactly %d vCPU, of which AWS does not say a cap", name, CapVCPU)
		}
	}
}

func TestMoreInterfacesNeverMeanFewerPods(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawNetworking(t)
		small := Type{
			ENIs:       rapid.IntRange(1, 15).Draw(t, "enis"),
			IPv4PerENI: rapid.IntRange(2, 50).Draw(t, "addresses"),
			VCPU:       rapid.IntRange(1, 192).Draw(t, "vcpu"),
			Nitro:      rapid.Bool().Draw(t, "nitro"),
		}
		large := small
		large.ENIs += rapid.IntRange(0, 5).Draw(t, "more enis")
		large.IPv4PerENI += rapid.IntRange(0, 5).Draw(t, "more addresses")
		large.VCPU += rapid.IntRange(0, 64).Draw(t, "more vcpu")
		if MaxPods(large, n) < MaxPods(small, n) {
			t.Fatalf("%+v holds %d pods, the larger %+v %d", small, MaxPods(small, n), large, MaxPods(large, n))
		}
	})
}

func TestGroupMaxPods(t *testing.T) {
	t.Parallel()
	if got := GroupMaxPods(nil, secondary); got != 0 {
		t.Errorf("no types: %d pods, want 0", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := drawNetworking(t)
		names := rapid.SliceOfN(rapid.SampledFrom(Names()), 1, 20).Draw(t, "types")
		var types []Type
		for _, name := range names {
			typ, _ := Lookup(name)
			types = append(types, typ)
		}
		group, met := GroupMaxPods(types, n), false
		for _, typ := range types {
			if MaxPods(typ, n) < group {
				t.Fatalf("%s takes %d pods, the group %d", typ.Name, MaxPods(typ, n), group)
			}
			met = met || MaxPods(typ, n) == group
		}
		if !met {
			t.Fatalf("no type of the group takes %d pods", group)
		}
	})
}

func drawNetworking(t *rapid.T) Networking {
	return Networking{
		CustomNetworking: rapid.Bool().Draw(t, "custom networking"),
		PrefixDelegation: rapid.Bool().Draw(t, "prefix delegation"),
	}
}
