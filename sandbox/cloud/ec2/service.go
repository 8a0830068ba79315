package ec2

import "github.com/slipway-iac/slipway/sandbox/cloud"

// owner marks what EC2 makes on its own.
const owner = "ec2"

// Service is the EC2 service of the account.
func Service() cloud.Service {
	return cloud.Service{
		Kinds: []cloud.Kind{
			vpcKind(), cidrAssociationKind(), subnetKind(),
			internetGatewayKind(), elasticIPKind(), natGatewayKind(),
			routeTableKind(), routeKind(), routeTableAssociationKind(),
			securityGroupKind(), defaultSecurityGroupKind(),
			securityGroupRuleKind(), ingressRuleKind(), egressRuleKind(),
			networkACLKind(), networkACLRuleKind(),
			endpointKind(), flowLogKind(), launchTemplateKind(),
			interfaceKind(), instanceKind(), volumeKind(),
		},
		Functions: []cloud.Function{availabilityZones(), lookupVPC(), lookupSubnets()},
		Tags:      tagRules,
	}
}

// tagRules are EC2's rules for tags.
var tagRules = cloud.TagRules{
	TooMany: cloud.Declare(cloud.Rule{
		Name: "ec2-too-many-tags", Code: "TagLimitExceeded", Source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html", Tag: cloud.Memory,
	}),
	Malformed: cloud.Declare(cloud.Rule{
		Name: "ec2-tag-malformed", Code: "InvalidParameterValue", Source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html", Tag: cloud.Memory,
	}),
}
