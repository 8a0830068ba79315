package alerts_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/data/alerts"
	"github.com/slipway-iac/slipway/components/data/key"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/sns"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
)

const account = cloud.DefaultAccountID

// run makes a key with users, and the topic "alarms".
func run(t *testing.T, users []key.User) *sandboxtest.Recording {
	t.Helper()
	return sandboxtest.Run(t, sandboxtest.Options{}, func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "data", key.Args{Region: "us-west-2", AccountID: account, Description: "Alarms", Users: users})
		if err != nil {
			return err
		}
		made, err := alerts.New(ctx, "alarms", alerts.Args{Region: "us-west-2", AccountID: account, KeyARN: k.ARN})
		if err != nil {
			return err
		}
		return ctx.RegisterComponentResourceV2("test:index:Probe", "user", pulumi.Map{"topic": made.TopicARN}, &pulumi.ResourceState{})
	}).Must(t)
}

func TestNewMakesExactly(t *testing.T) {
	t.Parallel()
	r := run(t, alerts.Users())
	if d := cmp.Diff(map[string]int{cloud.Topic: 1, cloud.TopicPolicy: 1}, r.Below(t, "slipway:alerts:Alerts", "alarms").Counts()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if !r.One(t, "test:index:Probe", "user").WaitsFor(r.One(t, cloud.TopicPolicy, "alarms")) {
		t.Error("who takes the topic does not wait for its policy")
	}
	r.LeavesNothing(t)
}

func TestWhoIsHeard(t *testing.T) {
	t.Parallel()
	const alarm, database = "arn:aws:cloudwatch:us-west-2:123456789012:alarm:cpu", "arn:aws:rds:us-west-2:123456789012:es:s"
	for name, tc := range map[string]struct {
		users           []key.User
		service, source string
		heard           bool
	}{
		"an alarm":                       {alerts.Users(), "cloudwatch.amazonaws.com", alarm, true},
		"an event":                       {alerts.Users(), "events.rds.amazonaws.com", database, true},
		"an alarm without the key":       {nil, "cloudwatch.amazonaws.com", alarm, false},
		"an event without the key":       {alerts.Users()[:1], "events.rds.amazonaws.com", database, false},
		"an alarm of another region":     {alerts.Users(), "cloudwatch.amazonaws.com", strings.Replace(alarm, "west", "east", 1), false},
		"another service":                {alerts.Users(), "events.amazonaws.com", alarm, false},
		"an event in the name of alarms": {alerts.Users(), "events.rds.amazonaws.com", alarm, false},
	} {
		r := run(t, tc.users)
		if err := r.Account.Change(cloud.Session{Region: "us-west-2"}, "ask", func(tx *cloud.Tx) error {
			if got := sns.Obstacle(tx, r.One(t, cloud.Topic, "alarms").ID, tc.service, tc.source); (got == "") != tc.heard {
				t.Errorf("%s: %q stops it, want heard %v", name, got, tc.heard)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSubscribers(t *testing.T) {
	t.Parallel()
	r := sandboxtest.Run(t, sandboxtest.Options{}, func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "data", key.Args{Region: "us-west-2", AccountID: account, Description: "Alarms", Users: alerts.Users()})
		if err != nil {
			return err
		}
		_, err = alerts.New(ctx, "alarms", alerts.Args{
			Region: "us-west-2", AccountID: account, KeyARN: k.ARN,
			Subscribers: map[string]string{"on-call": "on-call@example.com", "pager": "https://events.example.com/v1/slipway"},
		})
		return err
	}).Must(t)
	topic := r.One(t, cloud.Topic, "alarms").Outputs["arn"]
	for name, want := range map[string][]any{
		"alarms-on-call": {"email", "on-call@example.com", topic},
		"alarms-pager":   {"https", "https://events.example.com/v1/slipway", topic},
	} {
		s := r.One(t, cloud.TopicSubscription, name).Outputs
		if d := cmp.Diff(want, []any{s["protocol"], s["endpoint"], s["topic"]}); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		if s["pendingConfirmation"] != true {
			t.Errorf("%s has confirmed, and nobody has asked it", name)
		}
	}
	if n := len(r.Below(t, "slipway:alerts:Alerts", "alarms").Counts()); n != 3 {
		t.Errorf("there are %d kinds of resources, want a topic, its policy and subscriptions", n)
	}
	r.LeavesNothing(t)
}

func TestNewRefusesSubscribers(t *testing.T) {
	t.Parallel()
	for who, endpoint := range map[string]string{
		"on-call": "on-call", "named": "On call <on-call@example.com>", "plain": "http://example.com/hook", "queue": "arn:aws:sqs:us-west-2:123456789012:q",
		"hostless": "https:///hook", "On.Call": "on-call@example.com", "empty": "", "twin": "twins@example.com",
	} {
		r := sandboxtest.Run(t, sandboxtest.Options{}, func(ctx *pulumi.Context) error {
			_, err := alerts.New(ctx, "alarms", alerts.Args{
				Region: "us-west-2", AccountID: account, KeyARN: pulumi.String("arn:aws:kms:us-west-2:123456789012:key/k"),
				Subscribers: map[string]string{"other": "twins@example.com", who: endpoint},
			})
			return err
		})
		if r.Err == nil || strings.Count(r.Err.Error(), "Subscribers") != 1 || !strings.Contains(r.Err.Error(), who) {
			t.Errorf("%s, %q: got %v, want one problem that names it", who, endpoint, r.Err)
		}
	}
}

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	r := sandboxtest.Run(t, sandboxtest.Options{}, func(ctx *pulumi.Context) error {
		_, err := alerts.New(ctx, "alarms", alerts.Args{})
		return err
	})
	for _, want := range []string{`alerts "alarms": `, "Region is required", `AccountID is ""`, "KeyARN is required"} {
		if r.Err == nil || !strings.Contains(r.Err.Error(), want) {
			t.Errorf("%q is not in %v", want, r.Err)
		}
	}
}
