package nodes

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/internal/check"
)

// sound is a group with nothing to complain of.
func sound() Group {
	return Group{InstanceTypes: []string{"m7g.large"}, Size: Size{Min: 1, Max: 3}}
}

func TestGroupDefaults(t *testing.T) {
	t.Parallel()
	want := Group{
		OS: AL2023, InstanceTypes: []string{"m7g.large"}, Capacity: OnDemand, Size: Size{Min: 1, Desired: 1, Max: 3},
		Surge: Surge{MaxUnavailable: 1}, DiskGiB: 50, MetadataHops: 1,
	}
	if diff := cmp.Diff(want, sound().withDefaults()); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, want.withDefaults()); diff != "" {
		t.Errorf("defaults of what is complete (-want +got):\n%s", diff)
	}
}

func TestGroupValidation(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*Group)
		want   []string // a pattern for each problem, in order
	}{
		"sound":                   {func(*Group) {}, nil},
		"scaled to nothing":       {func(g *Group) { g.Size = Size{Max: 1} }, nil},
		"unknown system":          {func(g *Group) { g.OS = "AL2" }, []string{`^OS is "AL2"`}},
		"unknown capacity":        {func(g *Group) { g.Capacity = "spot" }, []string{`^Capacity is "spot": want ON_DEMAND or SPOT`}},
		"no types":                {func(g *Group) { g.InstanceTypes = nil }, []string{`^InstanceTypes is required`}},
		"a misspelt type":         {func(g *Group) { g.InstanceTypes = []string{"m7g.lrage"} }, []string{`did you mean m7g\.large\?`}},
		"nothing like it":         {func(g *Group) { g.InstanceTypes = []string{"banana"} }, []string{`"banana": want a type of the table`}},
		"a type twice":            {func(g *Group) { g.InstanceTypes = []string{"m7g.large", "m7g.large"} }, []string{`each type once`}},
		"two architectures":       {func(g *Group) { g.InstanceTypes = []string{"m7g.large", "m7i.large"} }, []string{`"m7i.large".*amd64.*m7g.large is arm64`}},
		"too many types":          {func(g *Group) { g.InstanceTypes = arm(21) }, []string{`^InstanceTypes is 21: want at most 20`}},
		"as many as allowed":      {func(g *Group) { g.InstanceTypes = arm(20) }, nil},
		"no maximum":              {func(g *Group) { g.Size = Size{} }, []string{`^Size.Max is 0: want 1 or more`}},
		"negative minimum":        {func(g *Group) { g.Size = Size{Min: -1, Desired: 1, Max: 1} }, []string{`^Size.Min is -1`}},
		"minimum over maximum":    {func(g *Group) { g.Size = Size{Min: 4, Max: 3} }, []string{`^Size.Desired is 4: want a number from Min \(4\) to Max \(3\)`}},
		"desired under minimum":   {func(g *Group) { g.Size = Size{Min: 2, Desired: 1, Max: 3} }, []string{`^Size.Desired is 1`}},
		"desired over maximum":    {func(g *Group) { g.Size = Size{Min: 2, Desired: 4, Max: 3} }, []string{`^Size.Desired is 4`}},
		"both ways to surge":      {func(g *Group) { g.Surge = Surge{1, 50} }, []string{`^Surge has MaxUnavailable 1 and MaxUnavailablePercentage 50`}},
		"half the nodes":          {func(g *Group) { g.Surge = Surge{MaxUnavailablePercentage: 50} }, nil},
		"too great a surge":       {func(g *Group) { g.Surge = Surge{MaxUnavailable: 101} }, []string{`^Surge.MaxUnavailable is 101: want 1 to 100`}},
		"too great a share":       {func(g *Group) { g.Surge = Surge{MaxUnavailablePercentage: 101} }, []string{`^Surge.MaxUnavailablePercentage is 101`}},
		"negative surge":          {func(g *Group) { g.Surge = Surge{MaxUnavailable: -1} }, []string{`^Surge.MaxUnavailable is -1`}},
		"too small a disk":        {func(g *Group) { g.DiskGiB = 19 }, []string{`^DiskGiB is 19: want 20 to 16384`}},
		"too great a disk":        {func(g *Group) { g.DiskGiB = 16385 }, []string{`^DiskGiB is 16385`}},
		"too many hops":           {func(g *Group) { g.MetadataHops = 65 }, []string{`^MetadataHops is 65`}},
		"a release beside an AMI": {func(g *Group) { g.ExactMaxPods, g.ReleaseVersion = true, "1.35.0-1" }, []string{`^ReleaseVersion is "1.35.0-1"`}},
	}
	for title, tt := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			g := sound()
			tt.change(&g)
			matchProblems(t, g.withDefaults().validate(), tt.want)
		})
	}
}

func TestLabelsAndTaints(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 64)
	var many []Taint
	for i := range 51 {
		many = append(many, Taint{Key: fmt.Sprintf("k%d", i), Effect: NoSchedule})
	}
	tests := map[string]struct {
		labels map[string]string
		taints []Taint
		want   []string
	}{
		"sound": {
			map[string]string{"workload": "batch", "example.com/Tier_1": "a.b-c", "node.kubernetes.io/role": "worker"},
			[]Taint{{"dedicated", "batch", NoSchedule}, {"dedicated", "batch", NoExecute}, {"example.com/slow", "", PreferNoSchedule}},
			nil,
		},
		"a role that kubelet refuses": {map[string]string{"node-role.kubernetes.io/worker": "true"}, nil, []string{`^Labels is "node-role.kubernetes.io/worker"`}},
		"a label of k8s.io":           {map[string]string{"cloud.k8s.io/x": "y"}, nil, []string{`another domain`}},
		"a label of EKS":              {map[string]string{"eks.amazonaws.com/nodegroup": "mine"}, nil, []string{`another domain`}},
		"a domain that only looks so": {map[string]string{"mykubernetes.io/x": "y"}, nil, nil},
		"a label's key too long":      {map[string]string{long: "y"}, nil, []string{`1 to 63 characters`}},
		"a label's key malformed":     {map[string]string{"-x": "y"}, nil, []string{`^Labels is "-x"`}},
		"a label's value empty":       {map[string]string{"x": ""}, nil, []string{`^Labels\[x\] is ""`}},
		"a label's value too long":    {map[string]string{"x": long}, nil, []string{`^Labels\[x\]`}},
		"a taint's key empty":         {nil, []Taint{{"", "v", NoSchedule}}, []string{`^Taints.Key is ""`}},
		"a taint's key too long":      {nil, []Taint{{long, "v", NoSchedule}}, []string{`^Taints.Key`}},
		"a taint's value malformed":   {nil, []Taint{{"k", "a b", NoSchedule}}, []string{`^Taints.Value is "a b"`}},
		"a taint's effect of the API": {nil, []Taint{{"k", "v", "NO_SCHEDULE"}}, []string{`^Taints.Effect is "NO_SCHEDULE": want NoSchedule`}},
		"as many taints as allowed":   {nil, many[:50], nil},
		"too many taints":             {nil, many, []string{`^Taints is 51: want at most 50`}},
		"a taint twice":               {nil, []Taint{{"k", "v", NoSchedule}, {"k", "w", NoSchedule}}, []string{`^Taints is "k": want each key once`}},
	}
	for title, tt := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			g := sound()
			g.Labels, g.Taints = tt.labels, tt.taints
			matchProblems(t, g.withDefaults().validate(), tt.want)
		})
	}
}

func TestAMIType(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		os       OS
		instance string
		wantType string
	}{
		"AL2023 x86":            {AL2023, "m7i.large", "AL2023_x86_64_STANDARD"},
		"AL2023 Graviton":       {AL2023, "m7g.large", "AL2023_ARM_64_STANDARD"},
		"Bottlerocket x86":      {Bottlerocket, "m7i.large", "BOTTLEROCKET_x86_64"},
		"Bottlerocket Graviton": {Bottlerocket, "m7g.large", "BOTTLEROCKET_ARM_64"},
	}
	for title, tt := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			g := Group{OS: tt.os, InstanceTypes: []string{tt.instance}}
			if got := g.amiType(); got != tt.wantType {
				t.Errorf("AMI type is %s, want %s", got, tt.wantType)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	custom := instances.Networking{CustomNetworking: true}
	prefixes := instances.Networking{PrefixDelegation: true}
	both := instances.Networking{CustomNetworking: true, PrefixDelegation: true}
	tests := map[string]struct {
		group      Group
		networking instances.Networking
		want       []string
	}{
		"nothing":          {Group{InstanceTypes: []string{"m5.large"}}, both, nil},
		"spot of one type": {Group{InstanceTypes: []string{"m5.large"}, Capacity: Spot}, prefixes, []string{`spot capacity of m5.large alone`}},
		"spot of two":      {Group{InstanceTypes: []string{"m5.large", "m6i.large"}, Capacity: Spot}, prefixes, nil},
		"sizes mixed": {
			Group{InstanceTypes: []string{"m6i.2xlarge", "t3.medium", "m5.large"}}, instances.Networking{},
			[]string{`every node takes 17 pods.* m6i.2xlarge \(58\), m5.large \(29\)`},
		},
		"sizes mixed, one number for all": {Group{InstanceTypes: []string{"m6i.2xlarge", "t3.medium"}}, prefixes, nil},
		"a type without prefixes": {
			Group{InstanceTypes: []string{"m4.large"}}, prefixes, []string{`m4.large is not a Nitro type.* 20 pods`},
		},
		"custom networking that EKS may not count": {
			Group{InstanceTypes: []string{"m5.large"}}, custom, []string{`EKS may set 29 pods.* for 20.*ExactMaxPods`},
		},
		"custom networking, told exactly": {Group{InstanceTypes: []string{"m5.large"}, ExactMaxPods: true}, custom, nil},
	}
	for title, tt := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			got := tt.group.warnings(tt.networking)
			matchAll(t, got, tt.want)
		})
	}
}

// TestNoPodIsPromisedWithoutAnAddress holds for every set of types: with
// ExactMaxPods no node takes more pods than its addresses allow.
func TestNoPodIsPromisedWithoutAnAddress(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := Group{
			InstanceTypes: rapid.SliceOfN(rapid.SampledFrom(instances.Names()), 1, 20).Draw(t, "types"),
			ExactMaxPods:  rapid.Bool().Draw(t, "exact"),
		}
		n := instances.Networking{
			CustomNetworking: rapid.Bool().Draw(t, "custom networking"),
			PrefixDelegation: rapid.Bool().Draw(t, "prefix delegation"),
		}
		for _, typ := range g.types() {
			if pods := g.maxPods(n); pods > instances.Addresses(typ, n) {
				t.Fatalf("%s takes %d pods, its addresses allow %d", typ.Name, pods, instances.Addresses(typ, n))
			}
		}
	})
}

func arm(count int) []string {
	var names []string
	for _, name := range instances.Names() {
		if typ, _ := instances.Lookup(name); typ.Arch == instances.ARM64 && len(names) < count {
			names = append(names, name)
		}
	}
	return names
}

func matchProblems(t *testing.T, err error, want []string) {
	t.Helper()
	var got []string
	if err != nil {
		for _, problem := range check.Problems(err) {
			got = append(got, problem.Error())
		}
	}
	matchAll(t, got, want)
}

func matchAll(t *testing.T, got, patterns []string) {
	t.Helper()
	matches := len(got) == len(patterns)
	for i := 0; matches && i < len(got); i++ {
		matches = regexp.MustCompile(patterns[i]).MatchString(got[i])
	}
	if !matches {
		t.Errorf("got\n%s\nwant\n%s", lines(got), lines(patterns))
	}
}

func lines(all []string) string { return fmt.Sprintf("  %s", strings.Join(all, "\n  ")) }
