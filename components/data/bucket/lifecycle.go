package bucket

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	// abortDays is how long an upload may take that comes in parts. Its parts
	// cost, and nobody sees them.
	abortDays = 7

	// coolDays is the soonest at which S3 moves objects to cheaper classes, and
	// archiveDays when a backup is hardly needed at once any more.
	coolDays    = 30
	archiveDays = 90

	// glacierDays is what an object in Glacier Instant Retrieval is paid for at
	// the least.
	glacierDays = 90
)

// lifecycle is what becomes of objects with time.
func (a Args) lifecycle() s3.BucketLifecycleConfigurationV2RuleArray {
	rules := s3.BucketLifecycleConfigurationV2RuleArray{
		rule("uploads", s3.BucketLifecycleConfigurationV2RuleArgs{
			AbortIncompleteMultipartUpload: s3.BucketLifecycleConfigurationV2RuleAbortIncompleteMultipartUploadArgs{
				DaysAfterInitiation: pulumi.Int(abortDays),
			},
		}),
		rule("versions", s3.BucketLifecycleConfigurationV2RuleArgs{
			NoncurrentVersionExpiration: s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{
				NoncurrentDays: pulumi.Int(a.versionDays()),
			},
		}),
	}
	switch a.Kind {
	case Media:
		// S3 itself moves what nobody reads, and back.
		rules = append(rules, rule("tiering", s3.BucketLifecycleConfigurationV2RuleArgs{Transitions: after(0, "INTELLIGENT_TIERING")}))
	case Backups:
		rules = append(rules, rule("archive", s3.BucketLifecycleConfigurationV2RuleArgs{Transitions: after(archiveDays, "GLACIER_IR")}))
	case Logs:
		end := s3.BucketLifecycleConfigurationV2RuleArgs{
			Expiration: s3.BucketLifecycleConfigurationV2RuleExpirationArgs{Days: pulumi.Int(a.KeepDays)},
		}
		if a.KeepDays >= coolDays+glacierDays {
			end.Transitions = after(coolDays, "GLACIER_IR")
		}
		rules = append(rules, rule("end", end))
	}
	return rules
}

// versionDays is how long an old version stays. A log has one version; what is
// noncurrent there has expired.
func (a Args) versionDays() int {
	if a.Kind == Logs {
		return 1
	}
	return a.KeepDays
}

// rule is a rule for all objects.
func rule(id string, r s3.BucketLifecycleConfigurationV2RuleArgs) s3.BucketLifecycleConfigurationV2RuleArgs {
	r.Id, r.Status = pulumi.String(id), pulumi.String("Enabled")
	r.Filter = s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String("")}
	return r
}

func after(days int, class string) s3.BucketLifecycleConfigurationV2RuleTransitionArray {
	return s3.BucketLifecycleConfigurationV2RuleTransitionArray{s3.BucketLifecycleConfigurationV2RuleTransitionArgs{
		Days: pulumi.Int(days), StorageClass: pulumi.String(class),
	}}
}
