package network

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// outputs are the outputs of a network as Pulumi's state shows them.
func (c *Network) outputs() pulumi.Map {
	return pulumi.Map{
		"vpcId":                   c.VPCID,
		"vpcArn":                  c.VPCARN,
		"vpcCidr":                 c.VPCCIDR,
		"podCidrs":                c.PodCIDRs,
		"publicSubnetIds":         c.PublicSubnetIDs,
		"privateSubnetIds":        c.PrivateSubnetIDs,
		"podSubnetIds":            c.PodSubnetIDs,
		"dataSubnetIds":           c.DataSubnetIDs,
		"controlSubnetIds":        c.ControlSubnetIDs,
		"privateSubnetIdByZone":   c.PrivateSubnetIDByZone,
		"podSubnetIdByZone":       c.PodSubnetIDByZone,
		"routeTableIds":           c.RouteTableIDs,
		"natPublicIps":            c.NATPublicIPs,
		"internetGatewayId":       c.InternetGatewayID,
		"s3EndpointId":            c.S3EndpointID,
		"dynamoDbEndpointId":      c.DynamoDBEndpointID,
		"endpointSecurityGroupId": c.EndpointSecurityGroupID,
		"dataNetworkAclId":        c.DataNetworkACLID,
		"flowLogGroupArn":         c.FlowLogGroupARN,
		"flowLogGroupName":        c.FlowLogGroupName,
	}
}

// none stands for what an argument has left out.
func none() pulumi.StringOutput { return pulumi.String("").ToStringOutput() }

// ids are the subnets' IDs in the order given.
func ids(subnets []subnet) pulumi.StringArray {
	all := pulumi.StringArray{}
	for _, s := range subnets {
		all = append(all, s.subnet.ID())
	}
	return all
}

// idsByZone are the subnets' IDs by the names of their zones.
func idsByZone(subnets []subnet) pulumi.StringMap {
	all := pulumi.StringMap{}
	for _, s := range subnets {
		all[s.Zone] = s.subnet.ID()
	}
	return all
}
