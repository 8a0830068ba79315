package s3_test

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
	"github.com/slipway-iac/slipway/sandbox/cloud/s3"
)

const region = "us-west-2"

// lab is an account with buckets.
type lab struct {
	*testing.T
	account *cloud.Account
	session cloud.Session
}

func open(t *testing.T) *lab {
	t.Helper()
	a, err := cloud.Open(cloud.Options{Services: []cloud.Service{iam.Service(), kms.Service(), s3.Service()}})
	if err != nil {
		t.Fatal(err)
	}
	return &lab{t, a, cloud.Session{Region: region}}
}

func (l *lab) try(kind string, p cloud.Props) (*cloud.Resource, error) {
	return l.account.Create(l.session, kind, "urn", p)
}

func (l *lab) make(kind string, p cloud.Props) *cloud.Resource {
	l.Helper()
	r, err := l.try(kind, p)
	if err != nil {
		l.Fatalf("%s: %v", kind, err)
	}
	return r
}

// bucket makes a bucket called "own-" and the name.
func (l *lab) bucket(name string, p cloud.Props) *cloud.Resource {
	l.Helper()
	return l.make(cloud.Bucket, p.With(cloud.Props{"bucket": "own-" + name}))
}

func objects(p ...cloud.Props) []any {
	var out []any
	for _, o := range p {
		out = append(out, map[string]any(o))
	}
	return out
}

func TestBucket(t *testing.T) {
	t.Parallel()
	b := open(t).make(cloud.Bucket, cloud.Props{"bucketPrefix": "own-"})
	for property, want := range map[string]any{
		"bucket": b.ID, "arn": "arn:aws:s3:::" + b.ID, "region": region, "bucketDomainName": b.ID + ".s3.amazonaws.com",
		"bucketRegionalDomainName": b.ID + ".s3.us-west-2.amazonaws.com", "hostedZoneId": "Z3BJ6K6RIION7M", "objectLockEnabled": false,
	} {
		if got := b.Props[property]; got != want {
			t.Errorf("%s is %v, want %v", property, got, want)
		}
	}
	if !strings.HasPrefix(b.ID, "own-") || len(b.ID) != 30 {
		t.Errorf("ID is %s", b.ID)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"own-logs": "", "a.b-c": "", strings.Repeat("a", 63): "",
		"ab": "bucket-name", strings.Repeat("a", 64): "bucket-name", "Own": "bucket-name", "-own": "bucket-name", "own-": "bucket-name",
		"o..n": "bucket-name", "10.0.0.1": "bucket-name", "xn--own": "bucket-name", "own-s3alias": "bucket-name",
		"logs": "bucket-of-somebody-else", "own": "bucket-exists",
	} {
		l := open(t)
		if want == "bucket-exists" {
			l.make(cloud.Bucket, cloud.Props{"bucket": name})
			l.session.Region = "eu-west-1" // Names are the same in every region.
		}
		_, err := l.try(cloud.Bucket, cloud.Props{"bucket": name})
		cloudtest.WantRule(t, err, want)
	}
}

func TestBucketWithObjectsStays(t *testing.T) {
	t.Parallel()
	l := open(t)
	b := l.bucket("a", nil)
	l.make(cloud.BucketVersioning, cloud.Props{"bucket": b.ID, "versioningConfiguration": map[string]any{"status": "Enabled"}})
	l.make(cloud.BucketObject, cloud.Props{"bucket": b.ID, "key": "k"})
	cloudtest.WantRule(t, l.account.Delete(l.session, cloud.Bucket, b.ID), "bucket-not-empty")
	if _, err := l.account.Update(l.session, cloud.Bucket, b.ID, cloud.Props{"bucket": b.ID, "forceDestroy": true}); err != nil {
		t.Fatal(err)
	}
	cloudtest.WantRule(t, l.account.Delete(l.session, cloud.Bucket, b.ID), "")
	if left := l.account.Resources(); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// settings are settings that S3 refuses, and the rules by which it does; "" for
// those that it takes.
var settings = map[string]struct {
	bucket cloud.Props
	kind   string
	props  cloud.Props
	want   string
}{
	"no bucket":             {nil, cloud.BucketPublicAccessBlock, cloud.Props{"bucket": "no"}, "bucket-missing"},
	"ACL":                   {nil, cloud.BucketACL, cloud.Props{"acl": "private"}, "bucket-acl-without-acls"},
	"key without KMS":       {nil, cloud.BucketEncryption, encrypted("AES256", "alias/aws/s3"), "bucket-key-without-kms"},
	"KMS":                   {nil, cloud.BucketEncryption, encrypted("aws:kms", "alias/no"), ""},
	"lock without versions": {nil, cloud.BucketObjectLock, cloud.Props{}, "bucket-lock-without-versioning"},
	"lock":                  {locked, cloud.BucketObjectLock, retention(cloud.Props{"days": 1.0}), ""},
	"lock for no time":      {locked, cloud.BucketObjectLock, retention(cloud.Props{}), "bucket-lock-period"},
	"lock and no versions":  {locked, cloud.BucketVersioning, cloud.Props{"versioningConfiguration": map[string]any{"status": "Suspended"}}, "bucket-versioning-with-lock"},
	"no versions":           {nil, cloud.BucketVersioning, cloud.Props{"versioningConfiguration": map[string]any{"status": "Suspended"}}, ""},

	"lifecycle": {nil, cloud.BucketLifecycle, lifecycle(moving("STANDARD_IA", 30, 31)), ""},
	"same IDs":  {nil, cloud.BucketLifecycle, lifecycle(moving("GLACIER", 1, 2), moving("GLACIER", 1, 2)), "bucket-lifecycle-ids"},
	"no action": {nil, cloud.BucketLifecycle, lifecycle(cloud.Props{"id": "r", "status": "Enabled"}), "bucket-lifecycle-without-action"},
	"too early": {nil, cloud.BucketLifecycle, lifecycle(moving("STANDARD_IA", 29, 90)), "bucket-lifecycle-days"},
	"too late":  {nil, cloud.BucketLifecycle, lifecycle(moving("GLACIER", 30, 30)), "bucket-lifecycle-days"},
	"old versions too late": {nil, cloud.BucketLifecycle, lifecycle(cloud.Props{
		"id": "r", "status": "Enabled", "noncurrentVersionExpiration": map[string]any{"noncurrentDays": 30.0},
		"noncurrentVersionTransitions": objects(cloud.Props{"noncurrentDays": 30.0, "storageClass": "GLACIER"}),
	}), "bucket-lifecycle-days"},
	"markers and days": {nil, cloud.BucketLifecycle, lifecycle(cloud.Props{
		"id": "r", "status": "Enabled", "expiration": map[string]any{"days": 1.0, "expiredObjectDeleteMarker": true},
	}), "bucket-lifecycle-form"},

	"no target":                 {nil, cloud.BucketLogging, cloud.Props{"targetBucket": "no", "targetPrefix": ""}, "bucket-logging-target"},
	"topic":                     {nil, cloud.BucketNotification, cloud.Props{"topics": objects(cloud.Props{"topicArn": "arn:aws:sns:us-west-2:123456789012:t", "events": []any{"s3:ObjectCreated:*"}})}, ""},
	"queue as topic":            {nil, cloud.BucketNotification, cloud.Props{"topics": objects(cloud.Props{"topicArn": "arn:aws:sqs:us-west-2:123456789012:t", "events": []any{"s3:ObjectCreated:*"}})}, "bucket-notification-target"},
	"archive early":             {nil, cloud.BucketTiering, archived(89), "bucket-tiering-days"},
	"archive late":              {nil, cloud.BucketTiering, archived(731), "bucket-tiering-days"},
	"archive":                   {nil, cloud.BucketTiering, archived(90), ""},
	"no bucket for an object":   {nil, cloud.BucketObject, cloud.Props{"bucket": "no", "key": "k"}, "bucket-missing"},
	"object with no key of KMS": {nil, cloud.BucketObject, cloud.Props{"key": "k", "kmsKeyId": "arn:aws:kms:us-west-2:123456789012:key/no"}, "object-key-missing"},
	"object with an ACL":        {nil, cloud.BucketObject, cloud.Props{"key": "k", "acl": "public-read"}, "bucket-acl-without-acls"},
	"object with eleven tags": {nil, cloud.BucketObject, cloud.Props{"key": "k", "tags": map[string]any{
		"1": "", "2": "", "3": "", "4": "", "5": "", "6": "", "7": "", "8": "", "9": "", "10": "", "11": "",
	}}, "object-too-many-tags"},
}

var locked = cloud.Props{"objectLockEnabled": true}

func encrypted(algorithm, key string) cloud.Props {
	return cloud.Props{"rules": objects(cloud.Props{"applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": algorithm, "kmsMasterKeyId": key}})}
}

func retention(p cloud.Props) cloud.Props {
	return cloud.Props{"rule": map[string]any{"defaultRetention": map[string]any(p.With(cloud.Props{"mode": "COMPLIANCE"}))}}
}

func lifecycle(rules ...cloud.Props) cloud.Props { return cloud.Props{"rules": objects(rules...)} }

func moving(class string, days, expires float64) cloud.Props {
	return cloud.Props{
		"id": "r", "status": "Enabled", "transitions": objects(cloud.Props{"days": days, "storageClass": class}),
		"expiration": map[string]any{"days": expires},
	}
}

func archived(days float64) cloud.Props {
	return cloud.Props{"name": "all", "tierings": objects(cloud.Props{"accessTier": "ARCHIVE_ACCESS", "days": days})}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, tc := range settings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			b := l.bucket("a", tc.bucket)
			if !tc.props.Has("bucket") {
				tc.props = tc.props.With(cloud.Props{"bucket": b.ID})
			}
			_, err := l.try(tc.kind, tc.props)
			cloudtest.WantRule(t, err, tc.want)
		})
	}
}

func TestOwnershipAndACLs(t *testing.T) {
	t.Parallel()
	l := open(t)
	b := l.bucket("a", nil)
	owned := func(by string) cloud.Props {
		return cloud.Props{"bucket": b.ID, "rule": map[string]any{"objectOwnership": by}}
	}
	l.make(cloud.BucketOwnershipControls, owned("ObjectWriter"))
	public := cloud.Props{"bucket": b.ID, "acl": "public-read"}
	_, err := l.try(cloud.BucketACL, public)
	cloudtest.WantRule(t, err, "bucket-acl-public")
	l.make(cloud.BucketPublicAccessBlock, cloud.Props{"bucket": b.ID, "blockPublicPolicy": true})
	l.make(cloud.BucketACL, public)
	_, err = l.account.Update(l.session, cloud.BucketOwnershipControls, b.ID, owned("BucketOwnerEnforced"))
	cloudtest.WantRule(t, err, "bucket-acls-in-use")
	cloudtest.WantRule(t, l.account.Delete(l.session, cloud.BucketOwnershipControls, b.ID), "")
	l.make(cloud.BucketACL, public) // Without the setting, ACLs count.
}

func TestDisabledKey(t *testing.T) {
	t.Parallel()
	l := open(t)
	key := l.make(cloud.KMSKey, cloud.Props{"isEnabled": false})
	b := l.bucket("a", nil)
	l.make(cloud.BucketEncryption, encrypted("aws:kms", key.Props.Str("arn")).With(cloud.Props{"bucket": b.ID}))
	_, err := l.try(cloud.BucketObject, cloud.Props{"bucket": b.ID, "key": "k"})
	cloudtest.WantRule(t, err, "object-key-unusable")
}

func TestLockedObjectStays(t *testing.T) {
	t.Parallel()
	l := open(t)
	b := l.bucket("a", cloud.Props{"objectLockEnabled": true, "forceDestroy": true})
	l.make(cloud.BucketObjectLock, retention(cloud.Props{"days": 1.0}).With(cloud.Props{"bucket": b.ID}))
	o := l.make(cloud.BucketObject, cloud.Props{"bucket": b.ID, "key": "k", "content": "hello"})
	if o.Props.Str("etag") != "5d41402abc4b2a76b9719d911017c592" || o.Props.Str("versionId") == "" || o.Props.Str("serverSideEncryption") != "AES256" {
		t.Errorf("got %v", o.Props)
	}
	cloudtest.WantRule(t, l.account.Delete(l.session, cloud.BucketObject, o.ID), "object-locked")
	cloudtest.WantRule(t, l.account.Delete(l.session, cloud.Bucket, b.ID), "object-locked")
}
