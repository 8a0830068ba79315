package karpenter

import (
	"slices"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/components/iampolicy"
)

// ground has the longest names that the policies can have.
var ground = grounds{"us-gov-west-1", "123456789012", strings.Repeat("x", 100)}

func documents() map[string]iampolicy.Document {
	return map[string]iampolicy.Document{
		"nodes":     ground.lifecycle(),
		"profiles":  ground.profiles("arn:aws-us-gov:iam::123456789012:role/" + strings.Repeat("n", 64)),
		"cluster":   ground.clusterAccess(),
		"discovery": ground.discovery(),

		"interruptions": readNotices("arn:aws-us-gov:sqs:us-gov-west-1:123456789012:" + strings.Repeat("q", 80)),
	}
}

// inlineLimit is what the inline policies of a role may have together. See
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const inlineLimit = 10240

func TestPoliciesFitIntoARole(t *testing.T) {
	t.Parallel()
	all := 0
	for name, d := range documents() {
		text, err := d.JSON()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s has %d characters", name, len(text))
		all += len(text)
	}
	if all > inlineLimit {
		t.Errorf("the policies have %d characters together, IAM allows %d", all, inlineLimit)
	}
}

// Whoever may start instances or tag them as he likes may do what any node may.
func TestWritesAreConditional(t *testing.T) {
	t.Parallel()
	// These name the ground that nodes start on, a single thing, or only read.
	free := []string{"UseGround", "FindCluster", "ReadNotices", "ReadProfiles", "ListProfiles", "ReadImages", "ReadPrices"}
	for name, d := range documents() {
		for _, s := range d {
			if len(s.Condition) == 0 && !slices.Contains(free, s.Sid) {
				t.Errorf("%s: %s has no condition", name, s.Sid)
			}
			if slices.Contains(s.Resource, "*") && !slices.Contains([]string{"See", "ReadPrices", "ListProfiles"}, s.Sid) {
				t.Errorf("%s: %s is for everything", name, s.Sid)
			}
			for _, action := range s.Action {
				if strings.Contains(action, "*") {
					t.Errorf("%s: %s allows %s", name, s.Sid, action)
				}
			}
			for _, r := range s.Resource {
				if r != "*" && !strings.HasPrefix(r, "arn:aws-us-gov:") {
					t.Errorf("%s: %s is in another partition: %s", name, s.Sid, r)
				}
			}
		}
	}
}

func TestOnlyTheNodesRoleIsPassed(t *testing.T) {
	t.Parallel()
	const role = "arn:aws:iam::123456789012:role/nodes"
	for _, s := range ground.profiles(role) {
		if slices.Contains(s.Action, "iam:PassRole") {
			if !slices.Equal(s.Resource, []string{role}) || s.Condition["StringEquals"]["iam:PassedToService"][0] != "ec2.amazonaws.com" {
				t.Errorf("it passes %v to %v", s.Resource, s.Condition)
			}
			return
		}
	}
	t.Error("it passes no role")
}
