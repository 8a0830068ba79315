package network

import (
	"strings"
	"testing"
)

// Warnings only go to the engine's log, so they are tested from inside.
func TestWarnings(t *testing.T) {
	t.Parallel()
	six := []string{"us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d", "us-east-1e", "us-east-1f"}
	cases := map[string]struct {
		args Args
		want string // What the only warning says; none when empty.
	}{
		"Default":       {Args{Zones: six[:3]}, ""},
		"DockerBridge":  {Args{Zones: six[:3], CIDR: "172.17.0.0/20"}, "172.17.0.0/16"},
		"BesideBridge":  {Args{Zones: six[:3], CIDR: "172.18.0.0/16"}, ""},
		"SixAddresses":  {Args{Zones: six}, "quota"},
		"FiveAddresses": {Args{Zones: six[:5]}, ""},
		"SharedAddress": {Args{Zones: six, NAT: NATSingle}, ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tc.args.withDefaults("net").warnings()
			if tc.want == "" && len(got) != 0 {
				t.Fatalf("warnings %q, want none", got)
			}
			if tc.want != "" && (len(got) != 1 || !strings.Contains(got[0], tc.want)) {
				t.Fatalf("warnings %q, want one that says %q", got, tc.want)
			}
		})
	}
}
