package s3

import (
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// accessLogService is who delivers a bucket's access logs.
const accessLogService = "logging.s3.amazonaws.com"

var (
	loggingTarget = rule("bucket-logging-target", "InvalidTargetBucketForLogging", api+"ErrorResponses.html", cloud.Verified)
	// S3 accepts such a target and never delivers.
	loggingLost = cloud.Declare(cloud.Rule{
		Name: "bucket-logging-not-delivered", Code: "AccessDenied", Source: guide + "enable-server-access-logging.html", Tag: cloud.Derived, Effect: cloud.FailsLate,
	})
)

func loggingKind() cloud.Kind {
	return setting(cloud.Kind{
		Token: cloud.BucketLogging, Noun: "S3 Bucket Logging", CreateCall: "PutBucketLogging", DeleteCall: "PutBucketLogging",
		Fields: cloud.Fields{
			"expectedBucketOwner": cloud.String.Like(cloud.AccountText).ForceNew(),
			"targetBucket":        cloud.String.Required(),
			"targetPrefix":        cloud.String.Required(),
			"targetObjectKeyFormat": cloud.Object(cloud.Fields{
				"partitionedPrefix": cloud.Object(cloud.Fields{"partitionDateSource": cloud.String.Required().OneOf("EventTime", "DeliveryTime")}),
				"simplePrefix":      cloud.Object(cloud.Fields{}),
			}),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			if format := p.Obj("targetObjectKeyFormat"); format != nil && format.Has("partitionedPrefix") == format.Has("simplePrefix") {
				return []cloud.Problem{{Property: "targetObjectKeyFormat", Reason: "wants partitionedPrefix or simplePrefix, and not both"}}
			}
			return nil
		},
	}, checkLogging)
}

func checkLogging(tx *cloud.Tx, bucket *cloud.Resource, p cloud.Props) error {
	target := Bucket(tx, p.Str("targetBucket"))
	if target == nil || target.Props.Str("region") != bucket.Props.Str("region") {
		return loggingTarget.Refuse("The target bucket for logging does not exist, is not owned by you, or does not have the appropriate grants for the log-delivery group: %s, which has to be in %s",
			p.Str("targetBucket"), bucket.Props.Str("region"))
	}
	err := Deliver(tx, Delivery{
		Service: accessLogService, Source: arn(tx, bucket.ID),
		Bucket: target.ID, Key: p.Str("targetPrefix") + "2026-01-01-00-00-00-0000000000000000",
	})
	if err != nil {
		return loggingLost.Late("no access log of %s will arrive: %s", bucket.ID, err)
	}
	return nil
}
