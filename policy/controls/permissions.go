package controls

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/statement"
)

// permissionTypes are the types with a document of permissions in the property
// policy; roles have theirs inline.
var (
	permissionTypes = []string{iamPolicy, rolePolicy, groupPolicy, userPolicy, role}
	permissionReads = []string{"policy", rolePolicy + " policy", groupPolicy + " policy", userPolicy + " policy"}
)

// permissions looks at the statements of a document of permissions.
func permissions(do func(*control.Resource, statement.Statement)) check {
	return func(r *control.Resource) {
		if !r.Is(role) {
			eachStatement([]string{"policy"}, do)(r)
			return
		}
		r.Get("inlinePolicies").Each(func(p control.Value) {
			if !p.Get("policy").IsSet() {
				return
			}
			list, err := statement.Parse(p.Get("policy").Property())
			if err != nil {
				r.Violate("%s.policy cannot be read: %v", p.Path(), err)
			}
			for _, s := range list {
				do(r, s)
			}
		})
	}
}

// notOnEverything refuses statements that allow one of some actions on all
// resources without a condition.
func notOnEverything(actions ...string) check {
	return permissions(func(r *control.Resource, s statement.Statement) {
		if !s.OnEverything() || s.Conditional() {
			return
		}
		for _, a := range actions {
			if s.Allows(a) {
				r.Violate("statement %q allows %s on *: want the ARNs it is needed on, or a condition", s.Sid, a)
				return
			}
		}
	})
}

// escalations are sets of actions with which a principal can give itself more
// than it has, from "Privilege escalation" of the IAM documentation's policy
// checks and the public lists that follow it.
var escalations = [][]string{
	{"iam:CreatePolicyVersion"}, {"iam:SetDefaultPolicyVersion"},
	{"iam:AttachUserPolicy"}, {"iam:AttachGroupPolicy"}, {"iam:AttachRolePolicy"},
	{"iam:PutUserPolicy"}, {"iam:PutGroupPolicy"}, {"iam:PutRolePolicy"},
	{"iam:AddUserToGroup"}, {"iam:CreateAccessKey"}, {"iam:CreateLoginProfile"}, {"iam:UpdateLoginProfile"},
	{"iam:UpdateAssumeRolePolicy", "sts:AssumeRole"},
	{"iam:PassRole", "ec2:RunInstances"}, {"iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"},
	{"iam:PassRole", "glue:CreateDevEndpoint"}, {"iam:PassRole", "cloudformation:CreateStack"},
	{"iam:PassRole", "ecs:RunTask"}, {"iam:PassRole", "eks:CreatePodIdentityAssociation"},
	{"eks:CreateAccessEntry", "eks:AssociateAccessPolicy"},
}

var permissionControls = []control.Control{
	{
		ID: "iam-no-admin-policy", Severity: control.High,
		Title:   "No policy allows everything on everything",
		Mapping: control.Mapping{SecurityHub: "IAM.1", CIS: "AWS 1.15/2.15", Checkov: "CKV_AWS_62, CKV_AWS_63, CKV_AWS_1, CKV_AWS_49", Trivy: "AWS-0057"},
		On:      permissionTypes, Reads: permissionReads,
		Check: permissions(func(r *control.Resource, s statement.Statement) {
			if s.Allow && s.OnEverything() && slices.ContainsFunc(s.Actions, func(a string) bool { return a == "*" || a == "*:*" }) {
				r.Violate("statement %q allows * on *: want the actions and resources that are needed", s.Sid)
			}
		}),
		Fix:  "list the actions and the ARNs",
		Bad:  `policy: '{"Statement":[{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}]}'`,
		Good: `policy: '{"Statement":[{"Sid":"Read","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::shop/*"}]}'`,
	},
	{
		ID: "iam-no-service-wildcard-action", Severity: control.Low,
		Title:   "No policy allows all actions of a service",
		Mapping: control.Mapping{SecurityHub: "IAM.21", Checkov: "CKV2_AWS_40", Trivy: "AWS-0345"},
		On:      permissionTypes, Reads: permissionReads,
		Check: permissions(func(r *control.Resource, s statement.Statement) {
			for _, a := range s.Actions {
				if service, action, _ := strings.Cut(a, ":"); s.Allow && action == "*" && service != "*" {
					r.Violate("statement %q allows %s: want the actions that are needed", s.Sid, a)
				}
			}
		}),
		Fix:  "list the actions",
		Bad:  `policy: '{"Statement":[{"Sid":"All","Effect":"Allow","Action":["sqs:*"],"Resource":"arn:aws:sqs:us-west-2:123456789012:work"}]}'`,
		Good: `policy: '{"Statement":[{"Sid":"Send","Effect":"Allow","Action":["sqs:SendMessage"],"Resource":"arn:aws:sqs:us-west-2:123456789012:work"}]}'`,
	},
	{
		ID: "iam-no-privilege-escalation", Severity: control.High,
		Title:   "No policy lets its holder give itself more",
		Mapping: control.Mapping{Checkov: "CKV_AWS_286, CKV_AWS_110"},
		On:      permissionTypes, Reads: permissionReads,
		Check: func(r *control.Resource) {
			var open []statement.Statement
			permissions(func(_ *control.Resource, s statement.Statement) {
				// Everything is the subject of iam-no-admin-policy.
				if s.Allow && s.OnEverything() && !s.Conditional() && !slices.Contains(s.Actions, "*") {
					open = append(open, s)
				}
			})(r)
			for _, set := range escalations {
				if !slices.ContainsFunc(set, func(a string) bool {
					return !slices.ContainsFunc(open, func(s statement.Statement) bool { return s.Allows(a) })
				}) {
					r.Violate("it allows %s on *: whoever has it can become an administrator", strings.Join(set, " with "))
					return
				}
			}
		},
		Fix:  "name the ARNs, add a condition, or require a permissions boundary",
		Bad:  `policy: '{"Statement":[{"Sid":"Deploy","Effect":"Allow","Action":["iam:PassRole","ec2:RunInstances"],"Resource":"*"}]}'`,
		Good: `policy: '{"Statement":[{"Sid":"Deploy","Effect":"Allow","Action":["iam:PassRole"],"Resource":"arn:aws:iam::123456789012:role/nodes"},{"Effect":"Allow","Action":"ec2:RunInstances","Resource":"*"}]}'`,
	},
	{
		ID: "iam-passrole-scoped", Severity: control.Medium,
		Title:   "Roles are passed by name",
		Mapping: control.Mapping{Trivy: "AWS-0342"},
		On:      permissionTypes, Reads: permissionReads,
		Check: permissions(func(r *control.Resource, s statement.Statement) {
			if _, _, ok := s.Condition("iam:PassedToService"); s.Allows("iam:PassRole") && s.OnEverything() && !ok && !slices.Contains(s.Actions, "*") {
				r.Violate("statement %q allows iam:PassRole on *: want the ARNs of roles, or a condition iam:PassedToService", s.Sid)
			}
		}),
		Fix:  "name the roles in Resource and the service in a condition iam:PassedToService",
		Bad:  `policy: '{"Statement":[{"Sid":"Pass","Effect":"Allow","Action":"iam:PassRole","Resource":"*"}]}'`,
		Good: `policy: '{"Statement":[{"Sid":"Pass","Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::123456789012:role/nodes"}]}'`,
	},
	{
		ID: "iam-no-credentials-exposure", Severity: control.Medium,
		Title:   "Actions that return credentials are on named resources",
		Mapping: control.Mapping{Checkov: "CKV_AWS_287, CKV_AWS_107"},
		On:      permissionTypes, Reads: permissionReads,
		Check: notOnEverything("iam:CreateAccessKey", "iam:CreateLoginProfile", "sts:AssumeRole", "sts:GetFederationToken",
			"rds-db:connect", "redshift:GetClusterCredentials", "iam:CreateServiceSpecificCredential"),
		Fix:  "name the ARNs",
		Bad:  `policy: '{"Statement":[{"Sid":"Assume","Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}'`,
		Good: `policy: '{"Statement":[{"Sid":"Assume","Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::123456789012:role/reader"}]}'`,
	},
	{
		ID: "iam-no-data-exfiltration", Severity: control.Medium,
		Title:   "Data and secrets are read by name",
		Mapping: control.Mapping{Checkov: "CKV_AWS_288, CKV_AWS_108", Trivy: "AWS-0346"},
		On:      permissionTypes, Reads: permissionReads,
		Check: notOnEverything("s3:GetObject", "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "secretsmanager:GetSecretValue"),
		Fix:   "name the buckets, parameters or secrets",
		Bad:   `policy: '{"Statement":[{"Sid":"Read","Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"*"}]}'`,
		Good:  `policy: '{"Statement":[{"Sid":"Read","Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"arn:aws:secretsmanager:us-west-2:123456789012:secret:shop-*"}]}'`,
	},
	{
		ID: "iam-no-unconstrained-permissions-mgmt", Severity: control.Medium,
		Title:   "Permissions are managed on named resources",
		Mapping: control.Mapping{Checkov: "CKV_AWS_289, CKV_AWS_109"},
		On:      permissionTypes, Reads: permissionReads,
		Check: notOnEverything("iam:CreateRole", "iam:DeleteRole", "iam:CreatePolicy", "iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary",
			"s3:PutBucketPolicy", "kms:PutKeyPolicy", "kms:CreateGrant", "secretsmanager:PutResourcePolicy"),
		Fix:  "name the ARNs, or a path such as role/slipway/*",
		Bad:  `policy: '{"Statement":[{"Sid":"Manage","Effect":"Allow","Action":"s3:PutBucketPolicy","Resource":"*"}]}'`,
		Good: `policy: '{"Statement":[{"Sid":"Manage","Effect":"Allow","Action":"s3:PutBucketPolicy","Resource":"arn:aws:s3:::shop"}]}'`,
	},
	{
		ID: "iam-kms-decrypt-scoped", Severity: control.Medium,
		Title:   "Decrypting is allowed with named keys",
		Mapping: control.Mapping{SecurityHub: "KMS.1, KMS.2"},
		On:      permissionTypes, Reads: permissionReads,
		Check: notOnEverything("kms:Decrypt", "kms:ReEncryptFrom"),
		Fix:   "name the keys",
		Bad:   `policy: '{"Statement":[{"Sid":"Decrypt","Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}]}'`,
		Good:  `policy: '{"Statement":[{"Sid":"Decrypt","Effect":"Allow","Action":"kms:Decrypt","Resource":"arn:aws:kms:us-west-2:123456789012:key/1234abcd"}]}'`,
	},
}
