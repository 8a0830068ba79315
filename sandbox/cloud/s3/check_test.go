package s3_test

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// What the provider finds before S3 is asked.
func TestProviderChecks(t *testing.T) {
	t.Parallel()
	l := open(t)
	object := func(p cloud.Props) map[string]any { return p }
	format := func(p cloud.Props) cloud.Props {
		return cloud.Props{"bucket": "b", "targetBucket": "logs", "targetPrefix": "", "targetObjectKeyFormat": object(p)}
	}
	simple, partitioned := object(nil), object(cloud.Props{"partitionDateSource": "EventTime"})
	for name, tc := range map[string]struct {
		kind     string
		props    cloud.Props
		property string
	}{
		"somebody's bucket":       {cloud.BucketVersioning, cloud.Props{"bucket": "b", "expectedBucketOwner": "me", "versioningConfiguration": object(cloud.Props{"status": "Enabled"})}, "expectedBucketOwner"},
		"two contents":            {cloud.BucketObject, cloud.Props{"bucket": "b", "key": "k", "content": "a", "contentBase64": "YQ=="}, "content"},
		"lock for days and years": {cloud.BucketObjectLock, retention(cloud.Props{"days": 1.0, "years": 1.0}).With(cloud.Props{"bucket": "b"}), "rule.defaultRetention.days"},
		"moved twice": {cloud.BucketLifecycle, cloud.Props{"bucket": "b", "rules": []any{object(cloud.Props{
			"id": "r", "status": "Enabled", "transitions": []any{object(cloud.Props{"days": 30.0, "date": "2030-01-02T00:00:00Z", "storageClass": "GLACIER"})},
		})}}, "rules[0].transitions[0].date"},
		"no format of names":   {cloud.BucketLogging, format(nil), "targetObjectKeyFormat"},
		"two formats of names": {cloud.BucketLogging, format(cloud.Props{"simplePrefix": simple, "partitionedPrefix": partitioned}), "targetObjectKeyFormat"},
		"a format of names":    {cloud.BucketLogging, format(cloud.Props{"partitionedPrefix": partitioned}), ""},
		"tiers of nothing": {cloud.BucketTiering, cloud.Props{
			"bucket": "b", "name": "all", "filter": object(nil), "tierings": []any{object(cloud.Props{"accessTier": "ARCHIVE_ACCESS", "days": 90.0})},
		}, "filter"},
	} {
		problems, err := l.account.Check(tc.kind, tc.props)
		var found string
		if len(problems) > 0 {
			found = problems[0].Property
		}
		if err != nil || len(problems) > 1 || found != tc.property {
			t.Errorf("%s: got %v, %v, want one problem of %q", name, problems, err, tc.property)
		}
	}
}
