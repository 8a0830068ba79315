package controls

import (
	"regexp"
	"slices"

	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/statement"
)

// The types that S3's settings are split into, by their names of pulumi-aws 6.
const (
	publicAccessBlock = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
	bucketACL         = "aws:s3/bucketAclV2:BucketAclV2"
	bucketPolicy      = "aws:s3/bucketPolicy:BucketPolicy"
	bucketEncryption  = "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
	bucketVersioning  = "aws:s3/bucketVersioningV2:BucketVersioningV2"
	bucketLogging     = "aws:s3/bucketLoggingV2:BucketLoggingV2"
	bucketOwnership   = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
	accessPoint       = "aws:s3/accessPoint:AccessPoint"
)

var blocks = []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"}

// publicACLs are the canned ACLs that let others than the owner in.
var publicACLs = []string{"public-read", "public-read-write", "authenticated-read", "website"}

// inline are the properties in which the old aws.s3.Bucket of pulumi-aws 6 has
// what later versions split into types of their own.
var inline = map[string]string{
	bucketEncryption: "serverSideEncryptionConfiguration", bucketVersioning: "versioning", bucketLogging: "loggings", bucketPolicy: "policy",
}

// eachBucket looks at buckets with the settings of a type that are about them. A
// bucket that has them inline is left alone.
func eachBucket(token string, do func(s *control.Stack, b *control.Resource, settings []*control.Resource)) func(*control.Stack) {
	return func(s *control.Stack) {
		s.Each(bucket, func(b *control.Resource) {
			if property := inline[token]; property == "" || !b.Input(property).IsSet() {
				do(s, b, s.Referring(token, "bucket", b))
			}
		})
	}
}

var storage = []control.Control{
	{
		ID: "s3-public-access-block", Severity: control.High,
		Title:   "Buckets cannot be made public",
		Mapping: control.Mapping{SecurityHub: "S3.8, S3.2, S3.3", CIS: "AWS 2.1.4/3.1.4", Checkov: "CKV_AWS_53, CKV_AWS_54, CKV_AWS_55, CKV_AWS_56, CKV2_AWS_6", Trivy: "AWS-0086, AWS-0087, AWS-0091, AWS-0093, AWS-0094"},
		On:      []string{bucket, publicAccessBlock}, Reads: []string{publicAccessBlock + " blockPublicAcls", publicAccessBlock + " blockPublicPolicy", publicAccessBlock + " ignorePublicAcls", publicAccessBlock + " restrictPublicBuckets"},
		CheckStack: eachBucket(publicAccessBlock, func(_ *control.Stack, b *control.Resource, settings []*control.Resource) {
			if len(settings) == 0 {
				b.Violate("it has no aws.s3.BucketPublicAccessBlock")
			}
			for _, x := range settings {
				isTrue(blocks...)(x)
			}
		}),
		Fix: "add an aws.s3.BucketPublicAccessBlock with all four settings true",
		Bad: `
resources:
  shop: {type: "aws:s3/bucketV2:BucketV2", properties: {bucket: shop}}
  block: {type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", properties: {bucket: "${shop.id}", blockPublicAcls: true}}
`,
		Good: `
resources:
  shop: {type: "aws:s3/bucketV2:BucketV2", properties: {bucket: shop}}
  block:
    type: aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock
    properties: {bucket: "${shop.id}", blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true}
`,
	},
	{
		ID: "s3-no-public-acl", Severity: control.Critical,
		Title:   "No ACL lets everybody in",
		Mapping: control.Mapping{SecurityHub: "S3.2, S3.3", Checkov: "CKV_AWS_20, CKV_AWS_57, CKV_AWS_375, CKV2_AWS_43", Trivy: "AWS-0092"},
		On:      []string{bucketACL, bucket, "aws:s3/bucketObjectv2:BucketObjectv2"}, Reads: []string{"acl", "accessControlPolicy.grants.grantee.uri", bucket + " acl", "aws:s3/bucketObjectv2:BucketObjectv2 acl"},
		Check: func(r *control.Resource) {
			if v := r.Get("acl"); slices.Contains(publicACLs, v.Text()) {
				r.Want(v, "private, or nothing")
			}
			r.Get("accessControlPolicy.grants").Each(func(g control.Value) {
				if v := g.Get("grantee.uri"); slices.Contains([]string{"http://acs.amazonaws.com/groups/global/AllUsers", "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"}, v.Text()) {
					r.Want(v, "named grantees")
				}
			})
		},
		Fix:  "remove the ACL; let CloudFront read what is public",
		Bad:  `acl: public-read`,
		Good: `acl: private`,
	},
	{
		ID: "s3-policy-no-wildcard-principal", Severity: control.Critical,
		Title:   "A bucket is for named principals",
		Mapping: control.Mapping{SecurityHub: "S3.2, S3.3", CIS: "AWS v7 2.21", Checkov: "CKV_AWS_70, CKV_AWS_283"},
		On:      []string{bucketPolicy, bucket}, Reads: []string{"policy", bucket + " policy"},
		Check: notPublic("policy"),
		Fix:   "name the principals, or add a condition such as aws:PrincipalOrgID",
		Bad:   `policy: '{"Statement":[{"Sid":"Read","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::shop/*"}]}'`,
		Good:  `policy: '{"Statement":[{"Sid":"Read","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/shop"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::shop/*"}]}'`,
	},
	{
		ID: "s3-policy-cross-account-restricted", Severity: control.High,
		Title:   "Other accounts cannot change who may use a bucket",
		Mapping: control.Mapping{SecurityHub: "S3.6"},
		On:      []string{bucketPolicy}, Reads: []string{"policy"},
		Settings: []control.Setting{{Name: "accounts", Doc: "Account numbers that are one's own", Default: []string{}}},
		Check: eachStatement([]string{"policy"}, func(r *control.Resource, s statement.Statement) {
			for _, who := range s.Principals["AWS"] {
				account := accountOf(who)
				if account == "" || slices.Contains(r.Words("accounts"), account) {
					continue
				}
				for _, action := range []string{"s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketPolicy", "s3:PutEncryptionConfiguration", "s3:PutObjectAcl"} {
					if s.Allows(action) {
						r.Violate("statement %q allows %s to account %s: want it for one's own accounts only", s.Sid, action, account)
						return
					}
				}
			}
		}),
		Fix:  "take the action away, or list the account in the setting accounts",
		Bad:  `policy: '{"Statement":[{"Sid":"Partner","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:root"},"Action":"s3:*","Resource":"arn:aws:s3:::shop"}]}'`,
		Good: `policy: '{"Statement":[{"Sid":"Partner","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::shop/*"}]}'`,
	},
	{
		ID: "s3-access-point-public-block", Severity: control.Critical,
		Title:   "Access points cannot be made public",
		Mapping: control.Mapping{SecurityHub: "S3.19, S3.24", Checkov: "CKV_AWS_392"},
		On:      []string{accessPoint}, Reads: []string{"publicAccessBlockConfiguration.blockPublicAcls", "publicAccessBlockConfiguration.blockPublicPolicy"},
		Check: func(r *control.Resource) {
			for _, b := range blocks {
				r.Guard(func() { notFalse("publicAccessBlockConfiguration." + b)(r) })
			}
		},
		Fix:  "remove publicAccessBlockConfiguration: AWS's default blocks; it cannot be changed later",
		Bad:  `publicAccessBlockConfiguration: {blockPublicPolicy: false}`,
		Good: `bucket: shop`,
	},
	{
		ID: "s3-sse-kms", Severity: control.Medium,
		Title:   "Buckets are encrypted with a KMS key",
		Mapping: control.Mapping{SecurityHub: "S3.17", Checkov: "CKV_AWS_19, CKV_AWS_145", Trivy: "AWS-0088, AWS-0132"},
		On:      []string{bucket, bucketEncryption, bucketLogging},
		Reads:   []string{bucketEncryption + " rules.applyServerSideEncryptionByDefault.sseAlgorithm", bucketLogging + " targetBucket"},
		CheckStack: eachBucket(bucketEncryption, func(s *control.Stack, b *control.Resource, settings []*control.Resource) {
			// S3 and load balancers write their logs where no KMS key encrypts.
			if len(settings) > 0 && len(s.Referring(bucketLogging, "targetBucket", b)) > 0 {
				return
			}
			if len(settings) == 0 {
				b.Violate("it has no aws.s3.BucketServerSideEncryptionConfiguration: it is encrypted with a key that AWS shares among buckets")
			}
			for _, x := range settings {
				x.Get("rules").Each(func(rule control.Value) {
					if v := rule.Get("applyServerSideEncryptionByDefault.sseAlgorithm"); !slices.Contains([]string{"aws:kms", "aws:kms:dsse"}, v.Text()) {
						x.Want(v, "aws:kms")
					}
				})
			}
		}),
		Fix: "set sseAlgorithm to aws:kms, with kmsMasterKeyId",
		Bad: `
resources:
  shop: {type: "aws:s3/bucketV2:BucketV2", properties: {bucket: shop}}
  sse:
    type: aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2
    properties: {bucket: "${shop.id}", rules: [{applyServerSideEncryptionByDefault: {sseAlgorithm: AES256}}]}
`,
		Good: `
resources:
  shop: {type: "aws:s3/bucketV2:BucketV2", properties: {bucket: shop}}
  sse:
    type: aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2
    properties: {bucket: "${shop.id}", rules: [{applyServerSideEncryptionByDefault: {sseAlgorithm: "aws:kms", kmsMasterKeyId: alias/shop}}]}
  logs: {type: "aws:s3/bucketV2:BucketV2", properties: {bucket: shop-logs}}
  plain:
    type: aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2
    properties: {bucket: "${logs.id}", rules: [{applyServerSideEncryptionByDefault: {sseAlgorithm: AES256}}]}
  to: {type: "aws:s3/bucketLoggingV2:BucketLoggingV2", properties: {bucket: "${shop.id}", targetBucket: "${logs.id}", targetPrefix: shop/}}
`,
	},
	{
		ID: "s3-tls-only-policy", Severity: control.Medium,
		Title:   "A bucket's policy denies what does not come over TLS",
		Mapping: control.Mapping{SecurityHub: "S3.5", CIS: "AWS 2.1.1/3.1.1", Checkov: "CKV_AWS_379"},
		On:      []string{bucket, bucketPolicy}, Reads: []string{bucketPolicy + " policy"},
		CheckStack: eachBucket(bucketPolicy, func(_ *control.Stack, b *control.Resource, settings []*control.Resource) {
			if !slices.ContainsFunc(settings, func(p *control.Resource) bool { return deniesPlain(p, "policy") }) {
				b.Violate("no aws.s3.BucketPolicy denies it when aws:SecureTransport is false")
			}
		}),
		Fix: "add a statement that denies s3:* when aws:SecureTransport is false",
		Bad: `
resources:
  shop: {type: "aws:s3/bucketV2:BucketV2", properties: {bucket: shop}}
`,
		Good: `
resources:
  shop: {type: "aws:s3/bucketV2:BucketV2", properties: {bucket: shop}}
  tls:
    type: aws:s3/bucketPolicy:BucketPolicy
    properties:
      bucket: ${shop.id}
      policy: '{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::shop/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}'
`,
	},
	{
		ID: "s3-versioning", Severity: control.Low,
		Title:   "What is overwritten in a bucket can be had back",
		Mapping: control.Mapping{SecurityHub: "S3.14", Checkov: "CKV_AWS_21", Trivy: "AWS-0090"},
		On:      []string{bucket, bucketVersioning}, Reads: []string{bucketVersioning + " versioningConfiguration.status"},
		CheckStack: eachBucket(bucketVersioning, func(_ *control.Stack, b *control.Resource, settings []*control.Resource) {
			if !slices.ContainsFunc(settings, func(v *control.Resource) bool { return v.Get("versioningConfiguration.status").Text() == "Enabled" }) {
				b.Violate("no aws.s3.BucketVersioning enables versions of it")
			}
		}),
		Fix: "add an aws.s3.BucketVersioning with status Enabled",
		Bad: `
resources:
  shop: {type: "aws:s3/bucketV2:BucketV2", properties: {bucket: shop}}
`,
		Good: `
resources:
  shop: {type: "aws:s3/bucketV2:BucketV2", properties: {bucket: shop}}
  versions: {type: "aws:s3/bucketVersioningV2:BucketVersioningV2", properties: {bucket: "${shop.id}", versioningConfiguration: {status: Enabled}}}
`,
	},
	{
		ID: "s3-access-logging", Severity: control.Medium,
		Title:   "Who used a bucket is logged in another one",
		Mapping: control.Mapping{SecurityHub: "S3.9", CIS: "AWS 3.4/4.4", Checkov: "CKV_AWS_18", Trivy: "AWS-0089"},
		On:      []string{bucket, bucketLogging}, Reads: []string{bucketLogging + " targetBucket"},
		CheckStack: eachBucket(bucketLogging, func(s *control.Stack, b *control.Resource, settings []*control.Resource) {
			if len(settings) == 0 && len(s.Referring(bucketLogging, "targetBucket", b)) == 0 {
				b.Violate("it has no aws.s3.BucketLogging and takes no other bucket's logs")
			}
		}),
		Fix: "add an aws.s3.BucketLogging",
		Bad: `
resources:
  shop: {type: "aws:s3/bucketV2:BucketV2", properties: {bucket: shop}}
`,
		Good: `
resources:
  shop: {type: "aws:s3/bucketV2:BucketV2", properties: {bucket: shop}}
  logs: {type: "aws:s3/bucketV2:BucketV2", properties: {bucket: shop-logs}}
  to: {type: "aws:s3/bucketLoggingV2:BucketLoggingV2", properties: {bucket: "${shop.id}", targetBucket: "${logs.id}", targetPrefix: shop/}}
`,
	},
	{
		ID: "s3-acls-disabled", Severity: control.Medium,
		Title:   "ACLs are switched off",
		Mapping: control.Mapping{SecurityHub: "S3.12", Checkov: "CKV2_AWS_65"},
		On:      []string{bucketOwnership}, Reads: []string{"rule.objectOwnership"},
		Check: oneOf("rule.objectOwnership", "BucketOwnerEnforced"),
		Fix:   "set rule.objectOwnership to BucketOwnerEnforced, which is AWS's default for new buckets",
		Bad:   `rule: {objectOwnership: ObjectWriter}`,
		Good:  `rule: {objectOwnership: BucketOwnerEnforced}`,
	},
	{
		ID: "s3-no-force-destroy", Severity: control.Medium,
		Title: "A bucket with something in it is not deleted",
		On:    []string{bucket}, Reads: []string{"forceDestroy"},
		Check: notTrue("forceDestroy"), Fix: "remove forceDestroy", Bad: `forceDestroy: true`, Good: `forceDestroy: false`,
	},
	{
		ID: "s3-account-public-access-block", Severity: control.Medium,
		Title:   "No bucket of the account can be made public",
		Mapping: control.Mapping{SecurityHub: "S3.1", CIS: "AWS 2.1.4/3.1.4"},
		On:      []string{"aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"}, Reads: blocks,
		Check: isTrue(blocks...), Fix: "set all four to true",
		Bad:  `{blockPublicAcls: true}`,
		Good: `{blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true}`,
	},
}

var accountNumber = regexp.MustCompile(`^(?:arn:[a-z-]+:(?:iam|sts)::)?(\d{12})(?::|$)`)

// accountOf is the account number in a principal.
func accountOf(principal string) string {
	if m := accountNumber.FindStringSubmatch(principal); m != nil {
		return m[1]
	}
	return ""
}
