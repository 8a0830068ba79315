package controls

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
)

const (
	lifecycle      = "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2"
	parameterGroup = "aws:rds/parameterGroup:ParameterGroup"
)

// shopBucket is an example of a bucket with one setting of its own.
func shopBucket(token, properties string) string {
	return "\nresources:\n  shop: {type: \"aws:s3/bucketV2:BucketV2\", properties: {bucket: shop}}\n" +
		"  more: {type: \"" + token + "\", properties: {bucket: \"${shop.id}\", " + properties + "}}\n"
}

// sslForced tells whether a parameter group keeps PostgreSQL's clients from
// talking in the clear, which is the default from version 15 on.
func sslForced(r *control.Resource) bool {
	if v, there := parameterOf(r, "rds.force_ssl"); there {
		return v == "1"
	}
	version, err := strconv.Atoi(regexp.MustCompile(`\d+$`).FindString(r.Get("family").Text()))
	return err == nil && version >= 15
}

// retention are controls of how long data stays, and how well it is looked
// after.
var retention = []control.Control{
	{
		ID: "s3-lifecycle", Severity: control.Low,
		Title:   "What is in a bucket does not stay for ever",
		Mapping: control.Mapping{SecurityHub: "S3.13", Checkov: "CKV2_AWS_61"},
		On:      []string{bucket, lifecycle}, Reads: []string{lifecycle + " bucket"},
		CheckStack: eachBucket(lifecycle, func(_ *control.Stack, b *control.Resource, settings []*control.Resource) {
			if len(settings) == 0 && !b.Input("lifecycleRules").IsSet() {
				b.Violate("it has no lifecycle")
			}
		}),
		Fix: "add an aws.s3.BucketLifecycleConfiguration",
		Bad: `bucket: shop`, Good: shopBucket(lifecycle, `rules: [{id: old, status: Enabled, expiration: {days: 90}}]`),
	},
	{
		ID: "s3-abort-incomplete-uploads", Severity: control.Low,
		Title:   "Uploads that were never finished are not paid for",
		Mapping: control.Mapping{Checkov: "CKV_AWS_300"},
		On:      []string{lifecycle}, Reads: []string{"rules.abortIncompleteMultipartUpload.daysAfterInitiation"},
		Check: func(r *control.Resource) {
			rules := r.Get("rules").Items()
			for _, rule := range rules {
				if rule.Get("abortIncompleteMultipartUpload").IsSet() {
					return
				}
			}
			r.Violate("no rule has abortIncompleteMultipartUpload")
		},
		Fix: "add a rule with abortIncompleteMultipartUpload.daysAfterInitiation",
		Bad: `rules: [{id: old, status: Enabled, expiration: {days: 90}}]`, Good: `rules: [{id: old, status: Enabled, abortIncompleteMultipartUpload: {daysAfterInitiation: 7}}]`,
	},
	{
		ID: "s3-lifecycle-when-versioned", Severity: control.Low,
		Title:   "Old versions of objects go",
		Mapping: control.Mapping{SecurityHub: "S3.10"},
		On:      []string{bucket, bucketVersioning, lifecycle}, Reads: []string{bucketVersioning + " versioningConfiguration.status", lifecycle + " rules.noncurrentVersionExpiration"},
		CheckStack: eachBucket(bucketVersioning, func(s *control.Stack, b *control.Resource, settings []*control.Resource) {
			for _, v := range settings {
				if v.Get("versioningConfiguration.status").Text() != "Enabled" {
					continue
				}
				for _, l := range s.Referring(lifecycle, "bucket", b) {
					for _, rule := range l.Get("rules").Items() {
						if rule.Get("noncurrentVersionExpiration").IsSet() {
							return
						}
					}
				}
				b.Violate("it keeps versions, and no rule of a lifecycle has noncurrentVersionExpiration")
			}
		}),
		Fix: "add a rule with noncurrentVersionExpiration",
		Bad: shopBucket(bucketVersioning, `versioningConfiguration: {status: Enabled}`),
		Good: shopBucket(bucketVersioning, `versioningConfiguration: {status: Enabled}`) +
			"  less: {type: \"" + lifecycle + "\", properties: {bucket: \"${shop.id}\", rules: [{id: old, status: Enabled, noncurrentVersionExpiration: {noncurrentDays: 30}}]}}\n",
	},
	{
		ID: "s3-bucket-key-enabled", Severity: control.Low,
		Title: "Objects under a KMS key share a data key",
		On:    []string{bucketEncryption}, Reads: []string{"rules.bucketKeyEnabled", "rules.applyServerSideEncryptionByDefault.sseAlgorithm"},
		Check: func(r *control.Resource) {
			r.Get("rules").Each(func(rule control.Value) {
				if v := rule.Get("bucketKeyEnabled"); strings.HasPrefix(rule.Get("applyServerSideEncryptionByDefault.sseAlgorithm").Text(), "aws:kms") && !v.True() {
					r.Want(v, "true: every object otherwise costs a call of KMS")
				}
			})
		},
		Fix: "set bucketKeyEnabled to true", Bad: `rules: [{applyServerSideEncryptionByDefault: {sseAlgorithm: "aws:kms"}}]`, Good: `rules: [{applyServerSideEncryptionByDefault: {sseAlgorithm: "aws:kms"}, bucketKeyEnabled: true}]`,
	},
	{
		ID: "rds-force-ssl", Severity: control.Medium,
		Title:   "PostgreSQL does not talk in the clear",
		Mapping: control.Mapping{SecurityHub: "RDS.38", Checkov: "CKV2_AWS_69"},
		On:      []string{parameterGroup}, Reads: []string{"family", "parameters.name", "parameters.value"},
		Check: func(r *control.Resource) {
			if strings.HasPrefix(r.Get("family").Text(), "postgres") && !sslForced(r) {
				r.Violate("parameters have no rds.force_ssl of 1, which is the default from PostgreSQL 15 on")
			}
		},
		Fix: "add the parameter rds.force_ssl with the value 1",
		Bad: `{family: postgres17, parameters: [{name: rds.force_ssl, value: "0"}]}`, Good: `{family: postgres17, parameters: [{name: rds.force_ssl, value: "1"}]}`,
	},
	{
		ID: "rds-copy-tags-to-snapshots", Severity: control.Low,
		Title:   "A snapshot says whose it is",
		Mapping: control.Mapping{SecurityHub: "RDS.17, RDS.16, RDS.47", Checkov: "CKV2_AWS_60, CKV_AWS_313"},
		On:      []string{database, databaseCluster}, Reads: []string{"copyTagsToSnapshot", databaseCluster + " copyTagsToSnapshot"},
		Check: isTrue("copyTagsToSnapshot"), Remedy: []control.Remedy{{Path: "copyTagsToSnapshot", Value: true}},
		Fix: "set copyTagsToSnapshot to true", Bad: `engine: postgres`, Good: `copyTagsToSnapshot: true`,
	},
	{
		ID: "rds-performance-insights", Severity: control.Low,
		Title:   "Slow queries can be found afterwards",
		Mapping: control.Mapping{Checkov: "CKV_AWS_353", Trivy: "AWS-0133"},
		On:      []string{database}, Reads: []string{"performanceInsightsEnabled"},
		Check: isTrue("performanceInsightsEnabled"), Remedy: []control.Remedy{{Path: "performanceInsightsEnabled", Value: true}},
		Fix: "set performanceInsightsEnabled to true", Bad: `engine: postgres`, Good: `performanceInsightsEnabled: true`,
	},
	{
		ID: "rds-performance-insights-cmk", Severity: control.Low,
		Title:   "What queries say is encrypted with a key of one's own",
		Mapping: control.Mapping{Checkov: "CKV_AWS_354", Trivy: "AWS-0078"},
		On:      []string{database}, Reads: []string{"performanceInsightsEnabled", "performanceInsightsKmsKeyId"},
		Check: func(r *control.Resource) {
			if r.Get("performanceInsightsEnabled").True() {
				isSet("performanceInsightsKmsKeyId", "the ARN of a key; it cannot be changed later")(r)
			}
		},
		Fix: "set performanceInsightsKmsKeyId", Bad: `performanceInsightsEnabled: true`, Good: `{performanceInsightsEnabled: true, performanceInsightsKmsKeyId: "arn:aws:kms:us-west-2:123456789012:key/1234abcd"}`,
	},
	{
		ID: "rds-storage-autoscaling", Severity: control.Low,
		Title: "A full disk does not stop a database",
		On:    []string{database}, Reads: []string{"allocatedStorage", "maxAllocatedStorage"},
		Check: func(r *control.Resource) {
			if v := r.Get("maxAllocatedStorage"); r.Get("allocatedStorage").Present() && v.Int(0) <= r.Get("allocatedStorage").Int(0) {
				r.Want(v, "more than allocatedStorage")
			}
		},
		Fix: "set maxAllocatedStorage", Bad: `allocatedStorage: 50`, Good: `{allocatedStorage: 50, maxAllocatedStorage: 200}`,
	},
	{
		ID: "r53-zone-no-force-destroy", Severity: control.Medium,
		Title: "A zone with records in it is not deleted",
		On:    []string{zone}, Reads: []string{"forceDestroy"}, Check: notTrue("forceDestroy"),
		Fix: "remove forceDestroy", Bad: `forceDestroy: true`, Good: `forceDestroy: false`, Remedy: []control.Remedy{{Path: "forceDestroy", Value: false}},
	},
	{
		ID: "acm-transparency-logging", Severity: control.Low,
		Title:   "Certificates are in the public logs",
		Mapping: control.Mapping{Checkov: "CKV_AWS_234"},
		On:      []string{"aws:acm/certificate:Certificate"}, Reads: []string{"options.certificateTransparencyLoggingPreference"},
		Check: noneOf("options.certificateTransparencyLoggingPreference", "ENABLED, or nothing: browsers refuse the others", "DISABLED"),
		Fix:   "remove the option", Bad: `{domainName: example.com, options: {certificateTransparencyLoggingPreference: DISABLED}}`, Good: `domainName: example.com`,
	},
	{
		ID: "k8s-sa-default-no-automount", Severity: control.Medium,
		Title:   "The default service account gives pods no token",
		Mapping: control.Mapping{CIS: "EKS 4.1.5", Checkov: "CKV_K8S_41"},
		On:      []string{"kubernetes:core/v1:ServiceAccount"}, Reads: []string{"metadata.name", "automountServiceAccountToken"},
		Check: func(r *control.Resource) {
			if objectName(r) == "default" {
				isFalse("automountServiceAccountToken")(r)
			}
		},
		Fix: "set automountServiceAccountToken to false", Bad: `metadata: {name: default, namespace: apps}`, Good: `{metadata: {name: default, namespace: apps}, automountServiceAccountToken: false}`,
	},
	{
		ID: "k8s-selector-matches-labels", Severity: control.Medium,
		Title: "A workload selects its own pods",
		On:    []string{"kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet"}, Reads: []string{"spec.selector.matchLabels", "spec.template.metadata.labels"},
		Check: func(r *control.Resource) {
			want, have := r.Get("spec.selector.matchLabels"), r.Get("spec.template.metadata.labels")
			for _, key := range want.Keys() {
				if v := have.Key(key); v.Text() != want.Key(key).Text() {
					r.Violate("the label %s of its pods is %s: want %s, as in spec.selector", key, v.Describe(), want.Key(key).Describe())
				}
			}
		},
		Fix:  "give the pods the labels of spec.selector.matchLabels",
		Bad:  `{metadata: {name: shop}, spec: {selector: {matchLabels: {app: shop}}, template: {metadata: {labels: {app: store}}}}}`,
		Good: `{metadata: {name: shop}, spec: {selector: {matchLabels: {app: shop}}, template: {metadata: {labels: {app: shop}}}}}`,
	},
}
