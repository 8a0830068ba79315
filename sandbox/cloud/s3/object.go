package s3

import (
	"crypto/md5" //nolint:gosec // S3 answers with the MD5 of an object
	"encoding/base64"
	"encoding/hex"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	objectDenied = ruleWithStatus("object-denied-by-policy", "AccessDenied", 403, guide+"access-policy-language-overview.html")
	objectLocked = ruleWithStatus("object-locked", "AccessDenied", 403, guide+"object-lock.html")
	objectTags   = rule("object-too-many-tags", "BadRequest", guide+"object-tagging.html", cloud.Verified)
)

// maxObjectTags is how many tags an object may have.
const maxObjectTags = 10

func objectKind() cloud.Kind {
	classes := []string{"STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "OUTPOSTS", "GLACIER_IR", "SNOW", "EXPRESS_ONEZONE", "FSX_OPENZFS"}
	return cloud.Kind{
		Token: cloud.BucketObject, Noun: "S3 Object", Service: serviceName, Global: true, Tagged: true,
		CreateCall: "PutObject", UpdateCall: "PutObject", DeleteCall: "DeleteObject",
		Fields: cloud.Fields{
			"bucket": cloud.String.Required().ForceNew(), "key": cloud.String.Required().ForceNew(),
			"acl":              cloud.String.Computed().OneOf(cannedACLs[:len(cannedACLs)-1]...),
			"bucketKeyEnabled": cloud.Bool.Computed(), "cacheControl": cloud.String, "content": cloud.String, "contentBase64": cloud.String,
			"contentDisposition": cloud.String, "contentEncoding": cloud.String, "contentLanguage": cloud.String, "contentType": cloud.String.Computed(),
			"etag": cloud.String.Computed(), "forceDestroy": cloud.Bool.Default(false), "kmsKeyId": cloud.String.Like(cloud.ARNText).Computed(),
			"metadata": cloud.MapOf(cloud.String), "sourceHash": cloud.String,
			"serverSideEncryption": cloud.String.Computed().OneOf(sseS3, sseKMS, "aws:kms:dsse", "aws:fsx"),
			"storageClass":         cloud.String.Computed().OneOf(classes...),
			"websiteRedirect":      cloud.String,
			"arn":                  cloud.String.Output(), "versionId": cloud.String.Output(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			if p.Has("content") && p.Has("contentBase64") {
				return []cloud.Problem{{Property: "content", Reason: "conflicts with contentBase64"}}
			}
			return nil
		},
		Create: createObject, Update: updateObject, Delete: mayDelete,
		Stale: func([]string, cloud.Props) []string { return []string{"etag", "versionId"} },
	}
}

func createObject(tx *cloud.Tx, r *cloud.Resource) error {
	bucket := Bucket(tx, r.Props.Str("bucket"))
	if bucket == nil {
		return noSuchBucket.Refuse("The specified bucket does not exist: %s", r.Props.Str("bucket"))
	}
	r.ID = bucket.ID + "/" + r.Props.Str("key")
	r.Props["arn"] = arn(tx, r.ID)
	return put(tx, bucket, r, r.Props)
}

// updateObject finds the bucket there: none goes before its objects.
func updateObject(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	return put(tx, Bucket(tx, r.Props.Str("bucket")), r, news)
}

// put refuses what S3 refuses of an object, and fills in what S3 tells of it.
func put(tx *cloud.Tx, bucket, r *cloud.Resource, p cloud.Props) error {
	if n := max(len(p.Obj("tags")), len(p.Obj("tagsAll"))); n > maxObjectTags {
		return objectTags.Refuse("Object tags cannot be greater than %d: %s has %d, the provider's default tags included", maxObjectTags, r.ID, n)
	}
	if p.Has("acl") && p.Str("acl") != "private" {
		if err := checkACL(tx, bucket, p.Str("acl")); err != nil {
			return err
		}
	}
	algorithm, key := p.Str("serverSideEncryption"), p.Str("kmsKeyId")
	if err := allowed(tx, bucket, writer{"AWS", tx.Session.Caller, ""}, r.Props.Str("key"), algorithm, key); err != nil {
		return err
	}
	if key != "" && algorithm == "" {
		algorithm = sseKMS
	}
	if algorithm == "" {
		algorithm, key = encryption(tx, bucket)
	}
	if err := checkKey(tx, key); err != nil {
		return err
	}
	fill(p, "serverSideEncryption", algorithm)
	fill(p, "storageClass", "STANDARD")
	fill(p, "contentType", "application/octet-stream")
	fill(p, "bucketKeyEnabled", false)
	r.Props["etag"] = etag(p)
	r.Props["versionId"] = ""
	if Versioned(tx, bucket) {
		r.Props["versionId"] = tx.Hex(32)
	}
	return nil
}

func fill(p cloud.Props, name string, v any) {
	if !p.Has(name) {
		p[name] = v
	}
}

func etag(p cloud.Props) string {
	body := []byte(p.Str("content"))
	if encoded, err := base64.StdEncoding.DecodeString(p.Str("contentBase64")); err == nil && len(encoded) > 0 {
		body = encoded
	}
	sum := md5.Sum(body) //nolint:gosec // S3 answers with the MD5 of an object
	return hex.EncodeToString(sum[:])
}

// writer is who puts an object, and for a service on behalf of what.
type writer struct{ kind, name, source string }

// allowed refuses an object that the bucket's policy denies, or that a service
// may not put because the policy does not say that it may.
func allowed(tx *cloud.Tx, bucket *cloud.Resource, w writer, key, algorithm, kmsKey string) error {
	context := map[string]string{
		"aws:SecureTransport": "true", "aws:SourceAccount": tx.AccountID(), "s3:TlsVersion": "1.3",
		"aws:PrincipalAccount": tx.AccountID(),
	}
	if w.kind == "Service" {
		context["s3:x-amz-acl"] = "bucket-owner-full-control"
	}
	if w.source != "" {
		context["aws:SourceArn"] = w.source
	}
	if algorithm != "" {
		context["s3:x-amz-server-side-encryption"] = algorithm
	}
	if kmsKey != "" {
		context["s3:x-amz-server-side-encryption-aws-kms-key-id"] = kmsKey
	}
	decision := Silent
	if policy := tx.Get(cloud.BucketPolicy, bucket.ID); policy != nil {
		var err error
		if decision, err = Decide(policy.Props.Str("policy"), Request{w.kind, w.name, "s3:PutObject", arn(tx, bucket.ID+"/"+key), context}); err != nil {
			return err
		}
	}
	switch {
	case decision == Denied:
		return objectDenied.Refuse("User: %s is not authorized to perform: s3:PutObject on resource: \"%s\" with an explicit deny in a resource-based policy", w.name, arn(tx, bucket.ID+"/"+key))
	case decision == Silent && w.kind == "Service":
		return objectDenied.Refuse("%s is not authorized to perform: s3:PutObject on resource: \"%s\": the policy of bucket %s has to allow it", w.name, arn(tx, bucket.ID+"/"+key), bucket.ID)
	}
	return nil
}

// mayDelete refuses to delete an object that a default retention keeps. Those of
// governance mode go with forceDestroy, as the provider bypasses it.
func mayDelete(tx *cloud.Tx, r *cloud.Resource) error {
	lock := tx.Get(cloud.BucketObjectLock, r.Props.Str("bucket"))
	if lock == nil {
		return nil
	}
	retention := lock.Props.Obj("rule").Obj("defaultRetention")
	forced := r.Props.Bool("forceDestroy")
	if bucket := Bucket(tx, r.Props.Str("bucket")); bucket != nil {
		forced = forced || bucket.Props.Bool("forceDestroy")
	}
	if retention.Str("mode") == "COMPLIANCE" || retention.Str("mode") == "GOVERNANCE" && !forced {
		return objectLocked.Refuse("Access Denied because object protected by object lock: %s, in mode %s", r.ID, retention.Str("mode"))
	}
	return nil
}
