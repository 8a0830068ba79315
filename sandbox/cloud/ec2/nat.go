package ec2

import "github.com/slipway-iac/slipway/sandbox/cloud"

// What EC2 finds out about a NAT gateway after it has accepted it.
var (
	natAddressTaken = natFailure("nat-gateway-address-associated", "Resource.AlreadyAssociated")
	natNoGateway    = natFailure("nat-gateway-without-internet-gateway", "Gateway.NotAttached")
	natNoRoom       = natFailure("nat-gateway-without-free-address", "InsufficientFreeAddressesInSubnet")
)

func natFailure(name, code string) *cloud.Rule {
	return cloud.Declare(cloud.Rule{
		Name: name, Code: code, Source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGateway.html", Effect: cloud.FailsLate,
	})
}

const (
	natPublic  = "public"
	natPrivate = "private"

	natAvailable = "available"
	natFailed    = "failed"
)

func natGatewayKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.NATGateway, Noun: "EC2 NAT Gateway", Service: "EC2", Tagged: true,
		CreateCall: "CreateNatGateway", UpdateCall: "AssociateNatGatewayAddress", DeleteCall: "DeleteNatGateway",
		Fields: cloud.Fields{
			"subnetId":                       cloud.String.Required().ForceNew(),
			"allocationId":                   cloud.String.ForceNew(),
			"connectivityType":               cloud.String.Default(natPublic).OneOf(natPublic, natPrivate).ForceNew(),
			"privateIp":                      cloud.String.Like(cloud.IPv4Text).Computed().ForceNew(),
			"secondaryAllocationIds":         cloud.SetOf(cloud.String),
			"secondaryPrivateIpAddressCount": cloud.Number.Computed().ForceNew(),
			"secondaryPrivateIpAddresses":    cloud.SetOf(cloud.String).Computed(),
			"associationId":                  cloud.String.Output(),
			"networkInterfaceId":             cloud.String.Output(),
			"publicIp":                       cloud.String.Output(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			var problems []cloud.Problem
			if p.Str("connectivityType") == natPublic && p.Has("secondaryPrivateIpAddressCount") {
				problems = append(problems, cloud.Problem{Property: "secondaryPrivateIpAddressCount", Reason: "is not supported with connectivityType public"})
			}
			return append(problems, atMostOne(p, "secondaryPrivateIpAddressCount", "secondaryPrivateIpAddresses")...)
		},
		Create: createNATGateway, Update: updateNATGateway, Delete: deleteNATGateway,
	}
}

func createNATGateway(tx *cloud.Tx, r *cloud.Resource) error {
	subnet, err := subnets.find(tx, r.Props.Str("subnetId"))
	if err != nil {
		return err
	}
	public := r.Props.Str("connectivityType") == natPublic
	allocations := r.Props.Strs("secondaryAllocationIds")
	if id := r.Props.Str("allocationId"); id != "" {
		allocations = append([]string{id}, allocations...)
	}
	switch {
	case public && r.Props.Str("allocationId") == "":
		return missingParameter.Refuse("The request must include the AllocationId parameter. Add the required parameter and retry the request.")
	case !public && len(allocations) > 0:
		return invalidCombination.Refuse("AllocationId must not be specified with a private NAT gateway")
	}
	found := make([]*cloud.Resource, len(allocations))
	for i, id := range allocations {
		if found[i], err = addresses.find(tx, id); err != nil {
			return err
		}
	}
	if err := natGatewaysPerZone.admit(natGatewaysIn(tx, subnet.Props.Str("availabilityZone")), 1); err != nil {
		return err
	}
	r.ID = tx.ID("nat-")
	r.Facts["vpcId"], r.Facts["availabilityZone"] = subnet.Props.Str("vpcId"), subnet.Props.Str("availabilityZone")
	if err := bringUp(tx, r, subnet, found); err != nil {
		r.Facts["state"] = natFailed
		return err
	}
	r.Facts["state"] = natAvailable
	return nil
}

// bringUp is what EC2 does after it accepted a NAT gateway. What is missing
// then leaves the gateway failed, and nothing in its subnet.
func bringUp(tx *cloud.Tx, r, subnet *cloud.Resource, allocations []*cloud.Resource) error {
	vpcID := subnet.Props.Str("vpcId")
	for _, a := range allocations {
		if a.Props.Str("associationId") != "" {
			return natAddressTaken.Late("Elastic IP address [%s] is already associated with %s", a.ID, a.Props.Str("networkInterface"))
		}
	}
	if len(allocations) > 0 && attachedGateway(tx, vpcID) == nil {
		return natNoGateway.Late("Network %s has no Internet gateway attached: make %s depend on the internet gateway", vpcID, r.ID)
	}
	second := r.Props.Strs("secondaryPrivateIpAddresses")
	count := 1 + max(len(second), r.Props.Int("secondaryPrivateIpAddressCount"), len(allocations)-1)
	if free := FreeAddresses(tx, subnet); free < count {
		return natNoRoom.Late("Subnet %s has insufficient free addresses to create this NAT gateway", subnet.ID)
	}
	nic, err := AttachInterface(tx, Interface{
		SubnetID: subnet.ID, For: For(cloud.NATGateway, r.ID), Owner: owner, Type: "nat_gateway",
		Description: "Interface for NAT Gateway " + r.ID, Address: r.Props.Str("privateIp"), Addresses: count,
	})
	if err != nil {
		return err
	}
	// A NAT gateway's interface has no security group.
	nic.Props["securityGroups"] = []any{}
	tx.Put(nic)
	for i, a := range allocations {
		associate(tx, a, nic)
		tx.Put(a)
		if i == 0 {
			r.Props["associationId"], r.Props["publicIp"] = a.Props.Str("associationId"), a.Props.Str("publicIp")
			nic = tx.Get(cloud.NetworkInterface, nic.ID)
		}
	}
	r.Props["networkInterfaceId"], r.Props["privateIp"] = nic.ID, nic.Props.Str("privateIp")
	if !r.Props.Has("secondaryPrivateIpAddressCount") {
		r.Props["secondaryPrivateIpAddressCount"] = float64(count - 1)
	}
	return nil
}

func updateNATGateway(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	nic := tx.Get(cloud.NetworkInterface, r.Props.Str("networkInterfaceId"))
	if nic == nil {
		return nil
	}
	if r.Props.Str("connectivityType") == natPrivate && len(news.Strs("secondaryAllocationIds")) > 0 {
		return invalidCombination.Refuse("AllocationId must not be specified with a private NAT gateway")
	}
	was, want := toSet(r.Props.Strs("secondaryAllocationIds")), toSet(news.Strs("secondaryAllocationIds"))
	for _, id := range r.Props.Strs("secondaryAllocationIds") {
		if a := tx.Get(cloud.ElasticIP, id); a != nil && !want[id] {
			disassociate(tx, a)
			tx.Put(a)
		}
	}
	for _, id := range news.Strs("secondaryAllocationIds") {
		if was[id] {
			continue
		}
		a, err := addresses.find(tx, id)
		if err != nil {
			return err
		}
		if a.Props.Str("associationId") != "" {
			return addressTaken.Refuse("Elastic IP address [%s] is already associated", id)
		}
		associate(tx, a, nic)
		tx.Put(a)
	}
	count := 1 + max(len(want), len(news.Strs("secondaryPrivateIpAddresses")))
	if count == 1 && !news.Has("secondaryPrivateIpAddresses") && len(was) == 0 {
		return nil
	}
	nic = tx.Get(cloud.NetworkInterface, nic.ID)
	if first := tx.Get(cloud.ElasticIP, r.Props.Str("allocationId")); first != nil {
		nic.Props["publicIp"] = first.Props.Str("publicIp")
	}
	nic.Facts["addresses"] = float64(count)
	tx.Put(nic)
	r.Props["secondaryPrivateIpAddressCount"] = float64(count - 1)
	return nil
}

func deleteNATGateway(tx *cloud.Tx, r *cloud.Resource) error {
	for _, nic := range InterfacesFor(tx, For(cloud.NATGateway, r.ID)) {
		for _, a := range tx.List(cloud.ElasticIP, cloud.Prop("networkInterface", nic.ID)) {
			disassociate(tx, a)
			tx.Put(a)
		}
	}
	ReleaseInterfaces(tx, For(cloud.NATGateway, r.ID))
	return nil
}

func natGatewaysIn(tx *cloud.Tx, zone string) int {
	return tx.Count(cloud.NATGateway, func(n *cloud.Resource) bool {
		return n.Facts.Str("availabilityZone") == zone && n.Facts.Str("state") != natFailed
	})
}

func toSet(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}
