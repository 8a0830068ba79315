package controls

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/statement"
)

const (
	queue       = "aws:sqs/queue:Queue"
	queuePolicy = "aws:sqs/queuePolicy:QueuePolicy"
	topic       = "aws:sns/topic:Topic"
	topicPolicy = "aws:sns/topicPolicy:TopicPolicy"
	busPolicy   = "aws:cloudwatch/eventBusPolicy:EventBusPolicy"
	secretStore = "aws:secretsmanager/secret:Secret"
)

// deniesPlain tells whether a document denies what does not come over TLS.
func deniesPlain(r *control.Resource, path string) bool {
	return slices.ContainsFunc(statements(r, path), func(s statement.Statement) bool {
		values, _, ok := s.Condition("aws:SecureTransport")
		return !s.Allow && ok && slices.Contains(values, "false")
	})
}

// tlsOnly wants a policy to deny what does not come over TLS.
func tlsOnly(r *control.Resource) {
	if r.Get("policy").IsSet() && !deniesPlain(r, "policy") {
		r.Violate("policy denies nothing when aws:SecureTransport is false")
	}
}

// Of how long a queue keeps messages, in seconds: what AWS takes where nothing is
// said, and what is too short to be worth keeping longer.
const (
	fourDays   = 4 * 24 * 60 * 60
	fewMinutes = 5 * 60
)

const (
	openDocument   = `policy: '{"Statement":[{"Sid":"All","Effect":"Allow","Principal":"*","Action":["sqs:SendMessage"],"Resource":"*"}]}'`
	closedDocument = `policy: '{"Statement":[{"Sid":"Events","Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":["sqs:SendMessage"],"Resource":"*"}]}'`
	tlsDocument    = `policy: '{"Statement":[{"Sid":"TLS","Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}'`
)

var messaging = []control.Control{
	{
		ID: "sqs-policy-not-public", Severity: control.Critical,
		Title:   "A queue is for named principals",
		Mapping: control.Mapping{SecurityHub: "SQS.3", CIS: "AWS v7 2.21", Checkov: "CKV_AWS_168, CKV_AWS_387"},
		On:      []string{queuePolicy, queue}, Reads: []string{"policy", queue + " policy"},
		Check: notPublic("policy"), Fix: "name the principals, or add a condition on aws:SourceArn", Bad: openDocument, Good: closedDocument,
	},
	{
		ID: "sqs-policy-no-wildcard-action", Severity: control.High,
		Title:   "A queue's policy names actions",
		Mapping: control.Mapping{Checkov: "CKV_AWS_72", Trivy: "AWS-0097"},
		On:      []string{queuePolicy, queue}, Reads: []string{"policy", queue + " policy"},
		Check: eachStatement([]string{"policy"}, func(r *control.Resource, s statement.Statement) {
			for _, a := range s.Actions {
				if s.Allow && (a == "*" || strings.EqualFold(a, "sqs:*")) {
					r.Violate("statement %q allows %s: want the actions that are needed", s.Sid, a)
				}
			}
		}),
		Fix: "list the actions", Good: closedDocument,
		Bad: `policy: '{"Statement":[{"Sid":"All","Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sqs:*","Resource":"*"}]}'`,
	},
	{
		ID: "sqs-encrypted", Severity: control.Medium,
		Title:   "Queues are encrypted",
		Mapping: control.Mapping{SecurityHub: "SQS.1", Checkov: "CKV_AWS_27", Trivy: "AWS-0096"},
		On:      []string{queue}, Reads: []string{"kmsMasterKeyId", "sqsManagedSseEnabled"},
		Check: func(r *control.Resource) {
			if v := r.Get("sqsManagedSseEnabled"); !r.Get("kmsMasterKeyId").IsSet() && v.False() {
				r.Want(v, "true, or a kmsMasterKeyId")
			}
		},
		Fix:    "remove sqsManagedSseEnabled, or set kmsMasterKeyId",
		Remedy: []control.Remedy{{Path: "sqsManagedSseEnabled", Value: true}},
		Bad:    `sqsManagedSseEnabled: false`, Good: `sqsManagedSseEnabled: true`,
	},
	{
		ID: "sqs-tls-only", Severity: control.Medium,
		Title: "A queue's policy denies what does not come over TLS",
		On:    []string{queuePolicy}, Reads: []string{"policy"}, Check: tlsOnly,
		Fix: "add a statement that denies when aws:SecureTransport is false", Bad: closedDocument, Good: tlsDocument,
	},
	{
		ID: "sqs-dlq", Severity: control.Medium,
		Title: "Messages that cannot be handled are kept",
		On:    []string{queue, "aws:sqs/redrivePolicy:RedrivePolicy"}, Reads: []string{"redrivePolicy", "messageRetentionSeconds", "aws:sqs/redrivePolicy:RedrivePolicy queueUrl"},
		CheckStack: func(s *control.Stack) {
			s.Each(queue, func(r *control.Resource) {
				if r.Input("redrivePolicy").IsSet() || r.Input("redriveAllowPolicy").IsSet() || len(s.Referring("aws:sqs/redrivePolicy:RedrivePolicy", "queueUrl", r)) > 0 {
					return
				}
				if len(s.Referring(queue, "redrivePolicy", r)) > 0 || strings.Contains(strings.ToLower(r.Name), "dlq") || strings.Contains(strings.ToLower(r.Name), "dead") {
					return
				}
				if r.Input("messageRetentionSeconds").Int(fourDays) <= fewMinutes {
					return // What is only good for minutes is worth nothing later.
				}
				r.Violate("it has no redrivePolicy: a message that cannot be handled comes again until it expires")
			})
		},
		Fix: "make a second queue and name it in redrivePolicy",
		Bad: `name: work`,
		Good: `
resources:
  work: {type: "aws:sqs/queue:Queue", properties: {redrivePolicy: '{"deadLetterTargetArn":"${failed.arn}","maxReceiveCount":5}'}}
  failed: {type: "aws:sqs/queue:Queue", properties: {name: failed}}
`,
	},
	{
		ID: "sns-policy-not-public", Severity: control.Critical,
		Title:   "A topic is for named principals",
		Mapping: control.Mapping{SecurityHub: "SNS.4", CIS: "AWS v7 2.21", Checkov: "CKV_AWS_169"},
		On:      []string{topicPolicy, topic}, Reads: []string{"policy", topic + " policy"},
		Check: notPublic("policy"), Fix: "name the principals, or add a condition on aws:SourceArn", Bad: openDocument, Good: closedDocument,
	},
	{
		ID: "sns-encrypted", Severity: control.Medium,
		Title:   "Topics are encrypted",
		Mapping: control.Mapping{SecurityHub: "SNS.1", Checkov: "CKV_AWS_26", Trivy: "AWS-0095, AWS-0136"},
		On:      []string{topic}, Reads: []string{"kmsMasterKeyId"},
		Check: isSet("kmsMasterKeyId", "a KMS key"), Fix: "set kmsMasterKeyId",
		Bad: `name: alarms`, Good: `kmsMasterKeyId: alias/alarms`,
	},
	{
		ID: "sns-tls-only", Severity: control.Medium,
		Title: "A topic's policy denies what does not come over TLS",
		On:    []string{topicPolicy}, Reads: []string{"policy"}, Check: tlsOnly,
		Fix: "add a statement that denies when aws:SecureTransport is false", Bad: closedDocument, Good: tlsDocument,
	},
	{
		ID: "sns-subscription-https", Severity: control.Medium,
		Title: "Notifications are not sent in the clear",
		On:    []string{"aws:sns/topicSubscription:TopicSubscription"}, Reads: []string{"protocol"},
		Check: noneOf("protocol", "https", "http"), Fix: "use an endpoint with TLS",
		Bad: `protocol: http`, Good: `protocol: https`,
	},
	{
		ID: "events-bus-policy-not-open", Severity: control.High,
		Title:   "An event bus is for named principals",
		Mapping: control.Mapping{CIS: "AWS v7 2.21"},
		On:      []string{busPolicy, "aws:cloudwatch/eventPermission:EventPermission"}, Reads: []string{"policy", "aws:cloudwatch/eventPermission:EventPermission principal"},
		Check: func(r *control.Resource) {
			notPublic("policy")(r)
			if v := r.Get("principal"); v.Text() == "*" && !r.Get("condition").IsSet() {
				r.Want(v, "an account number")
			}
		},
		Fix: "name the accounts", Bad: openDocument, Good: closedDocument,
	},
	{
		ID: "events-target-dlq", Severity: control.Medium,
		Title: "Events that cannot be delivered are kept",
		On:    []string{"aws:cloudwatch/eventTarget:EventTarget"}, Reads: []string{"deadLetterConfig.arn"},
		Check: isSet("deadLetterConfig.arn", "the ARN of a queue"), Fix: "set deadLetterConfig.arn",
		Bad: `rule: nightly`, Good: `deadLetterConfig: {arn: "arn:aws:sqs:us-west-2:123456789012:failed"}`,
	},
	{
		ID: "sm-policy-not-public", Severity: control.Critical,
		Title:   "A secret is for named principals",
		Mapping: control.Mapping{CIS: "AWS v7 2.21"},
		On:      []string{"aws:secretsmanager/secretPolicy:SecretPolicy"}, Reads: []string{"policy", "blockPublicPolicy"},
		Check: all(notPublic("policy"), notFalse("blockPublicPolicy")), Fix: "name the principals, and set blockPublicPolicy to true",
		Bad: openDocument, Good: closedDocument,
	},
	{
		ID: "sm-no-plaintext-secret-version", Severity: control.High,
		Title: "A secret is secret in Pulumi's state too",
		On:    []string{"aws:secretsmanager/secretVersion:SecretVersion"}, Reads: []string{"secretString", "secretBinary"},
		Check: func(r *control.Resource) {
			for _, path := range []string{"secretString", "secretBinary"} {
				if v := r.Get(path); v.Present() && !v.IsSecret() {
					r.Violate("%s is in Pulumi's state for everybody to read: want a secret value", path)
				}
			}
		},
		Fix: "take the value from a secret configuration or a random.RandomPassword, or wrap it in pulumi.ToSecret",
		Bad: `secretString: hunter2`, Good: `secretString: {"fn::secret": hunter2}`,
	},
	{
		ID: "sm-secret-cmk", Severity: control.Medium,
		Title:   "Secrets are encrypted with a key of one's own",
		Mapping: control.Mapping{Checkov: "CKV_AWS_149", Trivy: "AWS-0098"},
		On:      []string{secretStore}, Reads: []string{"kmsKeyId"},
		Check: isSet("kmsKeyId", "a KMS key"), Fix: "set kmsKeyId", Bad: `name: shop`, Good: `kmsKeyId: alias/secrets`,
	},
	{
		ID: "sm-recovery-window", Severity: control.Medium,
		Title: "A secret that was deleted by mistake can be had back",
		On:    []string{secretStore}, Reads: []string{"recoveryWindowInDays"},
		Settings: []control.Setting{{Name: "days", Doc: "The least number of days", Default: 7}},
		Check:    atLeast("recoveryWindowInDays", "days", 30), Fix: "remove recoveryWindowInDays",
		Bad: `recoveryWindowInDays: 0`, Good: `recoveryWindowInDays: 30`,
	},
	{
		ID: "sm-rotation-period", Severity: control.Medium,
		Title:   "Secrets rotate every three months at least",
		Mapping: control.Mapping{SecurityHub: "SecretsManager.4", Checkov: "CKV_AWS_304"},
		On:      []string{"aws:secretsmanager/secretRotation:SecretRotation"}, Reads: []string{"rotationRules.automaticallyAfterDays"},
		Check: func(r *control.Resource) {
			if v := r.Get("rotationRules.automaticallyAfterDays"); v.Int(0) > 90 {
				r.Want(v, "90 or less")
			}
		},
		Fix: "set rotationRules.automaticallyAfterDays to 90 or less",
		Bad: `rotationRules: {automaticallyAfterDays: 365}`, Good: `rotationRules: {automaticallyAfterDays: 30}`,
	},
}
