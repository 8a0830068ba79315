package ec2

import "github.com/slipway-iac/slipway/sandbox/cloud"

var associationExists = cloud.Declare(cloud.Rule{
	Name: "subnet-associated-twice", Code: "Resource.AlreadyAssociated", Source: ec2API, Tag: cloud.Memory,
})

func routeTableAssociationKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.RouteTableAssociation, Noun: "Route Table Association", Service: "EC2",
		CreateCall: "AssociateRouteTable", UpdateCall: "ReplaceRouteTableAssociation", DeleteCall: "DisassociateRouteTable",
		Fields: cloud.Fields{
			"routeTableId": cloud.String.Required(),
			"subnetId":     cloud.String.ForceNew(),
			"gatewayId":    cloud.String.ForceNew(),
		},
		Check: func(p cloud.Props) []cloud.Problem { return exactlyOne(p, "subnetId", "gatewayId") },
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			if err := checkAssociation(tx, r.Props); err != nil {
				return err
			}
			for _, side := range []string{"subnetId", "gatewayId"} {
				id := r.Props.Str(side)
				if other := tx.One(cloud.RouteTableAssociation, cloud.Prop(side, id)); id != "" && other != nil {
					return associationExists.Refuse("the specified association for route table %s conflicts with an existing association (%s of %s with %s)",
						r.Props.Str("routeTableId"), other.ID, id, other.Props.Str("routeTableId"))
				}
			}
			r.ID = tx.ID("rtbassoc-")
			return nil
		},
		Update: func(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
			return checkAssociation(tx, r.Props.With(cloud.Props{"routeTableId": news.Str("routeTableId")}))
		},
	}
}

// checkAssociation wants a table and a subnet, or internet gateway, of one VPC.
func checkAssociation(tx *cloud.Tx, p cloud.Props) error {
	table, err := routeTables.find(tx, p.Str("routeTableId"))
	if err != nil {
		return err
	}
	side, err := associated(tx, p)
	if err != nil {
		return err
	}
	if side.Props.Str("vpcId") != table.Props.Str("vpcId") {
		return invalidValue.Refuse("route table %s and network %s belong to different networks", table.ID, side.ID)
	}
	return nil
}

func associated(tx *cloud.Tx, p cloud.Props) (*cloud.Resource, error) {
	if id := p.Str("subnetId"); id != "" {
		return subnets.find(tx, id)
	}
	return internetGateways.find(tx, p.Str("gatewayId"))
}

// TableOf is the route table that a subnet uses: its own, or its VPC's main
// one; nil when the subnet does not exist.
func TableOf(tx *cloud.Tx, subnetID string) *cloud.Resource {
	if a := tx.One(cloud.RouteTableAssociation, cloud.Prop("subnetId", subnetID)); a != nil {
		return tx.Get(cloud.RouteTable, a.Props.Str("routeTableId"))
	}
	subnet := tx.Get(cloud.Subnet, subnetID)
	if subnet == nil {
		return nil
	}
	vpc := tx.Get(cloud.VPC, subnet.Props.Str("vpcId"))
	if vpc == nil {
		return nil
	}
	return tx.Get(cloud.RouteTable, vpc.Props.Str("mainRouteTableId"))
}
