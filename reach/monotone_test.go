package reach

import (
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/reach/flow"
)

// What is asked of a random network before and after each change.
var askedOf = []string{
	"internet", "8.8.8.8", "203.0.113.99", "10.0.2.0/25", "host-a0", "host-a1", "host-a2", "host-b0", "host-b1",
	"nodes", "control-plane", "namespace:red", "red-web", "red-api", "blue-web",
}

const (
	changesOfOne   = 10 // Changes to one network, each to the first state of it.
	questionsOfOne = 6
)

// steps counts the changes that were tried, opened those questions whose answer is
// not "nothing", moved those whose answer the change moved.
type steps struct{ tried, asked, opened, moved atomic.Int64 }

// stays tries changes on a random network, and holds the answers to what the change
// may do to them.
func (c *steps) stays(t *rapid.T) {
	l := drawLab(t)
	// Mostly open, so that a change somewhere is what decides.
	for _, name := range []string{"sg-0", "sg-1", "sg-2"} {
		if g := l.groups[name]; rapid.IntRange(0, 3).Draw(t, "open") > 0 {
			g.in = append(g.in, labRule{protocol: "tcp", from: 53, to: 50000, peer: "0.0.0.0/0"})
			g.out = append(g.out, labRule{protocol: "tcp", from: 53, to: 50000, peer: "0.0.0.0/0"})
		}
	}
	for _, v := range l.vpcs {
		for _, s := range v.subnets {
			if rapid.Bool().Draw(t, "no ACL") {
				s.acl = ""
			}
		}
	}
	before := &scene{resources: l.resources()}
	drawCluster(t, before)
	n := before.network()
	for range changesOfOne {
		change := rapid.SampledFrom(changes).Draw(t, "change")
		after := change.apply(t, before.copied())
		if after == nil {
			continue
		}
		c.tried.Add(1)
		m := after.network()
		for range questionsOfOne {
			from, to := rapid.SampledFrom(askedOf).Draw(t, "from"), rapid.SampledFrom(askedOf).Draw(t, "to")
			c.holds(t, change, n, m, from, to)
		}
	}
}

func (c *steps) holds(t *rapid.T, change change, n, m *Network, from, to string) {
	a, err := ParseEndpoint(from)
	if err != nil {
		t.Fatal(err)
	}
	b, err := ParseEndpoint(to)
	if err != nil {
		t.Fatal(err)
	}
	before, err := n.From(a).To(b)
	if err != nil {
		return // Both are outside.
	}
	after, err := m.From(a).To(b)
	if err != nil {
		t.Fatalf("%s: %s to %s: %v", change.name, from, to, err)
	}
	c.asked.Add(1)
	if !before.May().Empty() {
		c.opened.Add(1)
	}
	for what, sets := range map[string][2]flow.Set{
		"gets through":        {before.Some(), after.Some()},
		"always gets through": {before.All(), after.All()},
		"may get through":     {before.May(), after.May()},
	} {
		was, is := sets[0], sets[1]
		if !was.Equal(is) && what == "gets through" {
			c.moved.Add(1)
		}
		lost, won := was.Minus(is), is.Minus(was)
		if !lost.Empty() && change.effect != narrower {
			t.Fatalf("%s: %s to %s: %s %s no more\nbefore: %s\nafter: %s", change.name, from, to, lost, what, before.Pairs[0].Text(lost), after.Pairs[0].Text(lost))
		}
		if !won.Empty() && change.effect != wider {
			t.Fatalf("%s: %s to %s: now %s %s\nbefore: %s\nafter: %s", change.name, from, to, won, what, before.Pairs[0].Text(won), after.Pairs[0].Text(won))
		}
	}
	if some, all, may := after.Some(), after.All(), after.May(); !all.Minus(some).Empty() || !some.Minus(may).Empty() {
		t.Fatalf("%s to %s: always %s, surely %s, perhaps %s: each must be part of the next", from, to, all, some, may)
	}
}

// What has nothing to do with a packet changes no answer; a rule that is widened takes
// no answer away, and one that is removed gives none. `make fuzz` asks a million times.
func TestChangesDoWhatTheyMay(t *testing.T) {
	t.Parallel()
	var c steps
	rapid.Check(t, c.stays)
	t.Logf("%d changes tried, %d questions asked of them: %d not closed, %d with another answer afterwards", c.tried.Load(), c.asked.Load(), c.opened.Load(), c.moved.Load())
	if c.opened.Load()*20 < c.asked.Load() || c.moved.Load()*1000 < c.asked.Load() {
		t.Error("the networks are too closed to tell, or the changes change nothing")
	}
}

func FuzzChanges(f *testing.F) {
	var c steps
	f.Fuzz(rapid.MakeFuzz(c.stays))
}
