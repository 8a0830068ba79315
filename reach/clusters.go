package reach

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// NodeGroup is a managed node group as it decides about addresses.
type NodeGroup struct {
	Name          string
	InstanceTypes []string
	// Min, Desired and Max are its sizes.
	Min, Desired, Max int
	// Nodes are the subnets of its nodes, Pods those of their pods.
	Nodes, Pods []Subnet
	CNI         CNI
}

// Subnet is a subnet as it gives addresses.
type Subnet struct {
	Name, Zone string
	Range      netip.Prefix
	// Others is the number of interfaces in it, known from the resources, that
	// are neither nodes' nor pods'.
	Others int
}

// CNI are the settings of the VPC CNI that decide how many addresses a node
// takes. A target that is not set is -1. See
// https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/prefix-and-ip-target.md
type CNI struct {
	CustomNetworking, PrefixDelegation          bool
	WarmPrefixes, WarmIPs, MinimumIPs, WarmENIs int
	// Known is false when the add-on's configuration is not known yet.
	Known bool
}

// NodeGroups are the managed node groups, by name. Their subnets' ranges are
// those of IPv4.
func (n *Network) NodeGroups() []NodeGroup {
	var out []NodeGroup
	for _, it := range n.index.of(nodeGroupType) {
		scaling := it.props.obj("scalingConfig")
		types, _ := it.props.strs("instanceTypes")
		g := NodeGroup{
			Name: it.Name, InstanceTypes: types,
			Min: scaling.num("minSize", 0), Desired: scaling.num("desiredSize", 0), Max: scaling.num("maxSize", 0),
		}
		if template, _ := n.templateOf(it); len(types) == 0 && template != nil && template.props.str("instanceType") != "" {
			g.InstanceTypes = []string{template.props.str("instanceType")}
		}
		cluster, _ := n.index.ref(it, "clusterName", clusterType)
		g.CNI = readCNI(n.cniOf(cluster))
		zones := map[string]bool{}
		for _, p := range n.hosts[it] {
			if p.subnet != nil {
				g.Nodes, zones[p.Zone] = append(g.Nodes, n.exportSubnet(p.subnet)), true
			}
		}
		for _, s := range n.podSubnets(cluster) {
			if zones[s.zone] {
				g.Pods = append(g.Pods, n.exportSubnet(s))
			}
		}
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b NodeGroup) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// podSubnets are the subnets of a cluster's pods.
func (n *Network) podSubnets(cluster *item) []*subnet {
	var out []*subnet
	for _, p := range n.places {
		if p.Role == RolePods && p.subnet != nil && cluster != nil && p.Name == podsName(cluster) && !slices.Contains(out, p.subnet) {
			out = append(out, p.subnet)
		}
	}
	slices.SortFunc(out, func(a, b *subnet) int { return strings.Compare(a.name, b.name) })
	return out
}

// podsName is what the places of a cluster's pods are called.
func podsName(cluster *item) string { return "pods of " + cluster.Name }

func (n *Network) exportSubnet(s *subnet) Subnet {
	out := Subnet{Name: s.name, Zone: s.zone}
	for _, p := range orNothing(s.ranges).Prefixes() {
		if p.Addr().Is4() {
			out.Range = p
		}
	}
	for _, p := range n.places {
		if p.subnet == s && p.Role != RoleSubnet && p.Role != RoleNodes && p.Role != RolePods {
			out.Others++
		}
	}
	return out
}

func readCNI(addon *item) CNI {
	c := CNI{WarmPrefixes: -1, WarmIPs: -1, MinimumIPs: -1, WarmENIs: -1, Known: addon == nil || addon.props.known("configurationValues")}
	if addon == nil || !c.Known {
		return c
	}
	var config cniConfig
	if json.Unmarshal([]byte(addon.props.str("configurationValues")), &config) != nil {
		return c
	}
	c.CustomNetworking = config.Env["AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"] == "true"
	c.PrefixDelegation = config.Env["ENABLE_PREFIX_DELEGATION"] == "true"
	for name, to := range map[string]*int{
		"WARM_PREFIX_TARGET": &c.WarmPrefixes, "WARM_IP_TARGET": &c.WarmIPs, "MINIMUM_IP_TARGET": &c.MinimumIPs, "WARM_ENI_TARGET": &c.WarmENIs,
	} {
		text, _ := config.Env[name].(string)
		if number, err := strconv.Atoi(text); err == nil {
			*to = number
		}
	}
	return c
}
