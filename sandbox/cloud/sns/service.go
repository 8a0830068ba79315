// Package sns simulates the topics of Amazon SNS, their policies, and who
// subscribes to them by e-mail, HTTP or a queue.
//
// No message is ever sent; [Obstacle] tells what would keep a service from
// publishing to a topic. Nobody confirms a subscription: those that need it stay
// pending. What it does not simulate: subscriptions of phones, apps and functions,
// archives, and the logs of deliveries.
package sns

import "github.com/slipway-iac/slipway/sandbox/cloud"

// Service lists what SNS adds to an account.
func Service() cloud.Service {
	return cloud.Service{Kinds: []cloud.Kind{topicKind(), policyKind(), subscriptionKind()}, Tags: tagRules}
}

const (
	serviceName = "SNS"
	docs        = "https://docs.aws.amazon.com/sns/latest/api/"
	guide       = "https://docs.aws.amazon.com/sns/latest/dg/"
)

func rule(name, code, source string, tag cloud.Tag) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: name, Code: code, Source: source, Tag: tag})
}

var (
	topicExists  = rule("topic-exists", "InvalidParameter", docs+"API_CreateTopic.html", cloud.Verified)
	topicPolicy  = rule("topic-policy", "InvalidParameter", docs+"API_SetTopicAttributes.html", cloud.Memory)
	topicActions = rule("topic-policy-actions", "InvalidParameter", guide+"sns-access-policy-language-api-permissions-reference.html", cloud.Memory)
	topicMissing = cloud.Declare(cloud.Rule{Name: "topic-missing", Code: "NotFound", Status: 404, Source: docs + "API_SetTopicAttributes.html"})
)

// tagRules are SNS's rules for tags.
var tagRules = cloud.TagRules{
	TooMany:   rule("sns-too-many-tags", "TagLimitExceeded", docs+"API_TagResource.html", cloud.Verified),
	Malformed: rule("sns-tag-malformed", "InvalidParameter", docs+"API_TagResource.html", cloud.Memory),
}
