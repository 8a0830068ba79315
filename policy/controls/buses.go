package controls

import (
	"regexp"
	"slices"

	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/statement"
)

// anyAccount finds the account number in an ARN.
var anyAccount = regexp.MustCompile(`^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:(\d{12}):`)

const rotation = "aws:secretsmanager/secretRotation:SecretRotation"

// accountsIn are the account numbers in ARNs, such as those of a topic.
func accountsIn(arns []string) []string {
	var accounts []string
	for _, arn := range arns {
		if m := anyAccount.FindStringSubmatch(arn); m != nil {
			accounts = append(accounts, m[1])
		}
	}
	return accounts
}

// topicFor is an example of a topic's policy that lets an account publish.
func topicFor(account string) string {
	return `policy: '{"Statement":[{"Sid":"Ours","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + account + `:root"},"Action":"sns:Publish","Resource":"arn:aws:sns:us-west-2:123456789012:alarms"}]}'`
}

// buses are controls of messages and secrets beside who may read them.
var buses = []control.Control{
	{
		ID: "sqs-cmk", Severity: control.Low,
		Title:   "Queues are encrypted with a key of one's own",
		Mapping: control.Mapping{Checkov: "CKV2_AWS_73", Trivy: "AWS-0135"},
		On:      []string{queue}, Reads: []string{"kmsMasterKeyId", "messageRetentionSeconds"},
		Check: func(r *control.Resource) {
			v := r.Get("kmsMasterKeyId")
			if r.Get("messageRetentionSeconds").Int(fourDays) > fewMinutes && (!v.IsSet() || v.IsKnown() && v.Text() == "alias/aws/sqs") {
				r.Want(v, "a KMS key")
			}
		},
		Fix: "set kmsMasterKeyId; the services that send need the key as well", Bad: `kmsMasterKeyId: alias/aws/sqs`, Good: `kmsMasterKeyId: alias/work`,
	},
	{
		ID: "sns-policy-no-cross-account", Severity: control.Medium,
		Title:   "A topic is for accounts that are one's own",
		Mapping: control.Mapping{Checkov: "CKV_AWS_385"},
		On:      []string{topicPolicy}, Reads: []string{"policy"},
		Settings: []control.Setting{{Name: "accounts", Doc: "Account numbers that are one's own, besides the topic's", Default: []string{}}},
		Check: eachStatement([]string{"policy"}, func(r *control.Resource, s statement.Statement) {
			ours := slices.Concat(r.Words("accounts"), accountsIn(s.Resources))
			for _, who := range s.Principals["AWS"] {
				if account := accountOf(who); s.Allow && account != "" && len(ours) > 0 && !slices.Contains(ours, account) {
					r.Violate("statement %q allows %v to account %s: want one's own accounts", s.Sid, s.Actions, account)
				}
			}
		}),
		Fix: "take the account away, or list it in the setting accounts", Bad: topicFor("210987654321"), Good: topicFor("123456789012"),
	},
	{
		ID: "events-bus-cmk", Severity: control.Low,
		Title: "An event bus is encrypted with a key of one's own",
		On:    []string{"aws:cloudwatch/eventBus:EventBus"}, Reads: []string{"kmsKeyIdentifier"},
		Check: isSet("kmsKeyIdentifier", "a KMS key"), Fix: "set kmsKeyIdentifier", Bad: `name: shop`, Good: `kmsKeyIdentifier: alias/events`,
	},
	{
		ID: "events-endpoint-replication", Severity: control.Medium,
		Title:   "A global endpoint has events in both regions",
		Mapping: control.Mapping{SecurityHub: "EventBridge.4"},
		On:      []string{"aws:cloudwatch/eventEndpoint:EventEndpoint"}, Reads: []string{"replicationConfig.state"},
		Check: noneOf("replicationConfig.state", "ENABLED, or nothing: without it nobody comes back from a failover", "DISABLED"), Fix: "remove replicationConfig",
		Bad: `replicationConfig: {state: DISABLED}`, Good: `replicationConfig: {state: ENABLED}`,
	},
	{
		ID: "sm-rotation-enabled", Severity: control.Low,
		Title:   "A secret changes from time to time",
		Mapping: control.Mapping{SecurityHub: "SecretsManager.1", Checkov: "CKV2_AWS_57"},
		On:      []string{secretStore, rotation}, Reads: []string{rotation + " secretId"},
		CheckStack: eachNamed([]string{secretStore}, rotation, "secretId", "no aws.secretsmanager.SecretRotation is about it"),
		Fix:        "add an aws.secretsmanager.SecretRotation, or an exemption where the other side cannot change it", Bad: `name: shop`,
		Good: `
resources:
  shop: {type: "aws:secretsmanager/secret:Secret", properties: {name: shop}}
  monthly: {type: "aws:secretsmanager/secretRotation:SecretRotation", properties: {secretId: "${shop.id}", rotationRules: {automaticallyAfterDays: 30}}}
`,
	},
}
