package karpenter_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/events"
	"github.com/slipway-iac/slipway/tests/fixture"
)

// The texts are AWS's: one letter off, and a rule never matches anything.
func TestNoticesReachTheController(t *testing.T) {
	t.Parallel()
	r := build(t, asItIs).Must(t)
	want := map[string]string{
		"scale-health":    `{"detail-type":["AWS Health Event"],"source":["aws.health"]}`,
		"scale-spot":      `{"detail-type":["EC2 Spot Instance Interruption Warning"],"source":["aws.ec2"]}`,
		"scale-rebalance": `{"detail-type":["EC2 Instance Rebalance Recommendation"],"source":["aws.ec2"]}`,
		"scale-state":     `{"detail-type":["EC2 Instance State-change Notification"],"source":["aws.ec2"]}`,
		"scale-capacity":  `{"detail-type":["EC2 Capacity Reservation Instance Interruption Warning"],"source":["aws.ec2"]}`,
	}
	patterns := map[string]string{}
	for _, x := range r.Of(cloud.EventRule) {
		patterns[x.Name] = x.Inputs.Str("eventPattern")
		target := r.One(t, cloud.EventTarget, x.Name)
		if target.Inputs.Str("rule") != x.ID || !target.WaitsFor(r.One(t, cloud.QueuePolicy, "scale-interruptions")) {
			t.Errorf("%s: its events are dropped: %v", x.Name, target.Inputs)
		}
	}
	if d := cmp.Diff(want, patterns); d != "" {
		t.Errorf("patterns (-want +got):\n%s", d)
	}
	if err := r.Account.Change(cloud.Session{Region: fixture.Region}, "ask", func(tx *cloud.Tx) error {
		for _, lost := range events.Undelivered(tx) {
			t.Error(lost)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	queue := r.One(t, cloud.Queue, "scale-interruptions")
	if got := r.One(t, release, "scale").Inputs.Obj("values").Obj("settings").Str("interruptionQueue"); got != queue.Outputs.Str("name") {
		t.Errorf("the controller reads queue %q, the notices are in %q", got, queue.Outputs.Str("name"))
	}
}

// Whoever may write into the queue may have every node of the cluster drained.
func TestQueueIsConfined(t *testing.T) {
	t.Parallel()
	r := build(t, asItIs).Must(t)
	queue := r.One(t, cloud.Queue, "scale-interruptions")
	if d := cmp.Diff(cloud.Props{"messageRetentionSeconds": 300.0, "sqsManagedSseEnabled": true}, queue.Inputs); d != "" {
		t.Errorf("queue (-want +got):\n%s", d)
	}
	arn := []any{queue.Outputs.Str("arn")}
	send := []any{"sqs:SendMessage"}
	want := []any{
		map[string]any{
			"Sid": "Events", "Effect": "Allow", "Principal": map[string]any{"Service": []any{"events.amazonaws.com"}}, "Action": send, "Resource": arn,
			"Condition": map[string]any{"ArnLike": map[string]any{
				"aws:SourceArn": []any{"arn:aws:events:" + fixture.Region + ":" + fixture.AccountID + ":rule/*"},
			}},
		},
		map[string]any{
			"Sid": "Queues", "Effect": "Allow", "Principal": map[string]any{"Service": []any{"sqs.amazonaws.com"}}, "Action": send, "Resource": arn,
			"Condition": map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": []any{fixture.AccountID}}},
		},
		map[string]any{
			"Sid": "PlainHTTP", "Effect": "Deny", "Principal": map[string]any{"AWS": []any{"*"}}, "Action": []any{"sqs:*"}, "Resource": arn,
			"Condition": map[string]any{"Bool": map[string]any{"aws:SecureTransport": []any{"false"}}},
		},
	}
	if d := cmp.Diff(want, statements(t, r.One(t, cloud.QueuePolicy, "scale-interruptions").Inputs)); d != "" {
		t.Errorf("policy of the queue (-want +got):\n%s", d)
	}
	reads := []any{map[string]any{
		"Sid": "ReadNotices", "Effect": "Allow", "Resource": arn,
		"Action": []any{"sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"},
	}}
	if d := cmp.Diff(reads, statements(t, r.One(t, cloud.IAMRolePolicy, "scale-interruptions").Inputs)); d != "" {
		t.Errorf("permissions of the controller (-want +got):\n%s", d)
	}
}

func statements(t *testing.T, p cloud.Props) []any {
	t.Helper()
	var document struct{ Statement []any }
	if err := json.Unmarshal([]byte(p.Str("policy")), &document); err != nil {
		t.Fatal(err)
	}
	return document.Statement
}

// The longest name that is taken leaves room in every physical name.
func TestLongName(t *testing.T) {
	t.Parallel()
	for length, ok := range map[int]bool{46: true, 47: false} {
		if r := called(t, strings.Repeat("k", length), asItIs); (r.Err == nil) != ok {
			t.Errorf("a name of %d characters: %v", length, r.Err)
		}
	}
}
