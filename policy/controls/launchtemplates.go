package controls

import (
	"encoding/base64"
	"regexp"

	"github.com/slipway-iac/slipway/policy/control"
)

var launchTemplates = []control.Control{
	{
		ID: "lt-imdsv2-required", Severity: control.High,
		Title:   "Instance metadata takes only requests with a session token",
		Mapping: control.Mapping{SecurityHub: "EC2.170, AutoScaling.3, EC2.8", CIS: "AWS 5.7/6.7", Checkov: "CKV_AWS_79", Trivy: "AWS-0130, AWS-0028"},
		On:      []string{launchTemplate}, Reads: []string{"metadataOptions.httpTokens", "metadataOptions.httpEndpoint"},
		Check: func(r *control.Resource) {
			if v := r.Get("metadataOptions.httpTokens"); v.Text() != "required" && r.Get("metadataOptions.httpEndpoint").Text() != "disabled" {
				r.Want(v, "required")
			}
		},
		Fix:    "set metadataOptions.httpTokens to required",
		Remedy: []control.Remedy{{Path: "metadataOptions.httpTokens", Value: "required"}},
		Bad:    `metadataOptions: {httpTokens: optional}`,
		Good:   `metadataOptions: {httpTokens: required}`,
	},
	{
		ID: "lt-imds-hop-limit-one", Severity: control.Medium,
		Title:   "Pods cannot reach the metadata of their node",
		Mapping: control.Mapping{SecurityHub: "AutoScaling.4", CIS: "EKS 5.2.1", Checkov: "CKV_AWS_341"},
		On:      []string{launchTemplate}, Reads: []string{"metadataOptions.httpPutResponseHopLimit"},
		Check: func(r *control.Resource) {
			if v := r.Get("metadataOptions.httpPutResponseHopLimit"); v.Int(1) != 1 {
				r.Want(v, "1: an answer that may travel further reaches pods, and with it the node's credentials")
			}
		},
		Fix:    "set metadataOptions.httpPutResponseHopLimit to 1 and give pods roles of their own",
		Remedy: []control.Remedy{{Path: "metadataOptions.httpPutResponseHopLimit", Value: 1}},
		Bad:    `metadataOptions: {httpTokens: required, httpPutResponseHopLimit: 2}`,
		Good:   `metadataOptions: {httpTokens: required, httpPutResponseHopLimit: 1}`,
	},
	{
		ID: "lt-no-public-ip", Severity: control.High,
		Title:   "Instances get no public address",
		Mapping: control.Mapping{SecurityHub: "EC2.25, EC2.9", CIS: "EKS 5.4.3", Checkov: "CKV_AWS_88", Trivy: "AWS-0009"},
		On:      []string{launchTemplate}, Reads: []string{"networkInterfaces.associatePublicIpAddress"},
		Check: func(r *control.Resource) {
			r.Get("networkInterfaces").Each(func(n control.Value) {
				if v := n.Get("associatePublicIpAddress"); v.True() {
					r.Want(v, `"false", or nothing`)
				}
			})
		},
		Fix:  "remove associatePublicIpAddress and reach the internet through NAT",
		Bad:  `networkInterfaces: [{associatePublicIpAddress: "true"}]`,
		Good: `networkInterfaces: [{associatePublicIpAddress: "false"}]`,
	},
	{
		ID: "lt-ebs-encrypted-cmk", Severity: control.High,
		Title:   "Volumes are encrypted",
		Mapping: control.Mapping{SecurityHub: "EC2.181, EC2.3", CIS: "AWS 5.1.1/6.1.1", Checkov: "CKV_AWS_8", Trivy: "AWS-0008, AWS-0131"},
		On:      []string{launchTemplate}, Reads: []string{"blockDeviceMappings.ebs.encrypted", "blockDeviceMappings.ebs.kmsKeyId"},
		Settings: []control.Setting{{Name: "ownKey", Doc: "Want a KMS key of one's own, not AWS's", Default: false}},
		Check: func(r *control.Resource) {
			r.Get("blockDeviceMappings").Each(func(m control.Value) {
				if !m.Get("ebs").IsSet() {
					return
				}
				if v := m.Get("ebs.encrypted"); !v.True() {
					r.Want(v, `"true"`)
				}
				if v := m.Get("ebs.kmsKeyId"); r.Flag("ownKey") && !v.IsSet() {
					r.Want(v, "the ARN of a KMS key")
				}
			})
		},
		Fix:  `set ebs.encrypted of every mapping to "true"`,
		Bad:  `blockDeviceMappings: [{deviceName: /dev/xvda, ebs: {volumeSize: 50}}]`,
		Good: `blockDeviceMappings: [{deviceName: /dev/xvda, ebs: {volumeSize: 50, encrypted: "true"}}]`,
	},
	{
		ID: "lt-no-secrets-in-user-data", Severity: control.Critical,
		Title:   "User data has no secrets in it",
		Mapping: control.Mapping{Checkov: "CKV_AWS_46", Trivy: "AWS-0129, AWS-0029"},
		On:      []string{launchTemplate}, Reads: []string{"userData"},
		Check: func(r *control.Resource) {
			text := r.Get("userData").Text()
			if decoded, err := base64.StdEncoding.DecodeString(text); err == nil {
				text = string(decoded)
			}
			if what := secretIn(text); what != "" {
				r.Violate("userData has %s in it: everything on the instance can read it, and so can everybody who may describe launch templates", what)
			}
		},
		Fix: "let the instance fetch the secret from Secrets Manager with its role",
		Bad: `
userData: |
  #!/bin/bash
  export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
`,
		Good: `
userData: |
  #!/bin/bash
  aws secretsmanager get-secret-value --secret-id agent
`,
	},
	{
		ID: "lt-no-ssh-key", Severity: control.Medium,
		Title:   "Instances have no SSH key",
		Mapping: control.Mapping{CIS: "EKS 5.4.3"},
		On:      []string{launchTemplate}, Reads: []string{"keyName"},
		Check: unset("keyName", "sessions go through Systems Manager"),
		Fix:   "remove keyName",
		Bad:   `keyName: operators`,
		Good:  `instanceType: m6i.large`,
	},
	{
		ID: "lt-detailed-monitoring", Severity: control.Low,
		Title:   "Instances are monitored by the minute",
		Mapping: control.Mapping{Checkov: "CKV_AWS_126"},
		On:      []string{launchTemplate}, Reads: []string{"monitoring.enabled"},
		Check: isTrue("monitoring.enabled"),
		Fix:   "set monitoring.enabled to true; it is charged per metric",
		Bad:   `monitoring: {enabled: false}`,
		Good:  `monitoring: {enabled: true}`,
	},
}

// secretPatterns are texts that are secrets by their form.
var secretPatterns = []struct {
	what    string
	pattern *regexp.Regexp
}{
	{"an AWS access key", regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`)},
	{"a private key", regexp.MustCompile(`-----BEGIN ([A-Z]+ )?PRIVATE KEY-----`)},
	{"a GitHub token", regexp.MustCompile(`\bgh[pousr]_[0-9A-Za-z]{36,}\b`)},
	{"a Slack token", regexp.MustCompile(`\bxox[abprs]-[0-9A-Za-z-]{10,}`)},
	{"a password", regexp.MustCompile(`(?i)\b[a-z_]*(password|passwd|secret_key|api_key|auth_token)["']?\s*[=:]\s*["']?[^\s"'$<{(]{6,}`)},
}

// secretIn names the first secret in a text; "" when there is none.
func secretIn(text string) string {
	for _, p := range secretPatterns {
		if p.pattern.MatchString(text) {
			return p.what
		}
	}
	return ""
}
