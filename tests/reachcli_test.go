package tests

import (
	"encoding/json"
	"strings"
	"testing"
)

// The command answers for what a preview plans while nothing exists, and then
// for what does.
func TestReachCommand(t *testing.T) {
	t.Parallel()
	sandbox := cli(t, copyProject(t), t.TempDir())
	question := []string{"reach", "dev", "--from", "pods", "--to", "internet", "--port", "443"}
	stdout, stderr, err := sandbox.run(t, question...)
	if err != nil || !strings.Contains(stderr, "Nothing of dev exists yet") || !strings.Contains(stdout, "NAT gateway network-nat-a: translates the source to its own address") {
		t.Errorf("before up: %v\n%s\n%s", err, stdout, stderr)
	}
	sandbox.must(t, "up", "dev")
	if stdout, stderr, err = sandbox.run(t, question...); err != nil || stderr != "" || !strings.Contains(stdout, "on the internet 52.") {
		t.Errorf("after up: %v\n%s\n%s", err, stdout, stderr)
	}
	all := strings.Join(strings.Fields(sandbox.must(t, "reach", "dev")), " ")
	for _, want := range []string{"from \\ to", "nodes to control-plane all", "standing assertions hold", "data has no way out", "node groups can grow to their maximum"} {
		if !strings.Contains(all, want) {
			t.Errorf("the matrix does not say %q:\n%s", want, all)
		}
	}
	if got := sandbox.must(t, "reach", "dev", "--capacity"); !strings.Contains(got, "nodes-system  m6i.large  110") || !strings.Contains(got, "its maximum size, at 3") {
		t.Errorf("the capacity: %s", got)
	}
	var answer struct {
		Answer string
		Pairs  []struct{ Blocked struct{ At string } }
	}
	if err := json.Unmarshal([]byte(sandbox.must(t, "reach", "dev", "--from", "internet", "--to", "nodes", "--json")), &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Answer != "no" || len(answer.Pairs) != 2 || answer.Pairs[0].Blocked.At != "nodes-system in network-private-a" {
		t.Errorf("as JSON: %+v", answer)
	}
	for want, args := range map[string][]string{
		"give --from and --to":       {"--from", "nodes"},
		`--port: "x" is no port`:     {"--from", "nodes", "--to", "pods", "--port", "x"},
		`no resource called "nodez"`: {"--from", "nodez", "--to", "pods"},
	} {
		if got := sandbox.fails(t, append([]string{"reach", "dev"}, args...)...); !strings.Contains(got, want) {
			t.Errorf("%v: want an error that says %q, got %q", args, want, got)
		}
	}
}
