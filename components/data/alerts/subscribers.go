package alerts

import (
	"fmt"
	"maps"
	"net/mail"
	"net/url"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/check"
)

// subscribe subscribes all to the topic, in the order of their names.
func (c *Alerts) subscribe(ctx *pulumi.Context, name string, subscribers map[string]string, topic pulumi.StringOutput) error {
	for _, who := range slices.Sorted(maps.Keys(subscribers)) {
		endpoint := subscribers[who]
		if _, err := sns.NewTopicSubscription(ctx, name+"-"+who, &sns.TopicSubscriptionArgs{
			Topic: topic, Protocol: pulumi.String(protocol(endpoint)), Endpoint: pulumi.String(endpoint),
		}, pulumi.Parent(c)); err != nil {
			return fmt.Errorf("subscribing %s: %w", who, err)
		}
	}
	return nil
}

// checkSubscribers refuses what SNS would have no way to.
func (a Args) checkSubscribers(e *check.Errors) {
	taken := map[string]string{}
	for _, who := range slices.Sorted(maps.Keys(a.Subscribers)) {
		endpoint, field := a.Subscribers[who], "Subscribers."+who
		e.That(check.IsLabel(who), "Subscribers", who, "names of lowercase letters, digits and hyphens")
		e.That(protocol(endpoint) != "", field, endpoint, "an e-mail address, such as on-call@example.com, or an https address")
		// To SNS the second would be the first, and whoever goes takes both away.
		e.That(taken[endpoint] == "", field, endpoint, "an address that no other has; it is "+taken[endpoint]+"'s")
		taken[endpoint] = who
	}
}

// protocol is how SNS gets to an endpoint; "" when it does not.
func protocol(endpoint string) string {
	if a, err := mail.ParseAddress(endpoint); err == nil && a.Address == endpoint {
		return "email"
	}
	if u, err := url.Parse(endpoint); err == nil && u.Scheme == "https" && u.Hostname() != "" {
		return "https"
	}
	return ""
}
