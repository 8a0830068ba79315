// Package alerts makes a topic of SNS that alarms of CloudWatch and events of RDS
// are published to, encrypted on their way.
//
// It subscribes whom it is told to, by e-mail or HTTPS; each of them has to confirm.
// Others subscribe to the topic by themselves. Both services need the topic's policy
// and its key; without either they say nothing, and nobody hears of the alarm. The
// key therefore needs [Users].
//
// See https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
package alerts

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/data/key"
	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/components/tags"
	"github.com/slipway-iac/slipway/internal/check"
	"github.com/slipway-iac/slipway/internal/outputs"
	"github.com/slipway-iac/slipway/internal/partition"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// the topic, so a rename needs an alias.
const typeToken = "slipway:alerts:Alerts"

// Alerts is a topic.
type Alerts struct {
	pulumi.ResourceState

	// TopicARN is where alarms go. Whatever takes it waits for the policy.
	TopicARN pulumi.StringOutput `pulumi:"topicArn"`
}

// Args configures an Alerts.
type Args struct {
	// Region and AccountID are where the topic is. Required.
	Region, AccountID string

	// KeyARN encrypts the messages. Required; its policy has [Users].
	KeyARN pulumi.StringInput

	// Subscribers hear of every alarm: names of yours to e-mail addresses, or to https
	// addresses. SNS asks each to confirm, and forgets who has not after two days.
	Subscribers map[string]string
}

// Users are who encrypts with the key of a topic.
func Users() []key.User {
	return []key.User{{Name: "Alarms", Service: "cloudwatch"}, {Name: "DatabaseEvents", Service: "events.rds"}}
}

// New makes the topic.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Alerts, error) {
	if err := args.Validate(); err != nil {
		return nil, fmt.Errorf("alerts %q: %w", name, err)
	}
	c := &Alerts{}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	topic, err := sns.NewTopic(ctx, name, &sns.TopicArgs{
		KmsMasterKeyId: args.KeyARN.ToStringOutput(), Tags: pulumi.ToStringMap(tags.Named(name)),
	}, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("alerts %q: creating topic: %w", name, err)
	}
	policy, err := sns.NewTopicPolicy(ctx, name, &sns.TopicPolicyArgs{
		Arn: topic.Arn, Policy: outputs.String(topic.Arn, args.policyJSON),
	}, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("alerts %q: writing policy: %w", name, err)
	}
	if err := c.subscribe(ctx, name, args.Subscribers, topic.Arn); err != nil {
		return nil, fmt.Errorf("alerts %q: %w", name, err)
	}
	c.TopicARN = outputs.After(ctx, topic.Arn, policy)
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"topicArn": c.TopicARN})
}

// Validate reports every problem at once, each naming the field to fix.
func (a Args) Validate() error {
	var e check.Errors
	e.Require(a.Region != "", "Region", "write the region of the topic")
	e.That(check.IsAccount(a.AccountID), "AccountID", a.AccountID, "the 12 digits of the account")
	e.Require(a.KeyARN != nil, "KeyARN", "pass the key that encrypts the messages")
	a.checkSubscribers(&e)
	return e.Err()
}

// policyJSON lets the two services publish for this account, and nobody without
// TLS.
func (a Args) policyJSON(topic string) (string, error) {
	publish := []string{"sns:Publish"}
	allow := func(sid, service, source string) iampolicy.Statement {
		return iampolicy.AllowService(sid, service+".amazonaws.com", publish, []string{topic}, iampolicy.Conditions{
			"StringEquals": {"aws:SourceAccount": {a.AccountID}},
			"ArnLike":      {"aws:SourceArn": {"arn:" + partition.Of(a.Region) + ":" + source + ":" + a.Region + ":" + a.AccountID + ":*"}},
		})
	}
	return iampolicy.Document{
		allow("Alarms", "cloudwatch", "cloudwatch"),
		allow("DatabaseEvents", "events.rds", "rds"),
		iampolicy.DenyPlainHTTP(publish, []string{topic}),
	}.JSON()
}
