package tests

import (
	"strings"
	"testing"
)

// A user's whole day with faults: an update is killed, recovered and finished;
// something drifts and is found; a destroy loses an answer and is finished too.
func TestFaultsOfTheCommand(t *testing.T) {
	t.Parallel()
	sandbox := cli(t, copyProject(t), t.TempDir())
	says := func(text string, wants ...string) {
		t.Helper()
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("it does not say %q:\n%s", want, text)
			}
		}
	}
	const vpc = "kill:step=aws:ec2/vpc:Vpc::network"
	says(sandbox.fails(t, "up", "dev", "--fault", vpc), "Fault: "+vpc+",when=after: create of urn:", "killed, as asked", "sandbox recover dev")
	says(sandbox.fails(t, "up", "dev"), "currently locked", "pulumi cancel")
	says(sandbox.must(t, "recover", "dev"), "unlocked", "aws:ec2/vpc:Vpc network (vpc-", "imported: it was being created and exists")
	sandbox.must(t, "up", "dev")
	says(sandbox.must(t, "recover", "dev"), "nothing was locked, pending or unknown to the state")

	says(sandbox.must(t, "drift", "dev", "--list"), "rule-removed", "revokes a rule of a security group")
	says(sandbox.must(t, "drift", "dev", "retention:cluster-logs"), "retentionInDays: 7 → 1")
	says(sandbox.must(t, "refresh", "dev"), "cluster-logs updated", "~ 1 updated")
	says(sandbox.fails(t, "drift", "dev"), "--list", "--seed")

	_, said, err := sandbox.run(t, "destroy", "dev", "--fault", "lost:delete=network-nat-a", "--fault", "fail:delete=99999")
	if err == nil {
		t.Error("a destroy that lost an answer ended well")
	}
	says(said, "Fault: lost:delete=network-nat-a", "The fault fail:delete=99999 did not happen")
	sandbox.must(t, "recover", "dev")
	says(sandbox.must(t, "destroy", "dev"), "Nothing is left in the account.")

	says(sandbox.fails(t, "preview", "dev", "--fault", "fail:create=1"), "a preview only reads", "throttle:every=N")
	says(sandbox.fails(t, "up", "dev", "--fault", "explode"), `"explode" is no kind of fault`)

	shown, said, err := sandbox.run(t, "preview", "dev", "--fault", "throttle:every=1")
	if err == nil {
		t.Error("a preview that is throttled for ever ended well")
	}
	says(shown, "exceeded maximum number of attempts, 25", "api error ThrottlingException: Rate exceeded")
	says(said, "Fault: throttle:every=1: requests throttled:")
}
