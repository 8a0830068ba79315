package ec2

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var interfaceRefusals = refusals{
	"missing subnet": {subnets.rule, func(w *world) error { return w.attach(Interface{SubnetID: "subnet-0"}) }},
	"missing group": {groups.rule, func(w *world) error {
		return w.attach(Interface{SubnetID: w.subnet(w.vpc(), "10.0.0.0/24", "a").ID, SecurityGroups: []string{"sg-0"}})
	}},
	"group of another VPC": {invalidParameter, func(w *world) error {
		return w.attach(Interface{SubnetID: w.subnet(w.vpc(), "10.0.0.0/24", "a").ID, SecurityGroups: []string{w.group(w.vpc(), "a").ID}})
	}},
	"public address without an internet gateway": {gatewayNotAttached, func(w *world) error {
		subnet := w.subnet(w.vpc(), "10.0.0.0/24", "a")
		var nic *cloud.Resource
		w.must(func(tx *cloud.Tx) (err error) {
			nic, err = AttachInterface(tx, Interface{SubnetID: subnet.ID})
			return err
		})
		return w.refused(cloud.ElasticIP, cloud.Props{"networkInterface": nic.ID})
	}},
	"one address too many": {noFreeAddresses, func(w *world) error {
		return w.attach(Interface{SubnetID: w.subnet(w.vpc(), "10.0.0.0/28", "a").ID, Addresses: 12})
	}},
	"address from elsewhere": {invalidValue, func(w *world) error {
		return w.attach(Interface{SubnetID: w.subnet(w.vpc(), "10.0.0.0/24", "a").ID, Address: "10.0.1.9"})
	}},
	"address in use": {addressInUse, func(w *world) error {
		i := Interface{SubnetID: w.subnet(w.vpc(), "10.0.0.0/24", "a").ID, Address: "10.0.0.9"}
		if err := w.attach(i); err != nil {
			return err
		}
		return w.attach(i)
	}},
}

func TestInterfaceRefusals(t *testing.T) { t.Parallel(); interfaceRefusals.run(t) }

func TestInterfacesFillASubnet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	subnet := w.subnet(w.vpc(), "10.0.0.0/28", "a")
	seen := map[string]bool{}
	for i := range 11 {
		w.must(func(tx *cloud.Tx) error {
			nic, err := AttachInterface(tx, Interface{SubnetID: subnet.ID, For: For(cloud.Instance, "i-1"), Owner: "eks"})
			if err == nil {
				seen[nic.Props.Str("privateIp")] = true
			}
			return err
		})
		if len(seen) != i+1 {
			t.Fatalf("%d interfaces have %d addresses", i+1, len(seen))
		}
	}
	if w.attach(Interface{SubnetID: subnet.ID}) == nil {
		t.Error("a full subnet took another interface")
	}
}

func TestInstanceGivesItsInterfacesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.vpc()
	igw := w.gateway(vpc)
	subnet := w.subnet(vpc, "10.0.0.0/24", "a")
	w.must(func(tx *cloud.Tx) error {
		tx.Make("eks", cloud.Instance, "i-1", cloud.Props{}, nil)
		_, err := AttachInterface(tx, Interface{SubnetID: subnet.ID, For: For(cloud.Instance, "i-1"), Owner: "eks", Public: true})
		return err
	})
	if w.delete(igw) == nil {
		t.Error("the gateway went from under a public address")
	}
	w.must(func(tx *cloud.Tx) error { return tx.Delete(tx.Get(cloud.Instance, "i-1")) })
	w.mustDelete(igw, subnet, vpc)
}
