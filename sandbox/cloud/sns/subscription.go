package sns

import (
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const subscribe = docs + "API_Subscribe.html"

var (
	endpointForm       = rule("subscription-endpoint", "InvalidParameter", subscribe, cloud.Derived)
	subscriptionExists = rule("subscription-exists", "InvalidParameter", subscribe, cloud.Memory)
	subscriptionFIFO   = rule("subscription-of-fifo-topic", "InvalidParameter", "hashicorp/terraform-provider-aws#38441", cloud.Verified)
	subscriptionQueue  = rule("subscription-fifo-queue", "InvalidParameter", "getmoto/moto#8957", cloud.Verified)
	subscriptionRaw    = rule("subscription-raw", "InvalidParameter", guide+"sns-large-payload-raw-message-delivery.html", cloud.Memory)
)

// protocols are all there are, and modelled those that the sandbox knows of.
var (
	protocols = []string{"application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"}
	modelled  = []string{"email", "email-json", "http", "https", "sqs"}
)

// unconfirmed is how long SNS keeps a subscription that nobody confirms.
// https://aws.amazon.com/about-aws/whats-new/2023/05/amazon-sns-automatic-deletion-unconfirmed-subscriptions/
const unconfirmed = 48 * time.Hour

func subscriptionKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.TopicSubscription, Noun: "SNS Topic Subscription", Service: serviceName,
		CreateCall: "Subscribe", UpdateCall: "SetSubscriptionAttributes", DeleteCall: "Unsubscribe",
		Fields: cloud.Fields{
			"topic":                        cloud.String.Like(cloud.ARNText).Required().ForceNew(),
			"protocol":                     cloud.String.OneOf(protocols...).Required().ForceNew(),
			"endpoint":                     cloud.String.Required().ForceNew(),
			"confirmationTimeoutInMinutes": cloud.Number.Default(1),
			"endpointAutoConfirms":         cloud.Bool.Default(false),
			"filterPolicy":                 cloud.JSON,
			"filterPolicyScope":            cloud.String.OneOf("MessageAttributes", "MessageBody").Computed(),
			"rawMessageDelivery":           cloud.Bool.Default(false),
			"arn":                          cloud.String.Output(),
			"confirmationWasAuthenticated": cloud.Bool.Output(),
			"ownerId":                      cloud.String.Output(),
			"pendingConfirmation":          cloud.Bool.Output(),
		},
		Check: checkSubscription, Create: createSubscription,
		Update: func(_ *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
			scope(news)
			return checkRaw(r.Props.With(news))
		},
		Delete: deleteSubscription,
	}
}

// checkSubscription finds what the provider refuses, and protocols that are not
// here.
func checkSubscription(p cloud.Props) []cloud.Problem {
	var problems []cloud.Problem
	if protocol := p.Str("protocol"); slices.Contains(protocols, protocol) && !slices.Contains(modelled, protocol) {
		problems = append(problems, cloud.Problem{Property: "protocol", Reason: "is " + protocol + "; the sandbox models " + strings.Join(modelled, ", ")})
	}
	if p["filterPolicyScope"] != nil && p["filterPolicy"] == nil {
		problems = append(problems, cloud.Problem{Property: "filterPolicyScope", Reason: "needs filterPolicy"})
	}
	return problems
}

func createSubscription(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	topic, err := existing(tx, p.Str("topic"))
	if err != nil {
		return err
	}
	if err := checkEndpoint(topic, p.Str("protocol"), p.Str("endpoint")); err != nil {
		return err
	}
	if err := checkRaw(p); err != nil {
		return err
	}
	scope(p)
	r.ID = topic.ID + ":" + tx.UUID()
	same := func(s *cloud.Resource) bool {
		return !slices.ContainsFunc([]string{"topic", "protocol", "endpoint"}, func(name string) bool { return s.Props[name] != p[name] })
	}
	if old := tx.One(cloud.TopicSubscription, same); old != nil {
		for _, name := range []string{"filterPolicy", "filterPolicyScope", "rawMessageDelivery"} {
			if !cloud.Equal(old.Props[name], p[name]) {
				return subscriptionExists.Refuse("Invalid parameter: Attributes Reason: Subscription already exists with different attributes: %s", name)
			}
		}
		// The same again is no error to SNS: it answers with the subscription there is.
		r.ID = old.ID
		tx.Remove(old)
	}
	// Who owns the queue need not be asked whether he wants it.
	own := p.Str("protocol") == "sqs" && strings.Split(p.Str("endpoint"), ":")[4] == tx.AccountID()
	p["arn"], p["ownerId"] = r.ID, tx.AccountID()
	p["confirmationWasAuthenticated"], p["pendingConfirmation"] = own, !own && !p.Bool("endpointAutoConfirms")
	r.Facts = cloud.Props{"until": tx.Now().Add(unconfirmed).UTC().Format(time.RFC3339)}
	return nil
}

// scope sets what a filter looks at where nobody says.
func scope(p cloud.Props) {
	switch {
	case !p.Has("filterPolicy"):
		p["filterPolicyScope"] = ""
	case !p.Has("filterPolicyScope"):
		p["filterPolicyScope"] = "MessageAttributes"
	}
}

// checkEndpoint refuses what a protocol cannot reach, and what a topic's kind does
// not take.
func checkEndpoint(topic *cloud.Resource, protocol, endpoint string) error {
	ordered := topic.Props.Bool("fifoTopic")
	switch {
	case ordered && protocol != "sqs":
		return subscriptionFIFO.Refuse("Invalid parameter: Invalid protocol type: %s", protocol)
	case strings.HasPrefix(protocol, "email"):
		if a, err := mail.ParseAddress(endpoint); err != nil || a.Address != endpoint {
			return endpointForm.Refuse("Invalid parameter: Email address: %s", endpoint)
		}
	case strings.HasPrefix(protocol, "http"):
		if u, err := url.Parse(endpoint); err != nil || u.Scheme != protocol || u.Host == "" {
			return endpointForm.Refuse("Invalid parameter: Endpoint must match the specified protocol: %s is no %s address", endpoint, protocol)
		}
	case !strings.HasPrefix(endpoint, "arn:") || strings.Count(endpoint, ":") != 5 || strings.Split(endpoint, ":")[2] != "sqs":
		return endpointForm.Refuse("Invalid parameter: SQS endpoint ARN: %s", endpoint)
	case !ordered && strings.HasSuffix(endpoint, ".fifo"):
		return subscriptionQueue.Refuse("Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics")
	}
	return nil
}

func checkRaw(p cloud.Props) error {
	if protocol := p.Str("protocol"); p.Bool("rawMessageDelivery") && strings.HasPrefix(protocol, "email") {
		return subscriptionRaw.Refuse("Invalid parameter: Delivery protocol [%s] does not support raw message delivery.", protocol)
	}
	return nil
}

// deleteSubscription unsubscribes who has confirmed. SNS refuses to end what is
// pending, the provider takes that for done, and SNS forgets it by itself. Not even
// the end of the topic ends it: getmoto/moto#2659.
func deleteSubscription(_ *cloud.Tx, r *cloud.Resource) error {
	if !r.Props.Bool("pendingConfirmation") {
		return nil
	}
	r.Scheduled = r.Facts.Str("until")
	return cloud.ErrKeep
}
