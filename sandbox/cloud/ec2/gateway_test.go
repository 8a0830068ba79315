package ec2

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var gatewayRefusals = refusals{
	"internet gateway for a missing VPC": {vpcs.rule, func(w *world) error {
		return w.refused(cloud.InternetGateway, cloud.Props{"vpcId": "vpc-0"})
	}},
	"second internet gateway": {secondGateway, func(w *world) error {
		vpc := w.vpc()
		w.gateway(vpc)
		return w.refused(cloud.InternetGateway, cloud.Props{"vpcId": vpc.ID})
	}},
	"internet gateway deleted before NAT": {dependencyViolation, func(w *world) error {
		vpc := w.vpc()
		igw := w.gateway(vpc)
		w.nat(w.subnet(vpc, "10.0.0.0/24", "a"))
		return w.delete(igw)
	}},
	"internet gateway moved under NAT": {dependencyViolation, func(w *world) error {
		vpc := w.vpc()
		igw := w.gateway(vpc)
		w.nat(w.subnet(vpc, "10.0.0.0/24", "a"))
		_, err := w.update(igw, cloud.Props{"vpcId": w.vpc().ID})
		return err
	}},
	"address released under NAT": {addressInUse, func(w *world) error {
		vpc := w.vpc()
		w.gateway(vpc)
		eip := w.address()
		w.make(cloud.NATGateway, cloud.Props{"subnetId": w.subnet(vpc, "10.0.0.0/24", "a").ID, "allocationId": eip.ID})
		return w.delete(eip)
	}},
	"address of a missing interface": {interfaces.rule, func(w *world) error {
		return w.refused(cloud.ElasticIP, cloud.Props{"networkInterface": "eni-0"})
	}},
	"address of a missing instance": {instances.rule, func(w *world) error {
		return w.refused(cloud.ElasticIP, cloud.Props{"instance": "i-0"})
	}},
	"NAT in a missing subnet": {subnets.rule, func(w *world) error {
		return w.refused(cloud.NATGateway, cloud.Props{"subnetId": "subnet-0", "allocationId": w.address().ID})
	}},
	"NAT with a missing address": {addresses.rule, func(w *world) error {
		return w.refused(cloud.NATGateway, cloud.Props{"subnetId": w.subnet(w.vpc(), "10.0.0.0/24", "a").ID, "allocationId": "eipalloc-0"})
	}},
	"address from an IPAM pool": {notModelled, func(w *world) error { return w.refused(cloud.ElasticIP, cloud.Props{"ipamPoolId": "ipam-pool-0"}) }},
	"private NAT that gets an address": {invalidCombination, func(w *world) error {
		subnet := w.subnet(w.vpc(), "10.0.0.0/24", "a")
		private := cloud.Props{"subnetId": subnet.ID, "connectivityType": "private"}
		_, err := w.update(w.make(cloud.NATGateway, private), private.With(cloud.Props{"secondaryAllocationIds": list(w.address().ID)}))
		return err
	}},
	"public NAT without address": {missingParameter, func(w *world) error {
		return w.refused(cloud.NATGateway, cloud.Props{"subnetId": w.subnet(w.vpc(), "10.0.0.0/24", "a").ID})
	}},
	"private NAT with address": {invalidCombination, func(w *world) error {
		return w.refused(cloud.NATGateway, cloud.Props{
			"subnetId": w.subnet(w.vpc(), "10.0.0.0/24", "a").ID, "allocationId": w.address().ID, "connectivityType": "private",
		})
	}},
	"NAT before the internet gateway": {natNoGateway, func(w *world) error {
		return w.refused(cloud.NATGateway, cloud.Props{"subnetId": w.subnet(w.vpc(), "10.0.0.0/24", "a").ID, "allocationId": w.address().ID})
	}},
	"NAT with another's address": {natAddressTaken, func(w *world) error {
		vpc := w.vpc()
		w.gateway(vpc)
		nat := w.nat(w.subnet(vpc, "10.0.0.0/24", "a"))
		return w.refused(cloud.NATGateway, cloud.Props{"subnetId": w.subnet(vpc, "10.0.1.0/24", "a").ID, "allocationId": nat.Props.Str("allocationId")})
	}},
	"NAT with a second address that is another's": {addressTaken, func(w *world) error {
		vpc := w.vpc()
		w.gateway(vpc)
		nat, other := w.nat(w.subnet(vpc, "10.0.0.0/24", "a")), w.nat(w.subnet(vpc, "10.0.1.0/24", "a"))
		_, err := w.update(nat, cloud.Props{
			"subnetId": nat.Props["subnetId"], "allocationId": nat.Props["allocationId"], "secondaryAllocationIds": list(other.Props.Str("allocationId")),
		})
		return err
	}},
	"NAT in a full subnet": {natNoRoom, func(w *world) error {
		vpc := w.vpc()
		w.gateway(vpc)
		subnet := w.subnet(vpc, "10.0.0.0/28", "a")
		if err := w.attach(Interface{SubnetID: subnet.ID, Addresses: 11}); err != nil {
			return err
		}
		return w.refused(cloud.NATGateway, cloud.Props{"subnetId": subnet.ID, "allocationId": w.address().ID})
	}},
	"NAT with an address from elsewhere": {invalidValue, func(w *world) error {
		return w.refused(cloud.NATGateway, cloud.Props{
			"subnetId": w.subnet(w.vpc(), "10.0.0.0/24", "a").ID, "connectivityType": "private", "privateIp": "10.0.9.9",
		})
	}},
}

func TestGatewayRefusals(t *testing.T) { t.Parallel(); gatewayRefusals.run(t) }

func TestNATGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.vpc()
	igw := w.gateway(vpc)
	subnet := w.subnet(vpc, "10.0.0.0/24", "a")
	eip := w.address()
	nat := w.make(cloud.NATGateway, cloud.Props{"subnetId": subnet.ID, "allocationId": eip.ID})

	eip = w.read(eip)
	if diff := cmp.Diff(map[string]any{
		"publicIp": eip.Props["publicIp"], "associationId": eip.Props["associationId"],
		"networkInterfaceId": eip.Props["networkInterface"], "privateIp": "10.0.0.4",
	}, map[string]any{
		"publicIp": nat.Props["publicIp"], "associationId": nat.Props["associationId"],
		"networkInterfaceId": nat.Props["networkInterfaceId"], "privateIp": nat.Props["privateIp"],
	}); diff != "" {
		t.Errorf("address and gateway differ:\n%s", diff)
	}
	if eip.Props.Str("associationId") == "" {
		t.Error("the address is not associated")
	}
	if w.delete(subnet) == nil {
		t.Error("the subnet went from under the gateway")
	}
	w.mustDelete(nat, eip, subnet, igw, vpc)
	if left := w.acct.Resources(); len(left) != 0 {
		t.Errorf("%s %s is left", left[0].Kind, left[0].ID)
	}
}

func TestNATSecondaryAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.vpc()
	w.gateway(vpc)
	subnet := w.subnet(vpc, "10.0.0.0/24", "a")
	first, second := w.address(), w.address()
	props := cloud.Props{"subnetId": subnet.ID, "allocationId": first.ID}
	nat := w.make(cloud.NATGateway, props)
	w.mustUpdate(nat, props.With(cloud.Props{"secondaryAllocationIds": list(second.ID)}))
	if w.read(second).Props.Str("networkInterface") != nat.Props.Str("networkInterfaceId") {
		t.Error("the second address is not the gateway's")
	}
	w.must(func(tx *cloud.Tx) error {
		if free := FreeAddresses(tx, subnet); free != 249 {
			t.Errorf("%d addresses are free, want 249", free)
		}
		return nil
	})
	w.mustUpdate(nat, props)
	w.mustDelete(second)
}

func TestFailedNATGatewayStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.vpc()
	subnet := w.subnet(vpc, "10.0.0.0/24", "a")
	eip := w.address()
	nat, err := w.try(cloud.NATGateway, cloud.Props{"subnetId": subnet.ID, "allocationId": eip.ID})
	var failed *cloud.Late
	if !errors.As(err, &failed) || nat == nil {
		t.Fatalf("got %v and %v, want a gateway that failed", nat, err)
	}
	table := w.table(vpc)
	if err := w.refused(cloud.Route, cloud.Props{"routeTableId": table.ID, "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": nat.ID}); err == nil {
		t.Error("a route leads to the failed gateway")
	}
	// Nothing of it holds the subnet or the address.
	w.mustDelete(subnet, eip, nat)
}

func TestInternetGatewayMoves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.vpc(), w.vpc()
	igw := w.gateway(a)
	igw = w.mustUpdate(igw, cloud.Props{"vpcId": b.ID})
	if igw.Props.Str("vpcId") != b.ID || w.gateway(a).Props.Str("vpcId") != a.ID {
		t.Error("the gateway did not move")
	}
}

func TestAddressOfAnInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.vpc()
	var nic *cloud.Resource
	subnet := w.subnet(vpc, "10.0.0.0/24", "a")
	w.must(func(tx *cloud.Tx) (err error) {
		nic, err = AttachInterface(tx, Interface{SubnetID: subnet.ID, For: "test/1"})
		return err
	})
	props := cloud.Props{"networkInterface": nic.ID}
	if w.refused(cloud.ElasticIP, props) == nil {
		t.Error("a public address works without internet gateway")
	}
	igw := w.gateway(vpc)
	eip := w.make(cloud.ElasticIP, props)
	if eip.Props.Str("privateIp") != "10.0.0.4" || w.delete(igw) == nil {
		t.Error("the address is not mapped")
	}
	var other *cloud.Resource
	w.must(func(tx *cloud.Tx) (err error) {
		tx.Make("eks", cloud.Instance, "i-1", cloud.Props{}, nil)
		other, err = AttachInterface(tx, Interface{SubnetID: subnet.ID, For: For(cloud.Instance, "i-1")})
		return err
	})
	eip = w.mustUpdate(eip, cloud.Props{"instance": "i-1"})
	if eip.Props.Str("networkInterface") != other.ID || w.publicIP(other.ID) != eip.Props.Str("publicIp") {
		t.Error("the address did not move to the instance")
	}
	if again := w.mustUpdate(eip, cloud.Props{}); again.Props.Str("associationId") != eip.Props.Str("associationId") {
		t.Error("an update that says nothing of it changed the association")
	}
	w.mustDelete(eip, igw)
}

func TestProviderChecksGateways(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if got := w.problem(cloud.NATGateway, cloud.Props{"subnetId": "subnet-0", "connectivityType": "internal"}); got != "connectivityType" {
		t.Errorf("an unknown kind of NAT: problem with %q", got)
	}
	if got := w.problem(cloud.NATGateway, cloud.Props{"subnetId": "subnet-0", "secondaryPrivateIpAddressCount": 1.0}); got != "secondaryPrivateIpAddressCount" {
		t.Errorf("secondary addresses of a public NAT: problem with %q", got)
	}
	if got := w.problem(cloud.ElasticIP, cloud.Props{"domain": "standard"}); got != "domain" {
		t.Errorf("EC2-Classic: problem with %q", got)
	}
}

func TestPublicNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"us-east-1":  "ec2-192-0-2-1.compute-1.amazonaws.com",
		"eu-west-1":  "ec2-192-0-2-1.eu-west-1.compute.amazonaws.com",
		"cn-north-1": "ec2-192-0-2-1.cn-north-1.compute.amazonaws.com.cn",
	} {
		if got := publicDNS(in, "192.0.2.1"); got != want {
			t.Errorf("in %s: %s, want %s", in, got, want)
		}
	}
}

// publicIP is what an interface is known as outside.
func (w *world) publicIP(id string) (ip string) {
	w.must(func(tx *cloud.Tx) error { ip = tx.Get(cloud.NetworkInterface, id).Props.Str("publicIp"); return nil })
	return ip
}
