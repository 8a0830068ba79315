package s3

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
)

var (
	keyUnfit = rule("bucket-key-without-kms", "InvalidArgument", api+"API_ServerSideEncryptionByDefault.html", cloud.Verified)
	// S3 looks at the key when an object is put.
	keyUnusable = rule("object-key-unusable", "KMS.DisabledException", guide+"UsingKMSEncryption.html", cloud.Derived)
	keyMissing  = rule("object-key-missing", "KMS.NotFoundException", guide+"UsingKMSEncryption.html", cloud.Derived)
)

const (
	sseS3  = "AES256"
	sseKMS = "aws:kms"
)

func encryptionKind() cloud.Kind {
	return setting(cloud.Kind{
		Token: cloud.BucketEncryption, Noun: "S3 Bucket Server-side Encryption Configuration",
		CreateCall: "PutBucketEncryption", DeleteCall: "DeleteBucketEncryption",
		Fields: cloud.Fields{
			"expectedBucketOwner": cloud.String.Like(cloud.AccountText).ForceNew(),
			"rules": cloud.SetOf(cloud.Object(cloud.Fields{
				"bucketKeyEnabled": cloud.Bool,
				"applyServerSideEncryptionByDefault": cloud.Object(cloud.Fields{
					"kmsMasterKeyId": cloud.String,
					"sseAlgorithm":   cloud.String.Required().OneOf(sseS3, sseKMS, "aws:kms:dsse"),
				}),
			})).Required(),
		},
	}, func(_ *cloud.Tx, _ *cloud.Resource, p cloud.Props) error {
		for _, r := range p.Objs("rules") {
			if d := r.Obj("applyServerSideEncryptionByDefault"); d.Str("kmsMasterKeyId") != "" && d.Str("sseAlgorithm") == sseS3 {
				return keyUnfit.Refuse("a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse")
			}
		}
		return nil
	})
}

// encryption is how a bucket encrypts objects that do not say: the algorithm and,
// for KMS, the key; AWS's own key of S3 when it names none.
func encryption(tx *cloud.Tx, bucket *cloud.Resource) (algorithm, key string) {
	s := tx.Get(cloud.BucketEncryption, bucket.ID)
	if s == nil {
		return sseS3, ""
	}
	rules := s.Props.Objs("rules")
	i := slices.IndexFunc(rules, func(r cloud.Props) bool { return r.Obj("applyServerSideEncryptionByDefault") != nil })
	if i < 0 {
		return sseS3, ""
	}
	d := rules[i].Obj("applyServerSideEncryptionByDefault")
	algorithm, key = d.Str("sseAlgorithm"), d.Str("kmsMasterKeyId")
	if algorithm != sseS3 && key == "" {
		key = "alias/aws/s3"
	}
	return algorithm, key
}

// checkKey refuses to encrypt an object with a key that cannot.
func checkKey(tx *cloud.Tx, key string) error {
	if key == "" {
		return nil
	}
	err := kms.Usable(tx, key)
	switch {
	case err == nil:
		return nil
	case kms.Key(tx, key) == nil:
		return keyMissing.Refuse("%s", err)
	}
	return keyUnusable.Refuse("%s", err)
}
