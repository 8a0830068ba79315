package ec2

import (
	"fmt"
	"slices"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// TestCompleteNetwork builds what a platform builds, changes nothing, and takes
// it down in the order of Pulumi: last made, first deleted.
func TestCompleteNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var made []*cloud.Resource
	add := func(kind string, props cloud.Props) *cloud.Resource {
		r := w.make(kind, props)
		made = append(made, r)
		return r
	}
	associate := func(table, subnet *cloud.Resource) {
		add(cloud.RouteTableAssociation, cloud.Props{"routeTableId": table.ID, "subnetId": subnet.ID})
	}

	role := add(cloud.IAMRole, cloud.Props{"name": "flow-logs", "assumeRolePolicy": trust(flowLogService)})
	logs := add(cloud.LogGroup, cloud.Props{"name": "/aws/vpc/flow-logs"})
	vpc := add(cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true})
	pods := add(cloud.VPCCIDRAssociation, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "100.64.0.0/16"})
	add(cloud.DefaultSecurityGroup, cloud.Props{"vpcId": vpc.ID})
	add(cloud.FlowLog, cloud.Props{"vpcId": vpc.ID, "trafficType": "ALL", "iamRoleArn": role.Props["arn"], "logDestination": logs.Props["arn"]})
	igw := add(cloud.InternetGateway, cloud.Props{"vpcId": vpc.ID})
	publicTable := add(cloud.RouteTable, cloud.Props{"vpcId": vpc.ID})
	add(cloud.Route, toGateway(publicTable.ID, igw.ID))

	endpoints := add(cloud.SecurityGroup, cloud.Props{"vpcId": vpc.ID, "name": "endpoints"})
	nodes := add(cloud.SecurityGroup, cloud.Props{"vpcId": vpc.ID, "name": "nodes"})
	add(cloud.SecurityGroupIngressRule, cloud.Props{
		"securityGroupId": endpoints.ID, "ipProtocol": "tcp", "fromPort": 443.0, "toPort": 443.0, "referencedSecurityGroupId": nodes.ID,
	})
	add(cloud.SecurityGroupEgressRule, cloud.Props{"securityGroupId": nodes.ID, "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"})

	var privates, tables []string
	for i, zone := range []string{"a", "b", "c"} {
		subnet := func(cidr string) *cloud.Resource {
			return add(cloud.Subnet, cloud.Props{"vpcId": vpc.ID, "cidrBlock": cidr, "availabilityZone": region + zone})
		}
		public, private, pod := subnet(fmt.Sprintf("10.0.%d.0/24", i)), subnet(fmt.Sprintf("10.0.%d.0/20", 16*(i+1))), subnet(fmt.Sprintf("100.64.%d.0/18", 64*i))
		associate(publicTable, public)
		eip := add(cloud.ElasticIP, cloud.Props{"domain": "vpc"})
		nat := add(cloud.NATGateway, cloud.Props{"subnetId": public.ID, "allocationId": eip.ID})
		table := add(cloud.RouteTable, cloud.Props{"vpcId": vpc.ID})
		add(cloud.Route, cloud.Props{"routeTableId": table.ID, "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": nat.ID})
		associate(table, private)
		associate(table, pod)
		privates, tables = append(privates, private.ID), append(tables, table.ID)
	}
	acl := add(cloud.NetworkACL, cloud.Props{"vpcId": vpc.ID, "subnetIds": list(privates...)})
	add(cloud.NetworkACLRule, aclRule(acl.ID, 100))
	add(cloud.VPCEndpoint, gatewayFor(vpc, "s3", tables...))
	add(cloud.VPCEndpoint, interfaceFor(vpc, "ecr.api", cloud.Props{
		"subnetIds": list(privates...), "securityGroupIds": list(endpoints.ID), "privateDnsEnabled": true,
	}))
	add(cloud.LaunchTemplate, cloud.Props{"name": "nodes", "vpcSecurityGroupIds": list(nodes.ID)})

	w.must(func(tx *cloud.Tx) error {
		for _, id := range privates {
			if ok, why := WayOut(tx, id); !ok {
				t.Error(why)
			}
			for _, service := range []string{"ecr.api", "s3", "sts"} {
				if ok, why := ReachesService(tx, id, service, nodes.ID); !ok {
					t.Error(why)
				}
			}
		}
		return nil
	})
	for _, early := range []*cloud.Resource{vpc, pods, igw, publicTable, endpoints, nodes} {
		if w.delete(early) == nil {
			t.Errorf("%s %s could be deleted with everything in place", early.Kind, early.ID)
		}
	}
	slices.Reverse(made)
	w.mustDelete(made...)
	if left := w.acct.Resources(); len(left) != 0 {
		t.Errorf("%d resources are left, the first is %s %s", len(left), left[0].Kind, left[0].ID)
	}
}
