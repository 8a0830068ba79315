package ec2

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// toGateway is the property of a default route to an internet gateway.
func toGateway(table, target string) cloud.Props {
	return cloud.Props{"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": target}
}

func toTarget(property, id string) func(w *world) error {
	return func(w *world) error {
		return w.refused(cloud.Route, cloud.Props{"routeTableId": w.table(w.vpc()).ID, "destinationCidrBlock": "0.0.0.0/0", property: id})
	}
}

var routeRefusals = refusals{
	"table in a missing VPC": {vpcs.rule, func(w *world) error {
		return w.refused(cloud.RouteTable, cloud.Props{"vpcId": "vpc-0"})
	}},
	"route in a missing table":    {routeTables.rule, func(w *world) error { return w.refused(cloud.Route, toGateway("rtb-0", "igw-0")) }},
	"missing internet gateway":    {internetGateways.rule, toTarget("gatewayId", "igw-0")},
	"missing NAT gateway":         {natGateways.rule, toTarget("natGatewayId", "nat-0")},
	"missing interface":           {interfaces.rule, toTarget("networkInterfaceId", "eni-0")},
	"missing endpoint":            {endpoints.rule, toTarget("vpcEndpointId", "vpce-0")},
	"missing transit gateway":     {transitMissing, toTarget("transitGatewayId", "tgw-0")},
	"missing peering":             {peeringMissing, toTarget("vpcPeeringConnectionId", "pcx-0")},
	"missing virtual gateway":     {targetMissing, toTarget("gatewayId", "vgw-0")},
	"local route made by hand":    {targetMissing, toTarget("gatewayId", "local")},
	"interface of another VPC":    {invalidValue, foreignInterface},
	"route gone from its table":   {invalidValue, lostRoute},
	"gateway not attached":        {invalidValue, unattachedGateway},
	"gateway of another VPC":      {invalidValue, foreignGateway},
	"NAT gateway of another VPC":  {invalidValue, foreignNAT},
	"destination list missing":    {prefixMissing, func(w *world) error { return routeTo(w, "destinationPrefixListId", "pl-0") }},
	"destination the VPC's own":   {routeExists, func(w *world) error { return routeTo(w, "destinationCidrBlock", "10.0.0.0/16") }},
	"second route to destination": {routeExists, secondRoute},
	"two inline routes to one":    {routeExists, secondInlineRoute},
	"association with no table":   {routeTables.rule, associationWith("rtb-0", "")},
	"association with no subnet":  {subnets.rule, associationWith("", "subnet-0")},
	"subnet of another VPC":       {invalidValue, foreignSubnet},
	"subnet associated twice":     {associationExists, associatedTwice},
	"table deleted while in use":  {dependencyViolation, func(w *world) error { vpc := w.vpc(); return w.delete(w.table(vpc, w.subnet(vpc, "10.0.0.0/24", "a"))) }},
	"main table deleted": {dependencyViolation, func(w *world) error {
		return w.delete(&cloud.Resource{Kind: cloud.RouteTable, ID: w.vpc().Props.Str("mainRouteTableId")})
	}},
	"endpoint as target of routes": {invalidValue, endpointTarget},
}

func routeTo(w *world, property, destination string) error {
	vpc := w.vpc()
	igw := w.gateway(vpc)
	return w.refused(cloud.Route, cloud.Props{"routeTableId": w.table(vpc).ID, property: destination, "gatewayId": igw.ID})
}

func unattachedGateway(w *world) error {
	igw := w.make(cloud.InternetGateway, cloud.Props{})
	return w.refused(cloud.Route, toGateway(w.table(w.vpc()).ID, igw.ID))
}

func foreignGateway(w *world) error {
	igw := w.gateway(w.vpc())
	return w.refused(cloud.Route, toGateway(w.table(w.vpc()).ID, igw.ID))
}

func foreignNAT(w *world) error {
	nat := w.make(cloud.NATGateway, cloud.Props{"subnetId": w.subnet(w.vpc(), "10.0.0.0/24", "a").ID, "connectivityType": "private"})
	return w.refused(cloud.Route, cloud.Props{"routeTableId": w.table(w.vpc()).ID, "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": nat.ID})
}

func foreignInterface(w *world) error {
	subnet := w.subnet(w.vpc(), "10.0.0.0/24", "a")
	var nic *cloud.Resource
	w.must(func(tx *cloud.Tx) (err error) {
		nic, err = AttachInterface(tx, Interface{SubnetID: subnet.ID})
		return err
	})
	return w.refused(cloud.Route, cloud.Props{"routeTableId": w.table(w.vpc()).ID, "destinationCidrBlock": "0.0.0.0/0", "networkInterfaceId": nic.ID})
}

// lostRoute changes a route that somebody has taken out of its table.
func lostRoute(w *world) error {
	vpc := w.vpc()
	igw, table := w.gateway(vpc), w.table(vpc)
	r := w.make(cloud.Route, toGateway(table.ID, igw.ID))
	w.must(func(tx *cloud.Tx) error { setRoutes(tx, tx.Get(cloud.RouteTable, table.ID), nil); return nil })
	_, err := w.update(r, toGateway(table.ID, igw.ID))
	return err
}

func secondRoute(w *world) error {
	vpc := w.vpc()
	igw, table := w.gateway(vpc), w.table(vpc)
	w.make(cloud.Route, toGateway(table.ID, igw.ID))
	return w.refused(cloud.Route, toGateway(table.ID, igw.ID))
}

func secondInlineRoute(w *world) error {
	vpc := w.vpc()
	igw := w.gateway(vpc)
	line := object(cloud.Props{"cidrBlock": "0.0.0.0/0", "gatewayId": igw.ID})
	return w.refused(cloud.RouteTable, cloud.Props{"vpcId": vpc.ID, "routes": []any{line, line}})
}

func associationWith(table, subnet string) func(w *world) error {
	return func(w *world) error {
		vpc := w.vpc()
		if table == "" {
			table = w.table(vpc).ID
		}
		if subnet == "" {
			subnet = w.subnet(vpc, "10.0.0.0/24", "a").ID
		}
		return w.refused(cloud.RouteTableAssociation, cloud.Props{"routeTableId": table, "subnetId": subnet})
	}
}

func foreignSubnet(w *world) error {
	return associationWith("", w.subnet(w.vpc(), "10.0.0.0/24", "a").ID)(w)
}

func associatedTwice(w *world) error {
	vpc := w.vpc()
	subnet := w.subnet(vpc, "10.0.0.0/24", "a")
	w.table(vpc, subnet)
	return w.refused(cloud.RouteTableAssociation, cloud.Props{"routeTableId": w.table(vpc).ID, "subnetId": subnet.ID})
}

func endpointTarget(w *world) error {
	vpc := w.vpc()
	e := w.make(cloud.VPCEndpoint, cloud.Props{"vpcId": vpc.ID, "serviceName": "com.amazonaws.us-west-2.s3"})
	return w.refused(cloud.Route, cloud.Props{"routeTableId": w.table(vpc).ID, "destinationCidrBlock": "0.0.0.0/0", "vpcEndpointId": e.ID})
}

func TestRouteRefusals(t *testing.T) { t.Parallel(); routeRefusals.run(t) }

func TestRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.vpc()
	igw, table := w.gateway(vpc), w.table(vpc)
	route := w.make(cloud.Route, toGateway(table.ID, igw.ID))
	// 1080289494 is what every default route's identifier ends in.
	if want := "r-" + table.ID + "1080289494"; route.ID != want {
		t.Errorf("the route is %s, want %s", route.ID, want)
	}
	if got := w.read(table).Props.Objs("routes"); len(got) != 1 || got[0].Str("gatewayId") != igw.ID {
		t.Errorf("the table shows %v", got)
	}
	w.mustDelete(igw)
	if state := w.read(route).Props.Str("state"); state != "blackhole" {
		t.Errorf("the route without gateway is %s", state)
	}
	igw = w.gateway(vpc)
	route = w.mustUpdate(route, toGateway(table.ID, igw.ID))
	if state := w.read(route).Props.Str("state"); state != "active" {
		t.Errorf("the route with a new gateway is %s", state)
	}
	w.mustDelete(table)
	if w.read(route) != nil {
		t.Error("the route is still there without its table")
	}
}

func TestInlineRoutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.vpc()
	igw := w.gateway(vpc)
	props := cloud.Props{"vpcId": vpc.ID, "routes": []any{object(cloud.Props{"cidrBlock": "0.0.0.0/0", "gatewayId": igw.ID})}}
	table := w.make(cloud.RouteTable, props)
	w.make(cloud.VPCEndpoint, cloud.Props{"vpcId": vpc.ID, "serviceName": "com.amazonaws.us-west-2.s3", "routeTableIds": list(table.ID)})
	beside := w.make(cloud.Route, cloud.Props{"routeTableId": table.ID, "destinationCidrBlock": "192.0.2.0/24", "gatewayId": igw.ID})
	if changes, err := w.acct.Diff(w.session, cloud.RouteTable, props, w.read(table).Props, props); err != nil || len(changes) == 0 {
		t.Errorf("the route beside the table's own is no change: %v %v", changes, err)
	}
	w.mustUpdate(table, props)
	if w.read(beside) != nil {
		t.Error("the route beside the table's own outlived an update of the table")
	}
	if changes, err := w.acct.Diff(w.session, cloud.RouteTable, props, w.read(table).Props, props); err != nil || len(changes) != 0 {
		t.Errorf("an unchanged table has changes %v (%v)", changes, err)
	}
	w.must(func(tx *cloud.Tx) error {
		if n := len(routesOf(tx.Get(cloud.RouteTable, table.ID))); n != 3 {
			t.Errorf("the table has %d routes, want local, endpoint and default", n)
		}
		return nil
	})
}

// TestRoutesOfAllSorts shows them as a refresh does, and takes them along with
// the table.
func TestRoutesOfAllSorts(t *testing.T) {
	t.Parallel()
	n := newNetwork(t)
	add := func(p cloud.Props) {
		n.make(cloud.Route, p.With(cloud.Props{"routeTableId": n.publicTable.ID}))
	}
	add(cloud.Props{"destinationIpv6CidrBlock": "::/0", "gatewayId": n.igw.ID})
	add(cloud.Props{"destinationPrefixListId": PrefixListID(region, "s3"), "natGatewayId": n.nat.ID})
	add(cloud.Props{"destinationCidrBlock": "192.0.2.0/24", "networkInterfaceId": n.nat.Props.Str("networkInterfaceId")})
	var got []string
	for _, o := range n.read(n.publicTable).Props.Objs("routes") {
		got = append(got, strings.Join(o.Names(), " to "))
	}
	want := []string{
		"cidrBlock to gatewayId", "gatewayId to ipv6CidrBlock", "destinationPrefixListId to natGatewayId", "cidrBlock to networkInterfaceId",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the table shows (-want +got):\n%s", diff)
	}
}

func TestTableLeavesItsEndpoint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.vpc()
	a, b := w.table(vpc), w.table(vpc)
	e := w.make(cloud.VPCEndpoint, gatewayFor(vpc, "s3", a.ID, b.ID))
	w.mustDelete(a)
	if got := w.read(e).Props.Strs("routeTableIds"); len(got) != 1 || got[0] != b.ID {
		t.Errorf("the endpoint is in %v, want %s", got, b.ID)
	}
}

func TestRouteNeedsOneDestinationAndTarget(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if got := w.problem(cloud.Route, cloud.Props{"routeTableId": "rtb-0", "destinationCidrBlock": "0.0.0.0/0"}); got != "carrierGatewayId" {
		t.Errorf("without target: problem with %q", got)
	}
	if got := w.problem(cloud.Route, cloud.Props{"routeTableId": "rtb-0", "gatewayId": cloud.Unknown}); got != "destinationCidrBlock" {
		t.Errorf("without destination: problem with %q", got)
	}
	if got := w.problem(cloud.Route, toGateway("rtb-0", "igw-0").With(cloud.Props{"gatewayId": cloud.Unknown})); got != "" {
		t.Errorf("with an unknown target: problem with %q", got)
	}
}

func TestAssociationMovesToAnotherTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.vpc()
	subnet := w.subnet(vpc, "10.0.0.0/24", "a")
	a, b := w.table(vpc), w.table(vpc)
	assoc := w.make(cloud.RouteTableAssociation, cloud.Props{"routeTableId": a.ID, "subnetId": subnet.ID})
	w.mustUpdate(assoc, cloud.Props{"routeTableId": b.ID, "subnetId": subnet.ID})
	used := func() string {
		var id string
		w.must(func(tx *cloud.Tx) error { id = TableOf(tx, subnet.ID).ID; return nil })
		return id
	}
	if used() != b.ID {
		t.Errorf("the subnet uses %s, want %s", used(), b.ID)
	}
	w.mustDelete(a, assoc, b)
	if used() != vpc.Props.Str("mainRouteTableId") {
		t.Errorf("without association the subnet uses %s, want the main table", used())
	}
}
