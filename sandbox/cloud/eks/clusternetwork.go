package eks

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
)

// minFree is how many addresses a control plane subnet must have left. EKS
// recommends sixteen.
const minFree = 6

// refusedZones are where EKS makes no control planes.
var refusedZones = []string{"use1-az3", "usw1-az2", "cac1-az3"}

// checkNetwork refuses subnets and groups that cannot hold a control plane's
// interfaces, and finds their VPC.
func checkNetwork(tx *cloud.Tx, config cloud.Props) (*cloud.Resource, error) {
	subnets, err := findSubnets(tx, config.Strs("subnetIds"))
	if err != nil {
		return nil, err
	}
	vpc := tx.Get(cloud.VPC, subnets[0].Props.Str("vpcId"))
	if vpc == nil {
		return nil, subnetMissing.Refuse("The VPC of subnet %s does not exist", subnets[0].ID)
	}
	for _, s := range subnets {
		zone := s.Props.Str("availabilityZone")
		switch {
		case s.Props.Str("vpcId") != vpc.ID:
			return nil, subnetNetworks.Refuse("Subnets specified must belong to the same VPC: %s is in %s, %s is in %s",
				subnets[0].ID, vpc.ID, s.ID, s.Props.Str("vpcId"))
		case slices.Contains(refusedZones, cloud.ZoneID(zone)):
			return nil, zoneRefused.Refuse("Cannot create cluster because %s, the targeted availability zone, does not currently have sufficient capacity to support the cluster. "+
				"Retry without subnet %s", zone, s.ID)
		case ec2.FreeAddresses(tx, s) < minFree:
			return nil, subnetRoom.Refuse("Subnet %s has %d free IP addresses, EKS needs at least %d", s.ID, ec2.FreeAddresses(tx, s), minFree)
		}
	}
	switch {
	case len(zonesOf(subnets)) < 2:
		return nil, subnetZones.Refuse("Subnets specified must be in at least two different AZs")
	case !vpc.Props.Bool("enableDnsHostnames") || !vpc.Props.Bool("enableDnsSupport"):
		return nil, networkDNS.Refuse("VPC %s must have enableDnsHostnames and enableDnsSupport set to true, or nodes cannot register with the cluster", vpc.ID)
	}
	return vpc, checkGroups(tx, vpc.ID, config.Strs("securityGroupIds"))
}

func findSubnets(tx *cloud.Tx, ids []string) ([]*cloud.Resource, error) {
	var subnets []*cloud.Resource
	for _, id := range ids {
		s := tx.Get(cloud.Subnet, id)
		if s == nil {
			return nil, subnetMissing.Refuse("The subnet ID '%s' does not exist", id)
		}
		subnets = append(subnets, s)
	}
	if len(subnets) == 0 {
		return nil, subnetZones.Refuse("Subnets specified must be in at least two different AZs")
	}
	return subnets, nil
}

// zonesOf are the zones of subnets, sorted.
func zonesOf(subnets []*cloud.Resource) []string {
	var zones []string
	for _, s := range subnets {
		zones = append(zones, s.Props.Str("availabilityZone"))
	}
	slices.Sort(zones)
	return slices.Compact(zones)
}

func checkGroups(tx *cloud.Tx, vpcID string, ids []string) error {
	if len(ids) > maxGroups {
		return clusterGroups.Refuse("A cluster can have %d security groups beside its own, not %d", maxGroups, len(ids))
	}
	for _, id := range ids {
		g := tx.Get(cloud.SecurityGroup, id)
		switch {
		case g == nil:
			return clusterGroups.Refuse("The security group '%s' does not exist", id)
		case g.Props.Str("vpcId") != vpcID:
			return clusterGroups.Refuse("Security group %s is in %s, the cluster's subnets are in %s", id, g.Props.Str("vpcId"), vpcID)
		}
	}
	return nil
}

func checkEndpoints(config cloud.Props) error {
	cidrs := config.Strs("publicAccessCidrs")
	switch {
	case !config.Bool("endpointPublicAccess") && !config.Bool("endpointPrivateAccess"):
		return endpointsOff.Refuse("Private and public endpoint access cannot be false")
	case !config.Bool("endpointPublicAccess") && len(cidrs) > 0:
		return publicCIDRs.Refuse("publicAccessCidrs cannot be set when public endpoint access is disabled: %q", cidrs)
	case len(cidrs) > maxPublicCIDRs:
		return publicCIDRs.Refuse("publicAccessCidrs has %d entries, EKS allows %d", len(cidrs), maxPublicCIDRs)
	}
	for _, c := range cidrs {
		if p, err := netip.ParsePrefix(c); err == nil && p.Bits() > 0 && p.Addr().IsPrivate() {
			return publicCIDRs.Refuse("The following CIDRs are not allowed in publicAccessCidrs: [%s]", c)
		}
	}
	return nil
}

// privateRanges are where a cluster's services may live.
var privateRanges = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
}

// serviceRange is a range that the provider takes for services.
var serviceRange = cloud.Text{
	Want: "a /12 to /24 within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16", Example: "172.20.0.0/16", Good: func(s string) bool {
		c, err := netip.ParsePrefix(s)
		inside := func(r netip.Prefix) bool { return r.Contains(c.Addr()) && r.Bits() <= c.Bits() }
		return err == nil && c.Masked() == c && c.Bits() >= 12 && c.Bits() <= 24 && slices.ContainsFunc(privateRanges, inside)
	},
}

// settleServiceCIDR refuses a range for services that EKS refuses, and chooses
// one when the program does not: 172.20.0.0/16 in a VPC of the 10.0.0.0/8
// range, and else 10.100.0.0/16.
func settleServiceCIDR(tx *cloud.Tx, p cloud.Props, vpcID string) error {
	network := p.Obj("kubernetesNetworkConfig")
	text := network.Str("serviceIpv4Cidr")
	if text == "" {
		network["serviceIpv4Cidr"] = "10.100.0.0/16"
		if overlaps(tx, vpcID, privateRanges[0]) != "" {
			network["serviceIpv4Cidr"] = "172.20.0.0/16"
		}
		return nil
	}
	c, err := netip.ParsePrefix(text)
	if err != nil {
		return err
	}
	if overlaps(tx, vpcID, c) != "" {
		return serviceCIDR.Refuse("serviceIpv4Cidr %s overlaps with CIDR %s of %s", text, overlaps(tx, vpcID, c), vpcID)
	}
	return nil
}

func overlaps(tx *cloud.Tx, vpcID string, c netip.Prefix) string {
	for _, block := range ec2.VPCCIDRs(tx, vpcID) {
		if block.Overlaps(c) {
			return block.String()
		}
	}
	return ""
}

// placeInterfaces puts the control plane's two interfaces into subnets of two
// zones, with the cluster's group and those of the program, and takes away those
// it had before.
func placeInterfaces(tx *cloud.Tx, r *cloud.Resource) error {
	config, holder := r.Props.Obj("vpcConfig"), ec2.For(cloud.EKSCluster, r.ID)
	subnets, err := findSubnets(tx, config.Strs("subnetIds"))
	if err != nil {
		return err
	}
	ec2.ReleaseInterfaces(tx, holder)
	groups := append([]string{config.Str("clusterSecurityGroupId")}, config.Strs("securityGroupIds")...)
	for _, zone := range zonesOf(subnets)[:2] {
		i := slices.IndexFunc(subnets, func(s *cloud.Resource) bool { return s.Props.Str("availabilityZone") == zone })
		if _, err := ec2.AttachInterface(tx, ec2.Interface{
			SubnetID: subnets[i].ID, SecurityGroups: groups, For: holder, Owner: owner, Description: "Amazon EKS " + r.ID,
		}); err != nil {
			return err
		}
	}
	return nil
}

func lastPart(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }
