package rds

import (
	"regexp"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
)

var (
	groupName    = rule("db-subnet-group-name", "InvalidParameterValue", api+"API_CreateDBSubnetGroup.html", cloud.Verified)
	groupExists  = rule("db-subnet-group-exists", "DBSubnetGroupAlreadyExists", api+"API_CreateDBSubnetGroup.html", cloud.Verified)
	groupZones   = rule("db-subnet-group-zones", "DBSubnetGroupDoesNotCoverEnoughAZs", api+"API_CreateDBSubnetGroup.html", cloud.Verified)
	groupSubnets = rule("db-subnet-group-subnets", "InvalidSubnet", api+"API_CreateDBSubnetGroup.html", cloud.Verified)
	groupInUse   = rule("db-subnet-group-in-use", "InvalidDBSubnetGroupStateFault", api+"API_DeleteDBSubnetGroup.html", cloud.Verified)
	subnetInUse  = rule("db-subnet-in-use", "SubnetAlreadyInUse", api+"API_ModifyDBSubnetGroup.html", cloud.Verified)
)

var (
	groupNames = regexp.MustCompile(`^[a-z0-9][a-z0-9 ._-]{0,254}$`)
	groupText  = cloud.Text{Want: "lowercase letters, digits, spaces and . _ - only", Example: "example", Good: regexp.MustCompile(`^[ .0-9a-z_-]+$`).MatchString}
)

// managed is the description that pulumi-aws gives.
const managed = "Managed by Pulumi"

func subnetGroupKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.DBSubnetGroup, Noun: "RDS DB Subnet Group", Service: serviceName, Tagged: true,
		CreateCall: "CreateDBSubnetGroup", UpdateCall: "ModifyDBSubnetGroup", DeleteCall: "DeleteDBSubnetGroup",
		Fields: cloud.Fields{
			"name":                  cloud.String.AutoNamed(255).Like(groupText).ForceNew(),
			"namePrefix":            cloud.String.Like(groupText).Computed().ForceNew(),
			"description":           cloud.String.Default(managed),
			"subnetIds":             cloud.SetOf(cloud.String).Required(),
			"arn":                   cloud.String.Output(),
			"supportedNetworkTypes": cloud.SetOf(cloud.String).Output(),
			"vpcId":                 cloud.String.Output(),
		},
		Create: createSubnetGroup, Update: updateSubnetGroup, Delete: deleteSubnetGroup,
	}
}

func createSubnetGroup(tx *cloud.Tx, r *cloud.Resource) error {
	name := nameOf(tx, r.Props, "name", "")
	switch {
	case name == "default" || !groupNames.MatchString(name):
		return groupName.Refuse("The parameter DBSubnetGroupName is not a valid identifier: %q needs 1 to 255 lowercase letters, digits and hyphens, and must not be default", name)
	case tx.Get(cloud.DBSubnetGroup, name) != nil:
		return groupExists.Refuse("The DB subnet group '%s' already exists.", name)
	}
	r.ID = name
	r.Props["name"], r.Props["arn"] = name, tx.ARN("rds", "subgrp:"+name)
	r.Props["supportedNetworkTypes"] = cloud.Strings("IPV4")
	vpc, err := vpcOf(tx, r.Props.Strs("subnetIds"))
	r.Props["vpcId"] = vpc
	return err
}

// vpcOf is the VPC of a group's subnets, which must be in two zones of one VPC.
func vpcOf(tx *cloud.Tx, ids []string) (string, error) {
	vpc, zones := "", map[string]bool{}
	for _, id := range ids {
		s := tx.Get(cloud.Subnet, id)
		switch {
		case s == nil:
			return "", groupSubnets.Refuse("The requested subnet %s is invalid: it does not exist", id)
		case vpc != "" && s.Props.Str("vpcId") != vpc:
			return "", groupSubnets.Refuse("The subnets of a group must be in one VPC: %s is not in %s", id, vpc)
		}
		vpc, zones[s.Props.Str("availabilityZone")] = s.Props.Str("vpcId"), true
	}
	if len(zones) < 2 {
		return "", groupZones.Refuse("The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: %d. Add subnets to cover at least 2 AZs.", len(zones))
	}
	return vpc, nil
}

func updateSubnetGroup(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	kept := news.Strs("subnetIds")
	for _, k := range databases {
		for _, d := range tx.List(k.kind, cloud.Prop("dbSubnetGroupName", r.ID)) {
			for _, nic := range ec2.InterfacesFor(tx, ec2.For(k.kind, d.ID)) {
				if id := nic.Props.Str("subnetId"); !slices.Contains(kept, id) {
					return subnetInUse.Refuse("The DB subnet group cannot lose %s: DB %s %s is in it", id, k.noun, d.Props.Str(k.name))
				}
			}
		}
	}
	_, err := vpcOf(tx, kept)
	return err
}

func deleteSubnetGroup(tx *cloud.Tx, r *cloud.Resource) error {
	for _, k := range databases {
		if d := tx.One(k.kind, cloud.Prop("dbSubnetGroupName", r.ID)); d != nil {
			return groupInUse.Refuse("Cannot delete the subnet group '%s' because at least one database %s: %s is still using it.", r.ID, k.noun, d.Props.Str(k.name))
		}
	}
	return nil
}
