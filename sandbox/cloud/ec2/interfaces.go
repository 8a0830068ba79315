package ec2

import (
	"net/netip"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var noFreeAddresses = cloud.Declare(cloud.Rule{
	Name: "subnet-has-too-few-free-addresses", Code: "InsufficientFreeAddressesInSubnet", Source: ec2API, Tag: cloud.Memory,
})

// Interface is a network interface that a service puts into a subnet.
type Interface struct {
	// SubnetID is where it goes.
	SubnetID string
	// SecurityGroups are the IDs of up to five groups of the subnet's VPC; the
	// VPC's default group when there are none.
	SecurityGroups []string
	// For says what holds the interface, see [For].
	For string
	// Owner is the service that makes it, such as eks.
	Owner string
	// Description is what a person who looks at the subnet sees, such as
	// "Amazon EKS prod".
	Description string
	// Type is EC2's interface type; "interface" when empty.
	Type string
	// Addresses is how many IPv4 addresses it takes from its subnet, secondary
	// ones and those of prefixes included; 1 when zero.
	Addresses int
	// Address is the primary IPv4 address; the first free one when empty.
	Address string
	// Public gives it a public IPv4 address. A VPC with one keeps its internet
	// gateway.
	Public bool
}

func interfaceKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.NetworkInterface, Noun: "EC2 Network Interface", Service: "EC2", Hidden: true,
		CreateCall: "CreateNetworkInterface", DeleteCall: "DeleteNetworkInterface",
		Fields: cloud.Fields{
			"subnetId":         cloud.String.Output(),
			"vpcId":            cloud.String.Output(),
			"availabilityZone": cloud.String.Output(),
			"privateIp":        cloud.String.Output(),
			"publicIp":         cloud.String.Output(),
			"securityGroups":   cloud.SetOf(cloud.String).Output(),
			"interfaceType":    cloud.String.Output(),
			"description":      cloud.String.Output(),
			"status":           cloud.String.Output(),
		},
	}
}

// For is the value of [Interface.For] of a resource that holds interfaces.
func For(kind, id string) string { return kind + "/" + id }

// AttachInterface puts an interface into a subnet, in use by what i.For names.
// It refuses a subnet or group that does not exist (InvalidSubnetID.NotFound,
// InvalidGroup.NotFound), a group of another VPC (InvalidParameter), more than
// five groups (SecurityGroupsPerInterfaceLimitExceeded), and a subnet with too
// few free addresses (InsufficientFreeAddressesInSubnet).
func AttachInterface(tx *cloud.Tx, i Interface) (*cloud.Resource, error) {
	subnet, err := subnets.find(tx, i.SubnetID)
	if err != nil {
		return nil, err
	}
	vpc, err := vpcs.find(tx, subnet.Props.Str("vpcId"))
	if err != nil {
		return nil, err
	}
	if len(i.SecurityGroups) == 0 {
		i.SecurityGroups = []string{vpc.Props.Str("defaultSecurityGroupId")}
	}
	if err := checkGroups(tx, subnet, i.SecurityGroups); err != nil {
		return nil, err
	}
	i.Addresses = max(i.Addresses, 1)
	if free := FreeAddresses(tx, subnet); free < i.Addresses {
		return nil, noFreeAddresses.Refuse("There are not enough free addresses in subnet '%s' to satisfy the requested number of instances. (%d free, %d wanted)",
			subnet.ID, free, i.Addresses)
	}
	if err := interfacesPerRegion.admit(tx.Count(cloud.NetworkInterface), 1); err != nil {
		return nil, err
	}
	address, err := chooseAddress(tx, subnet, i.Address)
	if err != nil {
		return nil, err
	}
	if i.Type == "" {
		i.Type = "interface"
	}
	props := cloud.Props{
		"subnetId": subnet.ID, "vpcId": vpc.ID, "availabilityZone": subnet.Props.Str("availabilityZone"),
		"privateIp": address, "securityGroups": cloud.Strings(i.SecurityGroups...),
		"interfaceType": i.Type, "description": i.Description, "status": "in-use",
	}
	if i.Public {
		props["publicIp"] = publicAddress(tx)
	}
	return tx.Make(i.Owner, cloud.NetworkInterface, tx.ID("eni-"), props, cloud.Props{"for": i.For, "addresses": i.Addresses}), nil
}

// checkGroups holds the groups of an interface to the VPC of its place, which
// is a subnet or the interface itself.
func checkGroups(tx *cloud.Tx, place *cloud.Resource, ids []string) error {
	if err := groupsPerInterface.admit(0, len(ids)); err != nil {
		return err
	}
	for _, id := range ids {
		g, err := groups.find(tx, id)
		if err != nil {
			return err
		}
		if g.Props.Str("vpcId") != place.Props.Str("vpcId") {
			return invalidParameter.Refuse("Security group %s and %s belong to different networks.", id, place.ID)
		}
	}
	return nil
}

// chooseAddress is the address asked for, or the first that no interface has as
// its primary one.
func chooseAddress(tx *cloud.Tx, subnet *cloud.Resource, want string) (string, error) {
	used := map[string]bool{}
	for _, i := range tx.List(cloud.NetworkInterface, cloud.Prop("subnetId", subnet.ID)) {
		used[i.Props.Str("privateIp")] = true
	}
	block := subnetBlock(subnet)
	if want != "" {
		a, err := netip.ParseAddr(want)
		switch {
		case err != nil || !block.Contains(a):
			return "", invalidValue.Refuse("Address %s does not fall within the subnet's address range", want)
		case used[want]:
			return "", addressInUse.Refuse("The specified address is already in use: %s", want)
		}
		return want, nil
	}
	a := block.Addr()
	for range reservedAtStart {
		a = a.Next()
	}
	for used[a.String()] {
		a = a.Next()
	}
	return a.String(), nil
}

// ReleaseInterfaces deletes the interfaces of what forWhat names, see [For].
func ReleaseInterfaces(tx *cloud.Tx, forWhat string) {
	for _, i := range InterfacesFor(tx, forWhat) {
		tx.Remove(i)
	}
}

// InterfacesFor are the interfaces of what forWhat names, oldest first.
func InterfacesFor(tx *cloud.Tx, forWhat string) []*cloud.Resource {
	return tx.List(cloud.NetworkInterface, func(r *cloud.Resource) bool { return r.Facts.Str("for") == forWhat })
}

// FreeAddresses is how many IPv4 addresses a subnet has left: all but the five
// that AWS keeps and those of interfaces.
func FreeAddresses(tx *cloud.Tx, subnet *cloud.Resource) int {
	free := size(subnetBlock(subnet)) - reservedAddresses
	for _, i := range tx.List(cloud.NetworkInterface, cloud.Prop("subnetId", subnet.ID)) {
		free -= max(i.Facts.Int("addresses"), 1)
	}
	return free
}
