package network_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestDefaultNetwork(t *testing.T) {
	t.Parallel()
	want := map[string]int{
		component: 1, probe: 2,
		cloud.VPC: 1, cloud.VPCCIDRAssociation: 4, cloud.Subnet: 15, cloud.RouteTable: 15, cloud.RouteTableAssociation: 15,
		cloud.InternetGateway: 1, cloud.ElasticIP: 3, cloud.NATGateway: 3, cloud.Route: 9, cloud.VPCEndpoint: 2,
		cloud.DefaultSecurityGroup: 1, cloud.NetworkACL: 1,
		cloud.FlowLog: 1, cloud.LogGroup: 1, cloud.KMSKey: 1, cloud.IAMRole: 1, cloud.IAMRolePolicy: 1,
	}
	if diff := cmp.Diff(want, build(t).Counts()); diff != "" {
		t.Errorf("resources (-want +got):\n%s", diff)
	}
}

func TestEveryChildIsParentedAndNamed(t *testing.T) {
	t.Parallel()
	// These have no tags in AWS.
	untagged := map[string]bool{
		cloud.VPCCIDRAssociation: true, cloud.RouteTableAssociation: true, cloud.Route: true, cloud.IAMRolePolicy: true,
	}
	net := build(t, func(a *network.Args) { a.InterfaceEndpoints = network.NodeEndpoints() })
	for _, r := range net.Resources {
		if r.Type == component || r.Type == probe {
			continue
		}
		if !strings.HasSuffix(r.Parent, component+"::net") {
			t.Errorf("%s %s has the parent %q", r.Type, r.Name, r.Parent)
		}
		if r.Name != "net" && !strings.HasPrefix(r.Name, "net-") {
			t.Errorf("%s %s is not named after its network", r.Type, r.Name)
		}
		if got := r.Inputs.StrMap("tags")["Name"]; got != r.Name && !untagged[r.Type] {
			t.Errorf("%s %s has the Name tag %q", r.Type, r.Name, got)
		}
	}
}

func TestVPC(t *testing.T) {
	t.Parallel()
	net := build(t)
	got := net.inputs(t, cloud.VPC, "net")
	want := cloud.Props{
		"cidrBlock": "10.0.0.0/16", "enableDnsSupport": true, "enableDnsHostnames": true,
		"tags": map[string]any{"Name": "net"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("VPC (-want +got):\n%s", diff)
	}
	group := net.inputs(t, cloud.DefaultSecurityGroup, "net-default")
	if rules := len(group.List("ingress")) + len(group.List("egress")); rules != 0 {
		t.Errorf("default security group has %d rules, want none", rules)
	}
}

func TestSubnetsCarryTheirTags(t *testing.T) {
	t.Parallel()
	want := map[string]map[string]string{
		"public":  {"slipway:tier": "public", "kubernetes.io/role/elb": "1", "kubernetes.io/role/cni": "0"},
		"private": {"slipway:tier": "private", "kubernetes.io/role/internal-elb": "1", "karpenter.sh/discovery": "prod"},
		"pod":     {"slipway:tier": "pod", "kubernetes.io/role/cni": "1"},
		"data":    {"slipway:tier": "data", "kubernetes.io/role/cni": "0"},
		"control": {"slipway:tier": "control", "kubernetes.io/role/cni": "0"},
	}
	net := build(t, func(a *network.Args) { a.ClusterName = "prod" })
	for tier, tags := range want {
		subnet := net.One(t, cloud.Subnet, "net-"+tier+"-b")
		tags["Name"] = subnet.Name
		if diff := cmp.Diff(tags, subnet.Inputs.StrMap("tags")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tier, diff)
		}
		if subnet.Inputs.Bool("mapPublicIpOnLaunch") || subnet.Inputs.Str("availabilityZone") != "eu-central-1b" {
			t.Errorf("%s: %v", tier, subnet.Inputs)
		}
	}
	if _, found := build(t).inputs(t, cloud.Subnet, "net-private-a").StrMap("tags")["karpenter.sh/discovery"]; found {
		t.Error("discovery tag without a cluster name")
	}
}

// Each subnet uses its own table, and the routes in the tables are these and no
// others: none for data and control.
func TestRoutes(t *testing.T) {
	t.Parallel()
	zones := []string{"a", "b", "c"}
	cases := map[string]struct {
		nat  network.NAT
		via  map[string]string // The NAT gateway of each zone.
		nats int
	}{
		"PerZone": {network.NATPerZone, map[string]string{"a": "nat-a", "b": "nat-b", "c": "nat-c"}, 3},
		"Single":  {network.NATSingle, map[string]string{"a": "nat-a", "b": "nat-a", "c": "nat-a"}, 1},
		"None":    {network.NATNone, nil, 0},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			net := build(t, func(a *network.Args) { a.NAT = tc.nat })
			want := map[string]string{}
			for _, zone := range zones {
				want["routeTable:net-public-"+zone] = "internetGateway:net"
				if tc.via != nil {
					want["routeTable:net-private-"+zone] = "natGateway:net-" + tc.via[zone]
					want["routeTable:net-pod-"+zone] = "natGateway:net-" + tc.via[zone]
				}
			}
			got := map[string]string{}
			for _, r := range net.Of(cloud.Route) {
				route := net.Readable(r)
				if route.Str("destinationCidrBlock") != "0.0.0.0/0" {
					t.Errorf("route %s to %v", r.Name, route["destinationCidrBlock"])
				}
				got[route.Str("routeTableId")] = route.Str("gatewayId") + route.Str("natGatewayId")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("routes (-want +got):\n%s", diff)
			}
			for _, a := range net.Of(cloud.RouteTableAssociation) {
				in := net.Readable(a)
				if in.Str("subnetId") != "subnet:"+a.Name || in.Str("routeTableId") != "routeTable:"+a.Name {
					t.Errorf("association %s: %v", a.Name, in)
				}
			}
			if n, e := len(net.Of(cloud.NATGateway)), len(net.Of(cloud.ElasticIP)); n != tc.nats || e != tc.nats {
				t.Errorf("%d NAT gateways with %d addresses, want %d each", n, e, tc.nats)
			}
		})
	}
}

func TestNATGateway(t *testing.T) {
	t.Parallel()
	net := build(t, func(a *network.Args) {
		a.NAT, a.Zones = network.NATSingle, []string{"eu-central-1c", "eu-central-1a"}
	})
	nat := net.One(t, cloud.NATGateway, "net-nat-c") // The first zone named, not the first letter.
	if in := net.Readable(nat); in.Str("allocationId") != "eip:net-nat-c" || in.Str("subnetId") != "subnet:net-public-c" {
		t.Errorf("NAT gateway: %v", in)
	}
	if !nat.WaitsFor(net.One(t, cloud.InternetGateway, "net")) {
		t.Error("NAT gateway does not wait for the internet gateway")
	}
}

func TestWithoutPublicTierNothingLeads(t *testing.T) {
	t.Parallel()
	counts := build(t, func(a *network.Args) {
		a.NAT, a.Tiers = network.NATNone, []network.Tier{network.Private, network.Data}
	}).Counts()
	for _, typ := range []string{cloud.InternetGateway, cloud.NATGateway, cloud.ElasticIP, cloud.Route, cloud.VPCCIDRAssociation} {
		if counts[typ] != 0 {
			t.Errorf("%d of %s, want none", counts[typ], typ)
		}
	}
	if counts[cloud.Subnet] != 6 || counts[cloud.VPCEndpoint] != 2 {
		t.Errorf("%d subnets and %d endpoints, want 6 and 2", counts[cloud.Subnet], counts[cloud.VPCEndpoint])
	}
}

func TestPodSubnetsWaitForTheirRange(t *testing.T) {
	t.Parallel()
	net := build(t)
	for zone, block := range map[string]string{"a": "100.64.0.0", "b": "100.65.0.0", "c": "100.66.0.0"} {
		association := net.One(t, cloud.VPCCIDRAssociation, "net-pod-"+block)
		if association.Inputs.Str("cidrBlock") != block+"/16" {
			t.Errorf("association %s: %v", association.Name, association.Inputs)
		}
		if subnet := net.One(t, cloud.Subnet, "net-pod-"+zone); !subnet.WaitsFor(association) {
			t.Errorf("subnet %s does not wait for %s", subnet.Name, association.Name)
		}
	}
	for _, subnet := range net.Of(cloud.Subnet) {
		if subnet.WaitsFor(net.One(t, cloud.VPCCIDRAssociation, "net-pod-100.67.0.0")) {
			t.Errorf("subnet %s waits for a range it is not in", subnet.Name)
		}
	}
}

// A node that depends on Ready waits for every way it has out, and for nothing
// of the tiers that are not its own.
func TestReady(t *testing.T) {
	t.Parallel()
	net := build(t, func(a *network.Args) { a.InterfaceEndpoints = []string{"sts"} })
	node := net.One(t, probe, "node")
	for _, r := range net.Resources {
		own := !strings.HasPrefix(r.Name, "net-data") && !strings.HasPrefix(r.Name, "net-control")
		want := own && (r.Type == cloud.Route || r.Type == cloud.RouteTableAssociation || r.Type == cloud.VPCEndpoint)
		if got := node.WaitsFor(r); got != want {
			t.Errorf("node waits for %s %s: %v, want %v", r.Type, r.Name, got, want)
		}
	}
}

// A warning stops nobody.
func TestWarnedNetworkIsBuilt(t *testing.T) {
	t.Parallel()
	net := build(t, func(a *network.Args) { a.CIDR = "172.17.0.0/16" })
	if got := net.inputs(t, cloud.VPC, "net").Str("cidrBlock"); got != "172.17.0.0/16" {
		t.Errorf("VPC is %s", got)
	}
}
