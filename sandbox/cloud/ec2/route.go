package ec2

import (
	"fmt"
	"hash/crc32"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var routeDestinations = []string{"destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"}

func routeKind() cloud.Kind {
	fields := cloud.Fields{
		"routeTableId":    cloud.String.Required().ForceNew(),
		"instanceId":      cloud.String.Output(),
		"instanceOwnerId": cloud.String.Output(),
		"origin":          cloud.String.Output(),
		"state":           cloud.String.Output(),
	}
	for _, name := range routeDestinations {
		fields[name] = cloud.String.ForceNew()
	}
	for _, name := range targetFields {
		fields[name] = cloud.String
	}
	fields["networkInterfaceId"] = cloud.String.Computed()
	return cloud.Kind{
		Token: cloud.Route, Noun: "Route", Service: "EC2",
		CreateCall: "CreateRoute", UpdateCall: "ReplaceRoute", DeleteCall: "DeleteRoute",
		Fields: fields,
		Check: func(p cloud.Props) []cloud.Problem {
			problems := checkNetworkAddresses("", p, "destinationCidrBlock", "destinationIpv6CidrBlock")
			problems = append(problems, exactlyOne(p, routeDestinations...)...)
			problems = append(problems, exactlyOne(p, targetFields...)...)
			problems = append(problems, atMostOne(p, "destinationCidrBlock", "egressOnlyGatewayId")...)
			return append(problems, atMostOne(p, "destinationPrefixListId", "vpcEndpointId")...)
		},
		Create: createRoute, Update: updateRoute, Delete: deleteRoute, Read: readRoute,
	}
}

func createRoute(tx *cloud.Tx, r *cloud.Resource) error {
	table, err := routeTables.find(tx, r.Props.Str("routeTableId"))
	if err != nil {
		return err
	}
	rt := route{destination: firstOf(r.Props, routeDestinations), target: firstOf(r.Props, targetFields)}
	// The provider makes up the identifier from table and destination.
	r.ID = fmt.Sprintf("r-%s%d", table.ID, crc32.ChecksumIEEE([]byte(rt.destination)))
	rt.by = r.ID
	if err := addRoute(tx, table, rt); err != nil {
		return err
	}
	r.Props["origin"], r.Props["state"] = "CreateRoute", "active"
	return nil
}

func updateRoute(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	table, err := routeTables.find(tx, r.Props.Str("routeTableId"))
	if err != nil {
		return err
	}
	target := firstOf(news, targetFields)
	if err := checkTarget(tx, table.Props.Str("vpcId"), target); err != nil {
		return err
	}
	routes := routesOf(table)
	for i, rt := range routes {
		if rt.by == r.ID {
			routes[i].target = target
			setRoutes(tx, table, routes)
			r.Props["state"] = "active"
			if !news.Has("networkInterfaceId") {
				delete(r.Props, "networkInterfaceId")
			}
			return nil
		}
	}
	return invalidValue.Refuse("There is no route defined for '%s' in the route table. Use CreateRoute instead.", firstOf(r.Props, routeDestinations))
}

func deleteRoute(tx *cloud.Tx, r *cloud.Resource) error {
	if table := tx.Get(cloud.RouteTable, r.Props.Str("routeTableId")); table != nil {
		dropRoutes(tx, table, func(rt route) bool { return rt.by == r.ID })
	}
	return nil
}

func readRoute(tx *cloud.Tx, r *cloud.Resource) {
	table := tx.Get(cloud.RouteTable, r.Props.Str("routeTableId"))
	if table == nil {
		return
	}
	for _, rt := range routesOf(table) {
		if rt.by == r.ID {
			r.Props["state"] = map[bool]string{true: "active", false: "blackhole"}[rt.alive(tx, table.Props.Str("vpcId"))]
		}
	}
}
