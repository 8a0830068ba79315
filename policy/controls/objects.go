package controls

import (
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/statement"
)

const objectLock = "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2"

// bucketName is what S3 and certificates take: a dot is allowed in a bucket's
// name, and breaks its certificate.
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)

// objects are controls of buckets beside who may read them.
var objects = []control.Control{
	{
		ID: "s3-policy-no-lockout", Severity: control.Medium,
		Title:   "A bucket's policy does not lock everybody out",
		Mapping: control.Mapping{Checkov: "CKV_AWS_93"},
		On:      []string{bucketPolicy}, Reads: []string{"policy"},
		Check: eachStatement([]string{"policy"}, func(r *control.Resource, s statement.Statement) {
			everybody := slices.Contains(s.Principals["*"], "*") || slices.Contains(s.Principals["AWS"], "*")
			everything := slices.ContainsFunc(s.Actions, func(a string) bool { return a == "*" || strings.EqualFold(a, "s3:*") })
			if !s.Allow && everybody && everything && !s.Conditional() {
				r.Violate("statement %q denies %v to everybody, without a condition: only the root user can remove it", s.Sid, s.Actions)
			}
		}),
		Fix:  "add the condition that is meant, such as aws:SecureTransport",
		Bad:  `policy: '{"Statement":[{"Sid":"Closed","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}]}'`,
		Good: `policy: '{"Statement":[{"Sid":"TLS","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}'`,
	},
	{
		ID: "s3-object-lock", Severity: control.Medium,
		Title:   "What an auditor will want to read cannot be deleted",
		Mapping: control.Mapping{SecurityHub: "S3.15", Checkov: "CKV_AWS_143"},
		On:      []string{bucket, objectLock}, Reads: []string{"objectLockEnabled", objectLock + " bucket", objectLock + " rule.defaultRetention"},
		Settings: []control.Setting{{Name: "buckets", Doc: "Parts of the logical names of buckets that are for auditors", Default: []string{"audit"}}},
		CheckStack: func(s *control.Stack) {
			eachBucket(objectLock, func(s *control.Stack, b *control.Resource, settings []*control.Resource) {
				if !slices.ContainsFunc(s.Words("buckets"), func(part string) bool { return strings.Contains(b.Name, part) }) {
					return
				}
				for _, x := range settings {
					if x.Get("rule.defaultRetention").IsSet() {
						return
					}
				}
				b.Violate("no aws.s3.BucketObjectLockConfiguration gives its objects a defaultRetention")
			})(s)
		},
		Fix: "set objectLockEnabled, and add an aws.s3.BucketObjectLockConfiguration with a rule.defaultRetention",
		Bad: `
resources:
  audit: {type: "aws:s3/bucketV2:BucketV2", properties: {bucket: shop-audit}}
`,
		Good: `
resources:
  audit: {type: "aws:s3/bucketV2:BucketV2", properties: {bucket: shop-audit, objectLockEnabled: true}}
  lock: {type: "` + objectLock + `", properties: {bucket: "${audit.id}", rule: {defaultRetention: {mode: COMPLIANCE, days: 365}}}}
`,
	},
	{
		ID: "s3-dns-compliant-name", Severity: control.Low,
		Title:   "A bucket's name is one that its certificate takes",
		Mapping: control.Mapping{Trivy: "AWS-0320"},
		On:      []string{bucket}, Reads: []string{"bucket"},
		Check: func(r *control.Resource) {
			if v := r.Get("bucket"); v.Present() && !bucketName.MatchString(v.Text()) {
				r.Want(v, "3 to 63 small letters, digits and hyphens, without dots")
			}
		},
		Fix: "choose another name, or none", Bad: `bucket: shop.example.com`, Good: `bucket: shop-example-com`,
	},
	{
		ID: "s3-object-cmk", Severity: control.Low,
		Title:   "No object has a weaker key than its bucket",
		Mapping: control.Mapping{Checkov: "CKV_AWS_186, CKV_AWS_181"},
		On:      []string{"aws:s3/bucketObjectv2:BucketObjectv2"}, Reads: []string{"serverSideEncryption"},
		Check: noneOf("serverSideEncryption", "aws:kms, or nothing: its bucket's key is used then", "AES256"), Fix: "remove serverSideEncryption",
		Bad: `{key: index.html, serverSideEncryption: AES256}`, Good: `{key: index.html, serverSideEncryption: "aws:kms"}`,
	},
}
