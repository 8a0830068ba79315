package ec2

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func beside(first, second string) func(w *world) error {
	return func(w *world) error {
		vpc := w.make(cloud.VPC, cloud.Props{"cidrBlock": first})
		return w.refused(cloud.VPCCIDRAssociation, cloud.Props{"vpcId": vpc.ID, "cidrBlock": second})
	}
}

var vpcRefusals = refusals{
	"larger than /16":  {vpcRange, func(w *world) error { return w.refused(cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/15"}) }},
	"smaller than /28": {vpcRange, func(w *world) error { return w.refused(cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/29"}) }},
	"an IPv6 range":    {vpcRange, func(w *world) error { return w.refused(cloud.VPC, cloud.Props{"cidrBlock": "fd00::/56"}) }},
	"link-local":       {vpcRestricted, func(w *world) error { return w.refused(cloud.VPC, cloud.Props{"cidrBlock": "169.254.0.0/16"}) }},
	"nothing given":    {missingParameter, func(w *world) error { return w.refused(cloud.VPC, cloud.Props{}) }},
	"from an IPAM pool": {notModelled, func(w *world) error {
		return w.refused(cloud.VPC, cloud.Props{"ipv4IpamPoolId": "ipam-pool-0"})
	}},
	"association with a missing VPC": {vpcs.rule, func(w *world) error {
		return w.refused(cloud.VPCCIDRAssociation, cloud.Props{"vpcId": "vpc-0", "cidrBlock": "10.1.0.0/16"})
	}},
	"second range from an IPAM pool": {notModelled, func(w *world) error {
		return w.refused(cloud.VPCCIDRAssociation, cloud.Props{"vpcId": w.vpc().ID, "ipv4IpamPoolId": "ipam-pool-0"})
	}},
	"second range not given": {missingParameter, func(w *world) error {
		return w.refused(cloud.VPCCIDRAssociation, cloud.Props{"vpcId": w.vpc().ID})
	}},
	"second range overlaps":              {cidrConflict, beside("10.2.0.0/16", "10.2.128.0/17")},
	"second range too large":             {vpcRange, beside("10.2.0.0/16", "100.64.0.0/10")},
	"172.16 beside 10":                   {vpcRestricted, beside("10.2.0.0/16", "172.20.0.0/16")},
	"192.168 beside 10":                  {vpcRestricted, beside("10.2.0.0/16", "192.168.0.0/16")},
	"198.19 beside 10":                   {benchmarkRestricted, beside("10.2.0.0/16", "198.19.0.0/16")},
	"10.0 beside 10.1":                   {vpcRestricted, beside("10.1.0.0/16", "10.0.0.0/16")},
	"10 beside 172.16":                   {vpcRestricted, beside("172.16.0.0/16", "10.9.0.0/16")},
	"172.31 beside 172.16":               {vpcRestricted, beside("172.16.0.0/16", "172.31.0.0/16")},
	"10 beside 192.168":                  {vpcRestricted, beside("192.168.0.0/16", "10.9.0.0/16")},
	"10 beside 198.19":                   {vpcRestricted, beside("198.19.0.0/16", "10.9.0.0/16")},
	"10 beside carrier-grade NAT":        {vpcRestricted, beside("100.64.0.0/16", "10.9.0.0/16")},
	"198.19 beside a public range":       {benchmarkRestricted, beside("8.8.0.0/16", "198.19.0.0/16")},
	"link-local beside anything":         {vpcRestricted, beside("8.8.0.0/16", "169.254.0.0/16")},
	"second range as large as a route's": {cidrHidesRoute, secondRangeHidesRoute},
	"range taken from under its subnets": {cidrInUse, func(w *world) error {
		vpc := w.vpc()
		a := w.make(cloud.VPCCIDRAssociation, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "100.64.0.0/16"})
		w.subnet(vpc, "100.64.0.0/24", "a")
		return w.delete(a)
	}},
	"deleted with a subnet": {dependencyViolation, func(w *world) error {
		vpc := w.vpc()
		w.subnet(vpc, "10.0.0.0/24", "a")
		return w.delete(vpc)
	}},
	"deleted with a gateway": {dependencyViolation, func(w *world) error {
		vpc := w.vpc()
		w.gateway(vpc)
		return w.delete(vpc)
	}},
	"deleted with an endpoint": {dependencyViolation, func(w *world) error {
		vpc := w.vpc()
		w.make(cloud.VPCEndpoint, cloud.Props{"vpcId": vpc.ID, "serviceName": "com.amazonaws.us-west-2.s3"})
		return w.delete(vpc)
	}},
	"deleted with a further route table": {dependencyViolation, func(w *world) error {
		vpc := w.vpc()
		w.table(vpc)
		return w.delete(vpc)
	}},
	"deleted with a further security group": {dependencyViolation, func(w *world) error {
		vpc := w.vpc()
		w.group(vpc, "nodes")
		return w.delete(vpc)
	}},
	"deleted with a further network ACL": {dependencyViolation, func(w *world) error {
		vpc := w.vpc()
		w.make(cloud.NetworkACL, cloud.Props{"vpcId": vpc.ID})
		return w.delete(vpc)
	}},
}

func secondRangeHidesRoute(w *world) error {
	vpc := w.vpc()
	igw := w.gateway(vpc)
	w.make(cloud.Route, cloud.Props{"routeTableId": vpc.Props.Str("mainRouteTableId"), "destinationCidrBlock": "10.9.1.0/24", "gatewayId": igw.ID})
	return w.refused(cloud.VPCCIDRAssociation, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "10.9.0.0/16"})
}

func TestVPCRefusals(t *testing.T) { t.Parallel(); vpcRefusals.run(t) }

func TestVPCBringsAndTakesWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.make(cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true})
	w.make(cloud.VPCCIDRAssociation, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "100.64.0.0/16"})
	want := map[string]any{
		"arn": "arn:aws:ec2:us-west-2:123456789012:vpc/" + vpc.ID, "ownerId": "123456789012", "cidrBlock": "10.0.0.0/16",
		"instanceTenancy": "default", "enableDnsHostnames": true, "enableDnsSupport": true, "enableNetworkAddressUsageMetrics": false,
	}
	for name, v := range want {
		if !cloud.Equal(vpc.Props[name], v) {
			t.Errorf("%s is %v, want %v", name, vpc.Props[name], v)
		}
	}
	w.must(func(tx *cloud.Tx) error {
		main := tx.Get(cloud.RouteTable, vpc.Props.Str("mainRouteTableId"))
		wantRoutes := []route{{destination: "10.0.0.0/16", target: local}, {destination: "100.64.0.0/16", target: local}}
		if diff := cmp.Diff(wantRoutes, routesOf(main), cmp.AllowUnexported(route{})); diff != "" {
			t.Errorf("main route table (-want +got):\n%s", diff)
		}
		group := tx.Get(cloud.SecurityGroup, vpc.Props.Str("defaultSecurityGroupId"))
		var peers []string
		for _, p := range Permissions(group) {
			peers = append(peers, p.Peer)
		}
		if diff := cmp.Diff([]string{group.ID, "0.0.0.0/0"}, peers); diff != "" {
			t.Errorf("default group (-want +got):\n%s", diff)
		}
		if n := len(entriesOf(tx.Get(cloud.NetworkACL, vpc.Props.Str("defaultNetworkAclId")))); n != 2 {
			t.Errorf("the default ACL has %d entries, want 2", n)
		}
		return nil
	})
	w.mustDelete(vpc)
	if left := w.acct.Resources(); len(left) != 0 {
		t.Errorf("%d resources are left, the first is %s %s", len(left), left[0].Kind, left[0].ID)
	}
}

func TestVPCAcceptsSecondRanges(t *testing.T) {
	t.Parallel()
	for first, second := range map[string]string{
		"10.2.0.0/16": "10.0.0.0/16", "10.1.0.0/16": "10.9.0.0/16", "172.16.0.0/16": "172.20.0.0/16", "192.168.0.0/17": "192.168.128.0/17",
		"10.0.0.0/16": "100.64.0.0/16", "198.19.0.0/17": "100.64.0.0/16", "100.64.0.0/16": "8.8.0.0/16",
	} {
		if err := beside(first, second)(newWorld(t)); err != nil {
			t.Errorf("%s beside %s: %v", second, first, err)
		}
	}
}

func TestIdentifiersDoNotDependOnTheRun(t *testing.T) {
	t.Parallel()
	one, other := newWorld(t), newWorld(t)
	a, b := one.vpc(), other.vpc()
	if diff := cmp.Diff(a.Props, b.Props); diff != "" {
		t.Errorf("two accounts differ:\n%s", diff)
	}
	if c := one.vpc(); c.ID == a.ID {
		t.Errorf("two VPCs of an account are both %s", a.ID)
	}
}

func TestVPCIPv6(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	props := cloud.Props{"cidrBlock": "10.0.0.0/16", "assignGeneratedIpv6CidrBlock": true}
	vpc := w.make(cloud.VPC, props)
	block := vpc.Props.Str("ipv6CidrBlock")
	subnet := w.make(cloud.Subnet, cloud.Props{
		"vpcId": vpc.ID, "cidrBlock": "10.0.0.0/24", "ipv6CidrBlock": block[:len(block)-3] + "/64", "assignIpv6AddressOnCreation": true,
	})
	if _, err := w.update(vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"}); err == nil {
		t.Error("the IPv6 range went from under a subnet")
	}
	w.mustDelete(subnet)
	vpc = w.mustUpdate(vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	if vpc.Props.Has("ipv6CidrBlock") {
		t.Errorf("the VPC still has %v", vpc.Props["ipv6CidrBlock"])
	}
	vpc = w.mustUpdate(vpc, props)
	w.must(func(tx *cloud.Tx) error {
		if _, ok := findRoute(routesOf(tx.Get(cloud.RouteTable, vpc.Props.Str("mainRouteTableId"))), vpc.Props.Str("ipv6CidrBlock")); !ok {
			t.Error("the main table has no local route for IPv6")
		}
		return nil
	})
}

func TestProviderChecksRanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if got := w.problem(cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.1/16"}); got != "cidrBlock" {
		t.Errorf("a host's address as range: problem with %q", got)
	}
	if got := w.problem(cloud.Subnet, cloud.Props{"vpcId": "vpc-1", "ipv6Native": true}); got != "ipv6Native" {
		t.Errorf("a subnet without IPv4: problem with %q", got)
	}
	if got := w.problem(cloud.VPC, cloud.Props{"cidrBlock": cloud.Unknown}); got != "" {
		t.Errorf("an unknown range: problem with %q", got)
	}
}
