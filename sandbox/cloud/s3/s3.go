// Package s3 simulates the buckets of Amazon S3, their settings and their objects.
//
// Objects have names and no contents. Besides those that a program puts, services
// that deliver logs put some, see [Deliver]; a bucket with objects is not deleted
// unless forceDestroy is on. Policies are evaluated, see [Decide], for the objects
// that a program puts and for deliveries. What it does not simulate: replication,
// access points, websites, time (a lifecycle deletes nothing), and accounts other
// than this one.
package s3

import (
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Service lists what S3 adds to an account.
func Service() cloud.Service {
	return cloud.Service{
		Kinds: []cloud.Kind{
			bucketKind(), blockKind(), ownershipKind(), aclKind(), versioningKind(), lockKind(), encryptionKind(),
			lifecycleKind(), loggingKind(), policyKind(), objectKind(), notificationKind(), tieringKind(),
		},
		Tags: tagRules,
	}
}

const (
	serviceName = "S3"
	api         = "https://docs.aws.amazon.com/AmazonS3/latest/API/"
	guide       = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
)

func rule(name, code, source string, tag cloud.Tag) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: name, Code: code, Source: source, Tag: tag})
}

func ruleWithStatus(name, code string, status int, source string) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: name, Code: code, Status: status, Source: source, Tag: cloud.Verified})
}

// tagRules are S3's rules for tags.
var tagRules = cloud.TagRules{
	TooMany:   rule("s3-too-many-tags", "BadRequest", api+"API_PutBucketTagging.html", cloud.Memory),
	Malformed: rule("s3-tag-malformed", "InvalidTag", api+"API_PutBucketTagging.html", cloud.Verified),
}

var noSuchBucket = ruleWithStatus("bucket-missing", "NoSuchBucket", 404, api+"ErrorResponses.html")

// Bucket finds a bucket by its name; nil when the account has none of that name.
func Bucket(tx *cloud.Tx, name string) *cloud.Resource { return tx.Get(cloud.Bucket, name) }

// arn names a bucket, or with a key an object in it.
func arn(tx *cloud.Tx, path string) string {
	return "arn:" + cloud.Partition(tx.Session.Region) + ":s3:::" + path
}

// setting is a kind that is one aspect of one bucket. apply refuses what S3
// refuses of it; p are its inputs.
func setting(k cloud.Kind, apply func(tx *cloud.Tx, bucket *cloud.Resource, p cloud.Props) error) cloud.Kind {
	k.Service, k.Global = serviceName, true
	k.Fields["bucket"] = cloud.String.Required().ForceNew()
	if k.UpdateCall == "" {
		k.UpdateCall = k.CreateCall
	}
	put := func(tx *cloud.Tx, p cloud.Props) error {
		bucket := Bucket(tx, p.Str("bucket"))
		if bucket == nil {
			return noSuchBucket.Refuse("The specified bucket does not exist: %s", p.Str("bucket"))
		}
		return apply(tx, bucket, p)
	}
	k.Create = func(tx *cloud.Tx, r *cloud.Resource) error {
		r.ID = r.Props.Str("bucket")
		return put(tx, r.Props)
	}
	k.Update = func(tx *cloud.Tx, _ *cloud.Resource, news cloud.Props) error { return put(tx, news) }
	return k
}

// forget remembers that a setting was taken away, where S3's default for new
// buckets then no longer holds.
func forget(fact string) func(*cloud.Tx, *cloud.Resource) error {
	return func(tx *cloud.Tx, r *cloud.Resource) error {
		if bucket := Bucket(tx, r.ID); bucket != nil {
			bucket.Facts[fact] = true
			tx.Put(bucket)
		}
		return nil
	}
}
