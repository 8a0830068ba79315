package rds

import (
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	subscriptionExists = rule("db-subscription-exists", "SubscriptionAlreadyExist", api+"API_CreateEventSubscription.html", cloud.Verified)
	subscriptionTopic  = missing("db-subscription-topic", "SNSTopicArnNotFound", api+"API_CreateEventSubscription.html")
	subscriptionSource = missing("db-subscription-source", "SourceNotFound", api+"API_CreateEventSubscription.html")
	subscriptionType   = rule("db-subscription-without-type", "InvalidParameterCombination", api+"API_CreateEventSubscription.html", cloud.Verified)
)

func subscriptionKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.DBEventSubscription, Noun: "RDS Event Subscription", Service: serviceName, Tagged: true,
		CreateCall: "CreateEventSubscription", UpdateCall: "ModifyEventSubscription", DeleteCall: "DeleteEventSubscription",
		Fields: cloud.Fields{
			"name":            cloud.String.AutoNamed(255).ForceNew(),
			"namePrefix":      cloud.String.Computed().ForceNew(),
			"enabled":         cloud.Bool.Default(true),
			"eventCategories": cloud.SetOf(cloud.String),
			"snsTopic":        cloud.String.Required().Like(cloud.ARNText),
			"sourceIds":       cloud.SetOf(cloud.String),
			"sourceType":      cloud.String,
			"arn":             cloud.String.Output(),
			"customerAwsId":   cloud.String.Output(),
		},
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			name := nameOf(tx, r.Props)
			if tx.Get(cloud.DBEventSubscription, name) != nil {
				return subscriptionExists.Refuse("Event Subscription %s already exists.", name)
			}
			r.ID = name
			r.Props["name"], r.Props["arn"], r.Props["customerAwsId"] = name, tx.ARN("rds", "es:"+name), tx.AccountID()
			return checkSubscription(tx, r.Props)
		},
		Update: func(tx *cloud.Tx, _ *cloud.Resource, news cloud.Props) error { return checkSubscription(tx, news) },
	}
}

func checkSubscription(tx *cloud.Tx, p cloud.Props) error {
	parts := strings.Split(p.Str("snsTopic"), ":")
	switch {
	case len(parts) < 6 || parts[2] != "sns":
		return subscriptionTopic.Refuse("SNS topic not found: %s", p.Str("snsTopic"))
	case len(p.Strs("sourceIds")) > 0 && p.Str("sourceType") == "":
		return subscriptionType.Refuse("The SourceType parameter is required when SourceIds are given")
	case p.Str("sourceType") != "db-instance":
		return nil
	}
	for _, id := range p.Strs("sourceIds") {
		if tx.One(cloud.DBInstance, cloud.Prop("identifier", id)) == nil {
			return subscriptionSource.Refuse("Could not find source with name: %s", id)
		}
	}
	return nil
}
