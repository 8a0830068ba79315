package ec2

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func inVPC(props cloud.Props) func(w *world) error {
	return func(w *world) error {
		return w.refused(cloud.Subnet, props.With(cloud.Props{"vpcId": w.vpc().ID}))
	}
}

var subnetRefusals = refusals{
	"missing VPC": {vpcs.rule, func(w *world) error {
		return w.refused(cloud.Subnet, cloud.Props{"vpcId": "vpc-0", "cidrBlock": "10.0.0.0/24"})
	}},
	"no such region": {invalidValue, func(w *world) error {
		w.session.Region = "mars-north-1"
		vpc := w.vpc()
		return w.refused(cloud.Subnet, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "10.0.0.0/24"})
	}},
	"outside the VPC":    {subnetRange, inVPC(cloud.Props{"cidrBlock": "10.1.0.0/24"})},
	"larger than VPC":    {subnetRange, inVPC(cloud.Props{"cidrBlock": "10.0.0.0/15"})},
	"smaller than /28":   {subnetRange, inVPC(cloud.Props{"cidrBlock": "10.0.0.0/29"})},
	"no range":           {missingParameter, inVPC(cloud.Props{})},
	"unknown zone":       {zoneUnknown, inVPC(cloud.Props{"cidrBlock": "10.0.0.0/24", "availabilityZone": "us-west-2z"})},
	"zone of elsewhere":  {zoneUnknown, inVPC(cloud.Props{"cidrBlock": "10.0.0.0/24", "availabilityZoneId": "use1-az1"})},
	"on an Outpost":      {invalidValue, inVPC(cloud.Props{"cidrBlock": "10.0.0.0/24", "outpostArn": "arn:aws:outposts:us-west-2:1:outpost/op-0"})},
	"IPv6 without range": {invalidValue, inVPC(cloud.Props{"cidrBlock": "10.0.0.0/24", "assignIpv6AddressOnCreation": true})},
	"IPv6 not the VPC's": {subnetRange, inVPC(cloud.Props{"cidrBlock": "10.0.0.0/24", "ipv6CidrBlock": "2600::/64"})},
	"IPv6 overlaps another": {subnetConflict, func(w *world) error {
		vpc := w.make(cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/16", "assignGeneratedIpv6CidrBlock": true})
		v6 := strings.TrimSuffix(vpc.Props.Str("ipv6CidrBlock"), "/56") + "/64"
		w.make(cloud.Subnet, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "10.0.0.0/24", "ipv6CidrBlock": v6})
		second := w.subnet(vpc, "10.0.1.0/24", "b")
		_, err := w.update(second, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "10.0.1.0/24", "ipv6CidrBlock": v6})
		return err
	}},
	"overlaps another": {subnetConflict, func(w *world) error {
		vpc := w.vpc()
		w.subnet(vpc, "10.0.0.0/24", "a")
		return w.refused(cloud.Subnet, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "10.0.0.128/25"})
	}},
	"deleted with an interface": {dependencyViolation, func(w *world) error {
		vpc := w.vpc()
		subnet := w.subnet(vpc, "10.0.0.0/24", "a")
		if err := w.attach(Interface{SubnetID: subnet.ID, For: "test/1", Owner: "eks"}); err != nil {
			return err
		}
		return w.delete(subnet)
	}},
}

func TestSubnetRefusals(t *testing.T) { t.Parallel(); subnetRefusals.run(t) }

func TestSubnet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.vpc()
	subnet := w.make(cloud.Subnet, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "10.0.0.0/28", "availabilityZoneId": "usw2-az2"})
	for name, want := range map[string]any{
		"availabilityZone": "us-west-2b", "availabilityZoneId": "usw2-az2", "ownerId": "123456789012",
		"arn": "arn:aws:ec2:us-west-2:123456789012:subnet/" + subnet.ID, "mapPublicIpOnLaunch": false, "privateDnsHostnameTypeOnLaunch": "ip-name",
	} {
		if !cloud.Equal(subnet.Props[name], want) {
			t.Errorf("%s is %v, want %v", name, subnet.Props[name], want)
		}
	}
	w.must(func(tx *cloud.Tx) error {
		if free := FreeAddresses(tx, subnet); free != 11 {
			t.Errorf("an empty /28 has %d free addresses, want 11", free)
		}
		nic, err := AttachInterface(tx, Interface{SubnetID: subnet.ID, For: "test/1", Addresses: 3})
		if err != nil {
			return err
		}
		if free := FreeAddresses(tx, subnet); free != 8 {
			t.Errorf("%d addresses are free, want 8", free)
		}
		if ip := nic.Props.Str("privateIp"); ip != "10.0.0.4" {
			t.Errorf("the first interface has %s", ip)
		}
		ReleaseInterfaces(tx, "test/1")
		if free := FreeAddresses(tx, subnet); free != 11 {
			t.Errorf("after its release %d addresses are free, want 11", free)
		}
		return nil
	})
	if moved := w.mustUpdate(subnet, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "10.0.0.0/28", "mapPublicIpOnLaunch": true}); !moved.Props.Bool("mapPublicIpOnLaunch") {
		t.Error("mapPublicIpOnLaunch did not change")
	}
}
