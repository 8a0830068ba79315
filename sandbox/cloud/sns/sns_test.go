package sns_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
	"github.com/slipway-iac/slipway/sandbox/cloud/sns"
)

var west = cloud.Session{Region: "us-west-2"}

const (
	arn     = "arn:aws:sns:us-west-2:123456789012:"
	watcher = "cloudwatch.amazonaws.com"
	source  = "arn:aws:cloudwatch:us-west-2:123456789012:alarm:cpu"
)

func open(t *testing.T) *cloud.Account {
	t.Helper()
	a, err := cloud.Open(cloud.Options{
		Services: []cloud.Service{iam.Service(), kms.Service(), sns.Service()},
		Clock:    func() time.Time { return time.Date(2026, time.August, 1, 9, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func create(t *testing.T, a *cloud.Account, kind string, p cloud.Props) *cloud.Resource {
	t.Helper()
	r, err := a.Create(west, kind, kind+p.Str("name"), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// allow is a policy of topic t that lets CloudWatch publish.
func allow(more string) string {
	return `{"Version":"2012-10-17","Statement":[{"Sid":"Publish","Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},` +
		`"Action":"sns:Publish","Resource":"` + arn + `t"` + more + `}]}`
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	policy := func(text string) cloud.Props { return cloud.Props{"arn": arn + "t", "policy": text} }
	for name, tc := range map[string]struct {
		rule, kind string
		props      cloud.Props
	}{
		"name with other settings": {"topic-exists", cloud.Topic, cloud.Props{"name": "t", "displayName": "T"}},
		"name with other tags":     {"topic-exists", cloud.Topic, cloud.Props{"name": "t", "tags": map[string]any{"a": "b"}}},
		"policy of no topic":       {"topic-missing", cloud.TopicPolicy, cloud.Props{"arn": arn + "no", "policy": allow("")}},
		"unreadable policy":        {"topic-policy", cloud.TopicPolicy, policy(`{"Statement":[]}`)},
		"without a principal":      {"topic-policy", cloud.TopicPolicy, policy(`{"Statement":{"Effect":"Allow","Action":"sns:Publish","Resource":"*"}}`)},
		"of a ghost": {"topic-policy", cloud.TopicPolicy,
			policy(`{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/no"},"Action":"sns:Publish","Resource":"*"}}`)},
		"about another topic": {"topic-policy", cloud.TopicPolicy, policy(strings.Replace(allow(""), ":t\"", ":other\"", 1))},
		"with a wildcard":     {"topic-policy-actions", cloud.TopicPolicy, policy(strings.Replace(allow(""), "sns:Publish", "sns:*", 1))},
		"of another service":  {"topic-policy-actions", cloud.Topic, cloud.Props{"name": "new", "policy": strings.NewReplacer("sns:Publish", "sqs:SendMessage", ":t\"", ":new\"").Replace(allow(""))}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t)
			create(t, a, cloud.Topic, cloud.Props{"name": "t"})
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
		"257 characters":       {cloud.Props{"name": strings.Repeat("a", 257)}, "name"},
		"a dot":                {cloud.Props{"name": "a.b"}, "name"},
		"FIFO without its end": {cloud.Props{"name": "a", "fifoTopic": true}, "name"},
		"deduplication":        {cloud.Props{"contentBasedDeduplication": true}, "contentBasedDeduplication"},
		"a prefix":             {cloud.Props{"namePrefix": "a b"}, "namePrefix"},
		"throughput":           {cloud.Props{"fifoThroughputScope": "Topic"}, "fifoThroughputScope"},
		"signatures":           {cloud.Props{"signatureVersion": 3.0}, "signatureVersion"},
		"samples":              {cloud.Props{"sqsSuccessFeedbackSampleRate": 101.0}, "sqsSuccessFeedbackSampleRate"},
	} {
		problems, err := a.Check(cloud.Topic, tc.props)
		if err != nil || len(problems) != 1 || problems[0].Property != tc.property {
			t.Errorf("%s: got %v, %v, want one problem of %s", name, problems, err, tc.property)
		}
	}
}

func TestWhatSNSDecides(t *testing.T) {
	t.Parallel()
	a := open(t)
	topic := create(t, a, cloud.Topic, cloud.Props{"name": "t"})
	if p := topic.Props; topic.ID != arn+"t" || p.Str("arn") != topic.ID || p.Str("owner") != "123456789012" || !strings.Contains(p.Str("policy"), "__default_statement_ID") {
		t.Errorf("got %s, %v", topic.ID, topic.Props)
	}
	if again, err := a.Create(west, cloud.Topic, "again", cloud.Props{"name": "t"}); err != nil || again.ID != topic.ID || len(a.Resources()) != 1 {
		t.Errorf("the same topic again: got %v, %v, want the topic there is", again, err)
	}
	made := create(t, a, cloud.Topic, cloud.Props{"namePrefix": "alarms-", "fifoTopic": true})
	if name := made.Props.Str("name"); !strings.HasPrefix(name, "alarms-") || !strings.HasSuffix(name, ".fifo") || made.Props.Str("fifoThroughputScope") != "Topic" {
		t.Errorf("got %v", made.Props)
	}
	if _, err := a.Update(west, cloud.Topic, topic.ID, cloud.Props{"name": "t", "policy": `{"Statement":[]}`}); err == nil {
		t.Error("an update takes a policy that a creation does not")
	}
}

func TestPolicyIsTheTopics(t *testing.T) {
	t.Parallel()
	a := open(t)
	topic := create(t, a, cloud.Topic, cloud.Props{"name": "t"})
	policyOf := func() string {
		r, err := a.Read(west, cloud.Topic, topic.ID)
		if err != nil {
			t.Fatal(err)
		}
		return r.Props.Str("policy")
	}
	before := policyOf()
	p := create(t, a, cloud.TopicPolicy, cloud.Props{"arn": topic.ID, "policy": allow("")})
	if p.ID != topic.ID || policyOf() != allow("") {
		t.Fatalf("got %v and %s", p, policyOf())
	}
	other := allow(`,"Condition":{"StringEquals":{"aws:SourceAccount":"1"}}`)
	if _, err := a.Update(west, p.Kind, p.ID, cloud.Props{"arn": topic.ID, "policy": other}); err != nil || policyOf() != other {
		t.Errorf("got %v and %s", err, policyOf())
	}
	if err := a.Delete(west, p.Kind, p.ID); err != nil || policyOf() != before {
		t.Errorf("got %v and %q, want SNS's own policy back", err, policyOf())
	}
	again := create(t, a, cloud.TopicPolicy, cloud.Props{"arn": topic.ID, "policy": allow("")})
	if err := errors.Join(a.Delete(west, topic.Kind, topic.ID), a.Delete(west, again.Kind, again.ID)); err != nil {
		t.Error(err)
	}
}

// What is silent on AWS: a topic that its publisher cannot publish to.
func TestObstacles(t *testing.T) {
	t.Parallel()
	keyFor := func(service string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"},` +
			`{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":["kms:Decrypt","kms:GenerateDataKey*"],"Resource":"*"}]}`
	}
	condition := func(text string) string { return allow(`,"Condition":{` + text + `}`) }
	for name, tc := range map[string]struct {
		policy, key string
		want        string
	}{
		"SNS's own policy":      {"", "", ""},
		"a policy for it":       {allow(""), "", ""},
		"its source":            {condition(`"ArnLike":{"aws:SourceArn":"arn:aws:cloudwatch:us-west-2:123456789012:alarm:*"}`), "", ""},
		"another account":       {condition(`"StringEquals":{"aws:SourceAccount":"210987654321"}`), "", "does not let cloudwatch.amazonaws.com publish"},
		"another service":       {strings.Replace(allow(""), watcher, "events.rds.amazonaws.com", 1), "", "does not let cloudwatch.amazonaws.com publish"},
		"a key for it":          {allow(""), keyFor(watcher), ""},
		"a key for another":     {allow(""), keyFor("events.rds.amazonaws.com"), "does not let cloudwatch.amazonaws.com encrypt"},
		"AWS's key":             {allow(""), "alias/aws/sns", "cannot be used by cloudwatch.amazonaws.com"},
		"a topic that is not":   {"none", "", "there is no topic"},
		"a key that is deleted": {allow(""), "deleted", "cannot be used by cloudwatch.amazonaws.com"},
	} {
		a := open(t)
		p := cloud.Props{"name": "t"}
		switch tc.key {
		case "", "alias/aws/sns":
			p["kmsMasterKeyId"] = tc.key
		default:
			k := cloud.Props{}
			if tc.key != "deleted" {
				k["policy"] = tc.key
			}
			made := create(t, a, cloud.KMSKey, k)
			p["kmsMasterKeyId"] = made.Props.Str("arn")
			if tc.key == "deleted" {
				if err := a.Delete(west, cloud.KMSKey, made.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		if tc.policy != "none" {
			create(t, a, cloud.Topic, p)
		}
		if strings.HasPrefix(tc.policy, "{") {
			create(t, a, cloud.TopicPolicy, cloud.Props{"arn": arn + "t", "policy": tc.policy})
		}
		if err := a.Change(west, "ask", func(tx *cloud.Tx) error {
			got := sns.Obstacle(tx, arn+"t", watcher, source)
			if (tc.want == "") != (got == "") || !strings.Contains(got, tc.want) {
				t.Errorf("%s: got %q, want %q", name, got, tc.want)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}
