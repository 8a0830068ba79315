package s3

import (
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	versionsLocked = ruleWithStatus("bucket-versioning-with-lock", "InvalidBucketState", 409, guide+"object-lock-configure.html")
	lockUnfit      = ruleWithStatus("bucket-lock-without-versioning", "InvalidBucketState", 409, guide+"object-lock-configure.html")
	lockPeriod     = rule("bucket-lock-period", "MalformedXML", api+"API_DefaultRetention.html", cloud.Verified)
)

const enabled = "Enabled"

func versioningKind() cloud.Kind {
	return setting(cloud.Kind{
		Token: cloud.BucketVersioning, Noun: "S3 Bucket Versioning", CreateCall: "PutBucketVersioning", DeleteCall: "PutBucketVersioning",
		Fields: cloud.Fields{
			"expectedBucketOwner": cloud.String.Like(cloud.AccountText).ForceNew(),
			"mfa":                 cloud.String,
			"versioningConfiguration": cloud.Object(cloud.Fields{
				"mfaDelete": cloud.String.Computed().OneOf(enabled, "Disabled"),
				"status":    cloud.String.Required().OneOf(enabled, "Suspended", "Disabled"),
			}).Required(),
		},
	}, func(_ *cloud.Tx, bucket *cloud.Resource, p cloud.Props) error {
		if status := p.Obj("versioningConfiguration").Str("status"); status == "Suspended" && bucket.Props.Bool("objectLockEnabled") {
			return versionsLocked.Refuse("An Object Lock configuration is present on this bucket, so the versioning state cannot be changed: %s", bucket.ID)
		}
		return nil
	})
}

// Versioned tells whether a bucket keeps the versions of its objects.
func Versioned(tx *cloud.Tx, bucket *cloud.Resource) bool {
	if s := tx.Get(cloud.BucketVersioning, bucket.ID); s != nil {
		return s.Props.Obj("versioningConfiguration").Str("status") == enabled
	}
	return bucket.Props.Bool("objectLockEnabled")
}

func lockKind() cloud.Kind {
	return setting(cloud.Kind{
		Token: cloud.BucketObjectLock, Noun: "S3 Bucket Object Lock Configuration",
		CreateCall: "PutObjectLockConfiguration", DeleteCall: "PutObjectLockConfiguration",
		Fields: cloud.Fields{
			"expectedBucketOwner": cloud.String.Like(cloud.AccountText).ForceNew(),
			"objectLockEnabled":   cloud.String.Default(enabled).OneOf(enabled).ForceNew(),
			"token":               cloud.String,
			"rule": cloud.Object(cloud.Fields{
				"defaultRetention": cloud.Object(cloud.Fields{
					"days":  cloud.Number,
					"mode":  cloud.String.OneOf("GOVERNANCE", "COMPLIANCE"),
					"years": cloud.Number,
				}).Required(),
			}),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			if retention := p.Obj("rule").Obj("defaultRetention"); retention.Has("days") && retention.Has("years") {
				return []cloud.Problem{{Property: "rule.defaultRetention.days", Reason: "conflicts with years"}}
			}
			return nil
		},
	}, func(tx *cloud.Tx, bucket *cloud.Resource, p cloud.Props) error {
		retention := p.Obj("rule").Obj("defaultRetention")
		switch {
		case !Versioned(tx, bucket):
			return lockUnfit.Refuse("Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration: %s", bucket.ID)
		case retention != nil && retention.Int("days") <= 0 && retention.Int("years") <= 0:
			return lockPeriod.Refuse("The XML you provided was not well-formed or did not validate against our published schema: give days or years")
		}
		return nil
	})
}
