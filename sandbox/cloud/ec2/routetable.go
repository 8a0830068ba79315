package ec2

import (
	"fmt"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// targetFields are the properties of a route that say where it goes.
var targetFields = []string{
	"carrierGatewayId", "coreNetworkArn", "egressOnlyGatewayId", "gatewayId", "localGatewayId", "natGatewayId",
	"networkInterfaceId", "transitGatewayId", "vpcEndpointId", "vpcPeeringConnectionId",
}

func routeTableKind() cloud.Kind {
	inline := cloud.Fields{"cidrBlock": cloud.String, "ipv6CidrBlock": cloud.String, "destinationPrefixListId": cloud.String}
	for _, name := range targetFields {
		inline[name] = cloud.String
	}
	return cloud.Kind{
		Token: cloud.RouteTable, Noun: "EC2 Route Table", Service: "EC2", Tagged: true,
		CreateCall: "CreateRouteTable", UpdateCall: "ReplaceRoute", DeleteCall: "DeleteRouteTable",
		Fields: cloud.Fields{
			"vpcId":           cloud.String.Required().ForceNew(),
			"routes":          cloud.SetOf(cloud.Object(inline)).Computed(),
			"propagatingVgws": cloud.SetOf(cloud.String).Computed(),
			"arn":             cloud.String.Output(),
			"ownerId":         cloud.String.Output(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			var problems []cloud.Problem
			for i, rt := range p.Objs("routes") {
				problems = append(problems, checkNetworkAddresses(fmt.Sprintf("routes[%d]", i), rt, "cidrBlock", "ipv6CidrBlock")...)
			}
			return problems
		},
		Create: createRouteTable, Update: updateRouteTable, Delete: deleteRouteTable, Read: readRouteTable,
	}
}

var inlineDestinations = []string{"cidrBlock", "ipv6CidrBlock", "destinationPrefixListId"}

// makeRouteTable makes a VPC's main route table.
func makeRouteTable(tx *cloud.Tx, vpc *cloud.Resource) *cloud.Resource {
	id := tx.ID("rtb-")
	table := tx.Make(owner, cloud.RouteTable, id, cloud.Props{
		"vpcId": vpc.ID, "arn": tx.ARN("ec2", "route-table/"+id), "ownerId": tx.AccountID(),
	}, nil)
	setRoutes(tx, table, localRoutes(tx, vpc))
	return table
}

func createRouteTable(tx *cloud.Tx, r *cloud.Resource) error {
	vpc, err := vpcs.find(tx, r.Props.Str("vpcId"))
	if err != nil {
		return err
	}
	if err := routeTablesPerVPC.admit(tx.Count(cloud.RouteTable, cloud.Prop("vpcId", vpc.ID)), 1); err != nil {
		return err
	}
	r.ID = tx.ID("rtb-")
	r.Props["arn"] = tx.ARN("ec2", "route-table/"+r.ID)
	r.Props["ownerId"] = tx.AccountID()
	setRoutes(tx, r, localRoutes(tx, vpc))
	return addInlineRoutes(tx, r, r.Props)
}

// updateRouteTable makes the routes of a table those of the program. Routes of
// route resources go too, as with the real provider: the two do not mix.
func updateRouteTable(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	if !news.Has("routes") {
		return nil
	}
	endpointRoute := func(rt route) bool { return rt.target == local || tx.Get(cloud.VPCEndpoint, rt.target) != nil }
	var keep []route
	for _, rt := range routesOf(r) {
		if endpointRoute(rt) {
			keep = append(keep, rt)
		} else if other := tx.Get(cloud.Route, rt.by); other != nil {
			tx.Remove(other)
		}
	}
	setRoutes(tx, r, keep)
	return addInlineRoutes(tx, r, news)
}

// addInlineRoutes adds the routes that a program writes in a table. The provider
// looks at them one by one, when it makes them.
func addInlineRoutes(tx *cloud.Tx, table *cloud.Resource, p cloud.Props) error {
	for i, o := range p.Objs("routes") {
		for _, problem := range append(exactlyOne(o, inlineDestinations...), exactlyOne(o, targetFields...)...) {
			return fmt.Errorf("routes[%d]: %s", i, problem.Reason)
		}
		if err := addRoute(tx, table, inlineRoute(o)); err != nil {
			return err
		}
	}
	return nil
}

func deleteRouteTable(tx *cloud.Tx, r *cloud.Resource) error {
	if vpc := tx.Get(cloud.VPC, r.Props.Str("vpcId")); vpc != nil && vpc.Props.Str("mainRouteTableId") == r.ID {
		return dependencyViolation.Refuse("The routeTable '%s' has dependencies and cannot be deleted. (it is the main route table of %s)", r.ID, vpc.ID)
	}
	if a := tx.One(cloud.RouteTableAssociation, cloud.Prop("routeTableId", r.ID)); a != nil {
		return dependencyViolation.Refuse("The routeTable '%s' has dependencies and cannot be deleted. (%s with %s%s)",
			r.ID, a.ID, a.Props.Str("subnetId"), a.Props.Str("gatewayId"))
	}
	for _, rt := range tx.List(cloud.Route, cloud.Prop("routeTableId", r.ID)) {
		tx.Remove(rt)
	}
	for _, e := range tx.List(cloud.VPCEndpoint, cloud.Contains("routeTableIds", r.ID)) {
		e.Props["routeTableIds"] = slices.DeleteFunc(e.Props.List("routeTableIds"), func(id any) bool { return id == r.ID })
		tx.Put(e)
	}
	return nil
}

// readRouteTable shows all routes but the local ones and those of endpoints,
// which the provider leaves out.
func readRouteTable(tx *cloud.Tx, r *cloud.Resource) {
	written := map[string]any{}
	for _, o := range r.Props.Objs("routes") {
		written[inlineRoute(o).key()] = map[string]any(o)
	}
	var routes []any
	for _, rt := range routesOf(r) {
		if rt.target == local || tx.Get(cloud.VPCEndpoint, rt.target) != nil {
			continue
		}
		if o, ok := written[rt.key()]; ok {
			routes = append(routes, o)
			continue
		}
		routes = append(routes, map[string]any{destinationField(rt.destination): rt.destination, targetField(rt.target): rt.target})
	}
	r.Props["routes"] = routes
}

func (rt route) key() string { return rt.destination + " " + rt.target }

func inlineRoute(o cloud.Props) route {
	return route{destination: firstOf(o, inlineDestinations), target: firstOf(o, targetFields)}
}

func firstOf(p cloud.Props, names []string) string {
	for _, n := range names {
		if s := p.Str(n); s != "" {
			return s
		}
	}
	return ""
}

func destinationField(destination string) string {
	switch {
	case len(destination) > 3 && destination[:3] == "pl-":
		return "destinationPrefixListId"
	case isIPv6(destination):
		return "ipv6CidrBlock"
	}
	return "cidrBlock"
}

func targetField(target string) string {
	switch {
	case len(target) > 4 && target[:4] == "nat-":
		return "natGatewayId"
	case len(target) > 4 && target[:4] == "eni-":
		return "networkInterfaceId"
	}
	return "gatewayId"
}
