// Package events simulates the rules of Amazon EventBridge and their targets, on
// the default event bus.
//
// No event ever happens; [Undelivered] tells which targets would not get one.
// What it does not simulate: other buses, archives, pipes, schedules, and the
// settings of targets other than queues.
package events

import "github.com/slipway-iac/slipway/sandbox/cloud"

// Service lists what EventBridge adds to an account.
func Service() cloud.Service {
	return cloud.Service{Kinds: []cloud.Kind{ruleKind(), targetKind()}, Tags: tagRules}
}

const (
	serviceName = "EventBridge"
	docs        = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/"
	guide       = "https://docs.aws.amazon.com/eventbridge/latest/userguide/"
	defaultBus  = "default"
	principal   = "events.amazonaws.com"

	maxRules   = 300
	maxTargets = 5
)

func declare(name, code, source string, tag cloud.Tag) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: name, Code: code, Source: source, Tag: tag})
}

var (
	badPattern    = declare("event-rule-pattern", "InvalidEventPatternException", docs+"API_PutRule.html", cloud.Verified)
	badSchedule   = declare("event-rule-schedule", "ValidationException", guide+"eb-scheduled-rule-pattern.html", cloud.Memory)
	busMissing    = declare("event-bus-missing", "ResourceNotFoundException", docs+"API_PutRule.html", cloud.Verified)
	tooManyRules  = declare("too-many-event-rules", "LimitExceededException", guide+"eb-quota.html", cloud.Memory)
	hasTargets    = declare("event-rule-has-targets", "ValidationException", docs+"API_DeleteRule.html", cloud.Verified)
	ruleMissing   = declare("event-rule-missing", "ResourceNotFoundException", docs+"API_PutTargets.html", cloud.Verified)
	tooMany       = declare("too-many-event-targets", "LimitExceededException", guide+"eb-quota.html", cloud.Memory)
	groupMissing  = declare("event-target-message-group", "ValidationException", docs+"API_SqsParameters.html", cloud.Memory)
	targetMissing = cloud.Declare(cloud.Rule{
		Name: "event-target-missing", Code: "ValidationException", Source: docs + "API_PutTargets.html", Tag: cloud.Memory, Effect: cloud.Warns,
	})
)

// tagRules are EventBridge's rules for tags.
var tagRules = cloud.TagRules{
	TooMany:   declare("events-too-many-tags", "LimitExceededException", docs+"API_TagResource.html", cloud.Memory),
	Malformed: declare("events-tag-malformed", "ValidationException", docs+"API_TagResource.html", cloud.Memory),
}
