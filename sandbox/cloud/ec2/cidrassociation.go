package ec2

import (
	"net/netip"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var cidrInUse = cloud.Declare(cloud.Rule{
	Name: "vpc-cidr-with-subnets", Code: "InvalidCidrBlock.InUse", Source: ec2API, Tag: cloud.Memory,
})

func cidrAssociationKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.VPCCIDRAssociation, Noun: "EC2 VPC IPv4 CIDR Block Association", Service: "EC2",
		CreateCall: "AssociateVpcCidrBlock", DeleteCall: "DisassociateVpcCidrBlock",
		Fields: cloud.Fields{
			"vpcId":             cloud.String.Required().ForceNew(),
			"cidrBlock":         cloud.String.Computed().ForceNew(),
			"ipv4IpamPoolId":    cloud.String.ForceNew(),
			"ipv4NetmaskLength": cloud.Number.ForceNew(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			return append(checkNetworkAddresses("", p, "cidrBlock"), atMostOne(p, "cidrBlock", "ipv4NetmaskLength")...)
		},
		Create: associateCIDR, Delete: disassociateCIDR,
	}
}

func associateCIDR(tx *cloud.Tx, r *cloud.Resource) error {
	vpc, err := vpcs.find(tx, r.Props.Str("vpcId"))
	if err != nil {
		return err
	}
	if r.Props.Has("ipv4IpamPoolId") {
		return notModelled.Refuse("The IPAM pool '%s' does not exist", r.Props.Str("ipv4IpamPoolId"))
	}
	if r.Props.Str("cidrBlock") == "" {
		return missingParameter.Refuse("Either 'cidrBlock' or 'ipv4IpamPoolId' must be provided.")
	}
	block, err := vpcBlock(r.Props.Str("cidrBlock"))
	if err != nil {
		return err
	}
	have := VPCCIDRs(tx, vpc.ID)
	if len(have) >= cidrsPerVPC.limit {
		return cidrsPerVPC.rule.Refuse("This network '%s' has met its maximum number of allowed CIDRs: %d", vpc.ID, cidrsPerVPC.limit)
	}
	if err := checkBeside(tx, have, block); err != nil {
		return err
	}
	for _, table := range tx.List(cloud.RouteTable, cloud.Prop("vpcId", vpc.ID)) {
		for _, rt := range routesOf(table) {
			// A range that covers a route's destination would take its traffic.
			if d, err := netip.ParsePrefix(rt.destination); err == nil && within(block, d) {
				return cidrHidesRoute.Refuse("The CIDR '%s' is the same as or larger than the destination %s of a route in %s", block, d, table.ID)
			}
		}
	}
	r.ID = tx.ID("vpc-cidr-assoc-")
	r.Props["cidrBlock"] = block.String()
	addLocalRoutes(tx, vpc, block.String())
	return nil
}

func disassociateCIDR(tx *cloud.Tx, r *cloud.Resource) error {
	block := netip.MustParsePrefix(r.Props.Str("cidrBlock"))
	for _, s := range SubnetsOf(tx, r.Props.Str("vpcId")) {
		if within(block, subnetBlock(s)) {
			return cidrInUse.Refuse("The vpc CIDR block with association ID %s is in use by %s", r.ID, s.ID)
		}
	}
	if vpc := tx.Get(cloud.VPC, r.Props.Str("vpcId")); vpc != nil {
		removeLocalRoutes(tx, vpc, block.String())
	}
	return nil
}
