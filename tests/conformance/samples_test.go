package conformance

import (
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// sampleText is a text that suits a property's name.
func sampleText(path string, not any) string {
	name := path[strings.LastIndex(path, ".")+1:]
	lower := strings.ToLower(name)
	for _, s := range []struct{ suffix, value string }{
		{"arn", "arn:aws:iam::123456789012:role/another"},
		{"arns", "arn:aws:iam::123456789012:policy/another"},
		{"subnetid", "subnet-0123456789abcdef0"},
		{"subnetids", "subnet-0123456789abcdef0"},
		{"vpcid", "vpc-0123456789abcdef0"},
		{"securitygroupids", "sg-0123456789abcdef0"},
		{"ipv6cidrblock", "2600:1f14:1:2::/64"},
		{"cidrblock", "10.9.0.0/24"},
		{"policy", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`},
	} {
		if strings.HasSuffix(lower, s.suffix) && s.value != not {
			return s.value
		}
	}
	if not == "another" {
		return "yet-another"
	}
	return "another"
}

// samples are values that the provider takes for a property, where not every
// text or number will do.
var samples = map[string][]any{
	cloud.LaunchTemplate + " instanceMarketOptions.spotOptions.blockDurationMinutes": {60.0},
	cloud.TopicSubscription + " protocol":                                            {"http", "email-json"},
	cloud.DBInstance + " performanceInsightsRetentionPeriod":                         {7.0},
	cloud.DBCluster + " performanceInsightsRetentionPeriod":                          {7.0},
}

// exchanged are the properties that have to change together with another, such
// as those that exclude it: by token and path, what top-level properties become.
var exchanged = map[string]cloud.Props{
	cloud.LogGroup + " namePrefix":              {"name": nil},
	cloud.IAMRole + " namePrefix":               {"name": nil},
	cloud.IAMRolePolicy + " namePrefix":         {"name": nil},
	cloud.IAMPolicy + " namePrefix":             {"name": nil},
	cloud.IAMInstanceProfile + " namePrefix":    {"name": nil},
	cloud.KMSAlias + " namePrefix":              {"name": nil, "namePrefix": "alias/another"},
	cloud.LaunchTemplate + " namePrefix":        {"name": nil},
	cloud.SecurityGroup + " namePrefix":         {"name": nil},
	cloud.Queue + " namePrefix":                 {"name": nil},
	cloud.EventRule + " namePrefix":             {"name": nil},
	cloud.EKSNodeGroup + " nodeGroupNamePrefix": {"nodeGroupName": nil},

	cloud.Topic + " namePrefix":                    {"name": nil},
	cloud.TopicSubscription + " filterPolicyScope": {"filterPolicy": `{"severity":["high"]}`},
	cloud.DBInstance + " identifierPrefix":         {"identifier": nil},
	cloud.DBInstance + " password":                 {"manageMasterUserPassword": nil},
	cloud.DBCluster + " clusterIdentifierPrefix":   {"clusterIdentifier": nil},
	cloud.DBCluster + " masterPassword":            {"manageMasterUserPassword": nil},
	cloud.DBParameterGroup + " namePrefix":         {"name": nil},
	cloud.DBClusterParameterGroup + " namePrefix":  {"name": nil},
	cloud.DBSubnetGroup + " namePrefix":            {"name": nil},
	cloud.DBEventSubscription + " namePrefix":      {"name": nil},

	cloud.VPC + " ipv4NetmaskLength":                {"cidrBlock": nil, "ipv4NetmaskLength": 20.0, "ipv4IpamPoolId": "ipam-pool-0"},
	cloud.VPC + " ipv6CidrBlock":                    {"ipv6IpamPoolId": "ipam-pool-0"},
	cloud.VPC + " ipv6NetmaskLength":                {"ipv6NetmaskLength": 56.0, "ipv6IpamPoolId": "ipam-pool-0"},
	cloud.VPC + " ipv6CidrBlockNetworkBorderGroup":  {"assignGeneratedIpv6CidrBlock": true},
	cloud.Subnet + " availabilityZoneId":            {"availabilityZone": nil},
	cloud.Subnet + " customerOwnedIpv4Pool":         {"mapCustomerOwnedIpOnLaunch": true, "outpostArn": "arn:aws:outposts:us-west-2:123456789012:outpost/op-0"},
	cloud.Subnet + " mapCustomerOwnedIpOnLaunch":    {"customerOwnedIpv4Pool": "pool", "outpostArn": "arn:aws:outposts:us-west-2:123456789012:outpost/op-0"},
	cloud.KMSKey + " xksKeyId":                      {"customKeyStoreId": "cks-0"},
	cloud.RouteTableAssociation + " gatewayId":      {"subnetId": nil},
	cloud.VPCEndpoint + " serviceNetworkArn":        {"serviceName": nil},
	cloud.VPCEndpoint + " resourceConfigurationArn": {"serviceName": nil},
	cloud.FlowLog + " logGroupName":                 {"logDestination": nil},
	cloud.FlowLog + " subnetId":                     {"vpcId": nil},
	cloud.FlowLog + " eniId":                        {"vpcId": nil},
	cloud.FlowLog + " transitGatewayId":             {"vpcId": nil, "maxAggregationInterval": 60.0},
	cloud.FlowLog + " transitGatewayAttachmentId":   {"vpcId": nil, "maxAggregationInterval": 60.0},
	cloud.LaunchTemplate + " securityGroupNames":    {"vpcSecurityGroupIds": nil},
	cloud.LaunchTemplate + " defaultVersion":        {"updateDefaultVersion": nil},
	cloud.NetworkACLRule + " ipv6CidrBlock":         {"cidrBlock": nil},
}
