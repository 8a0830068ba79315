package controls

import (
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/statement"
)

var accountRoot = regexp.MustCompile(`^(\d{12}|arn:[a-z-]+:iam::\d{12}:root)$`)

// trust looks at the statements that say who may assume a role.
func trust(do func(*control.Resource, statement.Statement)) check {
	return eachStatement([]string{"assumeRolePolicy"}, func(r *control.Resource, s statement.Statement) {
		if s.Allow {
			do(r, s)
		}
	})
}

var trustControls = []control.Control{
	{
		ID: "iam-trust-no-wildcard", Severity: control.Critical,
		Title:   "A role is assumed by named principals",
		Mapping: control.Mapping{Checkov: "CKV_AWS_60, CKV_AWS_61"},
		On:      []string{role}, Reads: []string{"assumeRolePolicy"},
		Check: trust(func(r *control.Resource, s statement.Statement) {
			if s.Public() {
				r.Violate("statement %q lets everybody assume the role", s.Sid)
			}
			for _, who := range s.Principals["AWS"] {
				if accountRoot.MatchString(who) && !s.Conditional() {
					r.Violate("statement %q lets every principal of account %s assume the role: want its ARN, or a condition", s.Sid, who)
				}
			}
		}),
		Fix:  "name roles, or add a condition such as aws:PrincipalArn",
		Bad:  `assumeRolePolicy: '{"Statement":[{"Sid":"All","Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'`,
		Good: `assumeRolePolicy: '{"Statement":[{"Sid":"Nodes","Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'`,
	},
	{
		ID: "iam-trust-oidc-conditions", Severity: control.Critical,
		Title:   "A role for web identities names the identity",
		Mapping: control.Mapping{CIS: "EKS 5.2.1", Checkov: "CKV_AWS_358, CKV_AWS_393"},
		On:      []string{role}, Reads: []string{"assumeRolePolicy"},
		Check: trust(func(r *control.Resource, s statement.Statement) {
			for _, provider := range s.Principals["Federated"] {
				_, issuer, ok := strings.Cut(provider, ":oidc-provider/")
				if !ok {
					continue
				}
				if _, _, ok := s.Condition(issuer + ":aud"); !ok {
					r.Violate("statement %q trusts %s for any audience: want a condition on %s:aud", s.Sid, issuer, issuer)
				}
				subjects, exact, ok := s.Condition(issuer + ":sub")
				if !ok || !exact && slices.ContainsFunc(subjects, loose) {
					r.Violate("statement %q trusts %s for subjects %v: want StringEquals on %s:sub, or a pattern that names a namespace or repository", s.Sid, issuer, subjects, issuer)
				}
			}
		}),
		Fix: "add StringEquals conditions on the issuer's :aud and :sub",
		Bad: `assumeRolePolicy: '{"Statement":[{"Sid":"Web","Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/ABC"},"Action":"sts:AssumeRoleWithWebIdentity"}]}'`,
		Good: `assumeRolePolicy: '{"Statement":[{"Sid":"Web","Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/ABC"},"Action":"sts:AssumeRoleWithWebIdentity",` +
			`"Condition":{"StringEquals":{"oidc.eks.us-west-2.amazonaws.com/id/ABC:aud":"sts.amazonaws.com","oidc.eks.us-west-2.amazonaws.com/id/ABC:sub":"system:serviceaccount:dns:external-dns"}}}]}'`,
	},
	{
		ID: "iam-trust-pod-identity-tagsession", Severity: control.Medium,
		Title:   "A role for Pod Identity takes session tags",
		Mapping: control.Mapping{CIS: "EKS 5.2.1"},
		On:      []string{role}, Reads: []string{"assumeRolePolicy"},
		Settings: []control.Setting{{Name: "source", Default: false,
			Doc: "Want a condition on the cluster or its account, too; only principals of the role's own account can associate it either way"}},
		Check: trust(func(r *control.Resource, s statement.Statement) {
			if !slices.Contains(s.Principals["Service"], "pods.eks.amazonaws.com") {
				return
			}
			if !s.Allows("sts:AssumeRole") || !s.Allows("sts:TagSession") {
				r.Violate("statement %q allows %v to pods.eks.amazonaws.com: want sts:AssumeRole and sts:TagSession", s.Sid, s.Actions)
			}
			if _, _, ok := s.Condition("aws:SourceAccount"); !ok && r.Flag("source") {
				if _, _, ok := s.Condition("aws:SourceArn"); !ok {
					r.Violate("statement %q trusts Pod Identity for clusters of any account: want a condition on aws:SourceAccount or aws:SourceArn", s.Sid)
				}
			}
		}),
		Fix: "allow both actions, with a condition on aws:SourceAccount or on the cluster's ARN in aws:SourceArn",
		Bad: `assumeRolePolicy: '{"Statement":[{"Sid":"Pods","Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":"sts:AssumeRole"}]}'`,
		Good: `assumeRolePolicy: '{"Statement":[{"Sid":"Pods","Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"],` +
			`"Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}}]}'`,
	},
	{
		ID: "iam-trust-confused-deputy", Severity: control.Medium,
		Title: "A service acts for one account or resource",
		On:    []string{role}, Reads: []string{"assumeRolePolicy"},
		Check: trust(func(r *control.Resource, s statement.Statement) {
			for _, service := range s.Principals["Service"] {
				if !slices.Contains(deputies, strings.TrimSuffix(service, ".amazonaws.com")) || s.Conditional() {
					continue
				}
				r.Violate("statement %q trusts %s for whoever asks it: want a condition on aws:SourceAccount or aws:SourceArn", s.Sid, service)
			}
		}),
		Fix:  "add a condition on aws:SourceAccount or aws:SourceArn",
		Bad:  `assumeRolePolicy: '{"Statement":[{"Sid":"Flows","Effect":"Allow","Principal":{"Service":"vpc-flow-logs.amazonaws.com"},"Action":"sts:AssumeRole"}]}'`,
		Good: `assumeRolePolicy: '{"Statement":[{"Sid":"Flows","Effect":"Allow","Principal":{"Service":"vpc-flow-logs.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}}]}'`,
	},
	{
		ID: "iam-no-administratoraccess-attachment", Severity: control.High,
		Title:   "Nobody has AdministratorAccess",
		Mapping: control.Mapping{SecurityHub: "IAM.1", CIS: "AWS 1.15/2.15", Checkov: "CKV_AWS_274, CKV_AWS_275"},
		On:      attachmentTypes, Reads: attachmentReads,
		Check: attached(func(name string) bool { return name == "AdministratorAccess" }),
		Fix:   "attach a policy with what is needed",
		Bad:   `{role: ci, policyArn: "arn:aws:iam::aws:policy/AdministratorAccess"}`,
		Good:  `{role: ci, policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess"}`,
	},
	{
		ID: "iam-no-iamfullaccess-attachment", Severity: control.High,
		Title:   "Nobody has all of a service",
		Mapping: control.Mapping{Checkov: "CKV2_AWS_56"},
		On:      attachmentTypes, Reads: attachmentReads,
		Check: attached(func(name string) bool {
			return name == "PowerUserAccess" || strings.HasSuffix(name, "FullAccess") && name != "AWSCloudShellFullAccess"
		}),
		Fix:  "attach a policy with what is needed",
		Bad:  `{role: ci, policyArn: "arn:aws:iam::aws:policy/IAMFullAccess"}`,
		Good: `{role: ci, policyArn: "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}`,
	},
	{
		ID: "iam-no-cloudshell-fullaccess", Severity: control.Medium,
		Title:   "Nobody has AWSCloudShellFullAccess",
		Mapping: control.Mapping{SecurityHub: "IAM.27", CIS: "AWS 1.21/2.21"},
		On:      attachmentTypes, Reads: attachmentReads,
		Check: attached(func(name string) bool { return name == "AWSCloudShellFullAccess" }),
		Fix:   "attach a policy without cloudshell:PutCredentials and file transfers",
		Bad:   `{role: operators, policyArn: "arn:aws:iam::aws:policy/AWSCloudShellFullAccess"}`,
		Good:  `{role: operators, policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess"}`,
	},
	{
		ID: "iam-no-user-policies", Severity: control.Low,
		Title:   "Users get their permissions through groups or roles",
		Mapping: control.Mapping{SecurityHub: "IAM.2", CIS: "AWS 1.14/2.14", Checkov: "CKV_AWS_40", Trivy: "AWS-0143"},
		On:      []string{userPolicy, userAttachment, policyAttachment}, Reads: []string{policyAttachment + " users"},
		Check: func(r *control.Resource) {
			if !r.Is(policyAttachment) || r.Get("users").Present() {
				r.Violate("it gives permissions to a user: want a role that people assume")
			}
		},
		Fix:  "attach the policy to a role",
		Bad:  `{user: alice, policy: '{"Statement":[]}'}`,
		Good: "resources:\n  shared:\n    type: aws:iam/policyAttachment:PolicyAttachment\n    properties: {roles: [operators]}\n",
	},
	{
		ID: "iam-no-users-or-access-keys", Severity: control.High,
		Title:   "A platform has no users and no long-lived keys",
		Mapping: control.Mapping{SecurityHub: "IAM.3", CIS: "AWS 1.13/2.13", Checkov: "CKV_AWS_273, CKV_AWS_348, CKV2_AWS_14, CKV2_AWS_21, CKV2_AWS_22"},
		On:      []string{"aws:iam/user:User", "aws:iam/accessKey:AccessKey"},
		Check:   never("it gives credentials that do not end: want a role"),
		Fix:     "use roles: Pod Identity inside the cluster, IAM Identity Center or OIDC outside",
		Bad:     `name: ci`,
		Good:    "resources:\n  ci:\n    type: aws:iam/role:Role\n    properties: {name: ci}\n",
	},
	{
		ID: "iam-no-inline-on-shared-roles", Severity: control.Low,
		Title: "Roles have no inline policies",
		On:    []string{role}, Reads: []string{"inlinePolicies"},
		Check: unset("inlinePolicies", "attach policies of their own, which can be reviewed and versioned"),
		Fix:   "make aws.iam.Policy and attach it",
		Bad:   `inlinePolicies: [{name: extra, policy: '{"Statement":[]}'}]`,
		Good:  `name: ci`,
	},
	{
		ID: "iam-policy-mgmt-not-mixed", Severity: control.Medium,
		Title: "A role's policies are attached in one way",
		On:    []string{role, roleAttachment}, Reads: []string{"managedPolicyArns", roleAttachment + " role"},
		CheckStack: func(s *control.Stack) {
			s.Each(role, func(r *control.Resource) {
				if r.Input("managedPolicyArns").Present() && len(s.Referring(roleAttachment, "role", r)) > 0 {
					r.Violate("it has managedPolicyArns and RolePolicyAttachments: the first take the second away at every update")
				}
			})
		},
		Fix: "use RolePolicyAttachments only",
		Bad: `
resources:
  ci: {type: "aws:iam/role:Role", properties: {name: ci, managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}}
  more: {type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment", properties: {role: "${ci.name}", policyArn: "arn:aws:iam::aws:policy/SecurityAudit"}}
`,
		Good: `
resources:
  ci: {type: "aws:iam/role:Role", properties: {name: ci}}
  more: {type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment", properties: {role: "${ci.name}", policyArn: "arn:aws:iam::aws:policy/SecurityAudit"}}
`,
	},
	{
		ID: "iam-permissions-boundary", Severity: control.Medium,
		Title: "Roles have the permissions boundary, where there is one",
		On:    []string{role}, Reads: []string{"permissionsBoundary"},
		Settings: []control.Setting{{Name: "required", Doc: "Roles need a permissions boundary", Default: false}},
		Check: func(r *control.Resource) {
			if r.Flag("required") {
				isSet("permissionsBoundary", "the ARN of the boundary")(r)
			}
		},
		With: map[string]any{"required": true},
		Fix:  "set permissionsBoundary",
		Bad:  `name: ci`,
		Good: `permissionsBoundary: "arn:aws:iam::123456789012:policy/boundary"`,
	},
	{
		ID: "iam-role-session-duration", Severity: control.Low,
		Title: "Sessions end after some hours",
		On:    []string{role}, Reads: []string{"maxSessionDuration"},
		Settings: []control.Setting{{Name: "seconds", Doc: "The longest session", Default: 14400}},
		Check: func(r *control.Resource) {
			if v := r.Get("maxSessionDuration"); v.Int(3600) > r.Number("seconds") {
				r.Violate("maxSessionDuration is %s: want %d seconds or less", v.Describe(), r.Number("seconds"))
			}
		},
		Fix:  "set maxSessionDuration to 14400 or less",
		Bad:  `maxSessionDuration: 43200`,
		Good: `maxSessionDuration: 3600`,
	},
}

// deputies are services that act on behalf of others' resources and send a
// source account when they assume a role, from "The confused deputy problem" in
// the IAM user guide and those services' own guides.
var deputies = []string{
	"events", "scheduler", "sns", "s3", "vpc-flow-logs", "config", "cloudtrail", "firehose", "states", "backup", "dlm", "delivery.logs",
}

var (
	attachmentTypes = []string{roleAttachment, userAttachment, groupAttachment, policyAttachment, role}
	attachmentReads = []string{"policyArn", role + " managedPolicyArns"}
)

// attached refuses AWS's policies by name.
func attached(refused func(string) bool) check {
	return func(r *control.Resource) {
		for _, path := range []string{"policyArn", "managedPolicyArns"} {
			r.Get(path).Each(func(arn control.Value) {
				if _, name, ok := strings.Cut(arn.Text(), ":iam::aws:policy/"); ok && refused(name[strings.LastIndex(name, "/")+1:]) {
					r.Want(arn, "a policy with the actions that are needed")
				}
			})
		}
	}
}

// loose tells whether a pattern of subjects takes in more than one tenant's: a
// cluster's every service account, a code host's every repository.
func loose(pattern string) bool {
	parts := strings.FieldsFunc(pattern, func(c rune) bool { return c == ':' || c == '/' })
	if len(parts) < 3 {
		return strings.Contains(pattern, "*")
	}
	return strings.Contains(strings.Join(parts[:min(3, len(parts)-1)], ":"), "*")
}
