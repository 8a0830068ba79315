package ec2

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// vpcIPv6 is a range that the provider takes for a VPC.
var vpcIPv6 = cloud.Text{Want: "an IPv6 range of /44, /48, /52, /56 or /60", Example: "2001:db8::/56", Good: func(s string) bool {
	p, err := netip.ParsePrefix(s)
	return err == nil && cloud.IPv6Network.Good(s) && p.Bits() >= 44 && p.Bits() <= 60 && p.Bits()%4 == 0
}}

func vpcKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.VPC, Noun: "EC2 VPC", Service: "EC2", Tagged: true,
		CreateCall: "CreateVpc", UpdateCall: "ModifyVpcAttribute", DeleteCall: "DeleteVpc",
		Fields: cloud.Fields{
			"cidrBlock":                        cloud.String.Computed().ForceNew(),
			"instanceTenancy":                  cloud.String.Default("default").OneOf("default", "dedicated").ForceNew(),
			"enableDnsHostnames":               cloud.Bool.Computed(),
			"enableDnsSupport":                 cloud.Bool.Default(true),
			"enableNetworkAddressUsageMetrics": cloud.Bool.Computed(),
			"assignGeneratedIpv6CidrBlock":     cloud.Bool,
			"ipv4IpamPoolId":                   cloud.String.ForceNew(),
			"ipv4NetmaskLength":                cloud.Number.ForceNew(),
			"ipv6CidrBlock":                    cloud.String.Like(vpcIPv6).Computed(),
			"ipv6CidrBlockNetworkBorderGroup":  cloud.String.Computed(),
			"ipv6IpamPoolId":                   cloud.String,
			"ipv6NetmaskLength":                cloud.Number,
			"arn":                              cloud.String.Output(),
			"defaultNetworkAclId":              cloud.String.Output(),
			"defaultRouteTableId":              cloud.String.Output(),
			"defaultSecurityGroupId":           cloud.String.Output(),
			"dhcpOptionsId":                    cloud.String.Output(),
			"ipv6AssociationId":                cloud.String.Output(),
			"mainRouteTableId":                 cloud.String.Output(),
			"ownerId":                          cloud.String.Output(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			problems := checkNetworkAddresses("", p, "cidrBlock")
			problems = append(problems, atMostOne(p, "cidrBlock", "ipv4NetmaskLength")...)
			problems = append(problems, atMostOne(p, "assignGeneratedIpv6CidrBlock", "ipv6IpamPoolId")...)
			problems = append(problems, with(p, "ipv6CidrBlock", "ipv6IpamPoolId")...)
			problems = append(problems, with(p, "ipv6NetmaskLength", "ipv6IpamPoolId")...)
			return append(problems, with(p, "ipv6CidrBlockNetworkBorderGroup", "assignGeneratedIpv6CidrBlock")...)
		},
		Create: createVPC, Update: updateVPC, Delete: deleteVPC,
	}
}

func createVPC(tx *cloud.Tx, r *cloud.Resource) error {
	if r.Props.Has("ipv4IpamPoolId") || r.Props.Has("ipv6IpamPoolId") {
		return notModelled.Refuse("The IPAM pool '%s%s' does not exist", r.Props.Str("ipv4IpamPoolId"), r.Props.Str("ipv6IpamPoolId"))
	}
	if r.Props.Str("cidrBlock") == "" {
		return missingParameter.Refuse("Either 'cidrBlock' or 'ipv4IpamPoolId' must be provided.")
	}
	block, err := vpcBlock(r.Props.Str("cidrBlock"))
	if err != nil {
		return err
	}
	if err := vpcsPerRegion.admit(tx.Count(cloud.VPC), 1); err != nil {
		return err
	}
	r.ID = tx.ID("vpc-")
	r.Props["cidrBlock"] = block.String()
	r.Props["arn"] = tx.ARN("ec2", "vpc/"+r.ID)
	r.Props["ownerId"] = tx.AccountID()
	r.Props["dhcpOptionsId"] = "dopt-" + stableHex(17, tx.AccountID(), tx.Session.Region, "dhcp options")
	for _, off := range []string{"enableDnsHostnames", "enableNetworkAddressUsageMetrics"} {
		if !r.Props.Has(off) {
			r.Props[off] = false
		}
	}
	if r.Props.Bool("assignGeneratedIpv6CidrBlock") {
		assignIPv6(tx, r)
	}
	tx.Put(r)

	table := makeRouteTable(tx, r)
	r.Props["mainRouteTableId"], r.Props["defaultRouteTableId"] = table.ID, table.ID
	r.Props["defaultSecurityGroupId"] = makeDefaultGroup(tx, r).ID
	r.Props["defaultNetworkAclId"] = makeDefaultACL(tx, r).ID
	return nil
}

func updateVPC(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	switch want := news.Bool("assignGeneratedIpv6CidrBlock"); {
	case want && r.Props.Str("ipv6CidrBlock") == "":
		assignIPv6(tx, r)
		tx.Put(r)
		addLocalRoutes(tx, r, r.Props.Str("ipv6CidrBlock"))
	case !want && r.Props.Str("ipv6CidrBlock") != "":
		for _, s := range SubnetsOf(tx, r.ID) {
			if s.Props.Str("ipv6CidrBlock") != "" {
				return cidrInUse.Refuse("The vpc CIDR block with association ID %s is in use by %s", r.Props.Str("ipv6AssociationId"), s.ID)
			}
		}
		removeLocalRoutes(tx, r, r.Props.Str("ipv6CidrBlock"))
		delete(r.Props, "ipv6CidrBlock")
		delete(r.Props, "ipv6AssociationId")
		delete(r.Props, "ipv6CidrBlockNetworkBorderGroup")
	}
	return nil
}

// assignIPv6 gives a VPC a /56 of Amazon's addresses.
func assignIPv6(tx *cloud.Tx, r *cloud.Resource) {
	h := tx.Hex(6)
	r.Props["ipv6CidrBlock"] = netip.MustParsePrefix("2600:1f" + h[:2] + ":" + h[2:6] + ":0000::/56").Masked().String()
	r.Props["ipv6AssociationId"] = tx.ID("vpc-cidr-assoc-")
	r.Props["ipv6CidrBlockNetworkBorderGroup"] = tx.Session.Region
}

func deleteVPC(tx *cloud.Tx, r *cloud.Resource) error {
	own := func(other *cloud.Resource) bool { return other.Props.Str("vpcId") == r.ID }
	notMadeWith := func(other *cloud.Resource) bool {
		return other.ID != r.Props.Str("mainRouteTableId") &&
			other.ID != r.Props.Str("defaultSecurityGroupId") && other.ID != r.Props.Str("defaultNetworkAclId")
	}
	for _, kind := range []string{
		cloud.Subnet, cloud.InternetGateway, cloud.VPCEndpoint, cloud.RouteTable,
		cloud.SecurityGroup, cloud.NetworkACL, cloud.NetworkInterface,
	} {
		if other := tx.One(kind, own, notMadeWith); other != nil {
			return dependencyViolation.Refuse("The vpc '%s' has dependencies and cannot be deleted. (%s%s)", r.ID, other.ID, named(other))
		}
	}
	takeAlong(tx, r)
	for _, kind := range []string{
		cloud.RouteTable, cloud.SecurityGroup, cloud.NetworkACL, cloud.VPCCIDRAssociation, cloud.DefaultSecurityGroup,
	} {
		for _, other := range tx.List(kind, own) {
			tx.Remove(other)
		}
	}
	return nil
}

// takeAlong removes the resources that only say something about what goes with
// the VPC: routes of its main table, rules of its default group and ACL.
func takeAlong(tx *cloud.Tx, vpc *cloud.Resource) {
	for _, rt := range tx.List(cloud.Route, cloud.Prop("routeTableId", vpc.Props.Str("mainRouteTableId"))) {
		tx.Remove(rt)
	}
	Revoke(tx, vpc.Props.Str("defaultSecurityGroupId"), func(Permission) bool { return true })
	if acl := tx.Get(cloud.NetworkACL, vpc.Props.Str("defaultNetworkAclId")); acl != nil {
		dropEntries(tx, acl, func(entry) bool { return true })
	}
}

// named adds who made a resource and what it is called, for whoever has to find
// it.
func named(r *cloud.Resource) string {
	var words []string
	for _, name := range []string{r.Props.Str("name"), r.Props.StrMap("tags")["Name"], r.Props.Str("description")} {
		if name != "" {
			words = append(words, `"`+name+`"`)
			break
		}
	}
	if r.Owner != "" {
		words = append(words, "made by "+r.Owner)
	}
	if len(words) == 0 {
		return ""
	}
	return ", " + strings.Join(words, " ")
}

// VPCCIDRs are the IPv4 ranges of a VPC, the primary one first; none when it
// does not exist.
func VPCCIDRs(tx *cloud.Tx, vpcID string) []netip.Prefix {
	vpc := tx.Get(cloud.VPC, vpcID)
	if vpc == nil {
		return nil
	}
	blocks := []netip.Prefix{netip.MustParsePrefix(vpc.Props.Str("cidrBlock"))}
	for _, a := range tx.List(cloud.VPCCIDRAssociation, cloud.Prop("vpcId", vpcID)) {
		blocks = append(blocks, netip.MustParsePrefix(a.Props.Str("cidrBlock")))
	}
	return blocks
}

// stableHex is n hexadecimal digits that follow from the words alone: the same
// for every caller in the account.
func stableHex(n int, words ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(words, "|")))
	return hex.EncodeToString(sum[:])[:n]
}
