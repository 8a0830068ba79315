package ec2

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// TestShownRulesMakeTheSameGroup: what a refresh shows of a group's rules,
// written into another group, gives it the same rules.
func TestShownRulesMakeTheSameGroup(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		vpc := w.vpc()
		friend, shown, copied := w.group(vpc, "friend"), w.group(vpc, "shown"), w.group(vpc, "copied")
		peers := []string{"10.0.0.0/16", "0.0.0.0/0", "::/0", "2600::/64", PrefixListID(region, "s3"), friend.ID, shown.ID}
		seen := map[string]bool{}
		for range rapid.IntRange(0, 8).Draw(rt, "rules") {
			p := Permission{
				Egress:   rapid.Bool().Draw(rt, "egress"),
				Protocol: rapid.SampledFrom([]string{"tcp", "udp", "-1"}).Draw(rt, "protocol"),
				Peer:     rapid.SampledFrom(peers).Draw(rt, "peer"),
			}
			if p.Protocol != allProtocols {
				p.From = rapid.IntRange(1, 65535).Draw(rt, "port")
				p.To = p.From
			}
			if seen[p.key()] {
				continue
			}
			seen[p.key()] = true
			w.must(func(tx *cloud.Tx) error { _, err := Authorize(tx, shown.ID, p); return err })
		}
		props := w.read(shown).Props
		w.mustUpdate(copied, cloud.Props{"vpcId": vpc.ID, "name": "copied", "ingress": props["ingress"], "egress": props["egress"]})
		// A rule that names its own group names the other in the copy.
		want := w.rules(shown.ID)
		for i := range want {
			want[i] = strings.Replace(want[i], shown.ID, copied.ID, 1)
		}
		got := w.rules(copied.ID)
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Errorf("rules of the copy (-want +got):\n%s", diff)
		}
	})
}
