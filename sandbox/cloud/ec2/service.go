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
	}
}
