package ec2

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// createInterfaces completes an endpoint that has an interface in each of its
// subnets.
func createInterfaces(tx *cloud.Tx, r, vpc *cloud.Resource, service string) error {
	if len(r.Props.List("routeTableIds")) > 0 {
		return endpointType.Refuse("Route table IDs are only supported for Gateway type VPC Endpoint.")
	}
	others := tx.List(cloud.VPCEndpoint, cloud.Prop("vpcId", vpc.ID), cloud.Prop("vpcEndpointType", interfaceEndpoint),
		func(e *cloud.Resource) bool { return e.ID != r.ID })
	if err := interfaceEndpointsPerVPC.admit(len(others), 1); err != nil {
		return err
	}
	if err := checkPrivateDNS(tx, r.ID, vpc, service, r.Props); err != nil {
		return err
	}
	if len(r.Props.List("securityGroupIds")) == 0 {
		r.Props["securityGroupIds"] = cloud.Strings(vpc.Props.Str("defaultSecurityGroupId"))
	}
	if !r.Props.Has("privateDnsEnabled") {
		r.Props["privateDnsEnabled"] = false
	}
	if !r.Props.Has("ipAddressType") {
		r.Props["ipAddressType"] = "ipv4"
	}
	options := r.Props.Obj("dnsOptions").With(nil)
	if !options.Has("dnsRecordIpType") {
		options["dnsRecordIpType"] = "ipv4"
	}
	r.Props["dnsOptions"] = map[string]any(options)
	names := []any{map[string]any{
		"dnsName":      r.ID + "-" + tx.Hex(8) + "." + service + "." + tx.Session.Region + ".vpce." + cloud.DNSSuffix(tx.Session.Region),
		"hostedZoneId": "Z" + stableHex(13, tx.Session.Region, "vpce"),
	}}
	if r.Props.Bool("privateDnsEnabled") {
		names = append(names, map[string]any{"dnsName": privateName(tx.Session.Region, service), "hostedZoneId": "Z" + stableHex(13, r.ID)})
	}
	r.Props["dnsEntries"] = names
	return setInterfaces(tx, r, r.Props)
}

// checkPrivateDNS refuses private DNS where the VPC has none or another
// endpoint of the service has it.
func checkPrivateDNS(tx *cloud.Tx, id string, vpc *cloud.Resource, service string, p cloud.Props) error {
	if !p.Bool("privateDnsEnabled") {
		return nil
	}
	if !vpc.Props.Bool("enableDnsSupport") || !vpc.Props.Bool("enableDnsHostnames") {
		return privateDNSOff.Refuse("Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for %s", vpc.ID)
	}
	for _, e := range endpointsOf(tx, vpc.ID, service, interfaceEndpoint) {
		if e.ID != id && e.Props.Bool("privateDnsEnabled") {
			return privateDNSTaken.Refuse("private-dns-enabled cannot be set because there is already a conflicting DNS domain for %s in the VPC %s (%s)",
				privateName(tx.Session.Region, service), vpc.ID, e.ID)
		}
	}
	return nil
}

// setInterfaces gives an endpoint an interface in each subnet wanted, with the
// groups wanted, and takes away the others.
func setInterfaces(tx *cloud.Tx, r *cloud.Resource, want cloud.Props) error {
	subnetIDs, groupIDs := want.Strs("subnetIds"), want.Strs("securityGroupIds")
	for _, c := range want.Objs("subnetConfigurations") {
		if id := c.Str("subnetId"); id != "" && !slices.Contains(subnetIDs, id) {
			subnetIDs = append(subnetIDs, id)
		}
	}
	if err := checkZones(tx, r, subnetIDs); err != nil {
		return err
	}
	have := map[string]*cloud.Resource{}
	for _, nic := range InterfacesFor(tx, For(cloud.VPCEndpoint, r.ID)) {
		if slices.Contains(subnetIDs, nic.Props.Str("subnetId")) {
			have[nic.Props.Str("subnetId")] = nic
		} else {
			tx.Remove(nic)
		}
	}
	var ids, configurations []any
	for _, id := range subnetIDs {
		nic := have[id]
		if nic == nil {
			made, err := AttachInterface(tx, Interface{
				SubnetID: id, SecurityGroups: groupIDs, For: For(cloud.VPCEndpoint, r.ID), Owner: owner,
				Type: "vpc_endpoint", Description: "VPC Endpoint Interface " + r.ID, Address: wantedAddress(want, id),
			})
			if err != nil {
				return err
			}
			ids, configurations = append(ids, made.ID), append(configurations, configurationOf(made))
			continue
		}
		if err := checkGroups(tx, nic, groupIDs); err != nil {
			return err
		}
		nic.Props["securityGroups"] = cloud.Strings(groupIDs...)
		tx.Put(nic)
		ids, configurations = append(ids, nic.ID), append(configurations, configurationOf(nic))
	}
	if !want.Has("subnetConfigurations") {
		r.Props["subnetConfigurations"] = configurations
	}
	r.Props["networkInterfaceIds"], r.Props["subnetIds"] = ids, cloud.Strings(subnetIDs...)
	return nil
}

// configurationOf is what the provider shows of an endpoint's interface.
func configurationOf(nic *cloud.Resource) any {
	return map[string]any{"subnetId": nic.Props["subnetId"], "ipv4": nic.Props["privateIp"]}
}

// checkZones wants every subnet to be of the endpoint's VPC, one per zone.
func checkZones(tx *cloud.Tx, r *cloud.Resource, subnetIDs []string) error {
	zones := map[string]string{}
	for _, id := range subnetIDs {
		s, err := subnets.find(tx, id)
		if err != nil {
			return err
		}
		if s.Props.Str("vpcId") != r.Props.Str("vpcId") {
			return invalidParameter.Refuse("Subnet %s and VPC %s belong to different networks", id, r.Props.Str("vpcId"))
		}
		zone := s.Props.Str("availabilityZone")
		if other := zones[zone]; other != "" {
			return secondSubnetInZone.Refuse("Found another VPC endpoint subnet in the availability zone of %s: %s (%s)", id, other, zone)
		}
		zones[zone] = id
	}
	return nil
}

func wantedAddress(p cloud.Props, subnetID string) string {
	for _, c := range p.Objs("subnetConfigurations") {
		if c.Str("subnetId") == subnetID {
			return c.Str("ipv4")
		}
	}
	return ""
}
