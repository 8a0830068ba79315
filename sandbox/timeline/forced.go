package timeline

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// need is an order that AWS or a cluster demands and that no value shows.
// Types may be the beginnings of types.
type need struct {
	types, before []string
	// which are those of the second types that it is about; all when nil.
	which func(Resource) bool
}

// needs are the orders that count for the bound where a program states them.
var needs = []need{
	// A role works only with its permissions.
	{types: []string{cloud.EKSCluster, cloud.EKSNodeGroup, cloud.FlowLog}, before: []string{cloud.IAMRolePolicyAttachment, cloud.IAMRolePolicy}},
	// The subnet's range must be the VPC's.
	{types: []string{cloud.Subnet}, before: []string{cloud.VPCCIDRAssociation}},
	// Public addresses need the VPC's gateway to be attached.
	{types: []string{cloud.NATGateway, cloud.ElasticIP}, before: []string{cloud.InternetGateway}},
	// Nodes join through a way out of their subnets, with the CNI.
	{types: []string{cloud.EKSNodeGroup}, before: []string{
		cloud.Route, cloud.RouteTableAssociation, cloud.NATGateway, cloud.VPCEndpoint,
		cloud.SecurityGroupRule, cloud.SecurityGroupIngressRule, cloud.SecurityGroupEgressRule, cloud.EKSAccessEntry,
	}},
	{types: []string{cloud.EKSNodeGroup}, before: []string{cloud.EKSAddon}, which: addon("vpc-cni")},
	// Pods need nodes, and names need CoreDNS.
	{types: []string{cloud.EKSAddon, "kubernetes:helm.sh/", "kubernetes:apps/"}, before: []string{cloud.EKSNodeGroup}},
	{types: []string{"kubernetes:helm.sh/", "kubernetes:apps/"}, before: []string{cloud.EKSAddon}, which: addon("coredns")},
	// A pod gets the credentials that its service account has when it starts.
	{types: []string{"kubernetes:helm.sh/", "kubernetes:apps/"}, before: []string{cloud.EKSPodIdentityAssociation}},
	// The API server lets in who has an entry and a policy.
	{types: []string{"kubernetes:"}, before: []string{cloud.EKSAccessEntry, cloud.EKSAccessPolicyAssociation}},
	// Charts bring types of objects, and webhooks that objects pass.
	{types: []string{"kubernetes:"}, before: []string{"kubernetes:helm.sh/"}},
	{types: []string{"pulumi:providers:kubernetes"}, before: []string{cloud.EKSCluster}},
}

func addon(name string) func(Resource) bool {
	return func(r Resource) bool { return r.Inputs.Str("addonName") == name }
}

// forced tells whether AWS itself makes r wait for its dependency.
func forced(r, on Resource, d dependency) bool {
	switch d.kind {
	case throughProvider:
		return true
	case below:
		return false
	}
	return carries(r, on, d.properties) || needed(r, on)
}

func needed(r, on Resource) bool {
	is := func(urn string, types []string) bool {
		return slices.ContainsFunc(types, func(t string) bool { return strings.HasPrefix(typeOf(urn), t) })
	}
	return slices.ContainsFunc(needs, func(n need) bool {
		return is(r.URN, n.types) && is(on.URN, n.before) && (n.which == nil || n.which(on))
	})
}

// telling is the length from which a text that is part of another is no
// coincidence, such as sg-0123456789abcdef0 in a configuration.
const telling = 12

// carries tells whether one of the properties holds what only AWS could tell of
// the other resource: its ID, or an output that is no input.
func carries(r, on Resource, properties []string) bool {
	if len(properties) == 0 {
		return false
	}
	given := map[string]bool{}
	texts(map[string]any(on.Inputs), func(s string) { given[s] = true })
	var told []string
	if on.ID != "" {
		told = append(told, on.ID)
	}
	for name, v := range on.Outputs {
		if name == "tags" || name == "tagsAll" {
			continue
		}
		texts(v, func(s string) {
			if s != "" && !given[s] {
				told = append(told, s)
			}
		})
	}
	found := false
	for _, p := range properties {
		texts(r.Inputs[p], func(s string) {
			found = found || slices.ContainsFunc(told, func(t string) bool {
				return s == t || len(t) >= telling && strings.Contains(s, t)
			})
		})
	}
	return found
}

// texts calls f with every text in a value.
func texts(v any, f func(string)) {
	switch v := v.(type) {
	case string:
		f(v)
	case []any:
		for _, e := range v {
			texts(e, f)
		}
	case map[string]any:
		for _, e := range v {
			texts(e, f)
		}
	}
}
