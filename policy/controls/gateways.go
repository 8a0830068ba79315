package controls

import (
	"slices"

	"github.com/slipway-iac/slipway/policy/control"
)

const (
	restStage      = "aws:apigateway/stage:Stage"
	methodSettings = "aws:apigateway/methodSettings:MethodSettings"
	httpStage      = "aws:apigatewayv2/stage:Stage"
	webACL         = "aws:wafv2/webAcl:WebAcl"
	webACLLogging  = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
)

var gateways = []control.Control{
	{
		ID: "apigw-access-logs", Severity: control.Medium,
		Title:   "A REST API logs who called",
		Mapping: control.Mapping{SecurityHub: "APIGateway.1", CIS: "AWS v7 4.10", Checkov: "CKV_AWS_76", Trivy: "AWS-0001"},
		On:      []string{restStage}, Reads: []string{"accessLogSettings.destinationArn"},
		Check: isSet("accessLogSettings.destinationArn", "the ARN of a log group"), Fix: "set accessLogSettings", Bad: `stageName: live`, Good: `accessLogSettings: {destinationArn: "arn:aws:logs:us-west-2:123456789012:log-group:api", format: "{}"}`,
	},
	{
		ID: "apigw-no-data-trace", Severity: control.Medium,
		Title:   "What callers send is not logged",
		Mapping: control.Mapping{Checkov: "CKV_AWS_276"},
		On:      []string{methodSettings}, Reads: []string{"settings.dataTraceEnabled"},
		Check: notTrue("settings.dataTraceEnabled"), Fix: "remove settings.dataTraceEnabled: it logs bodies, passwords included", Remedy: []control.Remedy{{Path: "settings.dataTraceEnabled", Value: false}},
		Bad: `settings: {dataTraceEnabled: true}`, Good: `settings: {dataTraceEnabled: false}`,
	},
	{
		ID: "apigw-client-cert", Severity: control.Medium,
		Title:   "Backends know that it is the API that calls",
		Mapping: control.Mapping{SecurityHub: "APIGateway.2", Checkov: "CKV2_AWS_51"},
		On:      []string{restStage}, Reads: []string{"clientCertificateId"},
		Check: isSet("clientCertificateId", "a client certificate"), Fix: "make an aws.apigateway.ClientCertificate and name it", Bad: `stageName: live`, Good: `clientCertificateId: abc123`,
	},
	{
		ID: "apigw-xray", Severity: control.Low,
		Title:   "Calls of a REST API are traced",
		Mapping: control.Mapping{SecurityHub: "APIGateway.3", Checkov: "CKV_AWS_73", Trivy: "AWS-0003"},
		On:      []string{restStage}, Reads: []string{"xrayTracingEnabled"},
		Check: isTrue("xrayTracingEnabled"), Fix: "set xrayTracingEnabled to true", Remedy: []control.Remedy{{Path: "xrayTracingEnabled", Value: true}}, Bad: `stageName: live`, Good: `xrayTracingEnabled: true`,
	},
	{
		ID: "apigw-waf", Severity: control.Medium,
		Title:   "A REST API has a web ACL",
		Mapping: control.Mapping{SecurityHub: "APIGateway.4", Checkov: "CKV2_AWS_29"},
		On:      []string{restStage, webACLAssociation}, Reads: []string{webACLAssociation + " resourceArn"},
		CheckStack: eachNamed([]string{restStage}, webACLAssociation, "resourceArn", "no aws.wafv2.WebAclAssociation is about it"),
		Fix:        "associate a web ACL", Bad: `stageName: live`,
		Good: `
resources:
  live: {type: "aws:apigateway/stage:Stage", properties: {stageName: live}}
  guard: {type: "aws:wafv2/webAclAssociation:WebAclAssociation", properties: {resourceArn: "${live.arn}", webAclArn: "arn:aws:wafv2:us-west-2:123456789012:regional/webacl/api/1"}}
`,
	},
	{
		ID: "apigw-cache-encrypted", Severity: control.Medium,
		Title:   "A REST API's cache is encrypted",
		Mapping: control.Mapping{SecurityHub: "APIGateway.5", Checkov: "CKV_AWS_308", Trivy: "AWS-0002"},
		On:      []string{methodSettings}, Reads: []string{"settings.cachingEnabled", "settings.cacheDataEncrypted"},
		Check: func(r *control.Resource) {
			if r.Get("settings.cachingEnabled").True() {
				isTrue("settings.cacheDataEncrypted")(r)
			}
		},
		Fix: "set settings.cacheDataEncrypted to true", Bad: `settings: {cachingEnabled: true}`, Good: `settings: {cachingEnabled: true, cacheDataEncrypted: true}`,
	},
	{
		ID: "apigw-method-auth", Severity: control.Medium,
		Title:   "A REST API knows who is asking",
		Mapping: control.Mapping{Checkov: "CKV_AWS_59, CKV2_AWS_70", Trivy: "AWS-0004"},
		On:      []string{"aws:apigateway/method:Method"}, Reads: []string{"authorization", "httpMethod", "apiKeyRequired"},
		Check: func(r *control.Resource) {
			if v := r.Get("authorization"); v.Text() == "NONE" && r.Get("httpMethod").Text() != "OPTIONS" && !r.Get("apiKeyRequired").True() {
				r.Want(v, "AWS_IAM, CUSTOM or COGNITO_USER_POOLS")
			}
		},
		Fix: "set authorization", Bad: `{httpMethod: GET, authorization: NONE}`, Good: `{httpMethod: GET, authorization: AWS_IAM}`,
	},
	{
		ID: "apigw-domain-tls", Severity: control.Medium,
		Title:   "A REST API's domain speaks TLS 1.2 or newer",
		Mapping: control.Mapping{SecurityHub: "APIGateway.11", Checkov: "CKV_AWS_206", Trivy: "AWS-0005"},
		On:      []string{"aws:apigateway/domainName:DomainName"}, Reads: []string{"securityPolicy"},
		Check: noneOf("securityPolicy", "TLS_1_2", "TLS_1_0"), Fix: "set securityPolicy to TLS_1_2", Remedy: []control.Remedy{{Path: "securityPolicy", Value: "TLS_1_2"}},
		Bad: `securityPolicy: TLS_1_0`, Good: `securityPolicy: TLS_1_2`,
	},
	{
		ID: "apigwv2-route-auth", Severity: control.Medium,
		Title:   "An HTTP API knows who is asking",
		Mapping: control.Mapping{SecurityHub: "APIGateway.8", Checkov: "CKV_AWS_309"},
		On:      []string{"aws:apigatewayv2/route:Route"}, Reads: []string{"authorizationType"},
		Check: oneOf("authorizationType", "AWS_IAM", "JWT", "CUSTOM"), Fix: "set authorizationType", Bad: `routeKey: GET /`, Good: `{routeKey: GET /, authorizationType: AWS_IAM}`,
	},
	{
		ID: "apigwv2-access-logs", Severity: control.Medium,
		Title:   "An HTTP API logs who called",
		Mapping: control.Mapping{SecurityHub: "APIGateway.9", CIS: "AWS v7 4.10", Checkov: "CKV_AWS_76", Trivy: "AWS-0001"},
		On:      []string{httpStage}, Reads: []string{"accessLogSettings.destinationArn"},
		Check: isSet("accessLogSettings.destinationArn", "the ARN of a log group"), Fix: "set accessLogSettings", Bad: `name: live`, Good: `accessLogSettings: {destinationArn: "arn:aws:logs:us-west-2:123456789012:log-group:api", format: "{}"}`,
	},
	{
		ID: "apigwv2-private-integration-tls", Severity: control.Medium,
		Title:   "What goes to a private backend is checked to be it",
		Mapping: control.Mapping{SecurityHub: "APIGateway.10"},
		On:      []string{"aws:apigatewayv2/integration:Integration"}, Reads: []string{"connectionType", "tlsConfig.serverNameToVerify"},
		Check: func(r *control.Resource) {
			if r.Get("connectionType").Text() == "VPC_LINK" {
				isSet("tlsConfig.serverNameToVerify", "the name in the backend's certificate")(r)
			}
		},
		Fix: "set tlsConfig.serverNameToVerify", Bad: `connectionType: VPC_LINK`, Good: `{connectionType: VPC_LINK, tlsConfig: {serverNameToVerify: shop.internal}}`,
	},
	{
		ID: "apigwv2-cors-not-open", Severity: control.Medium,
		Title:   "An HTTP API is called from named sites",
		Mapping: control.Mapping{Checkov: "CKV2_AWS_75"},
		On:      []string{"aws:apigatewayv2/api:Api"}, Reads: []string{"corsConfiguration.allowOrigins"},
		Check: func(r *control.Resource) {
			if v := r.Get("corsConfiguration.allowOrigins"); slices.Contains(v.Texts(), "*") {
				r.Want(v, "the origins that call it")
			}
		},
		Fix: "list the origins", Bad: `corsConfiguration: {allowOrigins: ["*"]}`, Good: `corsConfiguration: {allowOrigins: ["https://shop.example.com"]}`,
	},
	{
		ID: "waf-acl-not-empty", Severity: control.Medium,
		Title:   "A web ACL has rules",
		Mapping: control.Mapping{SecurityHub: "WAF.10", Checkov: "CKV_AWS_175"},
		On:      []string{webACL}, Reads: []string{"rules"},
		Check: isSet("rules", "a rule at least"), Fix: "add AWS's managed rule groups", Bad: `scope: REGIONAL`, Good: `rules: [{name: common, priority: 1}]`,
	},
	{
		ID: "waf-acl-logging", Severity: control.Low,
		Title:   "A web ACL logs what it stopped",
		Mapping: control.Mapping{SecurityHub: "WAF.11", Checkov: "CKV2_AWS_31"},
		On:      []string{webACL, webACLLogging}, Reads: []string{webACLLogging + " resourceArn"},
		CheckStack: eachNamed([]string{webACL}, webACLLogging, "resourceArn", "no aws.wafv2.WebAclLoggingConfiguration is about it"),
		Fix:        "add an aws.wafv2.WebAclLoggingConfiguration", Bad: `scope: REGIONAL`,
		Good: `
resources:
  guard: {type: "aws:wafv2/webAcl:WebAcl", properties: {scope: REGIONAL}}
  logs: {type: "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", properties: {resourceArn: "${guard.arn}"}}
`,
	},
	{
		ID: "no-waf-classic", Severity: control.Medium,
		Title:   "AWS WAF Classic is not used",
		Mapping: control.Mapping{SecurityHub: "WAF.1, WAF.2, WAF.3, WAF.4, WAF.6, WAF.7, WAF.8", Checkov: "CKV_AWS_176"},
		On:      []string{"aws:waf/webAcl:WebAcl", "aws:wafregional/webAcl:WebAcl"},
		Check:   never("it is of AWS WAF Classic, which AWS no longer supports"), Fix: "use aws.wafv2.WebAcl", Bad: `metricName: guard`,
		Good: "resources:\n  guard:\n    type: aws:wafv2/webAcl:WebAcl\n    properties: {scope: REGIONAL}\n",
	},
	{
		ID: "msk-connect-tls", Severity: control.Medium,
		Title:   "Kafka connectors speak TLS",
		Mapping: control.Mapping{SecurityHub: "MSK.3"},
		On:      []string{"aws:mskconnect/connector:Connector"}, Reads: []string{"kafkaClusterEncryptionInTransit.encryptionType"},
		Check: oneOf("kafkaClusterEncryptionInTransit.encryptionType", "TLS"), Fix: "set kafkaClusterEncryptionInTransit.encryptionType to TLS",
		Bad: `kafkaClusterEncryptionInTransit: {encryptionType: PLAINTEXT}`, Good: `kafkaClusterEncryptionInTransit: {encryptionType: TLS}`,
	},
	{
		ID: "msk-connect-logging", Severity: control.Medium,
		Title:   "Kafka connectors' logs are kept",
		Mapping: control.Mapping{SecurityHub: "MSK.5"},
		On:      []string{"aws:mskconnect/connector:Connector"}, Reads: []string{"logDelivery.workerLogDelivery"},
		Check: isSet("logDelivery.workerLogDelivery", "a destination"), Fix: "set logDelivery.workerLogDelivery", Bad: `name: work`, Good: `logDelivery: {workerLogDelivery: {cloudwatchLogs: {enabled: true}}}`,
	},
}
