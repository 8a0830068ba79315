package ec2

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func (w *world) dnsVPC() *cloud.Resource {
	w.t.Helper()
	return w.make(cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true})
}

func interfaceFor(vpc *cloud.Resource, service string, more cloud.Props) cloud.Props {
	return cloud.Props{"vpcId": vpc.ID, "vpcEndpointType": "Interface", "serviceName": "com.amazonaws.us-west-2." + service}.With(more)
}

func gatewayFor(vpc *cloud.Resource, service string, tables ...string) cloud.Props {
	return cloud.Props{"vpcId": vpc.ID, "serviceName": "com.amazonaws.us-west-2." + service, "routeTableIds": list(tables...)}
}

var endpointRefusals = refusals{
	"missing VPC": {vpcs.rule, func(w *world) error {
		return w.refused(cloud.VPCEndpoint, gatewayFor(&cloud.Resource{ID: "vpc-0"}, "s3"))
	}},
	"unknown service": {serviceUnknown, func(w *world) error {
		return w.refused(cloud.VPCEndpoint, interfaceFor(w.vpc(), "ecr", nil))
	}},
	"service of another region": {serviceUnknown, func(w *world) error {
		return w.refused(cloud.VPCEndpoint, interfaceFor(w.vpc(), "", cloud.Props{"serviceName": "com.amazonaws.us-east-1.ecr.api"}))
	}},
	"gateway for an interface service": {endpointType, func(w *world) error { return w.refused(cloud.VPCEndpoint, gatewayFor(w.vpc(), "ecr.api")) }},
	"gateway with subnets": {endpointType, func(w *world) error {
		return w.refused(cloud.VPCEndpoint, gatewayFor(w.vpc(), "s3").With(cloud.Props{"subnetIds": list("subnet-0")}))
	}},
	"gateway with private DNS": {endpointType, func(w *world) error {
		return w.refused(cloud.VPCEndpoint, gatewayFor(w.vpc(), "s3").With(cloud.Props{"privateDnsEnabled": true}))
	}},
	"interface with route tables": {endpointType, func(w *world) error {
		return w.refused(cloud.VPCEndpoint, interfaceFor(w.vpc(), "ec2", cloud.Props{"routeTableIds": list("rtb-0")}))
	}},
	"missing route table": {routeTables.rule, func(w *world) error { return w.refused(cloud.VPCEndpoint, gatewayFor(w.vpc(), "s3", "rtb-0")) }},
	"route table of another VPC": {invalidParameter, func(w *world) error {
		return w.refused(cloud.VPCEndpoint, gatewayFor(w.vpc(), "s3", w.table(w.vpc()).ID))
	}},
	"subnet and group of another VPC": {invalidParameter, func(w *world) error {
		other := w.vpc()
		return w.refused(cloud.VPCEndpoint, interfaceFor(w.dnsVPC(), "ec2", cloud.Props{
			"subnetIds": list(w.subnet(other, "10.0.0.0/24", "a").ID), "securityGroupIds": list(w.group(other, "open").ID),
		}))
	}},
	"second gateway in a table": {routeExists, func(w *world) error {
		vpc := w.vpc()
		table := w.table(vpc)
		w.make(cloud.VPCEndpoint, gatewayFor(vpc, "s3", table.ID))
		return w.refused(cloud.VPCEndpoint, gatewayFor(vpc, "s3", table.ID))
	}},
	"missing subnet": {subnets.rule, func(w *world) error {
		return w.refused(cloud.VPCEndpoint, interfaceFor(w.vpc(), "ec2", cloud.Props{"subnetIds": list("subnet-0")}))
	}},
	"subnet of another VPC": {invalidParameter, func(w *world) error {
		subnet := w.subnet(w.vpc(), "10.0.0.0/24", "a")
		return w.refused(cloud.VPCEndpoint, interfaceFor(w.vpc(), "ec2", cloud.Props{"subnetIds": list(subnet.ID)}))
	}},
	"missing security group": {groups.rule, func(w *world) error {
		vpc := w.vpc()
		subnet := w.subnet(vpc, "10.0.0.0/24", "a")
		return w.refused(cloud.VPCEndpoint, interfaceFor(vpc, "ec2", cloud.Props{"subnetIds": list(subnet.ID), "securityGroupIds": list("sg-0")}))
	}},
	"two subnets in a zone": {secondSubnetInZone, func(w *world) error {
		vpc := w.vpc()
		a, b := w.subnet(vpc, "10.0.0.0/24", "a"), w.subnet(vpc, "10.0.1.0/24", "a")
		return w.refused(cloud.VPCEndpoint, interfaceFor(vpc, "ec2", cloud.Props{"subnetIds": list(a.ID, b.ID)}))
	}},
	"private DNS without the VPC's": {privateDNSOff, func(w *world) error {
		return w.refused(cloud.VPCEndpoint, interfaceFor(w.vpc(), "ec2", cloud.Props{"privateDnsEnabled": true}))
	}},
	"private DNS twice": {privateDNSTaken, func(w *world) error {
		vpc := w.dnsVPC()
		props := interfaceFor(vpc, "ec2", cloud.Props{"privateDnsEnabled": true})
		w.make(cloud.VPCEndpoint, props)
		return w.refused(cloud.VPCEndpoint, props)
	}},
	"private DNS twice, by update": {privateDNSTaken, func(w *world) error {
		vpc := w.dnsVPC()
		props := interfaceFor(vpc, "ec2", cloud.Props{"privateDnsEnabled": true})
		w.make(cloud.VPCEndpoint, props)
		second := w.make(cloud.VPCEndpoint, interfaceFor(vpc, "ec2", nil))
		_, err := w.update(second, props)
		return err
	}},
	"subnet deleted under it": {dependencyViolation, func(w *world) error {
		vpc := w.vpc()
		subnet := w.subnet(vpc, "10.0.0.0/24", "a")
		w.make(cloud.VPCEndpoint, interfaceFor(vpc, "ec2", cloud.Props{"subnetIds": list(subnet.ID)}))
		return w.delete(subnet)
	}},
}

func TestEndpointRefusals(t *testing.T) { t.Parallel(); endpointRefusals.run(t) }

func TestGatewayEndpoint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.vpc()
	a, b := w.table(vpc), w.table(vpc)
	e := w.make(cloud.VPCEndpoint, gatewayFor(vpc, "s3", a.ID))
	tables := func() (in []bool) {
		w.must(func(tx *cloud.Tx) error {
			for _, id := range []string{a.ID, b.ID} {
				_, ok := findRoute(routesOf(tx.Get(cloud.RouteTable, id)), e.Props.Str("prefixListId"))
				in = append(in, ok)
			}
			return nil
		})
		return in
	}
	if got := tables(); !got[0] || got[1] {
		t.Errorf("routes in the two tables: %v", got)
	}
	if shown := w.read(a).Props.List("routes"); len(shown) != 0 {
		t.Errorf("the table shows the endpoint's route: %v", shown)
	}
	w.mustUpdate(e, gatewayFor(vpc, "s3", b.ID))
	if got := tables(); got[0] || !got[1] {
		t.Errorf("after the update, routes in the two tables: %v", got)
	}
	w.mustDelete(e)
	if got := tables(); got[0] || got[1] {
		t.Errorf("after the delete, routes in the two tables: %v", got)
	}
}

func TestInterfaceEndpoint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.dnsVPC()
	a, b := w.subnet(vpc, "10.0.0.0/24", "a"), w.subnet(vpc, "10.0.1.0/24", "b")
	group := w.group(vpc, "endpoints")
	props := interfaceFor(vpc, "ecr.dkr", cloud.Props{"subnetIds": list(a.ID), "privateDnsEnabled": true})
	e := w.make(cloud.VPCEndpoint, props)
	if !cloud.Equal(e.Props["securityGroupIds"], list(vpc.Props.Str("defaultSecurityGroupId"))) {
		t.Errorf("its groups are %v, want the default one", e.Props["securityGroupIds"])
	}
	if names := e.Props.Objs("dnsEntries"); len(names) != 2 || names[1].Str("dnsName") != "dkr.ecr.us-west-2.amazonaws.com" {
		t.Errorf("its names are %v", names)
	}
	first := e.Props.Strs("networkInterfaceIds")
	e = w.mustUpdate(e, props.With(cloud.Props{"subnetIds": list(a.ID, b.ID), "securityGroupIds": list(group.ID)}))
	if ids := e.Props.Strs("networkInterfaceIds"); len(ids) != 2 || ids[0] != first[0] {
		t.Errorf("its interfaces went from %v to %v", first, ids)
	}
	for i, c := range e.Props.Objs("subnetConfigurations") {
		if want := []string{a.ID, b.ID}[i]; c.Str("subnetId") != want || c.Str("ipv4") == "" {
			t.Errorf("its interface in %s is shown as %v", want, c)
		}
	}
	if w.delete(group) == nil {
		t.Error("its group could be deleted")
	}
	w.mustUpdate(e, props.With(cloud.Props{"subnetIds": list(b.ID), "securityGroupIds": list(group.ID)}))
	w.mustDelete(a, e, group, b, vpc)
}
