package timeline_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/latency"
	"github.com/slipway-iac/slipway/sandbox/timeline"
)

// deployment draws a state whose resources refer to those before them, or only
// wait for them.
func deployment(t *rapid.T) []timeline.Resource {
	tokens := []string{cloud.VPC, cloud.Subnet, cloud.NATGateway, cloud.EKSCluster, cloud.EKSNodeGroup, cloud.EKSAddon, cloud.KMSKey, cloud.IAMRole}
	var all []timeline.Resource
	for i := range rapid.IntRange(1, 12).Draw(t, "resources") {
		var refers, waits []timeline.Resource
		for _, other := range all {
			switch rapid.IntRange(0, 4).Draw(t, "edge") {
			case 0:
				refers = append(refers, other)
			case 1:
				waits = append(waits, other)
			}
		}
		token := rapid.SampledFrom(tokens).Draw(t, "token")
		all = append(all, after(resource(token, fmt.Sprintf("r%02d", i), refers...), waits...))
	}
	return all
}

func draw(t *rapid.T) (before, now []timeline.Resource, done []timeline.Step) {
	all := deployment(t)
	some := slices.DeleteFunc(slices.Clone(all), func(timeline.Resource) bool { return rapid.Bool().Draw(t, "untouched") })
	switch rapid.SampledFrom([]string{"create", "destroy", "replace"}).Draw(t, "verb") {
	case "create":
		return nil, all, steps(latency.Create, some...)
	case "destroy":
		slices.Reverse(some)
		return all, nil, steps(latency.Delete, some...)
	}
	now = slices.Clone(all)
	for i, r := range now {
		if slices.ContainsFunc(some, func(s timeline.Resource) bool { return s.URN == r.URN }) {
			now[i].ID = "new-" + r.ID
		}
	}
	return all, now, slices.Concat(steps(latency.Create, some...), steps(latency.Delete, some...))
}

func TestScheduleProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, now, done := draw(t)
		line, err := timeline.Compute(before, now, done)
		if err != nil {
			t.Fatal(err)
		}
		if line.Bound > line.Expected || line.Shortest > line.Expected || line.Expected > line.Longest {
			t.Fatalf("bound %s, shortest %s, expected %s, longest %s", line.Bound, line.Shortest, line.Expected, line.Longest)
		}
		if len(line.Operations) != len(done) {
			t.Fatalf("%d operations for %d steps", len(line.Operations), len(done))
		}
		var sum timeline.Duration
		for i, o := range line.CriticalPath() {
			if o.Start != sum || o.Slack != 0 {
				t.Fatalf("operation %d of the critical path has slack or a gap before it: %+v", i, o)
			}
			sum += o.Took()
		}
		if sum != line.Expected {
			t.Fatalf("the critical path takes %s of %s", sum, line.Expected)
		}
		for _, o := range line.Operations {
			if o.Start < 0 || o.Slack < 0 || o.End+o.Slack > line.Expected {
				t.Fatalf("%+v is outside of %s", o, line.Expected)
			}
		}
	})
}

// Everything waits for all it depends on, and a deletion for all that depends
// on it.
func TestScheduleKeepsTheOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := deployment(t)
		for verb, states := range map[latency.Verb][2][]timeline.Resource{latency.Create: {nil, all}, latency.Delete: {all, nil}} {
			line, err := timeline.Compute(states[0], states[1], steps(verb, all...))
			if err != nil {
				t.Fatal(err)
			}
			when := map[string]timeline.Operation{}
			for _, o := range line.Operations {
				when[o.URN] = o
			}
			for _, r := range all {
				for _, d := range r.Dependencies {
					first, then := when[d], when[r.URN]
					if verb == latency.Delete {
						first, then = then, first
					}
					if then.Start < first.End {
						t.Fatalf("%s of %s starts at %s, before %s ends at %s", verb, then.Name, then.Start, first.Name, first.End)
					}
				}
			}
		}
	})
}

// Resources that are made at the same time reach the state, and the record, in
// any order.
func TestRacesDoNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := deployment(t)
		other := anotherOrder(t, all)
		one, err := timeline.Compute(nil, all, steps(latency.Create, all...))
		if err != nil {
			t.Fatal(err)
		}
		two, err := timeline.Compute(nil, other, rapid.Permutation(steps(latency.Create, all...)).Draw(t, "record"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(one, two); diff != "" {
			t.Fatal(diff)
		}
	})
}

// anotherOrder draws an order in which resources still come after all that they
// depend on.
func anotherOrder(t *rapid.T, all []timeline.Resource) []timeline.Resource {
	left := rapid.Permutation(all).Draw(t, "state")
	there := map[string]bool{}
	var out []timeline.Resource
	for len(left) > 0 {
		next := slices.IndexFunc(left, func(r timeline.Resource) bool {
			return !slices.ContainsFunc(r.Dependencies, func(d string) bool { return !there[d] })
		})
		out, there[left[next].URN] = append(out, left[next]), true
		left = slices.Delete(left, next, next+1)
	}
	return out
}

func TestTimelineSurvivesJSON(t *testing.T) {
	t.Parallel()
	all := []timeline.Resource{vpc, subnet, nat, plane}
	line := compute(t, nil, all, steps(latency.Create, all...))
	text, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"expected":562,`) {
		t.Errorf("JSON has no seconds: %s", text)
	}
	var back timeline.Timeline
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(line, &back); diff != "" {
		t.Error(diff)
	}
}

func TestTextOfATimeline(t *testing.T) {
	t.Parallel()
	all := []timeline.Resource{vpc, subnet, nat, plane}
	line := compute(t, nil, all, steps(latency.Create, all...))
	var out strings.Builder
	line.Print(&out)
	line.PrintOperations(&out)
	const want = `AWS would have taken about 9 min 22 s (7 to 14 min); at least 9 min 22 s whatever the order.
What it waits for, one after the other:
  RESOURCE               WHAT    TAKES  ENDS AT  WAITED BECAUSE OF
  aws:ec2:Vpc vpc        create  20 s   0:20     
  aws:ec2:Subnet subnet  create  2 s    0:22     vpcId
  aws:eks:Cluster plane  create  9 min  9:22     subnetId

All 4 operations, 2 at the same time at most:
     STARTS  ENDS  SLACK  WHAT    RESOURCE
  *  0:00    0:20  0:00   create  aws:ec2:Vpc vpc
  *  0:20    0:22  0:00   create  aws:ec2:Subnet subnet
     0:22    2:07  7:15   create  aws:ec2:NatGateway nat
  *  0:22    9:22  0:00   create  aws:eks:Cluster plane
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}
