package rds

import (
	"slices"
	"strconv"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/logs"
)

var instanceZone = rule("db-instance-zone", "InvalidVPCNetworkStateFault", api+"API_CreateDBInstance.html", cloud.Derived)

func itoa(n int) string { return strconv.Itoa(n) }

// place puts the interfaces of an instance into subnets of its group: one, and
// for a Multi-AZ instance one in another zone.
func place(tx *cloud.Tx, r *cloud.Resource, p cloud.Props) error {
	group := tx.Get(cloud.DBSubnetGroup, p.Str("dbSubnetGroupName"))
	if group == nil {
		return nil
	}
	zones, order := zonesOf(tx, group)
	if zone := p.Str("availabilityZone"); zone != "" {
		if zones[zone] == "" {
			return instanceZone.Refuse("DB subnet group %s has no subnet in %s", group.ID, zone)
		}
		order = append([]string{zone}, slices.DeleteFunc(order, func(z string) bool { return z == zone })...)
	}
	if len(order) == 0 {
		return nil
	}
	r.Props["availabilityZone"] = order[0]
	copies := 1
	if p.Bool("multiAz") {
		copies = min(2, len(order))
	}
	return attach(tx, r, p, zones, order[:copies])
}

// zonesOf are the zones of a group, each with one of its subnets.
func zonesOf(tx *cloud.Tx, group *cloud.Resource) (zones map[string]string, order []string) {
	zones = map[string]string{}
	for _, id := range slices.Sorted(slices.Values(group.Props.Strs("subnetIds"))) {
		s := tx.Get(cloud.Subnet, id)
		if s == nil {
			continue
		}
		if zone := s.Props.Str("availabilityZone"); zones[zone] == "" {
			zones[zone], order = id, append(order, zone)
		}
	}
	slices.Sort(order)
	return zones, order
}

// attach puts an interface into a subnet of each zone.
func attach(tx *cloud.Tx, r *cloud.Resource, p cloud.Props, zones map[string]string, order []string) error {
	var on []string
	for _, zone := range order {
		nic, err := ec2.AttachInterface(tx, ec2.Interface{
			SubnetID: zones[zone], SecurityGroups: p.Strs("vpcSecurityGroupIds"), For: ec2.For(r.Kind, r.ID), Owner: owner,
			Description: "RDSNetworkInterface", Public: p.Bool("publiclyAccessible"),
		})
		if err != nil {
			return err
		}
		on = nic.Props.Strs("securityGroups")
	}
	r.Props["vpcSecurityGroupIds"] = cloud.Strings(on...)
	return nil
}

// logGroup is where the log of an instance or a cluster goes.
func logGroup(p cloud.Props, log string) string {
	if cluster := p.Str("clusterIdentifier"); cluster != "" {
		return "/aws/rds/cluster/" + cluster + "/" + log
	}
	return "/aws/rds/instance/" + p.Str("identifier") + "/" + log
}

func write(tx *cloud.Tx, p cloud.Props, log string) { logs.Write(tx, owner, logGroup(p, log)) }

func stop(tx *cloud.Tx, p cloud.Props, log string) { logs.Stop(tx, logGroup(p, log)) }
