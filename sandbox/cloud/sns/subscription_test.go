package sns_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
)

const queue = "arn:aws:sqs:us-west-2:123456789012:work"

func subscription(protocol, endpoint string) cloud.Props {
	return cloud.Props{"topic": arn + "t", "protocol": protocol, "endpoint": endpoint}
}

func TestSubscriptionRefusals(t *testing.T) {
	t.Parallel()
	raw := cloud.Props{"rawMessageDelivery": true}
	for name, tc := range map[string]struct {
		rule  string
		props cloud.Props
	}{
		"e-mail":                 {"", subscription("email", "on-call@example.com")},
		"https":                  {"", subscription("https", "https://example.com/hook")},
		"raw, by https":          {"", subscription("https", "https://example.com/hook").With(raw)},
		"queue":                  {"", subscription("sqs", queue)},
		"no topic":               {"topic-missing", subscription("email", "on-call@example.com").With(cloud.Props{"topic": arn + "no"})},
		"no address":             {"subscription-endpoint", subscription("email", "on-call")},
		"address with a name":    {"subscription-endpoint", subscription("email-json", "On call <on-call@example.com>")},
		"http by https":          {"subscription-endpoint", subscription("https", "http://example.com/hook")},
		"no host":                {"subscription-endpoint", subscription("http", "http:///hook")},
		"the address of a queue": {"subscription-endpoint", subscription("sqs", "https://sqs.us-west-2.amazonaws.com/123456789012/work")},
		"ARN of a topic":         {"subscription-endpoint", subscription("sqs", arn+"t")},
		"raw, by e-mail":         {"subscription-raw", subscription("email", "on-call@example.com").With(raw)},
		"FIFO queue":             {"subscription-fifo-queue", subscription("sqs", queue+".fifo")},
		"e-mail of FIFO topic":   {"subscription-of-fifo-topic", subscription("email", "on-call@example.com").With(cloud.Props{"topic": arn + "ordered.fifo"})},
		"both FIFO":              {"", subscription("sqs", queue+".fifo").With(cloud.Props{"topic": arn + "ordered.fifo"})},
		"again, but raw":         {"subscription-exists", subscription("https", "https://example.com/there").With(raw)},
		"again, but filtered":    {"subscription-exists", subscription("https", "https://example.com/there").With(cloud.Props{"filterPolicy": `{"a":["b"]}`})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t)
			create(t, a, cloud.Topic, cloud.Props{"name": "t"})
			create(t, a, cloud.Topic, cloud.Props{"name": "ordered.fifo", "fifoTopic": true})
			create(t, a, cloud.TopicSubscription, subscription("https", "https://example.com/there"))
			_, err := a.Create(west, cloud.TopicSubscription, "new", tc.props)
			cloudtest.WantRule(t, err, tc.rule)
		})
	}
}

func TestSubscriptionProviderChecks(t *testing.T) {
	t.Parallel()
	a := open(t)
	for name, tc := range map[string]struct {
		property string
		props    cloud.Props
	}{
		"another protocol": {"protocol", subscription("pager", "1")},
		"not modelled":     {"protocol", subscription("sms", "+15550100")},
		"topic's name":     {"topic", subscription("sqs", queue).With(cloud.Props{"topic": "t"})},
		"scope of nothing": {"filterPolicyScope", subscription("sqs", queue).With(cloud.Props{"filterPolicyScope": "MessageBody"})},
		"another scope":    {"filterPolicyScope", subscription("sqs", queue).With(cloud.Props{"filterPolicyScope": "Message", "filterPolicy": "{}"})},
	} {
		problems, err := a.Check(cloud.TopicSubscription, tc.props)
		if err != nil || len(problems) != 1 || problems[0].Property != tc.property {
			t.Errorf("%s: got %v, %v, want one problem of %s", name, problems, err, tc.property)
		}
	}
}

func TestWhoHasToConfirm(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		props                  cloud.Props
		pending, authenticated bool
	}{
		"e-mail":          {subscription("email", "on-call@example.com"), true, false},
		"https":           {subscription("https", "https://example.com/hook"), true, false},
		"one that does":   {subscription("https", "https://example.com/hook").With(cloud.Props{"endpointAutoConfirms": true}), false, false},
		"one's own queue": {subscription("sqs", queue), false, true},
		"another's queue": {subscription("sqs", strings.Replace(queue, "123456789012", "210987654321", 1)), true, false},
	} {
		a := open(t)
		topic := create(t, a, cloud.Topic, cloud.Props{"name": "t"})
		s := create(t, a, cloud.TopicSubscription, tc.props)
		p := s.Props
		if p.Bool("pendingConfirmation") != tc.pending || p.Bool("confirmationWasAuthenticated") != tc.authenticated {
			t.Errorf("%s: got %v, want pending %v, authenticated %v", name, p, tc.pending, tc.authenticated)
		}
		if !strings.HasPrefix(s.ID, topic.ID+":") || len(s.ID) != len(topic.ID)+37 || p.Str("arn") != s.ID || p.Str("ownerId") != "123456789012" {
			t.Errorf("%s: got %s, %v", name, s.ID, p)
		}
		// What is pending outlives its topic until SNS forgets it.
		if err := errors.Join(a.Delete(west, cloud.TopicSubscription, s.ID), a.Delete(west, cloud.Topic, topic.ID)); err != nil {
			t.Fatal(err)
		}
		left := a.Resources()
		switch {
		case !tc.pending && len(left) > 0:
			t.Errorf("%s: %v is left", name, left)
		case !tc.pending:
			continue
		case len(left) != 1 || left[0].ID != s.ID:
			t.Fatalf("%s: left are %v, want the subscription alone", name, left)
		}
		if left[0].Scheduled != "2026-08-03T09:00:00Z" {
			t.Errorf("%s: it goes at %q, want in 48 hours", name, left[0].Scheduled)
		}
		// Who subscribes again gets the one there is.
		create(t, a, cloud.Topic, cloud.Props{"name": "t"})
		if again := create(t, a, cloud.TopicSubscription, tc.props); again.ID != s.ID || again.Scheduled != "" {
			t.Errorf("%s: got %v, want %s again", name, again, s.ID)
		}
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	a := open(t)
	create(t, a, cloud.Topic, cloud.Props{"name": "t"})
	s := create(t, a, cloud.TopicSubscription, subscription("email", "on-call@example.com"))
	if scope := s.Props.Str("filterPolicyScope"); scope != "" {
		t.Errorf("nothing is filtered by %s", scope)
	}
	filtered := subscription("email", "on-call@example.com").With(cloud.Props{"filterPolicy": `{"severity":["high"]}`})
	changed, err := a.Update(west, s.Kind, s.ID, filtered)
	if err != nil || changed.Props.Str("filterPolicyScope") != "MessageAttributes" {
		t.Errorf("got %v, %v, want a filter of attributes", changed, err)
	}
	_, err = a.Update(west, s.Kind, s.ID, filtered.With(cloud.Props{"rawMessageDelivery": true}))
	cloudtest.WantRule(t, err, "subscription-raw")
}
