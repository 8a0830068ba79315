package instances

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestManaged(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		names      []string
		networking Networking
		want       Prediction
	}{
		"one type":                        {[]string{"m5.large"}, secondary, Prediction{29, 29}},
		"the cap without prefixes":        {[]string{"m6i.4xlarge"}, secondary, Prediction{110, 110}},
		"prefixes":                        {[]string{"m5.large"}, prefixes, Prediction{110, 110}},
		"the least of two":                {[]string{"m6i.2xlarge", "t3.medium"}, secondary, Prediction{17, 17}},
		"both caps in one group":          {[]string{"m6i.8xlarge", "m6i.large"}, prefixes, Prediction{110, 110}},
		"one type that takes no prefix":   {[]string{"m5.large", "m4.large"}, prefixes, Prediction{20, 20}},
		"custom networking":               {[]string{"m5.large"}, custom, Prediction{20, 29}},
		"custom networking with prefixes": {[]string{"m5.large"}, both, Prediction{110, 110}},
		"a small type with both":          {[]string{"m7g.medium"}, both, Prediction{50, 98}},
	}
	for title, tt := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			var types []Type
			for _, name := range tt.names {
				typ, ok := Lookup(name)
				if !ok {
					t.Fatalf("%s is unknown", name)
				}
				types = append(types, typ)
			}
			got := Managed(types, tt.networking)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("prediction (-want +got):\n%s", diff)
			}
			if want := tt.want.MaxPods == tt.want.Unaware; got.Certain() != want {
				t.Errorf("certain is %t, want %t", got.Certain(), want)
			}
		})
	}
}

func TestManagedAgreesWithTheFormula(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typ, _ := Lookup(rapid.SampledFrom(Names()).Draw(t, "type"))
		n := drawNetworking(t)
		p := Managed([]Type{typ}, n)
		if p.MaxPods != MaxPods(typ, n) {
			t.Fatalf("%s alone: EKS sets %d pods, the formula says %d", typ.Name, p.MaxPods, MaxPods(typ, n))
		}
		if p.Unaware < p.MaxPods || !n.CustomNetworking && !p.Certain() {
			t.Fatalf("%s, %+v: %+v", typ.Name, n, p)
		}
	})
}

func TestNodeadm(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"t3.medium": 17, "m5.large": 29, "m6i.4xlarge": 234} {
		typ, _ := Lookup(name)
		if got := Nodeadm(typ); got != want {
			t.Errorf("%s: nodeadm computes %d pods, want %d", name, got, want)
		}
	}
}

func TestKubeReservedMemory(t *testing.T) {
	t.Parallel()
	for pods, want := range map[int]int{29: 574, 44: 739, 60: 915, 110: 1465, 250: 3005} {
		if got := KubeReservedMemoryMiB(pods); got != want {
			t.Errorf("%d pods reserve %d MiB, want %d", pods, got, want)
		}
	}
}
