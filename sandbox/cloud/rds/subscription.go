package rds

import (
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/sns"
)

var (
	subscriptionExists = rule("db-subscription-exists", "SubscriptionAlreadyExist", api+"API_CreateEventSubscription.html", cloud.Verified)
	subscriptionTopic  = missing("db-subscription-topic", "SNSTopicArnNotFound", api+"API_CreateEventSubscription.html")
	subscriptionSNS    = rule("db-subscription-topic-policy", "SNSNoAuthorization", api+"API_CreateEventSubscription.html", cloud.Verified)
	subscriptionSource = missing("db-subscription-source", "SourceNotFound", api+"API_CreateEventSubscription.html")
	subscriptionType   = rule("db-subscription-without-type", "InvalidParameterCombination", api+"API_CreateEventSubscription.html", cloud.Verified)
)

// sourceTypes are whose events there are.
var sourceTypes = []string{
	"db-instance", "db-parameter-group", "db-security-group", "db-snapshot", "db-cluster", "db-cluster-snapshot",
	"custom-engine-version", "db-proxy", "blue-green-deployment",
}

func subscriptionKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.DBEventSubscription, Noun: "RDS Event Subscription", Service: serviceName, Tagged: true,
		CreateCall: "CreateEventSubscription", UpdateCall: "ModifyEventSubscription", DeleteCall: "DeleteEventSubscription",
		Fields: cloud.Fields{
			"name":            cloud.String.Like(subscriptionText).AutoNamed(255).ForceNew(),
			"namePrefix":      cloud.String.Like(subscriptionText).Computed().ForceNew(),
			"enabled":         cloud.Bool.Default(true),
			"eventCategories": cloud.SetOf(cloud.String),
			"snsTopic":        cloud.String.Required().Like(cloud.ARNText),
			"sourceIds":       cloud.SetOf(cloud.String),
			"sourceType":      cloud.String.OneOf(sourceTypes...),
			"arn":             cloud.String.Output(),
			"customerAwsId":   cloud.String.Output(),
		},
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			name := nameOf(tx, r.Props, "name", "")
			if tx.Get(cloud.DBEventSubscription, name) != nil {
				return subscriptionExists.Refuse("Event Subscription %s already exists.", name)
			}
			r.ID = name
			r.Props["name"], r.Props["arn"], r.Props["customerAwsId"] = name, tx.ARN("rds", "es:"+name), tx.AccountID()
			return checkSubscription(tx, r.Props)
		},
		Update: func(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
			return checkSubscription(tx, r.Props.With(news))
		},
	}
}

// publisher is who sends the events.
const publisher = "events.rds.amazonaws.com"

// Unheard says of each subscription of the session's region whose topic would not
// get its events why.
func Unheard(tx *cloud.Tx) []string {
	var out []string
	for _, s := range tx.List(cloud.DBEventSubscription) {
		if reason := sns.Obstacle(tx, s.Props.Str("snsTopic"), publisher, s.Props.Str("arn")); reason != "" {
			out = append(out, s.ID+": "+reason)
		}
	}
	return out
}

func checkSubscription(tx *cloud.Tx, p cloud.Props) error {
	topic := sns.ByARN(tx, p.Str("snsTopic"))
	switch {
	case topic == nil:
		return subscriptionTopic.Refuse("SNS topic not found: %s", p.Str("snsTopic"))
	case !sns.Admits(tx, topic, publisher, p.Str("arn")):
		return subscriptionSNS.Refuse("You do not have permission to publish to the SNS topic ARN %s: its policy must allow sns:Publish to %s", p.Str("snsTopic"), publisher)
	case len(p.Strs("sourceIds")) > 0 && p.Str("sourceType") == "":
		return subscriptionType.Refuse("The SourceType parameter is required when SourceIds are given")
	}
	for _, k := range databases {
		if p.Str("sourceType") != "db-"+k.noun {
			continue
		}
		for _, id := range p.Strs("sourceIds") {
			if tx.One(k.kind, cloud.Prop(k.name, id)) == nil {
				return subscriptionSource.Refuse("Could not find source with name: %s", id)
			}
		}
	}
	return nil
}
