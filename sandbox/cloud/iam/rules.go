package iam

import "github.com/slipway-iac/slipway/sandbox/cloud"

var (
	exists = cloud.Declare(cloud.Rule{
		Name: "entity-exists", Code: "EntityAlreadyExists", Status: 409, Source: docs + "APIReference/API_CreateRole.html",
	})
	noSuchEntity = cloud.Declare(cloud.Rule{
		Name: "entity-missing", Code: "NoSuchEntity", Status: 404, Source: docs + "APIReference/API_AttachRolePolicy.html",
	})
	deleteConflict = cloud.Declare(cloud.Rule{
		Name: "delete-with-dependents", Code: "DeleteConflict", Status: 409, Source: docs + "APIReference/API_DeleteRole.html",
	})
	limitExceeded = cloud.Declare(cloud.Rule{
		Name: "quota", Code: "LimitExceeded", Status: 409, Source: docs + "UserGuide/reference_iam-quotas.html",
	})
	malformed = cloud.Declare(cloud.Rule{
		Name: "policy-document", Code: "MalformedPolicyDocument", Source: docs + "UserGuide/reference_policies_grammar.html",
	})
	invalid = cloud.Declare(cloud.Rule{
		Name: "name-or-value", Code: "ValidationError", Source: docs + "APIReference/CommonErrors.html",
	})
	invalidInput = cloud.Declare(cloud.Rule{
		Name: "input", Code: "InvalidInput", Source: docs + "APIReference/API_CreateOpenIDConnectProvider.html",
	})
)

// tagRules are IAM's rules for tags.
var tagRules = cloud.TagRules{
	TooMany: cloud.Declare(cloud.Rule{
		Name: "iam-too-many-tags", Code: "LimitExceeded", Source: docs + "APIReference/API_TagRole.html", Tag: cloud.Memory,
	}),
	Malformed: cloud.Declare(cloud.Rule{
		Name: "iam-tag-malformed", Code: "InvalidInput", Source: docs + "APIReference/API_TagRole.html", Tag: cloud.Memory,
	}),
}
