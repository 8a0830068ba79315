package reach

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Endpoint says who is asked about, in words that hold for any resources. Find
// out what may be asked with [ParseEndpoint].
type Endpoint struct {
	text string
	find func(*Network) ([]*Place, error)
}

// String is the endpoint as [ParseEndpoint] reads it.
func (e Endpoint) String() string { return e.text }

// Internet is every public address that no VPC has. As a destination it leaves
// out the AWS services that have a gateway endpoint; see [Service].
var Internet = Endpoint{"internet", func(n *Network) ([]*Place, error) { return []*Place{world("internet", n.internet)}, nil }}

// Resolver is the DNS resolver of each VPC.
var Resolver = Endpoint{"resolver", func(n *Network) ([]*Place, error) {
	var out []*Place
	for _, v := range n.vpcs {
		out = append(out, &Place{Name: "resolver of VPC " + v.name, Role: "resolver", addrs: everyAddress, exact: true, resolves: v})
	}
	slices.SortFunc(out, func(a, b *Place) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}}

// InRole are all places of a role. For data, when there is no database, it is
// whatever might stand in the subnets of the data tier.
func InRole(role Role) Endpoint {
	return Endpoint{string(role), func(n *Network) ([]*Place, error) {
		found := n.where(func(p *Place) bool { return p.Role == role })
		if len(found) == 0 && role == RoleData {
			return InTier(TierData).find(n)
		}
		return found, nil
	}}
}

// InTier is whatever might stand in the subnets of a tier: with a public address
// and security groups that let everything through, so that only routes and
// network ACLs decide.
func InTier(tier string) Endpoint {
	return Endpoint{"tier:" + tier, func(n *Network) ([]*Place, error) {
		return n.where(func(p *Place) bool { return p.Role == RoleSubnet && p.Tier == tier }), nil
	}}
}

// Places are all places of a role, those of no subnet as well.
func (n *Network) Places(role Role) []*Place {
	return n.where(func(p *Place) bool { return p.Role == role })
}

// Public are the places that stand in public subnets.
var Public = Endpoint{"public", func(n *Network) ([]*Place, error) {
	return n.where(func(p *Place) bool { return p.Tier == TierPublic && p.Role != RoleSubnet }), nil
}}

// Tagged are the places of resources with a tag. An empty value is any.
func Tagged(key, value string) Endpoint {
	text := "tag:" + key
	if value != "" {
		text += "=" + value
	}
	return Endpoint{text, func(n *Network) ([]*Place, error) {
		return n.where(func(p *Place) bool {
			tag, has := p.tags[key]
			return has && p.Role != RoleSubnet && (value == "" || tag == value)
		}), nil
	}}
}

// Namespace are the pods of a namespace.
func Namespace(name string) Endpoint {
	return Endpoint{"namespace:" + name, func(n *Network) ([]*Place, error) {
		return n.podsOf(&pod{namespace: name}), nil
	}}
}

// Named is a resource, by its logical name, its identifier or its URN: whatever
// has an address of its own, a subnet (as in [InTier]), a workload or a Service; these
// also as NAMESPACE/NAME.
// Where several have the name, it is those that have addresses.
func Named(name string) Endpoint {
	return Endpoint{name, func(n *Network) ([]*Place, error) { return n.named(name) }}
}

// Service is an AWS service that has an endpoint: what its gateway endpoint leads to, as
// s3 or dynamodb, or else its interface endpoints, as ecr.api.
func Service(name string) Endpoint {
	return Endpoint{"service:" + name, func(n *Network) ([]*Place, error) {
		var its []addrs
		for it, list := range n.lists {
			if it.Type == endpointType && serviceOf(it.props.str("serviceName")) == name {
				its = append(its, list)
			}
		}
		if len(its) == 0 {
			found := n.where(func(p *Place) bool {
				return p.Role == RoleEndpoints && serviceOf(p.item.props.str("serviceName")) == name
			})
			if len(found) > 0 {
				return found, nil
			}
			return nil, fmt.Errorf("no endpoint of %s is among the resources, so its addresses are not known", name)
		}
		p := world("service "+name, join(its...))
		p.service = true
		return []*Place{p}, nil
	}}
}

// CIDR is whoever has an address of a range: on the internet, in a VPC (as in
// [InTier]), or in a network beyond.
func CIDR(cidr string) Endpoint {
	return Endpoint{cidr, func(n *Network) ([]*Place, error) {
		prefix, ok := prefixOf(cidr)
		if !ok {
			return nil, fmt.Errorf("%q is no range of addresses", cidr)
		}
		rest := setOf(prefix)
		var out []*Place
		if outside := both(rest, n.internet); !empty(outside) {
			out = append(out, world(cidr, outside))
		}
		rest = minus(rest, n.internet)
		for _, p := range n.where(func(p *Place) bool { return p.Role == RoleSubnet && overlap(p.addrs, rest) }) {
			part := *p
			part.addrs, part.exact = both(p.addrs, rest), true
			out = append(out, &part)
		}
		for _, v := range n.vpcs {
			rest = minus(rest, v.ranges)
		}
		if !empty(rest) {
			p := world(cidr, rest)
			p.beyond = true
			out = append(out, p)
		}
		return out, nil
	}}
}

// where are the places with a property.
func (n *Network) where(is func(*Place) bool) []*Place {
	var out []*Place
	for _, p := range n.places {
		if is(p) {
			out = append(out, p)
		}
	}
	return out
}

func (n *Network) named(name string) ([]*Place, error) {
	var out, subnets []*Place
	for _, p := range n.places {
		if p.item == nil || p.item.Name != name && p.item.ID != name && p.item.URN != name && p.Name != name {
			continue
		}
		if p.Role == RoleSubnet {
			subnets = append(subnets, p)
		} else {
			out = append(out, p)
		}
	}
	for _, it := range n.index.items {
		object := strings.HasPrefix(it.Type, "kubernetes:") && (objectName(it) == name || namespaceOf(it)+"/"+objectName(it) == name)
		if it.Name != name && it.URN != name && !object {
			continue
		}
		var pods []*Place
		if kind, is := workload(it); is {
			pods = n.podsOf(kind)
		}
		if it.Type == serviceType {
			pods = n.behind(it)
		}
		for _, p := range pods {
			// A workload and the Service before it often have one name.
			if !slices.ContainsFunc(out, func(other *Place) bool { return other.String() == p.String() }) {
				out = append(out, p)
			}
		}
	}
	if len(out) == 0 {
		out = subnets
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no resource called %q has an address; known are %s", name, strings.Join(n.Names(), ", "))
	}
	return out, nil
}

// behind are the pods of a Service: those of the workloads that its selector
// finds, else any with its labels.
func (n *Network) behind(it *item) []*Place {
	spec, namespace := it.props.obj("spec"), namespaceOf(it)
	selector := props{"matchLabels": map[string]any(spec.obj("selector"))}
	var out []*Place
	for _, other := range n.index.items {
		kind, is := workload(other)
		if is && kind.namespace == namespace && selects(selector, kind.labels, kind.exact) == yes {
			out = append(out, n.podsOf(kind)...)
		}
	}
	if len(out) == 0 {
		labels, _ := labelsOf(props{"labels": map[string]any(spec.obj("selector"))})
		out = n.podsOf(&pod{name: objectName(it), namespace: namespace, labels: labels})
	}
	return out
}

// Names are the names of the resources that have an address.
func (n *Network) Names() []string {
	names := map[string]bool{}
	for _, p := range n.places {
		if p.Role != RoleSubnet {
			names[p.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// ParseEndpoint reads what a person types: internet, public, resolver, a role
// (nodes, pods, control-plane, endpoints, data, nat, load-balancers, hosts),
// tier:TIER, namespace:NAME, service:s3, tag:KEY=VALUE, a range of addresses, the name
// of a resource, or NAMESPACE/NAME of a workload or a Service of Kubernetes.
func ParseEndpoint(text string) (Endpoint, error) {
	text = strings.TrimSpace(text)
	kind, rest, prefixed := strings.Cut(text, ":")
	switch {
	case text == "":
		return Endpoint{}, fmt.Errorf("the name of an endpoint is missing: want internet, nodes, pods, a range, the name of a resource, …")
	case text == Internet.text:
		return Internet, nil
	case text == Public.text:
		return Public, nil
	case text == Resolver.text:
		return Resolver, nil
	case slices.Contains(roles, Role(text)):
		return InRole(Role(text)), nil
	case prefixed && kind == "tier":
		return InTier(rest), nil
	case prefixed && kind == "namespace":
		return Namespace(rest), nil
	case prefixed && kind == "service":
		return Service(rest), nil
	case prefixed && kind == "tag":
		key, value, _ := strings.Cut(rest, "=")
		return Tagged(key, value), nil
	}
	if _, ok := prefixOf(text); ok {
		return CIDR(text), nil
	}
	return Named(text), nil
}

var roles = []Role{RoleNodes, RolePods, RoleControlPlane, RoleEndpoints, RoleData, RoleNAT, RoleLoadBalancers, RoleHosts}
