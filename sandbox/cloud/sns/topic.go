package sns

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/fifo"
)

func topicKind() cloud.Kind {
	fields := cloud.Fields{
		"name":                      cloud.String.AutoNamed(256).ForceNew(),
		"namePrefix":                cloud.String.Computed().ForceNew(),
		"contentBasedDeduplication": cloud.Bool.Default(false),
		"deliveryPolicy":            cloud.JSON,
		"displayName":               cloud.String,
		"fifoThroughputScope":       cloud.String.OneOf("Topic", "MessageGroup").Computed(),
		"fifoTopic":                 cloud.Bool.ForceNew().Default(false),
		"kmsMasterKeyId":            cloud.String,
		"policy":                    cloud.JSON.Computed(),
		"signatureVersion":          cloud.Number.Between(1, 2).Computed(),
		"tracingConfig":             cloud.String.OneOf("Active", "PassThrough").Computed(),
		"arn":                       cloud.String.Output(),
		"beginningArchiveTime":      cloud.String.Output(),
		"owner":                     cloud.String.Output(),
	}
	for _, protocol := range []string{"application", "firehose", "http", "lambda", "sqs"} {
		fields[protocol+"FailureFeedbackRoleArn"] = cloud.String.Like(cloud.ARNText)
		fields[protocol+"SuccessFeedbackRoleArn"] = cloud.String.Like(cloud.ARNText)
		fields[protocol+"SuccessFeedbackSampleRate"] = cloud.Number.Between(0, 100)
	}
	return cloud.Kind{
		Token: cloud.Topic, Noun: "SNS Topic", Service: serviceName, Tagged: true,
		CreateCall: "CreateTopic", UpdateCall: "SetTopicAttributes", DeleteCall: "DeleteTopic",
		Fields: fields, Check: fifoTopic.Check, Create: createTopic,
		Update: func(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
			settle(news)
			return checkPolicy(tx, r.ID, r.Props.With(news).Str("policy"))
		},
	}
}

var fifoTopic = fifo.Thing{Noun: "topic", Longest: 256, Flag: "fifoTopic", Only: []string{"contentBasedDeduplication", "fifoThroughputScope"}}

func createTopic(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	fifoTopic.SetName(tx, p)
	r.ID = tx.ARN("sns", p.Str("name"))
	p["arn"], p["owner"] = r.ID, tx.AccountID()
	settle(p)
	if !p.Has("policy") {
		p["policy"] = defaultPolicy(tx, r.ID)
	}
	if err := checkPolicy(tx, r.ID, p.Str("policy")); err != nil {
		return err
	}
	if old := tx.Get(cloud.Topic, r.ID); old != nil {
		for _, name := range []string{"displayName", "fifoTopic", "contentBasedDeduplication", "kmsMasterKeyId", "policy", "tagsAll"} {
			if !cloud.Equal(old.Props[name], p[name]) {
				return topicExists.Refuse("Invalid parameter: Attributes Reason: Topic already exists with different %s", strings.TrimSuffix(name, "All"))
			}
		}
		// The same again is no error to SNS: it answers with the topic there is.
		tx.Remove(old)
	}
	return nil
}

// settle sets what SNS decides.
func settle(p cloud.Props) {
	if p.Bool("fifoTopic") && !p.Has("fifoThroughputScope") {
		p["fifoThroughputScope"] = "Topic"
	}
	for _, name := range []string{"fifoThroughputScope", "tracingConfig", "beginningArchiveTime"} {
		if !p.Has(name) {
			p[name] = ""
		}
	}
	if !p.Has("signatureVersion") {
		p["signatureVersion"] = 0.0
	}
}

// ByARN finds a topic; nil when the region has none of that ARN.
func ByARN(tx *cloud.Tx, arn string) *cloud.Resource { return tx.Get(cloud.Topic, arn) }

// existing is the topic that a call names.
func existing(tx *cloud.Tx, arn string) (*cloud.Resource, error) {
	topic := ByARN(tx, arn)
	if topic == nil {
		return nil, topicMissing.Refuse("Topic does not exist: %s", arn)
	}
	return topic, nil
}

// ownerActions are what SNS's default policy allows the topic's account. A topic's
// policy may speak of them and of sns:Receive alone.
var ownerActions = []string{
	"SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission", "SNS:DeleteTopic",
	"SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish",
}

// within tells whether an action of a policy is one that topics have.
func within(action string) bool {
	known := append(slices.Clone(ownerActions), "SNS:Receive", "SNS:TagResource", "SNS:UntagResource", "SNS:ListTagsForResource", "SNS:GetDataProtectionPolicy", "SNS:PutDataProtectionPolicy")
	return slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, action) })
}
