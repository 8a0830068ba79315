package loadbalancer_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/components/addons/loadbalancer"
	"github.com/slipway-iac/slipway/components/iampolicy"
)

var chinese = []string{"arn:aws-cn:eks:cn-north-1:123456789012:cluster/" + strings.Repeat("c", 100), "vpc-0123456789abcdef0"}

// All policies of a role together have 10240 characters, also those of the
// cluster with the longest name.
func TestPoliciesFit(t *testing.T) {
	t.Parallel()
	total := 0
	for _, d := range (loadbalancer.Args{}).Policies(chinese) {
		text, err := d.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, "arn:aws:") {
			t.Errorf("another partition is named in %s", text)
		}
		total += len(text)
	}
	if total < 6000 || total > 10240 {
		t.Errorf("the policies have %d characters", total)
	}
	t.Logf("%d characters", total)
}

// What may be done to anything is listed here, and no more.
func TestPolicyIsNarrow(t *testing.T) {
	t.Parallel()
	open := map[string]bool{}
	for _, s := range slices.Concat((loadbalancer.Args{}).Policies(chinese)...) {
		if slices.Contains(s.Resource, "*") {
			open[s.Sid] = true
		}
		for _, action := range s.Action {
			if strings.Contains(action, "*") {
				t.Errorf("%s allows %s", s.Sid, action)
			}
		}
	}
	if diff := cmp.Diff(map[string]bool{"Describe": true, "Certificates": true, "WebACLs": true}, open); diff != "" {
		t.Errorf("statements of every resource (-want +got):\n%s", diff)
	}
}

// Load balancers and groups of another cluster in the account are not touched.
func TestPolicyEndsAtTheCluster(t *testing.T) {
	t.Parallel()
	const tag = "elbv2.k8s.aws/cluster"
	cluster := []string{strings.Repeat("c", 100)}
	want := map[string]iampolicy.Conditions{
		"DeleteGroups": {"StringEquals": {"aws:ResourceTag/" + tag: cluster}},
		"Change":       {"StringEquals": {"aws:ResourceTag/" + tag: cluster}},
		"Tag":          {"StringEquals": {"aws:ResourceTag/" + tag: cluster}, "Null": {"aws:RequestTag/" + tag: {"true"}}},
		"TagGroups":    {"StringEquals": {"aws:ResourceTag/" + tag: cluster}, "Null": {"aws:RequestTag/" + tag: {"true"}}},
		"Make":         {"StringEquals": {"aws:RequestTag/" + tag: cluster}},
		"Rules":        {"ArnEquals": {"ec2:Vpc": {"arn:aws-cn:ec2:cn-north-1:123456789012:vpc/vpc-0123456789abcdef0"}}},
	}
	got := map[string]iampolicy.Conditions{}
	for _, s := range slices.Concat((loadbalancer.Args{}).Policies(chinese)...) {
		if _, asked := want[s.Sid]; asked {
			got[s.Sid] = s.Condition
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("conditions (-want +got):\n%s", diff)
	}
}

func TestPolicyWithoutWAF(t *testing.T) {
	t.Parallel()
	for disabled, want := range map[bool]bool{false: true, true: false} {
		text, err := json.Marshal(loadbalancer.Args{DisableWAF: disabled}.Policies(chinese))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(text), "wafv2:"); got != want {
			t.Errorf("WAF disabled %t: allowed %t", disabled, got)
		}
	}
}
