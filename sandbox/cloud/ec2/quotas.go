package ec2

import (
	"fmt"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// quota is how many of something an account may have. The numbers are AWS's
// defaults, see https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
type quota struct {
	limit int
	what  string
	rule  *cloud.Rule
}

func limit(n int, name, code, what string, tag cloud.Tag) quota {
	return quota{n, what, cloud.Declare(cloud.Rule{Name: name, Code: code, Source: vpcDocs, Tag: tag})}
}

var (
	vpcsPerRegion = limit(5, "too-many-vpcs", "VpcLimitExceeded",
		"VPCs in the region", cloud.Memory)
	cidrsPerVPC = limit(5, "too-many-cidrs-in-vpc", "CidrLimitExceeded",
		"CIDRs", cloud.Verified)
	subnetsPerVPC = limit(200, "too-many-subnets-in-vpc", "SubnetLimitExceeded",
		"subnets in the VPC", cloud.Memory)
	internetGatewaysPerRegion = limit(5, "too-many-internet-gateways", "InternetGatewayLimitExceeded",
		"internet gateways in the region", cloud.Memory)
	addressesPerRegion = limit(5, "too-many-addresses", "AddressLimitExceeded",
		"addresses in the region", cloud.Memory)
	natGatewaysPerZone = limit(5, "too-many-nat-gateways-in-zone", "NatGatewayLimitExceeded",
		"NAT gateways in the availability zone", cloud.Memory)
	routeTablesPerVPC = limit(200, "too-many-route-tables-in-vpc", "RouteTableLimitExceeded",
		"route tables in the VPC", cloud.Memory)
	routesPerTable = limit(50, "too-many-routes-in-table", "RouteLimitExceeded",
		"routes of an address family in the table", cloud.Memory)
	groupsPerRegion = limit(2500, "too-many-security-groups", "SecurityGroupLimitExceeded",
		"security groups in the region", cloud.Memory)
	rulesPerGroup = limit(60, "too-many-rules-in-security-group", "RulesPerSecurityGroupLimitExceeded",
		"rules of a direction and address family in the security group", cloud.Verified)
	groupsPerInterface = limit(5, "too-many-groups-on-interface", "SecurityGroupsPerInterfaceLimitExceeded",
		"security groups on the interface", cloud.Memory)
	networkACLsPerVPC = limit(200, "too-many-network-acls-in-vpc", "NetworkAclLimitExceeded",
		"network ACLs in the VPC", cloud.Memory)
	rulesPerNetworkACL = limit(20, "too-many-rules-in-network-acl", "NetworkAclEntryLimitExceeded",
		"rules of a direction and address family in the network ACL", cloud.Memory)
	interfaceEndpointsPerVPC = limit(50, "too-many-interface-endpoints-in-vpc", "VpcEndpointLimitExceeded",
		"interface endpoints in the VPC", cloud.Memory)
	gatewayEndpointsPerRegion = limit(20, "too-many-gateway-endpoints", "VpcEndpointLimitExceeded",
		"gateway endpoints in the region", cloud.Memory)
	interfacesPerRegion = limit(5000, "too-many-network-interfaces", "NetworkInterfaceLimitExceeded",
		"network interfaces in the region", cloud.Memory)
)

// admit refuses to add some to what there is already.
func (q quota) admit(have, more int) error {
	if have+more <= q.limit {
		return nil
	}
	return q.rule.Refuse("%s", q.message())
}

func (q quota) message() string {
	return fmt.Sprintf("The maximum number of %s has been reached: %d", q.what, q.limit)
}
