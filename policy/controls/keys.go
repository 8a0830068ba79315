package controls

import (
	"github.com/slipway-iac/slipway/policy/control"
)

// keyDocuments are where policies of keys are.
var keyDocuments = []string{"policy"}

var keys = []control.Control{
	{
		ID: "kms-rotation", Severity: control.Medium,
		Title:   "Keys rotate, once a year at least",
		Mapping: control.Mapping{SecurityHub: "KMS.4", CIS: "AWS 3.6/4.6", Checkov: "CKV_AWS_7", Trivy: "AWS-0065"},
		On:      []string{kmsKey}, Reads: []string{"enableKeyRotation", "rotationPeriodInDays", "customerMasterKeySpec", "keyUsage"},
		Check: func(r *control.Resource) {
			// Only symmetric keys for encryption can rotate by themselves.
			if spec := r.Get("customerMasterKeySpec").Text(); spec != "" && spec != "SYMMETRIC_DEFAULT" || r.Get("keyUsage").Text() == "SIGN_VERIFY" {
				return
			}
			if v := r.Get("enableKeyRotation"); !v.True() {
				r.Want(v, "true")
			}
			if v := r.Get("rotationPeriodInDays"); v.Int(365) > 365 {
				r.Want(v, "365 or less")
			}
		},
		Fix:    "set enableKeyRotation to true",
		Remedy: []control.Remedy{{Path: "enableKeyRotation", Value: true}},
		Bad:    `description: logs`,
		Good:   `enableKeyRotation: true`,
	},
	{
		ID: "kms-policy-no-wildcard-principal", Severity: control.Critical,
		Title:   "A key is for named principals",
		Mapping: control.Mapping{SecurityHub: "KMS.5", CIS: "AWS v7 2.21", Checkov: "CKV_AWS_33"},
		On:      []string{kmsKey, keyPolicy}, Reads: []string{"policy", keyPolicy + " policy"},
		Check: notPublic(keyDocuments...),
		Fix:   "name the accounts, roles or services, or add a condition such as kms:CallerAccount",
		Bad:   `policy: '{"Statement":[{"Sid":"All","Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}]}'`,
		Good:  `policy: '{"Statement":[{"Sid":"Account","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"}]}'`,
	},
	{
		ID: "kms-policy-defined", Severity: control.Medium,
		Title:   "A key says who may use it",
		Mapping: control.Mapping{Checkov: "CKV2_AWS_64"},
		On:      []string{kmsKey, keyPolicy}, Reads: []string{"policy"},
		CheckStack: func(s *control.Stack) {
			s.Each(kmsKey, func(r *control.Resource) {
				if !r.Input("policy").IsSet() && len(s.Referring(keyPolicy, "keyId", r)) == 0 {
					r.Want(r.Input("policy"), "a policy: AWS's lets every principal of the account with KMS permissions use the key")
				}
			})
		},
		Fix:  "set policy, or add an aws.kms.KeyPolicy",
		Bad:  `enableKeyRotation: true`,
		Good: `policy: '{"Statement":[{"Sid":"Account","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"}]}'`,
	},
	{
		ID: "kms-deletion-window", Severity: control.Critical,
		Title:   "A key that was deleted by mistake can be had back",
		Mapping: control.Mapping{SecurityHub: "KMS.3"},
		On:      []string{kmsKey}, Reads: []string{"deletionWindowInDays"},
		Settings: []control.Setting{{Name: "days", Doc: "The least number of days", Default: 14}},
		Check:    atLeast("deletionWindowInDays", "days", 30),
		Fix:      "set deletionWindowInDays to 30, or leave it out: what the key encrypts is lost with it",
		Bad:      `deletionWindowInDays: 7`,
		Good:     `deletionWindowInDays: 30`,
	},
	{
		ID: "kms-key-enabled", Severity: control.Medium,
		Title:   "Keys are enabled",
		Mapping: control.Mapping{Checkov: "CKV_AWS_227"},
		On:      []string{kmsKey}, Reads: []string{"isEnabled"},
		Check: notFalse("isEnabled"),
		Fix:   "remove isEnabled",
		Bad:   `isEnabled: false`,
		Good:  `isEnabled: true`,
	},
	{
		ID: "kms-no-lockout-bypass", Severity: control.High,
		Title: "Nobody can lock themselves out of a key",
		On:    []string{kmsKey, keyPolicy}, Reads: []string{"bypassPolicyLockoutSafetyCheck"},
		Check: notTrue("bypassPolicyLockoutSafetyCheck"),
		Fix:   "remove bypassPolicyLockoutSafetyCheck: a key that nobody may administer is lost",
		Bad:   `bypassPolicyLockoutSafetyCheck: true`,
		Good:  `description: logs`,
	},
	{
		ID: "kms-described", Severity: control.Low,
		Title: "A key says what it is for",
		On:    []string{kmsKey}, Reads: []string{"description"},
		Check: isSet("description", "a sentence on what it is for"),
		Fix:   "write a description",
		Bad:   `enableKeyRotation: true`,
		Good:  `description: "The logs of the control plane"`,
	},
	{
		ID: "logs-retention", Severity: control.Medium,
		Title:   "Logs are kept long enough, and not for ever",
		Mapping: control.Mapping{SecurityHub: "CloudWatch.16", Checkov: "CKV_AWS_66, CKV_AWS_338"},
		On:      []string{logGroup}, Reads: []string{"retentionInDays"},
		Settings: []control.Setting{{Name: "days", Doc: "The least number of days", Default: 365}},
		Check: func(r *control.Resource) {
			v := r.Get("retentionInDays")
			if v.Int(0) == 0 {
				r.Want(v, "a number of days: without one logs are kept, and paid for, for ever")
				return
			}
			atLeast("retentionInDays", "days", 0)(r)
		},
		Fix:    "set retentionInDays",
		Remedy: []control.Remedy{{Path: "retentionInDays", Value: 365}},
		Bad:    `name: /aws/eks/demo/cluster`,
		Good:   `retentionInDays: 365`,
	},
	{
		ID: "logs-cmk", Severity: control.Low,
		Title:   "Logs are encrypted with a key of one's own",
		Mapping: control.Mapping{Checkov: "CKV_AWS_158", Trivy: "AWS-0017"},
		On:      []string{logGroup}, Reads: []string{"kmsKeyId"},
		Check: isSet("kmsKeyId", "the ARN of a KMS key"),
		Fix:   "set kmsKeyId",
		Bad:   `retentionInDays: 365`,
		Good:  `kmsKeyId: "arn:aws:kms:us-west-2:123456789012:key/1234abcd"`,
	},
	{
		ID: "alarm-actions", Severity: control.High,
		Title:   "Alarms tell somebody",
		Mapping: control.Mapping{SecurityHub: "CloudWatch.15, CloudWatch.17", Checkov: "CKV_AWS_319"},
		On:      []string{"aws:cloudwatch/metricAlarm:MetricAlarm"}, Reads: []string{"alarmActions", "actionsEnabled"},
		Check: all(isSet("alarmActions", "the ARN of a topic or an action"), notFalse("actionsEnabled")),
		Fix:   "name an SNS topic in alarmActions",
		Bad:   `actionsEnabled: false`,
		Good:  `alarmActions: ["arn:aws:sns:us-west-2:123456789012:on-call"]`,
	},
}
