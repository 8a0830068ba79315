package ec2

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	subnetRange = cloud.Declare(cloud.Rule{
		Name: "subnet-cidr-not-in-vpc-or-wrong-size", Code: "InvalidSubnet.Range", Source: moto,
	})
	subnetConflict = cloud.Declare(cloud.Rule{
		Name: "subnet-cidr-overlaps-another", Code: "InvalidSubnet.Conflict", Source: moto,
	})
	zoneUnknown = cloud.Declare(cloud.Rule{
		Name: "zone-not-in-region", Code: "InvalidParameterValue", Source: moto,
	})
)

func subnetKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.Subnet, Noun: "EC2 Subnet", Service: "EC2", Tagged: true,
		CreateCall: "CreateSubnet", UpdateCall: "ModifySubnetAttribute", DeleteCall: "DeleteSubnet",
		Fields: cloud.Fields{
			"vpcId":                                   cloud.String.Required().ForceNew(),
			"cidrBlock":                               cloud.String.ForceNew(),
			"availabilityZone":                        cloud.String.Computed().ForceNew(),
			"availabilityZoneId":                      cloud.String.Computed().ForceNew(),
			"mapPublicIpOnLaunch":                     cloud.Bool.Default(false),
			"assignIpv6AddressOnCreation":             cloud.Bool.Default(false),
			"enableDns64":                             cloud.Bool.Default(false),
			"enableLniAtDeviceIndex":                  cloud.Number,
			"enableResourceNameDnsARecordOnLaunch":    cloud.Bool.Default(false),
			"enableResourceNameDnsAaaaRecordOnLaunch": cloud.Bool.Default(false),
			"ipv6CidrBlock":                           cloud.String,
			"ipv6Native":                              cloud.Bool.Default(false).ForceNew(),
			"customerOwnedIpv4Pool":                   cloud.String,
			"mapCustomerOwnedIpOnLaunch":              cloud.Bool,
			"outpostArn":                              cloud.String.Like(cloud.ARNText).ForceNew(),
			"privateDnsHostnameTypeOnLaunch":          cloud.String.OneOf("ip-name", "resource-name").Computed(),
			"arn":                                     cloud.String.Output(),
			"ipv6CidrBlockAssociationId":              cloud.String.Output(),
			"ownerId":                                 cloud.String.Output(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			problems := checkNetworkAddresses("", p, "cidrBlock", "ipv6CidrBlock")
			problems = append(problems, with(p, "customerOwnedIpv4Pool", "mapCustomerOwnedIpOnLaunch", "outpostArn")...)
			problems = append(problems, with(p, "mapCustomerOwnedIpOnLaunch", "customerOwnedIpv4Pool", "outpostArn")...)
			if p.Bool("ipv6Native") {
				problems = append(problems, cloud.Problem{Property: "ipv6Native", Reason: "the sandbox has no subnets without IPv4"})
			}
			return append(problems, atMostOne(p, "availabilityZone", "availabilityZoneId")...)
		},
		Create: createSubnet, Update: updateSubnet, Delete: deleteSubnet,
	}
}

func createSubnet(tx *cloud.Tx, r *cloud.Resource) error {
	vpc, err := vpcs.find(tx, r.Props.Str("vpcId"))
	if err != nil {
		return err
	}
	if r.Props.Has("outpostArn") {
		return invalidValue.Refuse("The Outpost '%s' does not exist", r.Props.Str("outpostArn"))
	}
	zone, err := chooseZone(tx, r.Props)
	if err != nil {
		return err
	}
	if r.Props.Str("cidrBlock") == "" {
		return missingParameter.Refuse("The request must contain the parameter cidrBlock")
	}
	block, err := parseCIDR("cidrBlock", r.Props.Str("cidrBlock"))
	if err != nil {
		return err
	}
	inside := slices.ContainsFunc(VPCCIDRs(tx, vpc.ID), func(b netip.Prefix) bool { return within(b, block) })
	if !inside || block.Bits() < largestPrefix || block.Bits() > smallestPrefix {
		return subnetRange.Refuse("The CIDR '%s' is invalid.", block)
	}
	siblings := SubnetsOf(tx, vpc.ID)
	for _, s := range siblings {
		if subnetBlock(s).Overlaps(block) {
			return subnetConflict.Refuse("The CIDR '%s' conflicts with another subnet (%s, %s)", block, s.ID, subnetBlock(s))
		}
	}
	if err := subnetsPerVPC.admit(len(siblings), 1); err != nil {
		return err
	}
	r.ID = tx.ID("subnet-")
	if err := checkIPv6(tx, vpc, r.ID, r.Props); err != nil {
		return err
	}
	r.Props["cidrBlock"] = block.String()
	r.Props["availabilityZone"], r.Props["availabilityZoneId"] = zone, cloud.ZoneID(zone)
	r.Props["arn"] = tx.ARN("ec2", "subnet/"+r.ID)
	r.Props["ownerId"] = tx.AccountID()
	r.Facts["networkAcl"] = vpc.Props.Str("defaultNetworkAclId")
	if !r.Props.Has("privateDnsHostnameTypeOnLaunch") {
		r.Props["privateDnsHostnameTypeOnLaunch"] = "ip-name"
	}
	if r.Props.Has("ipv6CidrBlock") {
		r.Props["ipv6CidrBlockAssociationId"] = tx.ID("subnet-cidr-assoc-")
	}
	return nil
}

// chooseZone is the zone that was asked for, by name or ID, or the region's
// first.
func chooseZone(tx *cloud.Tx, p cloud.Props) (string, error) {
	zones := cloud.Zones(tx.Session.Region)
	if len(zones) == 0 {
		return "", invalidValue.Refuse("The sandbox does not know the region '%s'", tx.Session.Region)
	}
	name, id := p.Str("availabilityZone"), p.Str("availabilityZoneId")
	for _, z := range zones {
		if z == name || cloud.ZoneID(z) == id || name == "" && id == "" {
			return z, nil
		}
	}
	return "", zoneUnknown.Refuse("Value (%s%s) for parameter availabilityZone is invalid. "+
		"Subnets can currently only be created in the following availability zones: %s.", name, id, strings.Join(zones, ", "))
}

func updateSubnet(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	vpc, err := vpcs.find(tx, r.Props.Str("vpcId"))
	if err != nil {
		return err
	}
	if err := checkIPv6(tx, vpc, r.ID, news); err != nil {
		return err
	}
	switch {
	case news.Str("ipv6CidrBlock") == "":
		delete(r.Props, "ipv6CidrBlockAssociationId")
	case news.Str("ipv6CidrBlock") != r.Props.Str("ipv6CidrBlock"):
		r.Props["ipv6CidrBlockAssociationId"] = tx.ID("subnet-cidr-assoc-")
	}
	return nil
}

// checkIPv6 holds a subnet's IPv6 settings to its VPC's range.
func checkIPv6(tx *cloud.Tx, vpc *cloud.Resource, subnetID string, p cloud.Props) error {
	if p.Str("ipv6CidrBlock") == "" {
		if p.Bool("assignIpv6AddressOnCreation") {
			return invalidValue.Refuse("Invalid value 'true' for assignIpv6AddressOnCreation. The subnet has no IPv6 CIDR block.")
		}
		return nil
	}
	block, err := parseCIDR("ipv6CidrBlock", p.Str("ipv6CidrBlock"))
	if err != nil {
		return err
	}
	whole, err := netip.ParsePrefix(vpc.Props.Str("ipv6CidrBlock"))
	if err != nil || !within(whole, block) || block.Bits() != 64 {
		return subnetRange.Refuse("The CIDR '%s' is invalid.", block)
	}
	for _, s := range SubnetsOf(tx, vpc.ID) {
		if other, err := netip.ParsePrefix(s.Props.Str("ipv6CidrBlock")); err == nil && s.ID != subnetID && other.Overlaps(block) {
			return subnetConflict.Refuse("The CIDR '%s' conflicts with another subnet (%s)", block, s.ID)
		}
	}
	return nil
}

func deleteSubnet(tx *cloud.Tx, r *cloud.Resource) error {
	if i := tx.One(cloud.NetworkInterface, cloud.Prop("subnetId", r.ID)); i != nil {
		return dependencyViolation.Refuse("The subnet '%s' has dependencies and cannot be deleted. (%s%s)", r.ID, i.ID, named(i))
	}
	for _, a := range tx.List(cloud.RouteTableAssociation, cloud.Prop("subnetId", r.ID)) {
		tx.Remove(a)
	}
	return nil
}

func subnetBlock(subnet *cloud.Resource) netip.Prefix {
	return netip.MustParsePrefix(subnet.Props.Str("cidrBlock"))
}

// SubnetsOf are the subnets of a VPC, oldest first.
func SubnetsOf(tx *cloud.Tx, vpcID string) []*cloud.Resource {
	return tx.List(cloud.Subnet, cloud.Prop("vpcId", vpcID))
}
