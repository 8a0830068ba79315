package ec2

import (
	"fmt"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// fill puts n resources of a kind into the account without asking.
func (w *world) fill(n int, kind string, props, facts cloud.Props) {
	w.t.Helper()
	w.must(func(tx *cloud.Tx) error {
		for i := range n {
			tx.Make("", kind, fmt.Sprintf("fill-%d", i), props, facts)
		}
		return nil
	})
}

// until makes a resource again and again until the account has as many as the
// quota allows, and then once more.
func (w *world) until(q quota, have int, kind string, props func(i int) cloud.Props) error {
	for i := have; i < q.limit; i++ {
		w.make(kind, props(i))
	}
	return w.refused(kind, props(q.limit))
}

func cidrAt(i int) string { return fmt.Sprintf("10.0.%d.0/24", i) }

var quotaRefusals = refusals{
	"VPCs": {vpcsPerRegion.rule, func(w *world) error {
		return w.until(vpcsPerRegion, 0, cloud.VPC, func(int) cloud.Props { return cloud.Props{"cidrBlock": "10.0.0.0/16"} })
	}},
	"CIDRs of a VPC": {cidrsPerVPC.rule, func(w *world) error {
		vpc := w.vpc()
		return w.until(cidrsPerVPC, 1, cloud.VPCCIDRAssociation, func(i int) cloud.Props {
			return cloud.Props{"vpcId": vpc.ID, "cidrBlock": fmt.Sprintf("100.%d.0.0/16", 64+i)}
		})
	}},
	"subnets of a VPC": {subnetsPerVPC.rule, func(w *world) error {
		vpc := w.vpc()
		return w.until(subnetsPerVPC, 0, cloud.Subnet, func(i int) cloud.Props { return cloud.Props{"vpcId": vpc.ID, "cidrBlock": cidrAt(i)} })
	}},
	"internet gateways": {internetGatewaysPerRegion.rule, func(w *world) error {
		return w.until(internetGatewaysPerRegion, 0, cloud.InternetGateway, func(int) cloud.Props { return cloud.Props{} })
	}},
	"addresses": {addressesPerRegion.rule, func(w *world) error {
		return w.until(addressesPerRegion, 0, cloud.ElasticIP, func(int) cloud.Props { return cloud.Props{} })
	}},
	"NAT gateways in a zone": {natGatewaysPerZone.rule, func(w *world) error {
		subnet := w.subnet(w.vpc(), "10.0.0.0/24", "a")
		return w.until(natGatewaysPerZone, 0, cloud.NATGateway, func(int) cloud.Props {
			return cloud.Props{"subnetId": subnet.ID, "connectivityType": "private"}
		})
	}},
	"route tables of a VPC": {routeTablesPerVPC.rule, func(w *world) error {
		vpc := w.vpc()
		return w.until(routeTablesPerVPC, 1, cloud.RouteTable, func(int) cloud.Props { return cloud.Props{"vpcId": vpc.ID} })
	}},
	"routes of a table": {routesPerTable.rule, func(w *world) error {
		vpc := w.vpc()
		igw, table := w.gateway(vpc), w.table(vpc)
		return w.until(routesPerTable, 0, cloud.Route, func(i int) cloud.Props {
			return cloud.Props{"routeTableId": table.ID, "destinationCidrBlock": fmt.Sprintf("172.16.%d.0/24", i), "gatewayId": igw.ID}
		})
	}},
	"security groups": {groupsPerRegion.rule, func(w *world) error {
		vpc := w.vpc()
		w.fill(groupsPerRegion.limit-1, cloud.SecurityGroup, cloud.Props{"vpcId": "vpc-0"}, nil)
		return w.refused(cloud.SecurityGroup, cloud.Props{"vpcId": vpc.ID, "name": "nodes"})
	}},
	"rules of a group": {rulesPerGroup.rule, func(w *world) error {
		group := w.group(w.vpc(), "nodes")
		return w.until(rulesPerGroup, 0, cloud.SecurityGroupIngressRule, func(i int) cloud.Props {
			return cloud.Props{"securityGroupId": group.ID, "ipProtocol": "-1", "cidrIpv4": cidrAt(i)}
		})
	}},
	"rules of a group, one with a peer counts for both families": {rulesPerGroup.rule, func(w *world) error {
		group := w.group(w.vpc(), "nodes")
		w.make(cloud.SecurityGroupRule, https(cloud.Props{"type": "ingress", "securityGroupId": group.ID, "self": true}))
		return w.until(rulesPerGroup, 1, cloud.SecurityGroupIngressRule, func(i int) cloud.Props {
			return cloud.Props{"securityGroupId": group.ID, "ipProtocol": "-1", "cidrIpv6": fmt.Sprintf("2600:%d::/64", i)}
		})
	}},
	"groups on an interface": {groupsPerInterface.rule, func(w *world) error {
		vpc := w.vpc()
		var ids []string
		for i := range groupsPerInterface.limit + 1 {
			ids = append(ids, w.group(vpc, fmt.Sprint("group", i)).ID)
		}
		i := Interface{SubnetID: w.subnet(vpc, "10.0.0.0/24", "a").ID, SecurityGroups: ids[1:]}
		if err := w.attach(i); err != nil {
			return err
		}
		i.SecurityGroups = ids
		return w.attach(i)
	}},
	"network ACLs of a VPC": {networkACLsPerVPC.rule, func(w *world) error {
		vpc := w.vpc()
		return w.until(networkACLsPerVPC, 1, cloud.NetworkACL, func(int) cloud.Props { return cloud.Props{"vpcId": vpc.ID} })
	}},
	"rules of a network ACL": {rulesPerNetworkACL.rule, func(w *world) error {
		acl := w.make(cloud.NetworkACL, cloud.Props{"vpcId": w.vpc().ID})
		return w.until(rulesPerNetworkACL, 0, cloud.NetworkACLRule, func(i int) cloud.Props { return aclRule(acl.ID, float64(i+1)) })
	}},
	"interface endpoints of a VPC": {interfaceEndpointsPerVPC.rule, func(w *world) error {
		vpc := w.vpc()
		return w.until(interfaceEndpointsPerVPC, 0, cloud.VPCEndpoint, func(int) cloud.Props { return interfaceFor(vpc, "ec2", nil) })
	}},
	"gateway endpoints": {gatewayEndpointsPerRegion.rule, func(w *world) error {
		vpc := w.vpc()
		return w.until(gatewayEndpointsPerRegion, 0, cloud.VPCEndpoint, func(int) cloud.Props { return gatewayFor(vpc, "s3") })
	}},
	"network interfaces": {interfacesPerRegion.rule, func(w *world) error {
		subnet := w.subnet(w.vpc(), "10.0.0.0/24", "a")
		w.fill(interfacesPerRegion.limit-1, cloud.NetworkInterface, cloud.Props{"subnetId": "subnet-0"}, nil)
		if err := w.attach(Interface{SubnetID: subnet.ID}); err != nil {
			return err
		}
		return w.attach(Interface{SubnetID: subnet.ID})
	}},
}

func TestQuotas(t *testing.T) { t.Parallel(); quotaRefusals.run(t) }

func TestFamiliesHaveTheirOwnRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group := w.group(w.vpc(), "nodes")
	for i := range rulesPerGroup.limit {
		w.make(cloud.SecurityGroupIngressRule, cloud.Props{"securityGroupId": group.ID, "ipProtocol": "-1", "cidrIpv4": cidrAt(i)})
		w.make(cloud.SecurityGroupIngressRule, cloud.Props{"securityGroupId": group.ID, "ipProtocol": "-1", "cidrIpv6": fmt.Sprintf("2600:%d::/64", i)})
		w.make(cloud.SecurityGroupEgressRule, cloud.Props{"securityGroupId": group.ID, "ipProtocol": "-1", "cidrIpv4": cidrAt(i)})
	}
}
