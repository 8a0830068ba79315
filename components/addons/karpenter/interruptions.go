package karpenter

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/internal/outputs"
	"github.com/slipway-iac/slipway/internal/partition"
)

// noticeSeconds is how long a notice waits for the controller: one that nobody
// has read in five minutes is about an instance that has gone.
const noticeSeconds = 300

// notice is a kind of event by which AWS says that an instance will go, or has.
type notice struct{ key, source, detailType string }

// notices are those that Karpenter reads from its queue. See
// https://karpenter.sh/docs/concepts/disruption/#interruption
func notices() []notice {
	return []notice{
		{"health", "aws.health", "AWS Health Event"},
		{"spot", "aws.ec2", "EC2 Spot Instance Interruption Warning"},
		{"rebalance", "aws.ec2", "EC2 Instance Rebalance Recommendation"},
		{"state", "aws.ec2", "EC2 Instance State-change Notification"},
		{"capacity", "aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"},
	}
}

// pattern is what a rule matches.
func (n notice) pattern() (string, error) {
	text, err := json.Marshal(map[string][]string{"source": {n.source}, "detail-type": {n.detailType}})
	return string(text), err
}

// interruptions makes the queue from which the controller learns that an
// instance goes, in time to move its pods, and what fills it.
func (a Args) interruptions(ctx *pulumi.Context, name string, parent pulumi.Resource) (*sqs.Queue, error) {
	child, called := pulumi.Parent(parent), name+"-interruptions"
	// With a key of KMS the events would need to be admitted to that, too; in a
	// notice is nothing but the name of an instance.
	queue, err := sqs.NewQueue(ctx, called, &sqs.QueueArgs{
		MessageRetentionSeconds: pulumi.Int(noticeSeconds), SqsManagedSseEnabled: pulumi.Bool(true),
	}, child)
	if err != nil {
		return nil, fmt.Errorf("creating queue of interruptions: %w", err)
	}
	policy, err := sqs.NewQueuePolicy(ctx, called, &sqs.QueuePolicyArgs{
		QueueUrl: queue.Url,
		Policy:   outputs.String(queue.Arn, func(arn string) (string, error) { return a.admit(arn).JSON() }),
	}, child)
	if err != nil {
		return nil, fmt.Errorf("admitting events to the queue of interruptions: %w", err)
	}
	for _, n := range notices() {
		pattern, err := n.pattern()
		if err != nil {
			return nil, err
		}
		rule, err := cloudwatch.NewEventRule(ctx, name+"-"+n.key, &cloudwatch.EventRuleArgs{
			Description: pulumi.String(n.detailType + ", for Karpenter"), EventPattern: pulumi.String(pattern),
		}, child)
		if err != nil {
			return nil, fmt.Errorf("catching %s: %w", n.detailType, err)
		}
		// EventBridge takes a target that refuses its events, and drops them.
		if _, err := cloudwatch.NewEventTarget(ctx, name+"-"+n.key, &cloudwatch.EventTargetArgs{
			Rule: rule.Name, Arn: queue.Arn,
		}, child, pulumi.DependsOn([]pulumi.Resource{policy})); err != nil {
			return nil, fmt.Errorf("sending %s to the queue: %w", n.detailType, err)
		}
	}
	return queue, nil
}

// admit is the queue's policy: the rules of this account and SQS itself may send,
// and nobody does anything without TLS. See
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
func (a Args) admit(queue string) iampolicy.Document {
	send := func(sid, service string, c iampolicy.Conditions) iampolicy.Statement {
		return iampolicy.AllowService(sid, service, []string{"sqs:SendMessage"}, []string{queue}, c)
	}
	rules := "arn:" + partition.Of(a.Region) + ":events:" + a.Region + ":" + a.AccountID + ":rule/*"
	return iampolicy.Document{
		send("Events", "events.amazonaws.com", iampolicy.Conditions{"ArnLike": {"aws:SourceArn": {rules}}}),
		send("Queues", "sqs.amazonaws.com", iampolicy.Conditions{"StringEquals": {"aws:SourceAccount": {a.AccountID}}}),
		iampolicy.DenyPlainHTTP([]string{"sqs:*"}, []string{queue}),
	}
}

// readNotices lets the controller take notices from its queue.
func readNotices(queue string) iampolicy.Document {
	return iampolicy.Document{iampolicy.Allow("ReadNotices",
		[]string{"sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"}, []string{queue})}
}
