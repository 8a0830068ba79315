package ec2

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// The sizes that a VPC's and a subnet's IPv4 range may have, and the addresses
// of a subnet that AWS keeps: the first four and the last.
// https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
const (
	largestPrefix     = 16
	smallestPrefix    = 28
	reservedAddresses = 5
	reservedAtStart   = 4
)

var (
	malformedCIDR = cloud.Declare(cloud.Rule{
		Name: "cidr-malformed", Code: "InvalidParameterValue", Source: moto,
	})
	vpcRange = cloud.Declare(cloud.Rule{
		Name: "vpc-cidr-outside-allowed-sizes", Code: "InvalidVpc.Range", Source: moto,
	})
	vpcRestricted = cloud.Declare(cloud.Rule{
		Name: "vpc-cidr-restricted", Code: "InvalidVpc.Range", Source: vpcDocs, Tag: cloud.Memory,
	})
	// Sources disagree: the VPC guide of 2023 restricts the range, the EKS best
	// practices recommend it for pods.
	benchmarkRestricted = cloud.Declare(cloud.Rule{
		Name: "vpc-cidr-of-benchmarks", Code: "InvalidVpc.Range", Source: vpcDocs, Tag: cloud.Memory, Effect: cloud.Warns,
	})
	cidrConflict = cloud.Declare(cloud.Rule{
		Name: "vpc-cidr-overlaps-another", Code: "CidrConflict", Source: vpcDocs, Tag: cloud.Memory,
	})
	cidrHidesRoute = cloud.Declare(cloud.Rule{
		Name: "vpc-cidr-covers-a-route", Code: "CidrConflict", Source: vpcDocs, Tag: cloud.Memory,
	})
)

var (
	net10         = netip.MustParsePrefix("10.0.0.0/8")
	net10First    = netip.MustParsePrefix("10.0.0.0/16")
	net10FirstTwo = netip.MustParsePrefix("10.0.0.0/15")
	net172        = netip.MustParsePrefix("172.16.0.0/12")
	defaultVPC    = netip.MustParsePrefix("172.31.0.0/16")
	net192        = netip.MustParsePrefix("192.168.0.0/16")
	benchmark     = netip.MustParsePrefix("198.19.0.0/16")
	linkLocal     = netip.MustParsePrefix("169.254.0.0/16")

	// notBeside lists, by the range of a VPC's primary CIDR, what cannot be added
	// to it; every other primary CIDR is public or carrier-grade NAT space.
	notBeside = map[netip.Prefix][]netip.Prefix{
		net10:     {net172, net192},
		net172:    {net10, net192, defaultVPC},
		net192:    {net10, net172},
		benchmark: {net10, net172, net192},
	}
	notBesidePublic = []netip.Prefix{net10, net172, net192}
)

// parseCIDR reads an IPv4 or IPv6 range and cuts it to its network.
func parseCIDR(parameter, s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, malformedCIDR.Refuse("Value (%s) for parameter %s is invalid. This is not a valid CIDR block.", s, parameter)
	}
	return p.Masked(), nil
}

// vpcBlock reads a range that a VPC may have.
func vpcBlock(s string) (netip.Prefix, error) {
	p, err := parseCIDR("cidrBlock", s)
	if err != nil {
		return p, err
	}
	if !p.Addr().Is4() || p.Bits() < largestPrefix || p.Bits() > smallestPrefix {
		return p, vpcRange.Refuse("The CIDR '%s' is invalid.", s)
	}
	if p.Overlaps(linkLocal) {
		return p, vpcRestricted.Refuse("The CIDR '%s' is restricted.", s)
	}
	return p, nil
}

// checkBeside holds a further range of a VPC to those that it has.
func checkBeside(tx *cloud.Tx, have []netip.Prefix, add netip.Prefix) error {
	for _, h := range have {
		if h.Overlaps(add) {
			return cidrConflict.Refuse("The CIDR '%s' conflicts with another CIDR of the VPC: %s", add, h)
		}
	}
	restricted := func() error {
		return vpcRestricted.Refuse("The CIDR '%s' is restricted. Use a CIDR from the same private address range as the current VPC CIDR, "+
			"or use a publicly-routable CIDR.", add)
	}
	forbidden := notBesidePublic
	for inside, f := range notBeside {
		if inside.Overlaps(have[0]) {
			forbidden = f
		}
	}
	for _, f := range forbidden {
		if f.Overlaps(add) {
			return restricted()
		}
	}
	if benchmark.Overlaps(add) && !benchmark.Overlaps(have[0]) {
		tx.Warn(benchmarkRestricted, "The CIDR '%s' may be restricted beside %s; take one of 100.64.0.0/10, which is not", add, have[0])
	}
	for _, h := range have {
		if net10FirstTwo.Overlaps(h) && net10First.Overlaps(add) {
			return restricted()
		}
	}
	return nil
}

// within tells whether inner lies in outer.
func within(outer, inner netip.Prefix) bool {
	return outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())
}

// size is how many addresses an IPv4 range has.
func size(p netip.Prefix) int { return 1 << (32 - p.Bits()) }

// checkNetworkAddress finds what the AWS provider refuses before it calls EC2:
// a range whose address has bits beyond the prefix.
func checkNetworkAddress(path string, v any) []cloud.Problem {
	s, _ := v.(string)
	if s == "" {
		return nil
	}
	p, err := netip.ParsePrefix(s)
	switch {
	case err != nil:
		return []cloud.Problem{{Property: path, Reason: fmt.Sprintf("is %q, which is no range such as 10.0.0.0/16", s)}}
	case p == p.Masked():
		return nil
	}
	return []cloud.Problem{{Property: path, Reason: fmt.Sprintf("is %q, which is not a network's address; did you mean %q?", s, p.Masked())}}
}

// checkNetworkAddresses does the same for several properties, which may be
// lists.
func checkNetworkAddresses(path string, p cloud.Props, names ...string) []cloud.Problem {
	var problems []cloud.Problem
	for _, name := range names {
		at := strings.TrimPrefix(path+"."+name, ".")
		problems = append(problems, checkNetworkAddress(at, p[name])...)
		for i, e := range p.List(name) {
			problems = append(problems, checkNetworkAddress(fmt.Sprintf("%s[%d]", at, i), e)...)
		}
	}
	return problems
}
