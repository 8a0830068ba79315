package controls

import (
	"encoding/base64"
	"maps"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/reach"
	"github.com/slipway-iac/slipway/reach/flow"
)

// networkTypes are what decides about packets. A control of paths is about all of
// them, so that it is given what the program said of each.
var networkTypes = []string{
	cluster, nodeGroup, addon, launchTemplate, subnet, vpc, vpcRange, route, routeTable, defaultRouteTable, routeAssociation,
	"aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation", internetGateway, "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment",
	"aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway", natGateway, eip, endpoint, acl, defaultACL, aclRule,
	"aws:ec2/networkAclAssociation:NetworkAclAssociation", securityGroup, defaultGroup, groupRule, ingressRule, egressRule,
	"aws:ec2/vpcPeeringConnection:VpcPeeringConnection", "aws:ec2/networkInterface:NetworkInterface", "aws:ec2/instance:Instance",
	loadBalancer, database, databaseCluster, databaseSubnets, ingress, service, networkPolicy, namespace,
}

// model is the stack as package reach sees it.
func model(s *control.Stack) *reach.Network {
	return s.Once("network", func() any { return newModel(s) }).(*reach.Network)
}

func newModel(s *control.Stack) *reach.Network {
	var all []reach.Resource
	ids := idsOf(s)
	for _, r := range s.All() {
		x := reach.Resource{
			Type: r.Type, Name: r.Name, URN: r.URN, Parent: r.Parent, ID: ids[r.URN],
			Properties: map[string]any{}, PropertyDependencies: r.PropertyDependencies,
		}
		if id := r.Properties.Get("id"); id.IsString() {
			x.ID = id.AsString()
		}
		for key, v := range r.Given().All {
			x.Properties[key] = plain(v)
		}
		// What became of it says more, but for what nobody knows yet.
		for key, v := range r.Properties.All {
			if p := plain(v); p != reach.Unknown {
				x.Properties[key] = p
			}
		}
		if tags, ok := x.Properties["tags"].(map[string]any); ok && r.Is(subnet) {
			x.Properties["tags"] = withTier(tags)
		}
		all = append(all, x)
	}
	return reach.New(all)
}

// named are the properties that have the ID of one resource, and its types.
var named = map[string][]string{
	"vpcId": {vpc}, "subnetId": {subnet}, "routeTableId": {routeTable, defaultRouteTable}, "securityGroupId": {securityGroup, defaultGroup},
	"referencedSecurityGroupId": {securityGroup, defaultGroup}, "gatewayId": {internetGateway}, "natGatewayId": {natGateway}, "allocationId": {eip}, "networkAclId": {acl, defaultACL},
}

// idsOf are the IDs of resources by URN, as far as others show them. Pulumi does
// not tell a policy the ID of a resource unless it is among the outputs too.
func idsOf(s *control.Stack) map[string]string {
	ids := map[string]string{}
	for _, r := range s.All() {
		for key, types := range named {
			v, from := r.Properties.Get(key), r.PropertyDependencies[key]
			if v.IsString() && len(from) == 1 && s.Find(from[0]) != nil && s.Find(from[0]).Is(types...) {
				ids[from[0]] = v.AsString()
			}
		}
		if v := r.Properties.Get("launchTemplate"); v.IsMap() && len(r.PropertyDependencies["launchTemplate"]) == 1 {
			if id := v.AsMap().Get("id"); id.IsString() {
				ids[r.PropertyDependencies["launchTemplate"][0]] = id.AsString()
			}
		}
	}
	return ids
}

// withTier writes a subnet's tier under the key that package reach reads.
func withTier(tags map[string]any) map[string]any {
	for key, v := range tags {
		if text, is := v.(string); is && isTierKey(key) {
			tags = maps.Clone(tags)
			tags[reach.DefaultTierTag] = strings.ToLower(text)
			return tags
		}
	}
	return tags
}

// plain is a value as package reach has it.
func plain(v property.Value) any {
	switch {
	case v.IsComputed(), v.IsString() && v.AsString() == "[secret]":
		return reach.Unknown
	case v.IsBool():
		return v.AsBool()
	case v.IsNumber():
		return v.AsNumber()
	case v.IsString():
		return v.AsString()
	case v.IsArray():
		out := make([]any, 0, v.AsArray().Len())
		for _, e := range v.AsArray().All {
			out = append(out, plain(e))
		}
		return out
	case v.IsMap():
		out := map[string]any{}
		for key, e := range v.AsMap().All {
			out[key] = plain(e)
		}
		return out
	}
	return nil
}

// eachPair asks who of some places can open a connection to whom of others.
// Endpoints that cannot be found have no pairs.
func eachPair(n *reach.Network, from, to reach.Endpoint, what flow.Set, do func(reach.Pair)) {
	answer, err := n.From(from).Over(what).To(to)
	if err != nil {
		return
	}
	for _, p := range answer.Pairs {
		do(p)
	}
}

// refusePath reports a pair that can talk, and notes what is missing of one that
// may.
func refusePath(s *control.Stack, p reach.Pair, what flow.Set, at string) {
	switch p.Answer(what) {
	case reach.AnswerYes:
		culprit(s, at).Violate("%s reaches %s on %s: %s", p.From, p.To, p.Some.Intersect(what), wayOf(p))
	case reach.AnswerUnknown:
		s.Wait(p.Explain().Facts...)
	}
}

func wayOf(p reach.Pair) string {
	var hops []string
	for _, h := range p.Explain().Trace {
		hops = append(hops, h.String())
	}
	return strings.Join(hops, "; then ")
}

// culprit is the resource that a place belongs to: places are called after
// theirs, and pods after their cluster.
func culprit(s *control.Stack, name string) *control.Resource {
	name = strings.TrimPrefix(name, "pods of ")
	for _, r := range s.Of(nodeGroup, cluster, database, databaseCluster, loadBalancer, ingress, service, subnet) {
		if r.Name == name {
			return r
		}
	}
	for _, r := range s.Of(cluster, nodeGroup, subnet) {
		return r
	}
	return s.All()[0]
}

// userData is a launch template's user data as a machine reads it.
func userData(r *control.Resource) string {
	text := r.Get("userData").Text()
	if decoded, err := base64.StdEncoding.DecodeString(text); err == nil {
		return string(decoded)
	}
	return text
}
