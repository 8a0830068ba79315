package ec2

import "github.com/slipway-iac/slipway/sandbox/cloud"

var secondGateway = cloud.Declare(cloud.Rule{
	Name: "second-internet-gateway-on-vpc", Code: "Resource.AlreadyAssociated", Source: moto,
})

func internetGatewayKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.InternetGateway, Noun: "EC2 Internet Gateway", Service: "EC2", Tagged: true,
		CreateCall: "CreateInternetGateway", UpdateCall: "AttachInternetGateway", DeleteCall: "DetachInternetGateway",
		Fields: cloud.Fields{
			"vpcId":   cloud.String.Computed(),
			"arn":     cloud.String.Output(),
			"ownerId": cloud.String.Output(),
		},
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			if err := internetGatewaysPerRegion.admit(tx.Count(cloud.InternetGateway), 1); err != nil {
				return err
			}
			if err := attachGateway(tx, r.Props.Str("vpcId")); err != nil {
				return err
			}
			r.ID = tx.ID("igw-")
			r.Props["arn"] = tx.ARN("ec2", "internet-gateway/"+r.ID)
			r.Props["ownerId"] = tx.AccountID()
			return nil
		},
		Update: func(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
			from, to := r.Props.Str("vpcId"), news.Str("vpcId")
			if from == to || !news.Has("vpcId") {
				return nil
			}
			if err := detachGateway(tx, from); err != nil {
				return err
			}
			return attachGateway(tx, to)
		},
		Delete: func(tx *cloud.Tx, r *cloud.Resource) error { return detachGateway(tx, r.Props.Str("vpcId")) },
	}
}

func attachGateway(tx *cloud.Tx, vpcID string) error {
	if vpcID == "" {
		return nil
	}
	if _, err := vpcs.find(tx, vpcID); err != nil {
		return err
	}
	if other := attachedGateway(tx, vpcID); other != nil {
		return secondGateway.Refuse("Network %s already has an internet gateway attached: %s", vpcID, other.ID)
	}
	return nil
}

func detachGateway(tx *cloud.Tx, vpcID string) error {
	public := func(i *cloud.Resource) bool { return i.Props.Str("publicIp") != "" }
	if i := tx.One(cloud.NetworkInterface, cloud.Prop("vpcId", vpcID), public); vpcID != "" && i != nil {
		return dependencyViolation.Refuse("Network %s has some mapped public address(es). "+
			"Please unmap those public address(es) before detaching the gateway. (%s on %s%s)", vpcID, i.Props.Str("publicIp"), i.ID, named(i))
	}
	return nil
}

// attachedGateway is a VPC's internet gateway, or nil.
func attachedGateway(tx *cloud.Tx, vpcID string) *cloud.Resource {
	return tx.One(cloud.InternetGateway, cloud.Prop("vpcId", vpcID))
}
