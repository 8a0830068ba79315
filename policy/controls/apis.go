package controls

import (
	"slices"

	"github.com/slipway-iac/slipway/policy/control"
)

const (
	restAPI     = "aws:apigateway/restApi:RestApi"
	restMapping = "aws:apigateway/basePathMapping:BasePathMapping"
	httpAPI     = "aws:apigatewayv2/api:Api"
	httpMapping = "aws:apigatewayv2/apiMapping:ApiMapping"
)

// apis are controls of API gateways beside who may call and what is logged.
var apis = []control.Control{
	{
		ID: "apigw-execution-logs", Severity: control.Medium,
		Title:   "A REST API logs what failed",
		Mapping: control.Mapping{SecurityHub: "APIGateway.1", Checkov: "CKV2_AWS_4"},
		On:      []string{methodSettings}, Reads: []string{"settings.loggingLevel"},
		Check: oneOf("settings.loggingLevel", "ERROR", "INFO"), Fix: "set settings.loggingLevel to ERROR",
		Bad: `settings: {loggingLevel: "OFF"}`, Good: `settings: {loggingLevel: ERROR}`,
	},
	{
		ID: "apigw-throttling", Severity: control.Low,
		Title: "A REST API is not called more often than its backend bears",
		On:    []string{methodSettings}, Reads: []string{"settings.throttlingRateLimit"},
		Check: func(r *control.Resource) {
			// Less than nothing is no limit.
			if v := r.Get("settings.throttlingRateLimit"); v.Int(-1) < 0 {
				r.Want(v, "a number of calls a second")
			}
		},
		Fix: "set settings.throttlingRateLimit and throttlingBurstLimit", Bad: `settings: {loggingLevel: ERROR}`, Good: `settings: {throttlingRateLimit: 100, throttlingBurstLimit: 200}`,
	},
	{
		ID: "apigw-request-validation", Severity: control.Low,
		Title:   "A REST API looks at requests before its backend does",
		Mapping: control.Mapping{Checkov: "CKV2_AWS_53"},
		On:      []string{"aws:apigateway/method:Method"}, Reads: []string{"requestValidatorId", "httpMethod"},
		Check: func(r *control.Resource) {
			if r.Get("httpMethod").Text() != "OPTIONS" {
				isSet("requestValidatorId", "a validator")(r)
			}
		},
		Fix: "make an aws.apigateway.RequestValidator and name it", Bad: `httpMethod: POST`, Good: `{httpMethod: POST, requestValidatorId: abc123}`,
	},
	{
		ID: "apigw-endpoint-type", Severity: control.Low,
		Title: "A REST API is where its callers are",
		On:    []string{restAPI}, Reads: []string{"endpointConfiguration.types"},
		Settings: []control.Setting{{Name: "types", Doc: "Kinds of endpoints that may be", Default: []string{"REGIONAL", "PRIVATE"}}},
		Check: func(r *control.Resource) {
			if v := r.Get("endpointConfiguration.types"); !allIn(v.Texts(), r.Words("types")) {
				r.Want(v, oneOfText(r.Words("types"))+"; AWS's default, EDGE, goes through a CloudFront that is not yours")
			}
		},
		Fix: "set endpointConfiguration.types to REGIONAL or PRIVATE", Bad: `name: shop`, Good: `endpointConfiguration: {types: REGIONAL}`,
	},
	{
		ID: "apigw-default-endpoint-disabled", Severity: control.Medium,
		Title: "An API with a name of its own has no other one",
		On:    []string{restAPI, httpAPI, restMapping, httpMapping}, Reads: []string{"disableExecuteApiEndpoint", httpAPI + " disableExecuteApiEndpoint", restMapping + " restApi", httpMapping + " apiId"},
		CheckStack: func(s *control.Stack) {
			for _, k := range []struct{ api, mapping, property string }{{restAPI, restMapping, "restApi"}, {httpAPI, httpMapping, "apiId"}} {
				s.Each(k.api, func(r *control.Resource) {
					if v := r.Get("disableExecuteApiEndpoint"); len(s.Referring(k.mapping, k.property, r)) > 0 && !v.True() {
						r.Want(v, "true: callers go past the domain's web ACL and certificates otherwise")
					}
				})
			}
		},
		Fix: "set disableExecuteApiEndpoint to true",
		Bad: `
resources:
  shop: {type: "aws:apigateway/restApi:RestApi", properties: {name: shop}}
  name: {type: "aws:apigateway/basePathMapping:BasePathMapping", properties: {restApi: "${shop.id}", domainName: api.example.com}}
`,
		Good: `
resources:
  shop: {type: "aws:apigateway/restApi:RestApi", properties: {name: shop, disableExecuteApiEndpoint: true}}
  name: {type: "aws:apigateway/basePathMapping:BasePathMapping", properties: {restApi: "${shop.id}", domainName: api.example.com}}
`,
	},
	{
		ID: "apigwv2-domain-tls", Severity: control.Medium,
		Title:   "An HTTP API's domain speaks TLS 1.2 or newer",
		Mapping: control.Mapping{SecurityHub: "APIGateway.11", Checkov: "CKV_AWS_206", Trivy: "AWS-0005"},
		On:      []string{"aws:apigatewayv2/domainName:DomainName"}, Reads: []string{"domainNameConfiguration.securityPolicy"},
		Check: noneOf("domainNameConfiguration.securityPolicy", "TLS_1_2", "", "TLS_1_0"), Fix: "set domainNameConfiguration.securityPolicy to TLS_1_2",
		Bad: `domainNameConfiguration: {securityPolicy: TLS_1_0}`, Good: `domainNameConfiguration: {securityPolicy: TLS_1_2}`,
	},
}

// allIn tells whether there are texts, all of them among others.
func allIn(texts, others []string) bool {
	return len(texts) > 0 && !slices.ContainsFunc(texts, func(t string) bool { return !slices.Contains(others, t) })
}
