// Package ec2 is the network half of EC2 in the simulated account: VPCs,
// subnets, gateways, route tables, security groups, network ACLs, VPC
// endpoints, flow logs and launch templates.
//
// It makes what AWS makes by itself (a VPC's main route table, default security
// group and default network ACL; the interfaces of NAT gateways and endpoints)
// and refuses to delete what is still in use. Network interfaces are what tells
// whether a subnet or a security group is in use: other services make theirs
// with [AttachInterface] and give them back with [ReleaseInterfaces]. Whether a
// host in a subnet gets out is answered by [WayOut] and [ReachesService].
//
// What it does not simulate: packets, the evaluation of network ACLs, IPAM,
// Outposts, transit gateways, peering and everything else that is not a kind of
// [Service]: a reference to one of those does not exist here.
package ec2
