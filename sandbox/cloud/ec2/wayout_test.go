package ec2

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// network is a VPC with a public subnet with NAT and a private one, all
// connected.
type network struct {
	*world
	vpc, igw, public, private, publicTable, privateTable, nat, in, out *cloud.Resource
}

func newNetwork(t *testing.T) *network {
	t.Helper()
	n := &network{world: newWorld(t)}
	n.vpc = n.dnsVPC()
	n.igw = n.gateway(n.vpc)
	n.public, n.private = n.subnet(n.vpc, "10.0.0.0/24", "a"), n.subnet(n.vpc, "10.0.1.0/24", "a")
	n.publicTable, n.privateTable = n.table(n.vpc, n.public), n.table(n.vpc, n.private)
	n.out = n.make(cloud.Route, toGateway(n.publicTable.ID, n.igw.ID))
	n.nat = n.world.nat(n.public)
	n.in = n.make(cloud.Route, cloud.Props{"routeTableId": n.privateTable.ID, "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": n.nat.ID})
	return n
}

func (n *network) wayOut(subnet *cloud.Resource) (ok bool, why string) {
	n.t.Helper()
	n.must(func(tx *cloud.Tx) error { ok, why = WayOut(tx, subnet.ID); return nil })
	return ok, why
}

func (n *network) reaches(service string, groups ...string) (ok bool, why string) {
	n.t.Helper()
	n.must(func(tx *cloud.Tx) error { ok, why = ReachesService(tx, n.private.ID, service, groups...); return nil })
	return ok, why
}

func TestWayOut(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(n *network)
		subnet func(n *network) *cloud.Resource
		// why is part of the reason; "" when there is a way.
		why string
	}{
		"through NAT":     {func(*network) {}, func(n *network) *cloud.Resource { return n.private }, ""},
		"no default":      {func(n *network) { n.mustDelete(n.in) }, func(n *network) *cloud.Resource { return n.private }, "has no route to 0.0.0.0/0"},
		"NAT without one": {func(n *network) { n.mustDelete(n.out) }, func(n *network) *cloud.Resource { return n.private }, "stands in a subnet without a way out"},
		"NAT gone":        {func(n *network) { n.mustDelete(n.nat) }, func(n *network) *cloud.Resource { return n.private }, "does not exist any more"},
		"private NAT": {func(n *network) {
			private := n.make(cloud.NATGateway, cloud.Props{"subnetId": n.public.ID, "connectivityType": "private"})
			n.mustUpdate(n.in, cloud.Props{"routeTableId": n.privateTable.ID, "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": private.ID})
		}, func(n *network) *cloud.Resource { return n.private }, "is private"},
		"NAT behind NAT": {func(n *network) {
			n.mustUpdate(n.out, cloud.Props{"routeTableId": n.publicTable.ID, "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": n.nat.ID})
		}, func(n *network) *cloud.Resource { return n.private }, "and not to an internet gateway"},
		"public, no addresses": {func(*network) {}, func(n *network) *cloud.Resource { return n.public }, "get no public address"},
		"public with addresses": {func(n *network) {
			n.mustUpdate(n.public, cloud.Props{"vpcId": n.vpc.ID, "cidrBlock": "10.0.0.0/24", "mapPublicIpOnLaunch": true})
		}, func(n *network) *cloud.Resource { return n.public }, ""},
		"gateway gone": {func(n *network) {
			n.mustDelete(n.nat, n.igw)
			n.mustUpdate(n.public, cloud.Props{"vpcId": n.vpc.ID, "cidrBlock": "10.0.0.0/24", "mapPublicIpOnLaunch": true})
		}, func(n *network) *cloud.Resource { return n.public }, "is not attached to"},
		"main table":     {func(*network) {}, func(n *network) *cloud.Resource { return n.subnet(n.vpc, "10.0.2.0/24", "b") }, "has no route to 0.0.0.0/0"},
		"missing subnet": {func(*network) {}, func(*network) *cloud.Resource { return &cloud.Resource{ID: "subnet-0"} }, "does not exist"},
		"through an interface": {func(n *network) {
			n.mustUpdate(n.in, cloud.Props{
				"routeTableId": n.privateTable.ID, "destinationCidrBlock": "0.0.0.0/0", "networkInterfaceId": n.nat.Props.Str("networkInterfaceId"),
			})
		}, func(n *network) *cloud.Resource { return n.private }, "is no way to the internet"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNetwork(t)
			tc.change(n)
			ok, why := n.wayOut(tc.subnet(n))
			if ok != (tc.why == "") || !strings.Contains(why, tc.why) {
				t.Errorf("got %v %q, want %q", ok, why, tc.why)
			}
		})
	}
}

func TestReachesService(t *testing.T) {
	t.Parallel()
	// endpoint adds an interface endpoint whose group has the rules given.
	endpoint := func(n *network, privateDNS bool, rules ...any) {
		group := n.make(cloud.SecurityGroup, cloud.Props{"vpcId": n.vpc.ID, "name": "endpoints", "ingress": rules})
		n.make(cloud.VPCEndpoint, interfaceFor(n.vpc, "ecr.api", cloud.Props{
			"privateDnsEnabled": privateDNS, "subnetIds": list(n.private.ID), "securityGroupIds": list(group.ID),
		}))
	}
	isolate := func(n *network) { n.mustDelete(n.in) }
	for name, tc := range map[string]struct {
		service string
		change  func(n *network)
		why     string
	}{
		"over NAT": {"ecr.api", func(*network) {}, ""},
		"isolated": {"ecr.api", isolate, "has no endpoint for subnet"},
		"over an endpoint, by range": {"ecr.api", func(n *network) {
			isolate(n)
			endpoint(n, true, object(https(cloud.Props{"cidrBlocks": list("10.0.0.0/16")})))
		}, ""},
		"over an endpoint, by group": {"ecr.api", func(n *network) {
			isolate(n)
			endpoint(n, true, object(cloud.Props{"protocol": "-1", "fromPort": 0.0, "toPort": 0.0, "securityGroups": list(n.vpc.Props.Str("defaultSecurityGroupId"))}))
		}, ""},
		"endpoint for a part of the subnet": {"ecr.api", func(n *network) {
			isolate(n)
			endpoint(n, true, object(https(cloud.Props{"cidrBlocks": list("10.0.1.0/25")})))
		}, "do not admit port 443"},
		"endpoint on another port": {"ecr.api", func(n *network) {
			endpoint(n, true, object(cloud.Props{"protocol": "tcp", "fromPort": 80.0, "toPort": 80.0, "cidrBlocks": list("10.0.0.0/16")}))
		}, "hides every other way"},
		"endpoint without private DNS, isolated": {"ecr.api", func(n *network) {
			isolate(n)
			endpoint(n, false, object(https(cloud.Props{"cidrBlocks": list("10.0.0.0/16")})))
		}, "has no endpoint for subnet"},
		"endpoint without private DNS, beside NAT": {"ecr.api", func(n *network) { endpoint(n, false) }, ""},
		"endpoint without interfaces": {"ecr.api", func(n *network) {
			n.make(cloud.VPCEndpoint, interfaceFor(n.vpc, "ecr.api", cloud.Props{"privateDnsEnabled": true}))
		}, "has no interface in any subnet"},
		"endpoint of another service": {"ecr.dkr", func(n *network) {
			isolate(n)
			endpoint(n, true, object(https(cloud.Props{"cidrBlocks": list("10.0.0.0/16")})))
		}, "has no endpoint for subnet"},
		"gateway in its table": {"s3", func(n *network) {
			isolate(n)
			n.make(cloud.VPCEndpoint, gatewayFor(n.vpc, "s3", n.privateTable.ID))
		}, ""},
		"gateway in another table": {"s3", func(n *network) {
			isolate(n)
			n.make(cloud.VPCEndpoint, gatewayFor(n.vpc, "s3", n.publicTable.ID))
		}, "has no endpoint for subnet"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNetwork(t)
			tc.change(n)
			ok, why := n.reaches(tc.service, n.vpc.Props.Str("defaultSecurityGroupId"))
			if ok != (tc.why == "") || !strings.Contains(why, tc.why) {
				t.Errorf("got %v %q, want %q", ok, why, tc.why)
			}
		})
	}
}
