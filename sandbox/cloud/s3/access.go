package s3

import (
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	aclsOff     = rule("bucket-acl-without-acls", "AccessControlListNotSupported", guide+"about-object-ownership.html", cloud.Verified)
	publicACL   = ruleWithStatus("bucket-acl-public", "AccessDenied", 403, guide+"access-control-block-public-access.html")
	aclsInUse   = rule("bucket-acls-in-use", "InvalidBucketAclWithObjectOwnership", guide+"object-ownership-error-responses.html", cloud.Verified)
	publicFlags = []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"}
)

const (
	unblocked = "unblocked"
	unowned   = "unowned"

	enforced = "BucketOwnerEnforced"
)

func blockKind() cloud.Kind {
	fields := cloud.Fields{}
	for _, name := range publicFlags {
		fields[name] = cloud.Bool.Default(false)
	}
	return setting(cloud.Kind{
		Token: cloud.BucketPublicAccessBlock, Noun: "S3 Bucket Public Access Block",
		CreateCall: "PutPublicAccessBlock", DeleteCall: "DeletePublicAccessBlock",
		Fields: fields, Delete: forget(unblocked),
	}, func(*cloud.Tx, *cloud.Resource, cloud.Props) error { return nil })
}

// blocks tells whether a bucket blocks something public. A bucket without the
// setting blocks everything, until somebody takes the setting away.
func blocks(tx *cloud.Tx, bucket *cloud.Resource, what string) bool {
	if s := tx.Get(cloud.BucketPublicAccessBlock, bucket.ID); s != nil {
		return s.Props.Bool(what)
	}
	return !bucket.Facts.Bool(unblocked)
}

func ownershipKind() cloud.Kind {
	return setting(cloud.Kind{
		Token: cloud.BucketOwnershipControls, Noun: "S3 Bucket Ownership Controls",
		CreateCall: "PutBucketOwnershipControls", DeleteCall: "DeleteBucketOwnershipControls",
		Fields: cloud.Fields{"rule": cloud.Object(cloud.Fields{
			"objectOwnership": cloud.String.Required().OneOf("BucketOwnerPreferred", "ObjectWriter", enforced),
		}).Required()},
		Delete: forget(unowned),
	}, func(tx *cloud.Tx, bucket *cloud.Resource, p cloud.Props) error {
		if p.Obj("rule").Str("objectOwnership") != enforced {
			return nil
		}
		if acl := tx.Get(cloud.BucketACL, bucket.ID); acl != nil && acl.Props.Str("acl") != "private" {
			return aclsInUse.Refuse("Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting: %s has the ACL %s", bucket.ID, acl.Props.Str("acl"))
		}
		return nil
	})
}

// hasACLs tells whether a bucket's and its objects' ACLs count.
func hasACLs(tx *cloud.Tx, bucket *cloud.Resource) bool {
	if s := tx.Get(cloud.BucketOwnershipControls, bucket.ID); s != nil {
		return s.Props.Obj("rule").Str("objectOwnership") != enforced
	}
	return bucket.Facts.Bool(unowned)
}

var cannedACLs = []string{"private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control", "log-delivery-write"}

func aclKind() cloud.Kind {
	return setting(cloud.Kind{
		Token: cloud.BucketACL, Noun: "S3 Bucket ACL", CreateCall: "PutBucketAcl", DeleteCall: "PutBucketAcl",
		Fields: cloud.Fields{
			"acl":                 cloud.String.OneOf(cannedACLs...),
			"expectedBucketOwner": cloud.String.Like(cloud.AccountText).ForceNew(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			if p["acl"] == nil {
				return []cloud.Problem{{Property: "acl", Reason: "is required: the sandbox has no accessControlPolicy"}}
			}
			return nil
		},
	}, func(tx *cloud.Tx, bucket *cloud.Resource, p cloud.Props) error {
		return checkACL(tx, bucket, p.Str("acl"))
	})
}

func checkACL(tx *cloud.Tx, bucket *cloud.Resource, acl string) error {
	switch public := strings.HasPrefix(acl, "public-") || acl == "authenticated-read"; {
	case acl != "" && !hasACLs(tx, bucket):
		return aclsOff.Refuse("The bucket does not allow ACLs: %s has the object ownership %s, which new buckets have; it asks for %s", bucket.ID, enforced, acl)
	case public && blocks(tx, bucket, "blockPublicAcls"):
		return publicACL.Refuse("Access Denied: public ACLs are blocked by the BlockPublicAcls block public access setting of %s", bucket.ID)
	}
	return nil
}
