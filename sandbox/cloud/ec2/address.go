package ec2

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	addressInUse = cloud.Declare(cloud.Rule{
		Name: "address-released-while-associated", Code: "InvalidIPAddress.InUse",
		Source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html",
	})
	addressTaken = cloud.Declare(cloud.Rule{
		Name: "address-associated-twice", Code: "Resource.AlreadyAssociated",
		Source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGateway.html",
	})
	gatewayNotAttached = cloud.Declare(cloud.Rule{
		Name: "public-address-without-internet-gateway", Code: "Gateway.NotAttached",
		Source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGateway.html",
	})
)

func elasticIPKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.ElasticIP, Noun: "EC2 EIP", Service: "EC2", Tagged: true,
		CreateCall: "AllocateAddress", UpdateCall: "AssociateAddress", DeleteCall: "ReleaseAddress",
		Fields: cloud.Fields{
			"address":                cloud.String.ForceNew(),
			"associateWithPrivateIp": cloud.String,
			"customerOwnedIpv4Pool":  cloud.String,
			"domain":                 cloud.String.Computed().ForceNew(),
			"instance":               cloud.String.Computed(),
			"ipamPoolId":             cloud.String.Computed().ForceNew(),
			"networkBorderGroup":     cloud.String.Computed().ForceNew(),
			"networkInterface":       cloud.String.Computed(),
			"publicIpv4Pool":         cloud.String.Computed().ForceNew(),
			"vpc":                    cloud.Bool.Computed().ForceNew(),
			"allocationId":           cloud.String.Output(),
			"arn":                    cloud.String.Output(),
			"associationId":          cloud.String.Output(),
			"carrierIp":              cloud.String.Output(),
			"customerOwnedIp":        cloud.String.Output(),
			"privateDns":             cloud.String.Output(),
			"privateIp":              cloud.String.Output(),
			"ptrRecord":              cloud.String.Output(),
			"publicDns":              cloud.String.Output(),
			"publicIp":               cloud.String.Output(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			return append(oneOf(p, "domain", "vpc"), atMostOne(p, "domain", "vpc")...)
		},
		Create: allocateAddress, Update: updateAddress, Delete: releaseAddress,
	}
}

func allocateAddress(tx *cloud.Tx, r *cloud.Resource) error {
	if pool := r.Props.Str("ipamPoolId"); pool != "" {
		return notModelled.Refuse("The IPAM pool '%s' does not exist", pool)
	}
	if err := addressesPerRegion.admit(tx.Count(cloud.ElasticIP), 1); err != nil {
		return err
	}
	r.ID = tx.ID("eipalloc-")
	ip := publicAddress(tx)
	r.Props["publicIp"], r.Props["allocationId"] = ip, r.ID
	r.Props["domain"], r.Props["vpc"] = "vpc", true
	r.Props["arn"] = tx.ARN("ec2", "elastic-ip/"+r.ID)
	r.Props["publicDns"] = publicDNS(tx.Session.Region, ip)
	r.Props["networkBorderGroup"], r.Props["publicIpv4Pool"] = tx.Session.Region, "amazon"
	for _, name := range []string{"associationId", "carrierIp", "customerOwnedIp", "ptrRecord", "privateIp", "privateDns"} {
		r.Props[name] = ""
	}
	return bindAddress(tx, r, r.Props)
}

func updateAddress(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	same := news.Str("instance") == r.Props.Str("instance") && news.Str("networkInterface") == r.Props.Str("networkInterface")
	if same || !news.Has("instance") && !news.Has("networkInterface") {
		return nil
	}
	disassociate(tx, r)
	return bindAddress(tx, r, news)
}

// bindAddress associates an address with the interface, or the instance's
// interface, that a program names.
func bindAddress(tx *cloud.Tx, r *cloud.Resource, want cloud.Props) error {
	var nic *cloud.Resource
	if id := want.Str("networkInterface"); id != "" {
		found, err := interfaces.find(tx, id)
		if err != nil {
			return err
		}
		nic = found
	} else if id := want.Str("instance"); id != "" {
		if _, err := instances.find(tx, id); err != nil {
			return err
		}
		if l := InterfacesFor(tx, For(cloud.Instance, id)); len(l) > 0 {
			nic = l[0]
		}
	}
	if nic == nil {
		return nil
	}
	if attachedGateway(tx, nic.Props.Str("vpcId")) == nil {
		return gatewayNotAttached.Refuse("Network %s is not attached to any internet gateway", nic.Props.Str("vpcId"))
	}
	associate(tx, r, nic)
	return nil
}

// associate maps an address to an interface; the caller puts the address.
func associate(tx *cloud.Tx, address, nic *cloud.Resource) {
	address.Props["associationId"] = tx.ID("eipassoc-")
	address.Props["networkInterface"] = nic.ID
	address.Props["privateIp"] = nic.Props.Str("privateIp")
	nic.Props["publicIp"] = address.Props.Str("publicIp")
	tx.Put(nic)
}

// disassociate undoes associate; the caller puts the address.
func disassociate(tx *cloud.Tx, address *cloud.Resource) {
	if nic := tx.Get(cloud.NetworkInterface, address.Props.Str("networkInterface")); nic != nil {
		delete(nic.Props, "publicIp")
		tx.Put(nic)
	}
	for _, name := range []string{"associationId", "networkInterface", "privateIp", "instance"} {
		address.Props[name] = ""
	}
}

func releaseAddress(tx *cloud.Tx, r *cloud.Resource) error {
	nic := tx.Get(cloud.NetworkInterface, r.Props.Str("networkInterface"))
	if nic == nil {
		return nil
	}
	// The provider frees an address that it bound itself; only the service that
	// holds an interface can free that one.
	if nic.Owner != "" {
		return addressInUse.Refuse("Address %s is in use by %s%s", r.Props.Str("publicIp"), nic.ID, named(nic))
	}
	disassociate(tx, r)
	return nil
}

// publicAddress makes an address that nothing in the account has.
func publicAddress(tx *cloud.Tx) string {
	for {
		h, err := strconv.ParseUint(tx.Hex(6), 16, 32)
		if err != nil {
			continue
		}
		ip := netip.AddrFrom4([4]byte{52, byte(h >> 16), byte(h >> 8), byte(h)}).String()
		if tx.One(cloud.ElasticIP, cloud.Prop("publicIp", ip)) == nil && tx.One(cloud.NetworkInterface, cloud.Prop("publicIp", ip)) == nil {
			return ip
		}
	}
}

func publicDNS(region, ip string) string {
	host := "ec2-" + strings.ReplaceAll(ip, ".", "-")
	if region == "us-east-1" {
		return host + ".compute-1.amazonaws.com"
	}
	return fmt.Sprintf("%s.%s.compute.%s", host, region, cloud.DNSSuffix(region))
}
