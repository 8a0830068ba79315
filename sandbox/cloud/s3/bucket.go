package s3

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	invalidName = rule("bucket-name", "InvalidBucketName", guide+"bucketnamingrules.html", cloud.Verified)
	nameTaken   = ruleWithStatus("bucket-of-somebody-else", "BucketAlreadyExists", 409, api+"API_CreateBucket.html")
	nameOwned   = ruleWithStatus("bucket-exists", "BucketAlreadyOwnedByYou", 409, api+"API_CreateBucket.html")
	notEmpty    = ruleWithStatus("bucket-not-empty", "BucketNotEmpty", 409, api+"API_DeleteBucket.html")
)

// taken are names that some account has had for years: names are unique among
// all accounts.
var taken = []string{"backup", "backups", "bucket", "data", "logs", "media", "my-bucket", "mybucket", "test", "terraform-state"}

var (
	nameForm         = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	reservedPrefixes = []string{"xn--", "sthree-", "amzn-s3-demo-"}
	reservedSuffixes = []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}
)

func bucketKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.Bucket, Noun: "S3 Bucket", Service: serviceName, Global: true, Tagged: true,
		CreateCall: "CreateBucket", UpdateCall: "PutBucketTagging", DeleteCall: "DeleteBucket",
		Fields: cloud.Fields{
			"bucket":                   cloud.String.AutoNamed(63).ForceNew(),
			"bucketPrefix":             cloud.String.Computed().ForceNew(),
			"forceDestroy":             cloud.Bool.Default(false),
			"objectLockEnabled":        cloud.Bool.Computed().ForceNew(),
			"arn":                      cloud.String.Output(),
			"bucketDomainName":         cloud.String.Output(),
			"bucketRegionalDomainName": cloud.String.Output(),
			"hostedZoneId":             cloud.String.Output(),
			"region":                   cloud.String.Output(),
		},
		Create: createBucket, Delete: deleteBucket,
	}
}

func createBucket(tx *cloud.Tx, r *cloud.Resource) error {
	p, region := r.Props, tx.Session.Region
	name := p.Str("bucket")
	if name == "" {
		name = p.Str("bucketPrefix") + tx.Hex(26)
	}
	switch {
	case !validName(name):
		return invalidName.Refuse("The specified bucket is not valid: %s needs 3 to 63 lowercase letters, digits, dots and hyphens, and none of S3's reserved beginnings and endings", name)
	case slices.Contains(taken, name):
		return nameTaken.Refuse("The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again: %s", name)
	case Bucket(tx, name) != nil:
		return nameOwned.Refuse("Your previous request to create the named bucket succeeded and you already own it: %s", name)
	}
	r.ID = name
	suffix := cloud.DNSSuffix(region)
	for k, v := range map[string]any{
		"bucket": name, "arn": arn(tx, name), "region": region, "hostedZoneId": websiteZones[region],
		"bucketDomainName": name + ".s3." + suffix, "bucketRegionalDomainName": name + ".s3." + region + "." + suffix,
		"objectLockEnabled": p.Bool("objectLockEnabled"),
	} {
		p[k] = v
	}
	return nil
}

func validName(name string) bool {
	if _, err := netip.ParseAddr(name); err == nil || !nameForm.MatchString(name) || strings.Contains(name, "..") {
		return false
	}
	return !slices.ContainsFunc(reservedPrefixes, func(p string) bool { return strings.HasPrefix(name, p) }) &&
		!slices.ContainsFunc(reservedSuffixes, func(s string) bool { return strings.HasSuffix(name, s) })
}

// deleteBucket deletes a bucket with its settings. The provider empties it first
// when forceDestroy is on.
func deleteBucket(tx *cloud.Tx, r *cloud.Resource) error {
	of := cloud.Prop("bucket", r.ID)
	if objects := tx.List(cloud.BucketObject, of); len(objects) > 0 {
		if !r.Props.Bool("forceDestroy") {
			return notEmpty.Refuse("The bucket you tried to delete is not empty: %s holds %d objects, the first %s; set forceDestroy, run an update, and destroy again",
				r.ID, len(objects), objects[0].Props.Str("key"))
		}
		for _, o := range objects {
			if err := mayDelete(tx, o); err != nil {
				return err
			}
			tx.Remove(o)
		}
	}
	for _, kind := range settings {
		for _, s := range tx.List(kind, of) {
			tx.Remove(s)
		}
	}
	return nil
}

// settings are the kinds that go with their bucket.
var settings = []string{
	cloud.BucketPublicAccessBlock, cloud.BucketOwnershipControls, cloud.BucketACL, cloud.BucketVersioning, cloud.BucketObjectLock,
	cloud.BucketEncryption, cloud.BucketLifecycle, cloud.BucketLogging, cloud.BucketPolicy, cloud.BucketNotification, cloud.BucketTiering,
}

// websiteZones are the hosted zones of S3's website endpoints, for aliases.
// https://docs.aws.amazon.com/general/latest/gr/s3.html
var websiteZones = map[string]string{
	"us-east-1": "Z3AQBSTGFJSTF", "us-east-2": "Z2O1EMRO9K5GLX", "us-west-1": "Z2F56UZL2M1ACD", "us-west-2": "Z3BJ6K6RIION7M",
	"ca-central-1": "Z1QDHH18159H29", "sa-east-1": "Z7KQH4QJS55SO", "eu-west-1": "Z1BKCTXD74EZPE", "eu-west-2": "Z3GKZC51ZF0DB4",
	"eu-west-3": "Z3R1K369G5AVDG", "eu-central-1": "Z21DNDUVLTQW6Q", "eu-north-1": "Z3BAZG2TWCNX0D", "ap-south-1": "Z11RGJOFQNVJUP",
	"ap-northeast-1": "Z2M4EHUR26P7ZW", "ap-southeast-1": "Z3O0J2DXBE1FTB", "ap-southeast-2": "Z1WCIGYICN2BYD",
}
