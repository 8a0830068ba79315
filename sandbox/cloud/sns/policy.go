package sns

import (
	"encoding/json"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
)

func policyKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.TopicPolicy, Noun: "SNS Topic Policy", Service: serviceName,
		CreateCall: "SetTopicAttributes", UpdateCall: "SetTopicAttributes", DeleteCall: "SetTopicAttributes",
		Fields: cloud.Fields{
			"arn":    cloud.String.Like(cloud.ARNText).Required().ForceNew(),
			"policy": cloud.JSON.Required(),
			"owner":  cloud.String.Output(),
		},
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			r.ID, r.Props["owner"] = r.Props.Str("arn"), tx.AccountID()
			return setPolicy(tx, r.ID, r.Props.Str("policy"))
		},
		Update: func(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
			return setPolicy(tx, r.ID, news.Str("policy"))
		},
		Delete: func(tx *cloud.Tx, r *cloud.Resource) error {
			// The provider counts a topic that has gone as a policy that has gone.
			if ByARN(tx, r.ID) == nil {
				return nil
			}
			// A topic is never without one: the provider puts SNS's own back.
			return setPolicy(tx, r.ID, defaultPolicy(tx, r.ID))
		},
	}
}

// setPolicy makes a document the policy of a topic; there is one only.
func setPolicy(tx *cloud.Tx, arn, text string) error {
	topic, err := existing(tx, arn)
	if err != nil {
		return err
	}
	if err := checkPolicy(tx, arn, text); err != nil {
		return err
	}
	topic.Props["policy"] = text
	tx.Put(topic)
	return nil
}

func checkPolicy(tx *cloud.Tx, arn, text string) error {
	d, err := iam.ParseDocument(text)
	if err != nil {
		return topicPolicy.Refuse("Invalid parameter: Policy Error: %s", err)
	}
	for _, s := range d.Statements {
		if !s.Whole() {
			return topicPolicy.Refuse("Invalid parameter: Policy Error: statement %q needs a principal, an action and a resource", s.Sid)
		}
		if err := iam.CheckPrincipals(tx, s); err != nil {
			return topicPolicy.Refuse("Invalid parameter: Policy Error: %s", err)
		}
		for _, r := range s.Resources {
			if !iam.Match(r, arn) {
				return topicPolicy.Refuse("Invalid parameter: Policy statement resource %s is not the topic %s", r, arn)
			}
		}
		// Unlike other services SNS takes no wildcard: sns:* is out of its scope.
		if i := slices.IndexFunc(s.Actions, func(a string) bool { return !within(a) }); i >= 0 {
			return topicActions.Refuse("Invalid parameter: Policy statement action out of service scope! (%s)", s.Actions[i])
		}
	}
	return nil
}

// defaultPolicy lets the topic's account do everything, by whichever service.
func defaultPolicy(tx *cloud.Tx, arn string) string {
	text, err := json.Marshal(map[string]any{
		"Version": "2008-10-17", "Id": "__default_policy_ID",
		"Statement": []map[string]any{{
			"Sid": "__default_statement_ID", "Effect": "Allow", "Principal": map[string]string{"AWS": "*"},
			"Action": ownerActions, "Resource": arn, "Condition": map[string]any{"StringEquals": map[string]string{"AWS:SourceOwner": tx.AccountID()}},
		}},
	})
	if err != nil {
		return ""
	}
	return string(text)
}

// Admits tells whether the policy of a topic lets a service, such as
// cloudwatch.amazonaws.com, publish to it on behalf of a resource of the account.
func Admits(tx *cloud.Tx, topic *cloud.Resource, service, sourceARN string) bool {
	d, err := iam.ParseDocument(topic.Props.Str("policy"))
	if err != nil {
		return false
	}
	context := map[string]string{"aws:SourceArn": sourceARN, "aws:SourceAccount": tx.AccountID(), "aws:SourceOwner": tx.AccountID()}
	return slices.ContainsFunc(d.Statements, func(s iam.Statement) bool {
		return s.Effect == "Allow" && s.Names("Service", service) && s.Covers("sns:Publish") && s.Holds(context)
	})
}

// Obstacle is what keeps a service from publishing to a topic; "" when nothing
// does. Who publishes to an encrypted topic needs its key: AWS's own key for SNS
// lets no other service in.
// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
func Obstacle(tx *cloud.Tx, arn, service, sourceARN string) string {
	topic := ByARN(tx, arn)
	if topic == nil {
		return "there is no topic " + arn
	}
	key := topic.Props.Str("kmsMasterKeyId")
	context := map[string]string{"aws:SourceArn": sourceARN}
	switch {
	case !Admits(tx, topic, service, sourceARN):
		return "the policy of topic " + arn + " does not let " + service + " publish for " + sourceARN
	case key != "" && (kms.Key(tx, key) == nil || kms.Usable(tx, key) != nil):
		return "key " + key + " of topic " + arn + " cannot be used by " + service
	case key != "" && !kms.AllowsServiceTo(tx, key, service, context, "kms:Decrypt", "kms:GenerateDataKey"):
		return "the policy of key " + key + " does not let " + service + " encrypt for topic " + arn
	}
	return ""
}
