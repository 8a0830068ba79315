package bucket_test

import (
	"maps"
	"testing"

	"github.com/slipway-iac/slipway/components/data/bucket"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/s3"
)

const (
	algorithm = "s3:x-amz-server-side-encryption"
	keyID     = "s3:x-amz-server-side-encryption-aws-kms-key-id"
	ownKey    = "s3:x-amz-server-side-encryption-customer-algorithm"
	role      = "arn:aws:iam::" + account + ":role/app"
	foreign   = "210987654321"
)

// request is a request to a bucket: who asks, for what, with what context.
type request struct {
	kind, who, action, key string
	context                map[string]string
	want                   s3.Decision
}

// judge has the policy of a bucket of a kind decide on each request. The context
// of each is that of a request by TLS 1.3, with the changes given.
func judge(t *testing.T, kind bucket.Kind, requests func(key string) map[string]request) {
	t.Helper()
	r := run(t, func(a *bucket.Args) { a.Kind = kind })
	r.Must(t)
	policy := r.One(t, cloud.BucketPolicy, "files").Inputs.Str("policy")
	arn := r.One(t, cloud.Bucket, "files").Outputs.Str("arn")
	for name, q := range requests(r.One(t, cloud.KMSKey, "data").Outputs.Str("arn")) {
		context := map[string]string{"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
		maps.Copy(context, q.context)
		resource := arn
		if q.key != "" {
			resource += "/" + q.key
		}
		got, err := s3.Decide(policy, s3.Request{Kind: q.kind, Principal: q.who, Action: q.action, Resource: resource, Context: context})
		if err != nil || got != q.want {
			t.Errorf("%s, %s: got %s, %v, want %s", kind, name, got, err, q.want)
		}
	}
}

// The application's own permissions decide, unless the policy refuses.
func TestRequestsOfTheApplication(t *testing.T) {
	t.Parallel()
	for _, kind := range []bucket.Kind{bucket.Media, bucket.Backups} {
		judge(t, kind, func(key string) map[string]request {
			put := func(want s3.Decision, c map[string]string) request {
				return request{"AWS", role, "s3:PutObject", "a/b.png", c, want}
			}
			return map[string]request{
				"upload that says nothing":      put(s3.Silent, nil),
				"upload with the key":           put(s3.Silent, map[string]string{algorithm: "aws:kms", keyID: key}),
				"upload with another key":       put(s3.Denied, map[string]string{algorithm: "aws:kms", keyID: key[:len(key)-1] + "!"}),
				"upload with a foreign key":     put(s3.Denied, map[string]string{algorithm: "aws:kms", keyID: "arn:aws:kms:us-west-2:" + foreign + ":key/1"}),
				"upload with AWS's key for S3":  put(s3.Denied, map[string]string{algorithm: "aws:kms"}),
				"upload that S3 encrypts":       put(s3.Denied, map[string]string{algorithm: "AES256"}),
				"upload encrypted twice":        put(s3.Denied, map[string]string{algorithm: "aws:kms:dsse", keyID: key}),
				"upload with a customer's key":  put(s3.Denied, map[string]string{ownKey: "AES256"}),
				"upload by plain HTTP":          put(s3.Denied, map[string]string{"aws:SecureTransport": "false"}),
				"upload by TLS 1.1":             put(s3.Denied, map[string]string{"s3:TlsVersion": "1.1"}),
				"upload by TLS 1.2":             put(s3.Silent, map[string]string{"s3:TlsVersion": "1.2"}),
				"reading":                       {"AWS", role, "s3:GetObject", "a/b.png", nil, s3.Silent},
				"reading by plain HTTP":         {"AWS", role, "s3:GetObject", "a/b.png", map[string]string{"aws:SecureTransport": "false"}, s3.Denied},
				"listing by plain HTTP":         {"AWS", role, "s3:ListBucket", "", map[string]string{"aws:SecureTransport": "false"}, s3.Denied},
				"reading by another account":    {"AWS", "arn:aws:iam::" + foreign + ":role/x", "s3:GetObject", "a/b.png", nil, s3.Silent},
				"delivery, which is for others": {"Service", loadBalancers, "s3:PutObject", "AWSLogs/" + account + "/x", nil, s3.Silent},
			}
		})
	}
}

const (
	loadBalancers = "logdelivery.elasticloadbalancing.amazonaws.com"
	flowLogs      = "delivery.logs.amazonaws.com"
	s3Logs        = "logging.s3.amazonaws.com"
)

// The services that deliver logs get in, each in its place and for this account.
func TestRequestsOfDeliveries(t *testing.T) {
	t.Parallel()
	flow := func(changes map[string]string) map[string]string {
		c := map[string]string{
			"aws:SourceAccount": account, "aws:SourceArn": "arn:aws:logs:us-west-2:" + account + ":delivery-source:x",
			"s3:x-amz-acl": "bucket-owner-full-control",
		}
		maps.Copy(c, changes)
		return c
	}
	access := func(account, source string) map[string]string {
		return map[string]string{"aws:SourceAccount": account, "aws:SourceArn": source}
	}
	const own = "AWSLogs/" + account + "/elasticloadbalancing/us-west-2/x.log.gz"
	judge(t, bucket.Logs, func(string) map[string]request {
		return map[string]request{
			"load balancer":                       {"Service", loadBalancers, "s3:PutObject", own, nil, s3.Allowed},
			"load balancer of another":            {"Service", loadBalancers, "s3:PutObject", "AWSLogs/" + foreign + "/x.log.gz", nil, s3.Silent},
			"load balancer elsewhere":             {"Service", loadBalancers, "s3:PutObject", "s3/x", nil, s3.Silent},
			"load balancer that reads":            {"Service", loadBalancers, "s3:GetObject", own, nil, s3.Silent},
			"load balancer by plain HTTP":         {"Service", loadBalancers, "s3:PutObject", own, map[string]string{"aws:SecureTransport": "false"}, s3.Denied},
			"flow log":                            {"Service", flowLogs, "s3:PutObject", own, flow(nil), s3.Allowed},
			"flow log that keeps its object":      {"Service", flowLogs, "s3:PutObject", own, flow(map[string]string{"s3:x-amz-acl": "private"}), s3.Silent},
			"flow log of another account":         {"Service", flowLogs, "s3:PutObject", own, flow(map[string]string{"aws:SourceAccount": foreign}), s3.Silent},
			"flow log of another's source":        {"Service", flowLogs, "s3:PutObject", own, flow(map[string]string{"aws:SourceArn": "arn:aws:logs:us-west-2:" + foreign + ":x"}), s3.Silent},
			"flow log of another region":          {"Service", flowLogs, "s3:PutObject", own, flow(map[string]string{"aws:SourceArn": "arn:aws:logs:eu-west-1:" + account + ":x"}), s3.Silent},
			"flow log that looks":                 {"Service", flowLogs, "s3:GetBucketAcl", "", flow(nil), s3.Allowed},
			"flow log of another that looks":      {"Service", flowLogs, "s3:GetBucketAcl", "", flow(map[string]string{"aws:SourceAccount": foreign}), s3.Silent},
			"access log":                          {"Service", s3Logs, "s3:PutObject", "s3/media/x", access(account, "arn:aws:s3:::media"), s3.Allowed},
			"access log of another account":       {"Service", s3Logs, "s3:PutObject", "s3/media/x", access(foreign, "arn:aws:s3:::media"), s3.Silent},
			"access log that is none":             {"Service", s3Logs, "s3:PutObject", "s3/media/x", access(account, "arn:aws:sns:us-west-2:"+account+":x"), s3.Silent},
			"access log among others":             {"Service", s3Logs, "s3:PutObject", own, access(account, "arn:aws:s3:::media"), s3.Silent},
			"service that was not asked":          {"Service", "cloudtrail.amazonaws.com", "s3:PutObject", own, flow(nil), s3.Silent},
			"deletion by a service":               {"Service", loadBalancers, "s3:DeleteObject", own, nil, s3.Silent},
			"other account posing as a principal": {"AWS", "arn:aws:iam::" + foreign + ":role/x", "s3:PutObject", own, flow(nil), s3.Silent},
		}
	})
}
