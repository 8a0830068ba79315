package controls

import (
	"github.com/slipway-iac/slipway/policy/control"
)

var caches = []control.Control{
	{
		ID: "ec-at-rest", Severity: control.Medium,
		Title:   "Caches are encrypted",
		Mapping: control.Mapping{SecurityHub: "ElastiCache.4", Checkov: "CKV_AWS_29", Trivy: "AWS-0045"},
		On:      []string{cache}, Reads: []string{"atRestEncryptionEnabled"},
		Check: isTrue("atRestEncryptionEnabled"), Fix: "set atRestEncryptionEnabled to true; it cannot be changed later",
		Remedy: []control.Remedy{{Path: "atRestEncryptionEnabled", Value: true}},
		Bad:    `engine: valkey`, Good: `atRestEncryptionEnabled: true`,
	},
	{
		ID: "ec-cmk", Severity: control.Medium,
		Title:   "Caches are encrypted with a key of one's own",
		Mapping: control.Mapping{Checkov: "CKV_AWS_191"},
		On:      []string{cache}, Reads: []string{"kmsKeyId"},
		Check: isSet("kmsKeyId", "the ARN of a KMS key"), Fix: "set kmsKeyId",
		Bad: `engine: valkey`, Good: `kmsKeyId: "arn:aws:kms:us-west-2:123456789012:key/1234abcd"`,
	},
	{
		ID: "ec-in-transit", Severity: control.Medium,
		Title:   "Caches speak TLS only",
		Mapping: control.Mapping{SecurityHub: "ElastiCache.5", Checkov: "CKV_AWS_30", Trivy: "AWS-0051"},
		On:      []string{cache}, Reads: []string{"transitEncryptionEnabled", "transitEncryptionMode"},
		Check: all(isTrue("transitEncryptionEnabled"), oneOf("transitEncryptionMode", "required", "")), Fix: "set transitEncryptionEnabled to true",
		Remedy: []control.Remedy{{Path: "transitEncryptionEnabled", Value: true}},
		Bad:    `transitEncryptionEnabled: false`, Good: `{transitEncryptionEnabled: true, transitEncryptionMode: required}`,
	},
	{
		ID: "ec-auth", Severity: control.Medium,
		Title:   "Caches know who is asking",
		Mapping: control.Mapping{SecurityHub: "ElastiCache.6", Checkov: "CKV_AWS_31"},
		On:      []string{cache}, Reads: []string{"authToken", "userGroupIds"},
		Check: func(r *control.Resource) {
			if !r.Get("authToken").IsSet() && !r.Get("userGroupIds").IsSet() {
				r.Want(r.Get("userGroupIds"), "a user group")
			}
		},
		Fix: "make an aws.elasticache.UserGroup and name it in userGroupIds", Bad: `engine: valkey`, Good: `userGroupIds: [shop]`,
	},
	{
		ID: "ec-auto-failover", Severity: control.Medium,
		Title:   "A cache survives the loss of a zone",
		Mapping: control.Mapping{SecurityHub: "ElastiCache.3", Checkov: "CKV2_AWS_50"},
		On:      []string{cache}, Reads: []string{"automaticFailoverEnabled", "multiAzEnabled"},
		Check: isTrue("automaticFailoverEnabled", "multiAzEnabled"), Fix: "set both to true, with two nodes or more",
		Bad: `automaticFailoverEnabled: true`, Good: `{automaticFailoverEnabled: true, multiAzEnabled: true}`,
	},
	{
		ID: "ec-backups", Severity: control.High,
		Title:   "Caches are backed up",
		Mapping: control.Mapping{SecurityHub: "ElastiCache.1", Checkov: "CKV_AWS_134", Trivy: "AWS-0050"},
		On:      []string{cache}, Reads: []string{"snapshotRetentionLimit"},
		Settings: []control.Setting{{Name: "days", Doc: "The least number of days", Default: 1}},
		Check:    atLeast("snapshotRetentionLimit", "days", 0), Fix: "set snapshotRetentionLimit; disable this control for caches that can be made again",
		Bad: `engine: valkey`, Good: `snapshotRetentionLimit: 7`,
	},
	{
		ID: "ec-auto-minor", Severity: control.High,
		Title:   "Caches get their security fixes",
		Mapping: control.Mapping{SecurityHub: "ElastiCache.2", Checkov: "CKV_AWS_322"},
		On:      []string{cache}, Reads: []string{"autoMinorVersionUpgrade"},
		Check: notFalse("autoMinorVersionUpgrade"), Fix: "remove autoMinorVersionUpgrade",
		Remedy: []control.Remedy{{Path: "autoMinorVersionUpgrade", Value: true}},
		Bad:    `autoMinorVersionUpgrade: false`, Good: `autoMinorVersionUpgrade: true`,
	},
	{
		ID: "ec-subnet-group", Severity: control.High,
		Title:   "Caches are in subnets of one's choice",
		Mapping: control.Mapping{SecurityHub: "ElastiCache.7", Checkov: "CKV_AWS_323, CKV_AWS_196"},
		On:      []string{cache}, Reads: []string{"subnetGroupName"},
		Check: func(r *control.Resource) {
			if v := r.Get("subnetGroupName"); !v.IsSet() || v.Text() == "default" {
				r.Want(v, "a subnet group of your own")
			}
		},
		Fix: "make an aws.elasticache.SubnetGroup of data subnets", Bad: `subnetGroupName: default`, Good: `subnetGroupName: data`,
	},
	{
		ID: "ec-user-no-passwordless", Severity: control.High,
		Title: "Users of caches have passwords or roles",
		On:    []string{"aws:elasticache/user:User"}, Reads: []string{"noPasswordRequired", "authenticationMode.type"},
		Check: all(notTrue("noPasswordRequired"), noneOf("authenticationMode.type", "iam or password", "no-password-required")),
		Fix:   "set authenticationMode.type to iam", Bad: `noPasswordRequired: true`, Good: `authenticationMode: {type: iam}`,
	},
	{
		ID: "msk-no-public-access", Severity: control.Critical,
		Title:   "Kafka has no public addresses",
		Mapping: control.Mapping{SecurityHub: "MSK.4", Checkov: "CKV_AWS_291"},
		On:      []string{kafka}, Reads: []string{"brokerNodeGroupInfo.connectivityInfo.publicAccess.type"},
		Check: oneOf("brokerNodeGroupInfo.connectivityInfo.publicAccess.type", "DISABLED", ""), Fix: "remove publicAccess",
		Bad: `brokerNodeGroupInfo: {connectivityInfo: {publicAccess: {type: SERVICE_PROVIDED_EIPS}}}`, Good: `brokerNodeGroupInfo: {connectivityInfo: {publicAccess: {type: DISABLED}}}`,
	},
	{
		ID: "msk-tls-in-cluster", Severity: control.Medium,
		Title:   "Brokers speak TLS among each other",
		Mapping: control.Mapping{SecurityHub: "MSK.1", Checkov: "CKV_AWS_81", Trivy: "AWS-0073"},
		On:      []string{kafka}, Reads: []string{"encryptionInfo.encryptionInTransit.inCluster"},
		Check: notFalse("encryptionInfo.encryptionInTransit.inCluster"), Fix: "remove inCluster; it cannot be changed later",
		Remedy: []control.Remedy{{Path: "encryptionInfo.encryptionInTransit.inCluster", Value: true}},
		Bad:    `encryptionInfo: {encryptionInTransit: {inCluster: false}}`, Good: `encryptionInfo: {encryptionInTransit: {inCluster: true}}`,
	},
	{
		ID: "msk-tls-client", Severity: control.Medium,
		Title:   "Clients speak TLS to brokers",
		Mapping: control.Mapping{SecurityHub: "MSK.1", Checkov: "CKV_AWS_81", Trivy: "AWS-0073"},
		On:      []string{kafka}, Reads: []string{"encryptionInfo.encryptionInTransit.clientBroker"},
		Check: oneOf("encryptionInfo.encryptionInTransit.clientBroker", "TLS", ""), Fix: "set clientBroker to TLS",
		Remedy: []control.Remedy{{Path: "encryptionInfo.encryptionInTransit.clientBroker", Value: "TLS"}},
		Bad:    `encryptionInfo: {encryptionInTransit: {clientBroker: TLS_PLAINTEXT}}`, Good: `encryptionInfo: {encryptionInTransit: {clientBroker: TLS}}`,
	},
	{
		ID: "msk-at-rest-cmk", Severity: control.Medium,
		Title:   "Kafka is encrypted with a key of one's own",
		Mapping: control.Mapping{Checkov: "CKV_AWS_81", Trivy: "AWS-0179"},
		On:      []string{kafka}, Reads: []string{"encryptionInfo.encryptionAtRestKmsKeyArn"},
		Check: isSet("encryptionInfo.encryptionAtRestKmsKeyArn", "the ARN of a KMS key"), Fix: "set encryptionInfo.encryptionAtRestKmsKeyArn",
		Bad: `clusterName: events`, Good: `encryptionInfo: {encryptionAtRestKmsKeyArn: "arn:aws:kms:us-west-2:123456789012:key/1234abcd"}`,
	},
	{
		ID: "msk-no-unauthenticated", Severity: control.Medium,
		Title:   "Kafka knows who is asking",
		Mapping: control.Mapping{SecurityHub: "MSK.6"},
		On:      []string{kafka}, Reads: []string{"clientAuthentication.unauthenticated"},
		Check: notTrue("clientAuthentication.unauthenticated"), Fix: "set clientAuthentication.sasl.iam to true instead",
		Bad: `clientAuthentication: {unauthenticated: true}`, Good: `clientAuthentication: {sasl: {iam: true}}`,
	},
	{
		ID: "msk-broker-logs", Severity: control.Medium,
		Title:   "Brokers' logs are kept",
		Mapping: control.Mapping{Checkov: "CKV_AWS_80", Trivy: "AWS-0074"},
		On:      []string{kafka}, Reads: []string{"loggingInfo.brokerLogs.cloudwatchLogs.enabled", "loggingInfo.brokerLogs.s3.enabled", "loggingInfo.brokerLogs.firehose.enabled"},
		Check: func(r *control.Resource) {
			logs := r.Get("loggingInfo.brokerLogs")
			if !logs.Get("cloudwatchLogs.enabled").True() && !logs.Get("s3.enabled").True() && !logs.Get("firehose.enabled").True() {
				r.Want(logs, "cloudwatchLogs, s3 or firehose enabled")
			}
		},
		Fix: "enable one of cloudwatchLogs, s3 and firehose in loggingInfo.brokerLogs",
		Bad: `clusterName: events`, Good: `loggingInfo: {brokerLogs: {cloudwatchLogs: {enabled: true, logGroup: events}, s3: {enabled: false}, firehose: {enabled: false}}}`,
	},
	{
		ID: "msk-enhanced-monitoring", Severity: control.Low,
		Title:   "Kafka is measured by topic and broker",
		Mapping: control.Mapping{SecurityHub: "MSK.2"},
		On:      []string{kafka}, Reads: []string{"enhancedMonitoring"},
		Check: oneOf("enhancedMonitoring", "PER_TOPIC_PER_BROKER", "PER_TOPIC_PER_PARTITION"), Fix: "set enhancedMonitoring to PER_TOPIC_PER_BROKER",
		Bad: `enhancedMonitoring: DEFAULT`, Good: `enhancedMonitoring: PER_TOPIC_PER_BROKER`,
	},
	{
		ID: "msk-multi-az-private", Severity: control.Medium,
		Title: "Kafka is in several zones, and in none of their public subnets",
		On:    []string{kafka, subnet, route, routeAssociation}, Reads: []string{"brokerNodeGroupInfo.clientSubnets", subnet + " tags"},
		CheckStack: func(s *control.Stack) {
			s.Each(kafka, func(r *control.Resource) {
				if v := r.Input("brokerNodeGroupInfo.clientSubnets"); len(v.Items()) < 2 {
					r.Want(v, "subnets of two zones or more")
				}
				for _, n := range s.Referred(r, "brokerNodeGroupInfo", subnet) {
					if way := routeToInternetGateway(s, n); way != "" || tier(n) == "public" {
						r.Violate("its %s is public: want subnets of the data tier", n)
					}
				}
			})
		},
		Fix: "name subnets of the data tier in brokerNodeGroupInfo.clientSubnets",
		Bad: `
resources:
  front: {type: "aws:ec2/subnet:Subnet", properties: {cidrBlock: 10.0.0.0/24, tags: {tier: public}}}
  events: {type: "aws:msk/cluster:Cluster", properties: {brokerNodeGroupInfo: {clientSubnets: ["${front.id}"]}}}
`,
		Good: `
resources:
  a: {type: "aws:ec2/subnet:Subnet", properties: {cidrBlock: 10.0.0.0/24, tags: {tier: data}}}
  b: {type: "aws:ec2/subnet:Subnet", properties: {cidrBlock: 10.0.1.0/24, tags: {tier: data}}}
  events: {type: "aws:msk/cluster:Cluster", properties: {brokerNodeGroupInfo: {clientSubnets: ["${a.id}", "${b.id}"]}}}
`,
	},
}
