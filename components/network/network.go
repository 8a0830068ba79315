// Package network builds the ground of a platform: one VPC with five tiers of
// subnets over two to six zones, its routes, NAT, endpoints and flow logs.
//
// What it promises: addresses that never move when zones or tiers come and go
// ([PlanAddresses]); no path from the internet to anything but the public tier;
// no path out of the data and control tiers; all traffic recorded.
//
// What it does not do: peer with other networks, answer DNS, or filter what
// nodes and pods may reach. IPv6 is not part of it.
package network

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// typeToken is this component's identity in Pulumi state.
const typeToken = "slipway:network:Network"

// Network is a VPC and everything that routes in it. What depends on an argument
// that is off is empty.
type Network struct {
	pulumi.ResourceState

	// Plan is the address plan, known before anything is created.
	Plan Plan

	// Ready is what must exist before a node starts and as long as one runs:
	// routes, their associations and the endpoints. A node group depends on it,
	// because its subnets alone say nothing of their way out; nodes would start
	// before they can join, and lose their cluster while being destroyed.
	Ready []pulumi.Resource

	// VPCID, VPCARN and VPCCIDR are the VPC's own; VPCCIDR is the primary range.
	VPCID   pulumi.StringOutput `pulumi:"vpcId"`
	VPCARN  pulumi.StringOutput `pulumi:"vpcArn"`
	VPCCIDR pulumi.StringOutput `pulumi:"vpcCidr"`

	// PodCIDRs are the ranges of the pod tier, known once they have joined the
	// VPC. With VPCCIDR they are all that the VPC sends from.
	PodCIDRs pulumi.StringArrayOutput `pulumi:"podCidrs"`

	// The subnets of each tier, in the order of Args.Zones.
	PublicSubnetIDs  pulumi.StringArrayOutput `pulumi:"publicSubnetIds"`
	PrivateSubnetIDs pulumi.StringArrayOutput `pulumi:"privateSubnetIds"`
	PodSubnetIDs     pulumi.StringArrayOutput `pulumi:"podSubnetIds"`
	DataSubnetIDs    pulumi.StringArrayOutput `pulumi:"dataSubnetIds"`
	ControlSubnetIDs pulumi.StringArrayOutput `pulumi:"controlSubnetIds"`

	// PrivateSubnetIDByZone serves a node group per zone, PodSubnetIDByZone the
	// CNI, whose ENIConfigs are named after zones.
	PrivateSubnetIDByZone pulumi.StringMapOutput `pulumi:"privateSubnetIdByZone"`
	PodSubnetIDByZone     pulumi.StringMapOutput `pulumi:"podSubnetIdByZone"`

	// RouteTableIDs are by [Subnet.Key], such as "private-a".
	RouteTableIDs pulumi.StringMapOutput `pulumi:"routeTableIds"`

	// NATPublicIPs are the addresses that the network speaks from, for the
	// allow-lists of others, in the order of Args.Zones.
	NATPublicIPs pulumi.StringArrayOutput `pulumi:"natPublicIps"`

	// InternetGatewayID is the gateway of the public tier.
	InternetGatewayID pulumi.StringOutput `pulumi:"internetGatewayId"`

	// S3EndpointID and DynamoDBEndpointID are for policies that admit requests
	// from this network alone (aws:SourceVpce).
	S3EndpointID       pulumi.StringOutput `pulumi:"s3EndpointId"`
	DynamoDBEndpointID pulumi.StringOutput `pulumi:"dynamoDbEndpointId"`

	// EndpointSecurityGroupID is the group of the interface endpoints; it admits
	// HTTPS from the VPC's own ranges. Endpoints made elsewhere may use it.
	EndpointSecurityGroupID pulumi.StringOutput `pulumi:"endpointSecurityGroupId"`

	// DataNetworkACLID is the network ACL of the data tier.
	DataNetworkACLID pulumi.StringOutput `pulumi:"dataNetworkAclId"`

	// FlowLogGroupARN and FlowLogGroupName are the log group of the flow logs;
	// empty where they go to a bucket.
	FlowLogGroupARN  pulumi.StringOutput `pulumi:"flowLogGroupArn"`
	FlowLogGroupName pulumi.StringOutput `pulumi:"flowLogGroupName"`
}

// New builds a network. Its name, or else Args.FlowLogGroup, must be its own in
// the account and region: the flow logs' group is called after it.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Network, error) {
	args = args.withDefaults(name)
	if err := args.Validate(name); err != nil {
		return nil, fmt.Errorf("network %q: %w", name, err)
	}
	c := &Network{Plan: args.plan()}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	for _, warning := range args.warnings() {
		if err := ctx.Log.Warn(warning, &pulumi.LogArgs{Resource: c}); err != nil {
			return nil, err
		}
	}
	b := &builder{ctx: ctx, name: name, args: args, plan: c.Plan, child: pulumi.Parent(c)}
	if err := b.build(c); err != nil {
		return nil, fmt.Errorf("network %q: %w", name, err)
	}
	return c, ctx.RegisterResourceOutputs(c, c.outputs())
}
