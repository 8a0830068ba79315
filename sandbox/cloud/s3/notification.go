package s3

import (
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var notifyTarget = rule("bucket-notification-target", "InvalidArgument", api+"API_PutBucketNotificationConfiguration.html", cloud.Verified)

// notifyTargets are the properties that name where notifications go, by the list
// they are in.
var notifyTargets = map[string]struct{ property, service string }{
	"lambdaFunctions": {"lambdaFunctionArn", "lambda"}, "queues": {"queueArn", "sqs"}, "topics": {"topicArn", "sns"},
}

func notificationKind() cloud.Kind {
	fields := cloud.Fields{"eventbridge": cloud.Bool.Default(false)}
	for list, t := range notifyTargets {
		target := cloud.String
		if list != "lambdaFunctions" {
			target = target.Required()
		}
		fields[list] = cloud.ListOf(cloud.Object(cloud.Fields{
			"events": cloud.SetOf(cloud.String).Required(), "filterPrefix": cloud.String, "filterSuffix": cloud.String,
			"id": cloud.String.Computed(), t.property: target,
		}))
	}
	return setting(cloud.Kind{
		Token: cloud.BucketNotification, Noun: "S3 Bucket Notification",
		CreateCall: "PutBucketNotificationConfiguration", DeleteCall: "PutBucketNotificationConfiguration",
		Fields: fields,
	}, func(_ *cloud.Tx, _ *cloud.Resource, p cloud.Props) error {
		for list, t := range notifyTargets {
			for _, n := range p.Objs(list) {
				if parts := strings.Split(n.Str(t.property), ":"); len(parts) < 6 || parts[2] != t.service {
					return notifyTarget.Refuse("Unable to validate the following destination configurations: %s is not the ARN of %s", n.Str(t.property), t.service)
				}
			}
		}
		return nil
	})
}
