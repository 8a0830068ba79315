package ec2

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// createGateway completes an endpoint that is a route.
func createGateway(tx *cloud.Tx, r *cloud.Resource, service string) error {
	for _, name := range []string{"subnetIds", "securityGroupIds", "subnetConfigurations"} {
		if len(r.Props.List(name)) > 0 {
			return endpointType.Refuse("%s are not supported for Gateway endpoints", name)
		}
	}
	if r.Props.Bool("privateDnsEnabled") {
		return endpointType.Refuse("Private DNS can only be enabled for Interface endpoints")
	}
	others := tx.List(cloud.VPCEndpoint, cloud.Prop("vpcEndpointType", gatewayEndpoint), func(e *cloud.Resource) bool { return e.ID != r.ID })
	if err := gatewayEndpointsPerRegion.admit(len(others), 1); err != nil {
		return err
	}
	r.Props["prefixListId"] = PrefixListID(tx.Session.Region, service)
	r.Props["cidrBlocks"] = cloud.Strings("52.216.0.0/15", "3.5.0.0/19")
	r.Props["privateDnsEnabled"] = false
	want := r.Props.Strs("routeTableIds")
	r.Props["routeTableIds"] = []any{}
	if err := setTables(tx, r, want); err != nil {
		return err
	}
	r.Props["routeTableIds"] = cloud.Strings(want...)
	return nil
}

// setTables gives a gateway endpoint's route to the tables wanted and takes it
// from the others that have it.
func setTables(tx *cloud.Tx, r *cloud.Resource, want []string) error {
	list := r.Props.Str("prefixListId")
	for _, id := range want {
		table, err := routeTables.find(tx, id)
		if err != nil {
			return err
		}
		if table.Props.Str("vpcId") != r.Props.Str("vpcId") {
			return invalidParameter.Refuse("Route table %s and VPC endpoint %s belong to different networks", id, r.ID)
		}
		routes := routesOf(table)
		switch rt, ok := findRoute(routes, list); {
		case ok && rt.by == r.ID:
		case ok:
			return routeExists.Refuse("route table %s already has a route with destination-prefix-list-id %s", id, list)
		default:
			setRoutes(tx, table, append(routes, route{destination: list, target: r.ID, by: r.ID}))
		}
	}
	for _, table := range tx.List(cloud.RouteTable, cloud.Prop("vpcId", r.Props.Str("vpcId"))) {
		if !slices.Contains(want, table.ID) {
			dropRoutes(tx, table, func(rt route) bool { return rt.by == r.ID })
		}
	}
	return nil
}
