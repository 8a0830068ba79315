// Package kms simulates AWS Key Management Service as far as EKS platforms use
// it: keys with their policies and rotation, and aliases.
//
// A deleted key stays in the account, scheduled, and refuses every use; the
// days never pass. The keys that AWS manages (aws/ebs, aws/rds, …) exist
// without being made. Nothing is ever encrypted, and a key policy decides only
// what [AllowsServiceFor] is asked.
package kms

import "github.com/slipway-iac/slipway/sandbox/cloud"

// Service lists what KMS adds to an account.
func Service() cloud.Service {
	return cloud.Service{Kinds: []cloud.Kind{keyKind(), aliasKind()}, Tags: tagRules}
}

const (
	serviceName = "KMS"
	docs        = "https://docs.aws.amazon.com/kms/latest/APIReference/"
)

var (
	notFound = cloud.Declare(cloud.Rule{
		Name: "key-missing", Code: "NotFoundException", Source: docs + "API_DescribeKey.html",
	})
	invalidState = cloud.Declare(cloud.Rule{
		Name: "key-pending-deletion", Code: "KMSInvalidStateException", Source: docs + "API_CreateAlias.html",
	})
	disabled = cloud.Declare(cloud.Rule{
		Name: "key-disabled", Code: "DisabledException", Source: docs + "API_GenerateDataKey.html",
	})
	malformed = cloud.Declare(cloud.Rule{
		Name: "key-policy", Code: "MalformedPolicyDocumentException", Source: docs + "API_PutKeyPolicy.html",
	})
	validation = cloud.Declare(cloud.Rule{
		Name: "key-value", Code: "ValidationException", Source: docs + "API_CreateKey.html",
	})
	limitExceeded = cloud.Declare(cloud.Rule{
		Name: "key-policy-size", Code: "LimitExceededException",
		Source: "https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html", Tag: cloud.Memory,
	})
	aliasExists = cloud.Declare(cloud.Rule{
		Name: "alias-exists", Code: "AlreadyExistsException", Source: docs + "API_CreateAlias.html",
	})
	aliasReserved = cloud.Declare(cloud.Rule{
		Name: "alias-reserved", Code: "NotAuthorizedException", Source: docs + "API_CreateAlias.html",
	})
	aliasName = cloud.Declare(cloud.Rule{
		Name: "alias-name", Code: "InvalidAliasNameException", Source: docs + "API_CreateAlias.html",
	})
)

// tagRules are KMS's rules for tags.
var tagRules = cloud.TagRules{
	TooMany: cloud.Declare(cloud.Rule{
		Name: "kms-too-many-tags", Code: "LimitExceededException", Source: docs + "API_TagResource.html", Tag: cloud.Memory,
	}),
	Malformed: cloud.Declare(cloud.Rule{
		Name: "kms-tag-malformed", Code: "TagException", Source: docs + "API_TagResource.html", Tag: cloud.Memory,
	}),
}
