package ec2

import (
	"fmt"
	"maps"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// availabilityZones answers aws.getAvailabilityZones. Every zone is available
// and needs no opt-in.
func availabilityZones() cloud.Function {
	return cloud.Function{
		Token: "aws:index/getAvailabilityZones:getAvailabilityZones",
		Call: func(tx *cloud.Tx, args cloud.Props) (cloud.Props, error) {
			var names, ids []any
			for _, z := range cloud.Zones(tx.Session.Region) {
				zone := map[string]string{
					"zone-name": z, "zone-id": cloud.ZoneID(z), "state": "available", "region-name": tx.Session.Region,
					"opt-in-status": "opt-in-not-required", "zone-type": "availability-zone", "group-name": tx.Session.Region,
				}
				ok, err := matches(args, func(filter string) ([]string, bool) { v, ok := zone[filter]; return []string{v}, ok })
				if err != nil {
					return nil, err
				}
				excluded := slices.Contains(args.Strs("excludeNames"), z) || slices.Contains(args.Strs("excludeZoneIds"), cloud.ZoneID(z))
				if ok && !excluded && (args.Str("state") == "" || args.Str("state") == "available") {
					names, ids = append(names, z), append(ids, cloud.ZoneID(z))
				}
			}
			return args.With(cloud.Props{
				"id": tx.Session.Region, "names": names, "zoneIds": ids, "groupNames": cloud.Strings(tx.Session.Region),
			}), nil
		},
	}
}

// lookupVPC answers aws.ec2.getVpc.
func lookupVPC() cloud.Function {
	return cloud.Function{
		Token: "aws:ec2/getVpc:getVpc",
		Call: func(tx *cloud.Tx, args cloud.Props) (cloud.Props, error) {
			found, err := search(tx, cloud.VPC, args, map[string]string{"cidrBlock": "cidrBlock", "dhcpOptionsId": "dhcpOptionsId"})
			if err != nil {
				return nil, err
			}
			// There is no default VPC.
			if args.Bool("default") || len(found) == 0 {
				return nil, fmt.Errorf("reading EC2 VPC: no matching EC2 VPC found")
			}
			if len(found) > 1 {
				return nil, fmt.Errorf("reading EC2 VPC: multiple EC2 VPCs matched; use additional constraints to reduce matches to a single EC2 VPC")
			}
			v := found[0]
			out := cloud.Props{"id": v.ID, "default": false, "state": "available", "filters": args["filters"], "tags": v.Props["tagsAll"]}
			for _, name := range []string{
				"arn", "cidrBlock", "dhcpOptionsId", "enableDnsHostnames", "enableDnsSupport", "enableNetworkAddressUsageMetrics",
				"instanceTenancy", "ipv6AssociationId", "ipv6CidrBlock", "mainRouteTableId", "ownerId",
			} {
				out[name] = v.Props[name]
			}
			blocks := []any{map[string]any{"associationId": "vpc-cidr-assoc-" + stableHex(17, v.ID), "cidrBlock": v.Props.Str("cidrBlock"), "state": "associated"}}
			for _, a := range tx.List(cloud.VPCCIDRAssociation, cloud.Prop("vpcId", v.ID)) {
				blocks = append(blocks, map[string]any{"associationId": a.ID, "cidrBlock": a.Props.Str("cidrBlock"), "state": "associated"})
			}
			out["cidrBlockAssociations"] = blocks
			return out, nil
		},
	}
}

// lookupSubnets answers aws.ec2.getSubnets.
func lookupSubnets() cloud.Function {
	return cloud.Function{
		Token: "aws:ec2/getSubnets:getSubnets",
		Call: func(tx *cloud.Tx, args cloud.Props) (cloud.Props, error) {
			found, err := search(tx, cloud.Subnet, args, nil)
			if err != nil {
				return nil, err
			}
			ids := []any{}
			for _, s := range found {
				ids = append(ids, s.ID)
			}
			return cloud.Props{"id": tx.Session.Region, "ids": ids, "filters": args["filters"], "tags": args["tags"]}, nil
		},
	}
}

// filterNames are EC2's names of filters, by the property they look at.
var filterNames = map[string]string{
	"vpc-id": "vpcId", "cidr": "cidrBlock", "cidr-block": "cidrBlock", "cidrBlock": "cidrBlock", "availability-zone": "availabilityZone",
	"availabilityZone": "availabilityZone", "availability-zone-id": "availabilityZoneId", "map-public-ip-on-launch": "mapPublicIpOnLaunch",
	"owner-id": "ownerId", "dhcp-options-id": "dhcpOptionsId",
}

// search lists what matches an ID, tags, filters and further arguments, given
// as argument to property.
func search(tx *cloud.Tx, kind string, args cloud.Props, same map[string]string) ([]*cloud.Resource, error) {
	var found []*cloud.Resource
	for _, r := range tx.List(kind) {
		tags := r.Props.StrMap("tagsAll")
		ok, err := matches(args, func(filter string) ([]string, bool) { return filterValue(r, tags, filter) })
		if err != nil {
			return nil, err
		}
		ok = ok && (args.Str("id") == "" || args.Str("id") == r.ID)
		for argument, property := range same {
			ok = ok && (args.Str(argument) == "" || args.Str(argument) == r.Props.Str(property))
		}
		for k, v := range args.StrMap("tags") {
			ok = ok && tags[k] == v
		}
		if ok {
			found = append(found, r)
		}
	}
	return found, nil
}

func filterValue(r *cloud.Resource, tags map[string]string, filter string) ([]string, bool) {
	switch {
	case filter == "tag-key":
		return slices.Sorted(maps.Keys(tags)), true
	case len(filter) > 4 && filter[:4] == "tag:":
		v, ok := tags[filter[4:]]
		if !ok {
			return nil, true
		}
		return []string{v}, true
	case filter == "state":
		return []string{"available"}, true
	case filter == "subnet-id" && r.Kind == cloud.Subnet, filter == "vpc-id" && r.Kind == cloud.VPC:
		return []string{r.ID}, true
	}
	property, ok := filterNames[filter]
	if !ok {
		return nil, false
	}
	return []string{fmt.Sprint(r.Props[property])}, true
}

// matches holds the filters of a question to values; a filter that the sandbox
// does not know is an error.
func matches(args cloud.Props, value func(filter string) ([]string, bool)) (bool, error) {
	for _, f := range args.Objs("filters") {
		have, known := value(f.Str("name"))
		if !known {
			return false, fmt.Errorf("the sandbox does not model the filter %q", f.Str("name"))
		}
		if !slices.ContainsFunc(f.Strs("values"), func(want string) bool {
			return slices.ContainsFunc(have, func(h string) bool { return like(want, h) })
		}) {
			return false, nil
		}
	}
	return true, nil
}
