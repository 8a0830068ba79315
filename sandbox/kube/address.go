package kube

import (
	"net/netip"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// The places in the range of Services that are taken in every cluster: the API
// server's and that of the cluster's DNS.
const apiPlace, dnsPlace = 1, 10

// firstPlace is where addresses begin that nobody asked for. Kubernetes keeps the
// lower ones for those who do.
const firstPlace = 256

// serviceRange is where Services have their addresses.
func (c call) serviceRange() (netip.Prefix, bool) {
	block, err := netip.ParsePrefix(c.cluster.Props.Obj("kubernetesNetworkConfig").Str("serviceIpv4Cidr"))
	return block, err == nil
}

// addressed gives a Service its address in the cluster, or holds the one that it
// asks for to the range and to those that are taken.
func (c call) addressed(object cloud.Props) (cloud.Props, error) {
	spec := object.Obj("spec")
	if err := c.freeNodePorts(object); err != nil {
		return nil, err
	}
	block, known := c.serviceRange()
	asked := spec.Str("clusterIP")
	if !known || asked == "None" || spec.Str("type") == "ExternalName" {
		return object, nil
	}
	taken := c.takenAddresses(block)
	if asked == "" {
		return object.With(cloud.Props{"spec": map[string]any(spec.With(cloud.Props{"clusterIP": freeAddress(block, taken)}))}), nil
	}
	address, err := netip.ParseAddr(asked)
	name := objects.NameOf(object).Name
	if err != nil || !block.Contains(address) {
		if err := addressRange.Refuse("%sspec.clusterIPs: Invalid value: [%q]: failed to allocate IP %s: the provided IP is not in the valid range. The range of valid IPs is %s",
			invalidService(name), asked, asked, block); err != nil {
			return nil, err
		}
	}
	if taken[address] {
		return object, addressTaken.Refuse("%sspec.clusterIPs: Invalid value: [%q]: failed to allocate IP %s: provided IP is already allocated",
			invalidService(name), asked, asked)
	}
	return object, nil
}

func (c call) takenAddresses(block netip.Prefix) map[netip.Addr]bool {
	taken := map[netip.Addr]bool{place(block, apiPlace): true, place(block, dnsPlace): true}
	for _, r := range objects.List(c.tx, c.cluster, "v1", "Service") {
		if a, err := netip.ParseAddr(r.Props.Obj("spec").Str("clusterIP")); err == nil {
			taken[a] = true
		}
	}
	return taken
}

// place is the address at a place of a block.
func place(block netip.Prefix, n int) netip.Addr {
	a := block.Masked().Addr().As4()
	for i := 3; i >= 0 && n > 0; i-- {
		n += int(a[i])
		a[i] = byte(n)
		n >>= 8
	}
	return netip.AddrFrom4(a)
}

// freeAddress is the first that nobody has: from firstPlace on, or in a small
// block from its beginning.
func freeAddress(block netip.Prefix, taken map[netip.Addr]bool) string {
	a := place(block, firstPlace)
	if !block.Contains(a) {
		a = place(block, dnsPlace+1)
	}
	for taken[a] {
		a = a.Next()
	}
	return a.String()
}

// freeNodePorts refuses a port of the nodes that another Service has.
func (c call) freeNodePorts(object cloud.Props) error {
	for _, p := range object.Obj("spec").Objs("ports") {
		if p.Int("nodePort") == 0 {
			continue
		}
		for _, r := range objects.List(c.tx, c.cluster, "v1", "Service") {
			for _, other := range r.Props.Obj("spec").Objs("ports") {
				if other.Int("nodePort") != p.Int("nodePort") {
					continue
				}
				if err := nodePortTaken.Refuse("%sspec.ports[0].nodePort: Invalid value: %d: provided port is already allocated (by %s)",
					invalidService(objects.NameOf(object).Name), p.Int("nodePort"), objects.NameOf(r.Props).ID()); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// keepAddress leaves a Service the address that it has, where the change says
// nothing of it.
func keepAddress(t objects.Type, old, now cloud.Props) cloud.Props {
	was, is := old.Obj("spec"), now.Obj("spec")
	if t.APIVersion != "v1" || t.Kind != "Service" || !was.Has("clusterIP") || is.Has("clusterIP") || is.Str("type") == "ExternalName" {
		return now
	}
	return now.With(cloud.Props{"spec": map[string]any(is.With(cloud.Props{"clusterIP": was["clusterIP"]}))})
}
