package controls

import (
	"encoding/json"
	"slices"

	"github.com/slipway-iac/slipway/policy/control"
)

// stateful are the types whose loss is a loss of data.
var stateful = []string{database, databaseCluster, kmsKey, kafka, zone, bucket, "aws:efs/fileSystem:FileSystem", "aws:dynamodb/table:Table"}

// tagged are the types that somebody pays for, or has to answer for.
var tagged = []string{
	vpc, subnet, natGateway, cluster, nodeGroup, launchTemplate, kmsKey, logGroup, role, bucket, database, databaseCluster, databaseSubnets, cache, kafka, loadBalancer,
	eip, endpoint, securityGroup, routeTable, repository, queue, topic, secretStore, acl, internetGateway, flowLog, certificate, zone,
	"aws:ebs/volume:Volume", "aws:ec2/customerGateway:CustomerGateway", "aws:ec2/instance:Instance", "aws:ec2/managedPrefixList:ManagedPrefixList",
	"aws:ec2/networkInterface:NetworkInterface", "aws:ec2/vpcDhcpOptions:VpcDhcpOptions", "aws:ec2/vpcEndpointService:VpcEndpointService",
	"aws:ec2/vpcPeeringConnection:VpcPeeringConnection", "aws:ec2/vpnGateway:VpnGateway", "aws:ec2transitgateway/routeTable:RouteTable",
	"aws:ec2transitgateway/transitGateway:TransitGateway", "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
	"aws:accessanalyzer/analyzer:Analyzer", "aws:backup/plan:Plan", "aws:backup/vault:Vault", "aws:cloudwatch/eventBus:EventBus", "aws:cloudwatch/metricAlarm:MetricAlarm",
	"aws:eks/identityProviderConfig:IdentityProviderConfig", "aws:iam/user:User", "aws:rds/clusterSnapshot:ClusterSnapshot", "aws:rds/snapshot:Snapshot",
	"aws:route53/healthCheck:HealthCheck",
}

var stackwide = []control.Control{
	{
		ID: "plat-stateful-protected", Severity: control.High,
		Title: "What holds data is protected from deletion",
		On:    stateful,
		CheckStack: func(s *control.Stack) {
			s.EachOf(stateful, func(r *control.Resource) {
				if !r.Options.Protect {
					r.Violate("it holds data and a pulumi destroy would delete it")
				}
			})
		},
		Fix: "set the resource option protect",
		Bad: `
resources:
  shop: {type: "aws:rds/instance:Instance", properties: {engine: postgres}}
`,
		Good: `
resources:
  shop: {type: "aws:rds/instance:Instance", properties: {engine: postgres}, options: {protect: true}}
`,
	},
	{
		ID: "no-plaintext-secrets-in-inputs", Severity: control.High,
		Title: "Passwords and tokens are secret in Pulumi's state",
		On: []string{"aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/user:User", "aws:rds/proxy:Proxy", "aws:iam/accessKey:AccessKey",
			"aws:ssm/parameter:Parameter", "aws:apigateway/apiKey:ApiKey", "aws:mq/broker:Broker", "aws:docdb/cluster:Cluster"},
		Reads: []string{"authToken", "aws:ssm/parameter:Parameter value"},
		Check: func(r *control.Resource) {
			for _, key := range knownKeys(r.Value) {
				v := r.Get(key)
				secret := slices.Contains([]string{"authToken", "passwords", "password", "masterPassword"}, key) ||
					key == "value" && (r.Is("aws:apigateway/apiKey:ApiKey") || r.Is("aws:ssm/parameter:Parameter") && r.Get("type").Text() == "SecureString")
				if secret && v.Present() && !v.IsSecret() {
					r.Violate("%s is in Pulumi's state for everybody to read: want a secret value", key)
				}
			}
		},
		Fix: "take the value from a secret configuration, or wrap it in pulumi.ToSecret",
		Bad: `{engine: valkey, authToken: hunter2hunter2hunter2}`, Good: `{engine: valkey, authToken: {"fn::secret": hunter2hunter2hunter2}}`,
	},
	{
		ID: "required-tags", Severity: control.Low,
		Title:    "What costs money says whose it is",
		On:       tagged,
		Reads:    []string{"tags"},
		Settings: []control.Setting{{Name: "tags", Doc: "Keys of the tags; none asks for none", Default: []string{}}},
		Mapping: control.Mapping{SecurityHub: "ACM.3, EC2.33, EC2.34, EC2.35, EC2.36, EC2.37, EC2.38, EC2.39, EC2.40, EC2.41, EC2.42, EC2.43, EC2.44, EC2.45, EC2.46, EC2.47, EC2.48, " +
			"EC2.49, EC2.50, EC2.52, EC2.174, EC2.175, EC2.176, ECR.4, EKS.6, EKS.7, EventBridge.2, IAM.23, IAM.24, IAM.25, RDS.28, RDS.29, RDS.30, RDS.32, RDS.33, Route53.1, SecretsManager.5, SNS.3, SQS.2"},
		Check: func(r *control.Resource) {
			tags := r.Get("tags")
			for _, key := range r.Words("tags") {
				if !tags.Key(key).IsSet() && !defaultTag(r, key) {
					r.Violate("it has no tag %s, its provider's default tags included", key)
				}
			}
		},
		With: map[string]any{"tags": []string{"owner"}},
		Fix:  "set the tag, best as a default tag of the provider", Bad: `tags: {Name: net}`, Good: `tags: {owner: platform}`,
	},
}

// defaultTag tells whether the resource's provider puts a tag on everything.
func defaultTag(r *control.Resource, key string) bool {
	v := r.Configured("defaultTags")
	// Pulumi keeps what is nested in a provider's configuration as JSON.
	var parsed any
	if v.IsKnown() && v.IsText() && json.Unmarshal([]byte(v.Text()), &parsed) == nil {
		v = v.With(control.Plain(parsed))
	}
	return v.Get("tags").Key(key).IsSet()
}
