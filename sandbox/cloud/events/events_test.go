package events_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
	"github.com/slipway-iac/slipway/sandbox/cloud/events"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/sqs"
)

type object = map[string]any

var west = cloud.Session{Region: "us-west-2"}

const (
	pattern  = `{"source":["aws.ec2"],"detail-type":["EC2 Spot Instance Interruption Warning"]}`
	queueARN = "arn:aws:sqs:us-west-2:123456789012:q"
)

// world is an account with a queue, one that keeps the order, and a rule.
type world struct {
	*cloudtest.World
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{World: cloudtest.New(t, west, iam.Service(), sqs.Service(), events.Service())}
	w.Make(cloud.Queue, cloud.Props{"name": "q"})
	w.Make(cloud.Queue, cloud.Props{"name": "q.fifo", "fifoQueue": true})
	w.Make(cloud.EventRule, cloud.Props{"name": "r", "eventPattern": pattern})
	return w
}

func target(arn string) cloud.Props { return cloud.Props{"rule": "r", "targetId": "t", "arn": arn} }

func TestRefusals(t *testing.T) {
	t.Parallel()
	rule := func(property, value string) func(w *world) error {
		return func(w *world) error { return w.Refused(cloud.EventRule, cloud.Props{"name": "new", property: value}) }
	}
	tests := map[string]struct {
		rule string
		do   func(w *world) error
	}{
		"pattern of a list":  {"event-rule-pattern", rule("eventPattern", `["aws.ec2"]`)},
		"pattern of a text":  {"event-rule-pattern", rule("eventPattern", `{"source":"aws.ec2"}`)},
		"pattern of nothing": {"event-rule-pattern", rule("eventPattern", `{}`)},
		"pattern of no text": {"event-rule-pattern", rule("eventPattern", `{"detail":{"state":[]}}`)},
		"pattern later": {"event-rule-pattern", func(w *world) error {
			_, err := w.Account.Update(west, cloud.EventRule, "r", cloud.Props{"name": "r", "eventPattern": `{"a":1}`})
			return err
		}},
		"schedule":            {"event-rule-schedule", rule("scheduleExpression", "every hour")},
		"one hours":           {"event-rule-schedule", rule("scheduleExpression", "rate(1 hours)")},
		"five minute":         {"event-rule-schedule", rule("scheduleExpression", "rate(5 minute)")},
		"cron of five fields": {"event-rule-schedule", rule("scheduleExpression", "cron(0 12 * * ?)")},
		"bus": {"event-bus-missing", func(w *world) error {
			return w.Refused(cloud.EventRule, cloud.Props{"eventBusName": "mine", "eventPattern": pattern})
		}},
		"one rule more": {"too-many-event-rules", func(w *world) error {
			w.fill(cloud.EventRule, 299, nil)
			return w.Refused(cloud.EventRule, cloud.Props{"name": "new", "eventPattern": pattern})
		}},
		"rule with a target": {"event-rule-has-targets", func(w *world) error {
			w.Make(cloud.EventTarget, target(queueARN))
			return w.Account.Delete(west, cloud.EventRule, "r")
		}},
		"target of no rule": {"event-rule-missing", func(w *world) error {
			return w.Refused(cloud.EventTarget, cloud.Props{"rule": "no", "arn": queueARN})
		}},
		"target of a rule of another bus": {"event-rule-missing", func(w *world) error {
			return w.Refused(cloud.EventTarget, target(queueARN).With(cloud.Props{"eventBusName": "mine"}))
		}},
		"one target more": {"too-many-event-targets", func(w *world) error {
			w.fill(cloud.EventTarget, 5, cloud.Props{"rule": "r"})
			return w.Refused(cloud.EventTarget, target(queueARN))
		}},
		"order without a group": {"event-target-message-group", func(w *world) error {
			return w.Refused(cloud.EventTarget, target(queueARN+".fifo"))
		}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := tc.do(newWorld(t))
			cloudtest.WantRule(t, err, tc.rule)
		})
	}
}

// fill adds rules or targets.
func (w *world) fill(kind string, n int, p cloud.Props) {
	w.T.Helper()
	if err := w.Account.Change(west, "fill", func(tx *cloud.Tx) error {
		for i := range n {
			tx.Make("test", kind, fmt.Sprint("filled", i), p, nil)
		}
		return nil
	}); err != nil {
		w.T.Fatal(err)
	}
}

func TestProviderChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, tc := range map[string]struct {
		kind     string
		props    cloud.Props
		property string
	}{
		"nothing to follow": {cloud.EventRule, cloud.Props{"name": "r"}, "eventPattern"},
		"long pattern":      {cloud.EventRule, cloud.Props{"eventPattern": `{"a":["` + strings.Repeat("a", 4096) + `"]}`}, "eventPattern"},
		"long name":         {cloud.EventRule, cloud.Props{"name": strings.Repeat("a", 65), "eventPattern": pattern}, "name"},
		"name with a slash": {cloud.EventRule, cloud.Props{"name": "a/b", "eventPattern": pattern}, "name"},
		"two inputs":        {cloud.EventTarget, target(queueARN).With(cloud.Props{"input": "{}", "inputPath": "$"}), "input"},
		"not an ARN":        {cloud.EventTarget, target("q"), "arn"},
		"too many retries":  {cloud.EventTarget, target(queueARN).With(cloud.Props{"retryPolicy": object{"maximumRetryAttempts": 186.0}}), "retryPolicy.maximumRetryAttempts"},
	} {
		problems, err := w.Account.Check(tc.kind, tc.props)
		if err != nil || len(problems) != 1 || problems[0].Property != tc.property {
			t.Errorf("%s: got %v, %v, want one problem of %s", name, problems, err, tc.property)
		}
	}
}

func TestRulesAndTargetsLive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, p := range []cloud.Props{
		{"name": "hourly", "scheduleExpression": "rate(1 hour)"},
		{"name": "often", "scheduleExpression": "rate(5 minutes)"},
		{"name": "noon", "scheduleExpression": "cron(0 12 * * ? *)"},
		{"namePrefix": "some-", "eventPattern": `{"$or":[{"source":["a"]},{"account":["b"]}],"detail":{"n":[{"exists":true}]}}`},
	} {
		r := w.Make(cloud.EventRule, p)
		if want := "arn:aws:events:us-west-2:123456789012:rule/" + r.ID; r.Props.Str("arn") != want || r.Props.Str("state") != "ENABLED" {
			t.Errorf("got %v", r.Props)
		}
	}
	one := w.Make(cloud.EventTarget, target(queueARN))
	if one.ID != "r-t" {
		t.Errorf("got %s", one.ID)
	}
	w.Make(cloud.EventTarget, cloud.Props{"rule": "r", "arn": queueARN + ".fifo", "sqsTarget": object{"messageGroupId": "g"}})
	// Both are calls that put: what has the name already is changed.
	w.Make(cloud.EventTarget, target(queueARN))
	w.Make(cloud.EventRule, cloud.Props{"name": "r", "eventPattern": pattern, "description": "again"})
	count := map[string]int{}
	for _, r := range w.Account.Resources() {
		count[r.Kind]++
	}
	if count[cloud.EventRule] != 5 || count[cloud.EventTarget] != 2 {
		t.Errorf("got %v, want 5 rules and 2 targets", count)
	}
	if err := w.Account.Delete(west, cloud.EventRule, "noon"); err != nil {
		t.Error(err)
	}
}

func TestTargetThatIsNotThereWarns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var heard []string
	s := west
	s.Warn = func(warning cloud.Warning) { heard = append(heard, warning.Rule.Name) }
	if _, err := w.Account.Create(s, cloud.EventTarget, "t", target(queueARN+"2")); err != nil {
		t.Fatal(err)
	}
	if len(heard) != 1 || heard[0] != "event-target-missing" {
		t.Errorf("heard %v", heard)
	}
}

func TestUndelivered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	undelivered := func() (out []string) {
		_ = w.Account.Change(west, "ask", func(tx *cloud.Tx) error { out = events.Undelivered(tx); return nil })
		return out
	}
	w.Make(cloud.EventTarget, target(queueARN))
	w.Make(cloud.EventTarget, cloud.Props{"rule": "r", "targetId": "elsewhere", "arn": "arn:aws:lambda:us-west-2:123456789012:function:f"})
	if got := undelivered(); len(got) != 1 || !strings.Contains(got[0], "does not let events.amazonaws.com send") {
		t.Errorf("got %q, want the queue without a policy", got)
	}
	w.Make(cloud.QueuePolicy, cloud.Props{
		"queueUrl": "https://sqs.us-west-2.amazonaws.com/123456789012/q",
		"policy": `{"Statement":{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"` + queueARN + `",
			"Condition":{"ArnEquals":{"aws:SourceArn":"arn:aws:events:us-west-2:123456789012:rule/r"}}}}`,
	})
	if got := undelivered(); len(got) != 0 {
		t.Errorf("got %q", got)
	}
	if err := w.Account.Delete(west, cloud.Queue, "https://sqs.us-west-2.amazonaws.com/123456789012/q"); err != nil {
		t.Fatal(err)
	}
	if got := undelivered(); len(got) != 1 || !strings.Contains(got[0], "there is no queue") {
		t.Errorf("got %q, want the queue that has gone", got)
	}
}
