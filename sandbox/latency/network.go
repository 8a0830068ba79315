package latency

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const natTests = "hashicorp/terraform-provider-aws#38363: tests of 188 to 212 s that create and delete one"

var network = slices.Concat(
	entry(cloud.VPC,
		seconds(10, 20, 25, cloud.Derived, "Terraform logs of 2021 and 2024, with DNS host names: 12 s, 21 to 24 s"),
		guessedCall, call),
	entry(cloud.VPCCIDRAssociation,
		seconds(2, 5, 15, cloud.Memory, general+"; the provider waits for the association"),
		guessedCall,
		seconds(2, 5, 15, cloud.Memory, general+"; the provider waits for the association")),
	when(cloud.Subnet, Create, "`mapPublicIpOnLaunch`", has("mapPublicIpOnLaunch", true),
		seconds(10, 11, 12, cloud.Derived, "Terraform logs: 10 to 12 s")),
	entry(cloud.Subnet,
		seconds(1, 2, 3, cloud.Derived, "Terraform logs: 1 to 2 s"),
		guessedCall, call),
	entry(cloud.ElasticIP,
		seconds(0.5, 1, 2, cloud.Derived, "Terraform logs: 0 to 1 s"),
		guessedCall, call),
	entry(cloud.NATGateway,
		seconds(85, 105, 150, cloud.Derived, natTests+"; still being created after 80 s in a Terraform log"),
		guessedCall,
		seconds(40, 60, 90, cloud.Derived, natTests)),
	entry(cloud.SecurityGroup,
		seconds(1, 2, 5, cloud.Derived, "Terraform logs: 2 to 4 s"),
		guessedCall, call),
	entry(cloud.DefaultSecurityGroup, guessedCall, guessedCall, guessedCall),
	alike(call,
		cloud.InternetGateway, cloud.RouteTable, cloud.Route, cloud.RouteTableAssociation,
		cloud.SecurityGroupRule, cloud.SecurityGroupIngressRule, cloud.SecurityGroupEgressRule),
	alike(guessedCall, cloud.NetworkACL, cloud.NetworkACLRule, cloud.FlowLog, cloud.LaunchTemplate),
	when(cloud.VPCEndpoint, Create, "`vpcEndpointType: Interface`", has("vpcEndpointType", "Interface"),
		seconds(50, 80, 180, cloud.Memory, general+": 60 to 120 s")),
	when(cloud.VPCEndpoint, Delete, "`vpcEndpointType: Interface`", has("vpcEndpointType", "Interface"),
		seconds(60, 150, 400, cloud.Memory, general)),
	entry(cloud.VPCEndpoint,
		seconds(3, 6, 12, cloud.Memory, general+": 5 to 10 s"),
		seconds(3, 6, 12, cloud.Memory, general),
		seconds(3, 6, 12, cloud.Memory, general)),
)
