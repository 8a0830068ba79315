package s3

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
)

// maxPolicy is how long a bucket policy may be.
const maxPolicy = 20 * 1024

var (
	malformed    = rule("bucket-policy-malformed", "MalformedPolicy", guide+"example-bucket-policies.html", cloud.Verified)
	policyLong   = rule("bucket-policy-too-long", "PolicyTooLarge", guide+"add-bucket-policy.html", cloud.Memory)
	publicPolicy = ruleWithStatus("bucket-policy-public", "AccessDenied", 403, guide+"access-control-block-public-access.html")
)

func policyKind() cloud.Kind {
	return setting(cloud.Kind{
		Token: cloud.BucketPolicy, Noun: "S3 Bucket Policy", CreateCall: "PutBucketPolicy", DeleteCall: "DeleteBucketPolicy",
		Fields: cloud.Fields{"policy": cloud.JSON.Required()},
	}, checkPolicy)
}

func checkPolicy(tx *cloud.Tx, bucket *cloud.Resource, p cloud.Props) error {
	text := p.Str("policy")
	d, err := iam.ParseDocument(text)
	switch {
	case err != nil:
		return malformed.Refuse("Policies must be valid JSON and the first byte must be '{': %s", err)
	case len(text) > maxPolicy:
		return policyLong.Refuse("The bucket policy has %d bytes, S3 allows %d", len(text), maxPolicy)
	}
	for _, s := range d.Statements {
		if err := checkStatement(tx, bucket, s); err != nil {
			return err
		}
	}
	if blocks(tx, bucket, "blockPublicPolicy") && slices.ContainsFunc(d.Statements, public) {
		return publicPolicy.Refuse("User: %s is not authorized to perform: s3:PutBucketPolicy on resource: \"%s\" because public policies are blocked by the BlockPublicPolicy block public access setting.",
			tx.Session.Caller, arn(tx, bucket.ID))
	}
	return nil
}

func checkStatement(tx *cloud.Tx, bucket *cloud.Resource, s iam.Statement) error {
	switch {
	case len(s.Principals)+len(s.NotPrincipals) == 0:
		return malformed.Refuse("Missing required field Principal")
	case len(s.Actions)+len(s.NotActions) == 0:
		return malformed.Refuse("Missing required field Action")
	case len(s.Resources)+len(s.NotResources) == 0:
		return malformed.Refuse("Missing required field Resource")
	}
	if err := iam.CheckPrincipals(tx, s); err != nil {
		return malformed.Refuse("Invalid principal in policy (%s)", err)
	}
	for _, a := range slices.Concat(s.Actions, s.NotActions) {
		if a != "*" && !strings.HasPrefix(a, "s3:") && !strings.HasPrefix(a, "S3:") {
			return malformed.Refuse("Policy has invalid action: %s", a)
		}
	}
	self := arn(tx, bucket.ID)
	for _, r := range slices.Concat(s.Resources, s.NotResources) {
		start, open := strings.CutSuffix(r, "*")
		if r != self && !strings.HasPrefix(r, self+"/") && (!open || !strings.HasPrefix(self, start)) {
			return malformed.Refuse("Policy has invalid resource: %s is not in bucket %s", r, bucket.ID)
		}
	}
	for _, a := range s.Actions {
		if len(s.NotResources) == 0 && !applies(a, s.Resources, self) {
			return malformed.Refuse("Action does not apply to any resource(s) in statement: %s is about %s", a, map[bool]string{true: "objects, such as " + self + "/*", false: "the bucket, " + self}[aboutObjects(a)])
		}
	}
	return nil
}

// applies tells whether an action can be about one of the resources: those of
// objects are never about a bucket, and the other way round.
func applies(action string, resources []string, bucket string) bool {
	if strings.Contains(action, "*") {
		return true
	}
	return slices.ContainsFunc(resources, func(r string) bool {
		return strings.HasSuffix(r, "*") && !strings.Contains(r, "/") || strings.HasPrefix(r, bucket+"/") == aboutObjects(action)
	})
}

func aboutObjects(action string) bool {
	_, call, _ := strings.Cut(action, ":")
	return slices.Contains([]string{"AbortMultipartUpload", "BypassGovernanceRetention", "ListMultipartUploadParts", "RestoreObject", "ObjectOwnerOverrideToBucketOwner", "ReplicateObject", "ReplicateDelete", "ReplicateTags"}, call) ||
		strings.Contains(call, "Object") && !slices.Contains([]string{"GetBucketObjectLockConfiguration", "PutBucketObjectLockConfiguration"}, call)
}

// fixing are the condition keys that, with fixed values, make a statement for
// everybody not public.
var fixing = []string{
	"aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:sourcearn", "aws:sourceaccount", "aws:sourceowner",
	"aws:sourcevpc", "aws:sourcevpce", "aws:sourceip", "aws:userid", "s3:dataaccesspointaccount", "s3:dataaccesspointarn",
	"s3:x-amz-server-side-encryption-aws-kms-key-id",
}

// public tells whether a statement lets everybody in.
func public(s iam.Statement) bool {
	if s.Effect != "Allow" || len(s.NotPrincipals) == 0 && !slices.Contains(s.Principals["AWS"], "*") {
		return false
	}
	for operator, keys := range s.Conditions {
		if strings.Contains(operator, "Not") || strings.HasPrefix(operator, "Null") {
			continue
		}
		for key, values := range keys {
			if slices.Contains(fixing, strings.ToLower(key)) && !slices.ContainsFunc(values, broad) {
				return false
			}
		}
	}
	return true
}

// broad tells whether a value of a condition fits everybody.
func broad(value string) bool { return value == "*" || value == "0.0.0.0/0" || value == "::/0" }
