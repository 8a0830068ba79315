package pods

import (
	"net/netip"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

// prefixSize is how many addresses a /28 has, the unit in which the VPC CNI takes
// addresses with prefix delegation.
const prefixSize = 16

// subnet is where pods get their addresses.
type subnet struct {
	id string
	// prefixes is whether addresses come as whole prefixes.
	prefixes bool
	// free is how many addresses or prefixes are left.
	free int
}

// addresses finds where the pods of a node get their addresses, and how many the
// node has for them already: those of the interfaces that the VPC CNI attached,
// or of the node's own where pods share it. Subnets are shared by nodes.
func addresses(tx *cloud.Tx, cluster *cloud.Resource, n eks.Node, subnets map[string]*subnet) (room int, where *subnet) {
	networking := eks.PodNetworking(tx, cluster)
	id := n.SubnetID
	for _, nic := range ec2.InterfacesFor(tx, ec2.For(cloud.Instance, n.InstanceID)) {
		own := nic.Owner != "vpc-cni"
		if own && networking.CustomNetworking {
			continue // Pods do not share the node's interface.
		}
		if !own {
			id = nic.Props.Str("subnetId")
		}
		room += max(nic.Facts.Int("addresses")-1, 0)
	}
	if subnets[id] == nil {
		s := &subnet{id: id, prefixes: networking.PrefixDelegation}
		if r := tx.Get(cloud.Subnet, id); r != nil && s.prefixes {
			s.free = freePrefixes(tx, r)
		} else if r != nil {
			s.free = ec2.FreeAddresses(tx, r)
		}
		subnets[id] = s
	}
	return room, subnets[id]
}

// freePrefixes is how many whole /28 blocks a subnet has left. The first and the
// last hold addresses that AWS keeps, and a single address spoils its block.
func freePrefixes(tx *cloud.Tx, r *cloud.Resource) int {
	block, err := netip.ParsePrefix(r.Props.Str("cidrBlock"))
	if err != nil || block.Bits() > 28 {
		return 0
	}
	blocks := 1 << (28 - block.Bits())
	spoilt := map[netip.Prefix]bool{}
	spoil := func(a netip.Addr) {
		if p, err := a.Prefix(28); err == nil {
			spoilt[p] = true
		}
	}
	spoil(block.Addr())
	spoil(last(block))
	taken := 0
	for _, nic := range tx.List(cloud.NetworkInterface, cloud.Prop("subnetId", r.ID)) {
		if a, err := netip.ParseAddr(nic.Props.Str("privateIp")); err == nil {
			spoil(a)
		}
		taken += (max(nic.Facts.Int("addresses"), 1) - 1 + prefixSize - 1) / prefixSize
	}
	return max(blocks-len(spoilt)-taken, 0)
}

// last is the last address of a block.
func last(block netip.Prefix) netip.Addr {
	a := block.Masked().Addr().As4()
	for bit := block.Bits(); bit < 32; bit++ {
		a[bit/8] |= 1 << (7 - bit%8)
	}
	return netip.AddrFrom4(a)
}

// address gives a pod on a node an address, and tells whether there is one.
func (n *node) address() bool {
	if n.room == 0 && n.subnet.free > 0 {
		n.subnet.free--
		n.room = 1
		if n.subnet.prefixes {
			n.room = prefixSize
		}
	}
	if n.room == 0 {
		return false
	}
	n.room--
	return true
}
