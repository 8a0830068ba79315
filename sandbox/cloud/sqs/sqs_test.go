package sqs_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/sqs"
)

var west = cloud.Session{Region: "us-west-2"}

func open(t *testing.T) *cloud.Account {
	t.Helper()
	a, err := cloud.Open(cloud.Options{Services: []cloud.Service{iam.Service(), sqs.Service()}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func queue(t *testing.T, a *cloud.Account, p cloud.Props) *cloud.Resource {
	t.Helper()
	r, err := a.Create(west, cloud.Queue, "queue "+p.Str("name"), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const arn = "arn:aws:sqs:us-west-2:123456789012:"

// allow is a policy that lets EventBridge send to queue q.
func allow(more string) string {
	return `{"Version":"2012-10-17","Statement":[{"Sid":"Send","Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},
		"Action":"sqs:SendMessage","Resource":"` + arn + `q"` + more + `}]}`
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	redrive := func(to string) cloud.Props {
		return cloud.Props{"name": "new", "redrivePolicy": `{"deadLetterTargetArn":"` + arn + to + `","maxReceiveCount":3}`}
	}
	policy := func(text string) cloud.Props { return cloud.Props{"name": "new", "policy": text} }
	tests := map[string]struct {
		rule, kind string
		props      cloud.Props
	}{
		"name with other settings": {"queue-exists", cloud.Queue, cloud.Props{"name": "q", "delaySeconds": 5.0}},
		"policy of no queue":       {"queue-missing", cloud.QueuePolicy, cloud.Props{"queueUrl": "https://sqs.us-west-2.amazonaws.com/123456789012/no", "policy": allow("")}},
		"unreadable policy":        {"queue-policy", cloud.Queue, policy(`{"Statement":[]}`)},
		"policy without principal": {"queue-policy", cloud.Queue, policy(`{"Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*"}}`)},
		"policy of a ghost":        {"queue-policy", cloud.Queue, policy(`{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/no"},"Action":"sqs:*","Resource":"*"}}`)},
		"policy apart":             {"queue-policy", cloud.QueuePolicy, cloud.Props{"queueUrl": "https://sqs.us-west-2.amazonaws.com/123456789012/q", "policy": `{"Statement":[]}`}},
		"dead letters to nowhere":  {"queue-dead-letters", cloud.Queue, redrive("no")},
		"dead letters by halves":   {"queue-dead-letters", cloud.Queue, cloud.Props{"name": "new", "redrivePolicy": `{"maxReceiveCount":3}`}},
		"dead letters in order":    {"queue-dead-letters-of-another-type", cloud.Queue, redrive("q.fifo")},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t)
			queue(t, a, cloud.Props{"name": "q"})
			queue(t, a, cloud.Props{"name": "q.fifo", "fifoQueue": true})
			_, err := a.Create(west, tc.kind, "new", tc.props)
			cloudtest.WantRule(t, err, tc.rule)
		})
	}
}

func TestProviderChecks(t *testing.T) {
	t.Parallel()
	a := open(t)
	for name, tc := range map[string]struct {
		props    cloud.Props
		property string
	}{
		"81 characters":          {cloud.Props{"name": strings.Repeat("a", 81)}, "name"},
		"a dot":                  {cloud.Props{"name": "a.b"}, "name"},
		"a prefix":               {cloud.Props{"namePrefix": "a b"}, "namePrefix"},
		"FIFO without its end":   {cloud.Props{"name": "a", "fifoQueue": true}, "name"},
		"FIFO's end without it":  {cloud.Props{"name": "a.fifo"}, "name"},
		"deduplication":          {cloud.Props{"contentBasedDeduplication": true}, "contentBasedDeduplication"},
		"two encryptions":        {cloud.Props{"kmsMasterKeyId": "alias/aws/sqs", "sqsManagedSseEnabled": true}, "kmsMasterKeyId"},
		"kept for 59 s":          {cloud.Props{"messageRetentionSeconds": 59.0}, "messageRetentionSeconds"},
		"kept for over 14 days":  {cloud.Props{"messageRetentionSeconds": 1209601.0}, "messageRetentionSeconds"},
		"hidden for over 12 h":   {cloud.Props{"visibilityTimeoutSeconds": 43201.0}, "visibilityTimeoutSeconds"},
		"delayed for over 900 s": {cloud.Props{"delaySeconds": 901.0}, "delaySeconds"},
		"awaited for over 20 s":  {cloud.Props{"receiveWaitTimeSeconds": 21.0}, "receiveWaitTimeSeconds"},
		"larger than 256 KiB":    {cloud.Props{"maxMessageSize": 262145.0}, "maxMessageSize"},
	} {
		problems, err := a.Check(cloud.Queue, tc.props)
		if err != nil || len(problems) != 1 || problems[0].Property != tc.property {
			t.Errorf("%s: got %v, %v, want one problem of %s", name, problems, err, tc.property)
		}
	}
}

func TestWhatSQSDecides(t *testing.T) {
	t.Parallel()
	a := open(t)
	q := queue(t, a, cloud.Props{"name": "q"})
	if p := q.Props; q.ID != "https://sqs.us-west-2.amazonaws.com/123456789012/q" || p.Str("url") != q.ID || p.Str("arn") != arn+"q" ||
		!p.Bool("sqsManagedSseEnabled") || p.Int("visibilityTimeoutSeconds") != 30 || p.Int("messageRetentionSeconds") != 345600 {
		t.Errorf("got %s, %v", q.ID, p)
	}
	if again, err := a.Create(west, cloud.Queue, "again", cloud.Props{"name": "q"}); err != nil || again.ID != q.ID {
		t.Errorf("the same queue again: got %v, %v, want the queue there is", again, err)
	}
	if n := len(a.Resources()); n != 1 {
		t.Errorf("there are %d queues, want one", n)
	}
	keyed := queue(t, a, cloud.Props{"name": "keyed", "kmsMasterKeyId": "alias/aws/sqs"})
	if keyed.Props.Bool("sqsManagedSseEnabled") || keyed.Props.Int("kmsDataKeyReusePeriodSeconds") != 300 {
		t.Errorf("got %v, want a queue that SQS does not encrypt with its own key", keyed.Props)
	}
	made := queue(t, a, cloud.Props{"namePrefix": "events-", "fifoQueue": true})
	if name := made.Props.Str("name"); !strings.HasPrefix(name, "events-") || !strings.HasSuffix(name, ".fifo") || made.Props.Str("deduplicationScope") != "queue" {
		t.Errorf("got %v", made.Props)
	}
	changed, err := a.Update(west, cloud.Queue, q.ID, cloud.Props{"name": "q", "kmsMasterKeyId": "alias/aws/sqs"})
	if err != nil || changed.Props.Bool("sqsManagedSseEnabled") {
		t.Errorf("got %v, %v", changed, err)
	}
	if _, err := a.Update(west, cloud.Queue, q.ID, cloud.Props{"name": "q", "policy": `{"Statement":[]}`}); err == nil {
		t.Error("an update takes a policy that a creation does not")
	}
}

func TestPolicyIsTheQueues(t *testing.T) {
	t.Parallel()
	a := open(t)
	q := queue(t, a, cloud.Props{"name": "q"})
	policyOf := func() string {
		r, err := a.Read(west, cloud.Queue, q.ID)
		if err != nil {
			t.Fatal(err)
		}
		return r.Props.Str("policy")
	}
	p, err := a.Create(west, cloud.QueuePolicy, "policy", cloud.Props{"queueUrl": q.ID, "policy": allow("")})
	if err != nil || p.ID != q.ID || policyOf() != allow("") {
		t.Fatalf("got %v, %v and %s", p, err, policyOf())
	}
	other := allow(`,"Condition":{"StringEquals":{"aws:SourceAccount":"1"}}`)
	if _, err := a.Update(west, p.Kind, p.ID, cloud.Props{"queueUrl": q.ID, "policy": other}); err != nil || policyOf() != other {
		t.Errorf("got %v and %s", err, policyOf())
	}
	if err := a.Delete(west, p.Kind, p.ID); err != nil || policyOf() != "" {
		t.Errorf("got %v and %q", err, policyOf())
	}
}

func TestPolicyGoesWithItsQueue(t *testing.T) {
	t.Parallel()
	a := open(t)
	q := queue(t, a, cloud.Props{"name": "q"})
	p, err := a.Create(west, cloud.QueuePolicy, "policy", cloud.Props{"queueUrl": q.ID, "policy": allow("")})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(a.Delete(west, q.Kind, q.ID), a.Delete(west, p.Kind, p.ID)); err != nil {
		t.Error(err)
	}
}

func TestAdmits(t *testing.T) {
	t.Parallel()
	const source = "arn:aws:events:us-west-2:123456789012:rule/r"
	condition := func(text string) string { return `,"Condition":{` + text + `}` }
	deny := func(condition string) string {
		return strings.Replace(allow(""), `"Statement":[`, `"Statement":[{"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*"`+condition+`},`, 1)
	}
	for name, tc := range map[string]struct {
		policy string
		want   bool
	}{
		"none":                    {"", false},
		"the service":             {allow(""), true},
		"its rule":                {allow(condition(`"ArnEquals":{"aws:SourceArn":"` + source + `"}`)), true},
		"another rule":            {allow(condition(`"ArnEquals":{"aws:SourceArn":"` + source + `2"}`)), false},
		"another account":         {allow(condition(`"StringEquals":{"aws:SourceAccount":"210987654321"}`)), false},
		"another service":         {strings.Replace(allow(""), "events.", "sns.", 1), false},
		"another queue":           {strings.Replace(allow(""), `:q"`, `:other"`, 1), false},
		"another action":          {strings.Replace(allow(""), "SendMessage", "ReceiveMessage", 1), false},
		"denied to all":           {deny(""), false},
		"denied without TLS":      {deny(condition(`"Bool":{"aws:SecureTransport":"false"}`)), true},
		"denied to other sources": {deny(condition(`"ArnEquals":{"aws:SourceArn":"` + source + `2"}`)), true},
	} {
		a := open(t)
		p := cloud.Props{"name": "q"}
		if tc.policy != "" {
			p["policy"] = tc.policy
		}
		q := queue(t, a, p)
		_ = a.Change(west, "ask", func(tx *cloud.Tx) error {
			if got := sqs.Admits(tx, q, "events.amazonaws.com", source); got != tc.want {
				t.Errorf("%s: got %v, want %v", name, got, tc.want)
			}
			return nil
		})
	}
}
