package instances

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTableIsWhole(t *testing.T) {
	t.Parallel()
	if got := len(Names()); got != 270 {
		t.Errorf("the table has %d types, want 270", got)
	}
	if !slices.IsSorted(Names()) {
		t.Error("Names is not sorted")
	}
	for _, name := range Names() {
		typ, ok := Lookup(name)
		if !ok || typ.Name != name {
			t.Errorf("Lookup(%q) = %+v, %t", name, typ, ok)
		}
		if typ.ENIs < 2 || typ.IPv4PerENI < 2 || typ.VCPU < 1 || typ.MemoryMiB < 512 {
			t.Errorf("%s has an impossible size: %+v", name, typ)
		}
		if typ.Arch != AMD64 && typ.Arch != ARM64 {
			t.Errorf("%s has architecture %q", name, typ.Arch)
		}
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	want := Type{
		Name: "m5.large", ENIs: 3, IPv4PerENI: 10, BranchENIs: 9,
		VCPU: 2, MemoryMiB: 8192, Arch: AMD64, Nitro: true,
	}
	got, ok := Lookup("m5.large")
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("m5.large (-want +got):\n%s", diff)
	}
	if _, ok := Lookup("m5.huge"); ok {
		t.Error("m5.huge is known")
	}
}

func TestXenTypes(t *testing.T) {
	t.Parallel()
	want := []string{"c4.large", "m4.large", "m4.xlarge", "r4.large", "t2.medium", "t2.micro"}
	var got []string
	for _, name := range Names() {
		if typ, _ := Lookup(name); !typ.Nitro {
			got = append(got, name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("types that are not Nitro (-want +got):\n%s", diff)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ name, want string }{
		"known":            {"m7g.large", "m7g.large"},
		"capitals":         {"M5.Large", "m5.large"},
		"a letter missing": {"m5.larg", "m5.large"},
		"letters swapped":  {"t3.meduim", "t3.medium"},
		"dot missing":      {"m6ilarge", "m6i.large"},
		"nothing like it":  {"banana", ""},
		"empty":            {"", ""},
	}
	for title, tt := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			if got := Nearest(tt.name); got != tt.want {
				t.Errorf("Nearest(%q) = %q, want %q", tt.name, got, tt.want)
			}
		})
	}
}
