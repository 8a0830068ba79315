// Package sqs simulates the queues of Amazon SQS and their policies.
//
// No message is ever sent. AWS keeps the name of a deleted queue for 60 seconds
// (QueueDeletedRecently); the provider waits for it, so that no program sees the
// refusal, and here no time passes.
package sqs

import "github.com/slipway-iac/slipway/sandbox/cloud"

// Service lists what SQS adds to an account.
func Service() cloud.Service {
	return cloud.Service{Kinds: []cloud.Kind{queueKind(), policyKind()}, Tags: tagRules}
}

const (
	serviceName = "SQS"
	docs        = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/"
	guide       = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/"
)

func rule(name, code, source string, tag cloud.Tag) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: name, Code: code, Source: source, Tag: tag})
}

var (
	queueExists     = rule("queue-exists", "QueueNameExists", docs+"API_CreateQueue.html", cloud.Verified)
	queueMissing    = rule("queue-missing", "QueueDoesNotExist", docs+"API_SetQueueAttributes.html", cloud.Verified)
	queuePolicy     = rule("queue-policy", "InvalidAttributeValue", docs+"API_SetQueueAttributes.html", cloud.Memory)
	queueRedrive    = rule("queue-dead-letters", "InvalidParameterValue", guide+"sqs-dead-letter-queues.html", cloud.Memory)
	queueRedriveMix = rule("queue-dead-letters-of-another-type", "InvalidParameterValue", guide+"sqs-dead-letter-queues.html", cloud.Memory)
)

// tagRules are SQS's rules for tags.
var tagRules = cloud.TagRules{
	TooMany:   rule("sqs-too-many-tags", "InvalidParameterValue", docs+"API_TagQueue.html", cloud.Memory),
	Malformed: rule("sqs-tag-malformed", "InvalidParameterValue", docs+"API_TagQueue.html", cloud.Memory),
}
