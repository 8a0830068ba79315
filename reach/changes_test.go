package reach

import (
	"fmt"
	"maps"
	"slices"

	"pgregory.net/rapid"
)

// effect is what a change may do to answers.
type effect int

const (
	// nothingElse changes no answer.
	nothingElse effect = iota
	// wider removes nothing that gets through.
	wider
	// narrower adds nothing that gets through.
	narrower
)

// change is one change to a program's resources.
type change struct {
	name   string
	effect effect
	// apply changes the resources, which are its own. It returns nil where there is
	// nothing to change.
	apply func(*rapid.T, *scene) *scene
}

var changes = []change{
	{"resources in another order", nothingElse, func(t *rapid.T, s *scene) *scene {
		s.resources = rapid.Permutation(s.resources).Draw(t, "order")
		return s
	}},
	{"a bucket", nothingElse, func(_ *rapid.T, s *scene) *scene { return s.add("aws:s3/bucketV2:BucketV2", "bucket", p{}) }},
	{"a group that nobody has", nothingElse, func(t *rapid.T, s *scene) *scene {
		return s.add(groupType, "unused", p{"vpcId": "vpc-a", "ingress": groupProps([]labRule{drawRule(t, nil)}), "egress": groupProps([]labRule{drawRule(t, nil)})})
	}},
	{"an ACL without subnets", nothingElse, func(t *rapid.T, s *scene) *scene {
		return s.add(aclType, "unused", p{"vpcId": "vpc-a", "subnetIds": []any{}, "ingress": aclProps(drawACLRules(t)), "egress": aclProps(drawACLRules(t))})
	}},
	{"a route table without subnets", nothingElse, func(_ *rapid.T, s *scene) *scene {
		return s.add(tableType, "unused", p{"vpcId": "vpc-a"}).
			add(routeType, "unused-route", p{"routeTableId": "unused", "destinationCidrBlock": "0.0.0.0/0", "state": "blackhole"})
	}},
	{"another VPC", nothingElse, func(_ *rapid.T, s *scene) *scene {
		return s.add(vpcType, "vpc-c", p{"cidrBlock": "172.16.0.0/16"}).
			add(gatewayType, "igw-vpc-c", p{"vpcId": "vpc-c"}).
			add(subnetType, "subnet-c", p{"vpcId": "vpc-c", "cidrBlock": "172.16.0.0/24", "mapPublicIpOnLaunch": true}).
			add(instanceType, "host-c", p{"subnetId": "subnet-c", "privateIp": "172.16.0.10"})
	}},
	{"a policy of another namespace", nothingElse, func(_ *rapid.T, s *scene) *scene {
		return s.add(policyType, "green", p{"metadata": p{"namespace": "green"}, "spec": p{"podSelector": p{}, "policyTypes": []any{"Ingress", "Egress"}}})
	}},

	{"one more rule of a group", wider, func(t *rapid.T, s *scene) *scene {
		g, direction := drawOf(t, s, groupType), drawDirection(t)
		return s.edit(g, direction, func(rules []any) []any {
			return append(rules, groupProps([]labRule{drawRule(t, []string{"group:sg-0", "group:sg-1"})})...)
		})
	}},
	{"a rule of a group for everybody", wider, onRule(groupType, func(_ *rapid.T, r p) {
		delete(r, "securityGroups")
		r["cidrBlocks"] = []any{"0.0.0.0/0"}
	})},
	{"a rule of a group for every port", wider, onRule(groupType, func(_ *rapid.T, r p) { r["protocol"] = "-1" })},
	{"one more rule of an ACL that allows", wider, func(t *rapid.T, s *scene) *scene {
		allowed := drawRule(t, nil)
		number := rapid.IntRange(1, 99).Draw(t, "number")
		return s.edit(drawOf(t, s, aclType), drawDirection(t), func(rules []any) []any {
			return append(rules, aclProps([]labACLRule{{number, true, allowed.protocol, allowed.from, allowed.to, allowed.peer}})...)
		})
	}},
	{"a rule of an ACL that allows after all", wider, onRule(aclType, func(_ *rapid.T, r p) { r["action"] = "allow" })},
	{"a route to a gateway instead of nowhere", wider, func(t *rapid.T, s *scene) *scene {
		r := s.pick(t, func(r Resource) bool { return r.Type == routeType && r.Properties["state"] != nil })
		if r == "" {
			return nil
		}
		// The first letter after subnet- is the VPC's.
		gateway := "igw-vpc-" + s.props(r)["routeTableId"].(string)[len("rtb-subnet-"):][:1]
		if s.props(r)["routeTableId"] == "unused" || !s.has(gateway) {
			return nil
		}
		delete(s.props(r), "state")
		return s.set(r, p{"gatewayId": gateway})
	}},
	{"a default route to a NAT gateway where there was none", wider, func(t *rapid.T, s *scene) *scene {
		const table = "rtb-subnet-a1"
		if s.has("route-subnet-a1-0.0.0.0/0") {
			return nil
		}
		return s.add(routeType, "route-default", p{"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"})
	}},
	{"a policy's rule for everybody", wider, onPolicyRule(func(_ *rapid.T, r p) bool {
		delete(r, "from")
		delete(r, "to")
		return true
	})},
	{"a policy's rule for every port", wider, onPolicyRule(func(_ *rapid.T, r p) bool { delete(r, "ports"); return true })},
	{"one more peer of a policy's rule", wider, onPolicyRule(func(t *rapid.T, r p) bool {
		for _, side := range []string{"from", "to"} {
			// A rule without peers is for everybody already.
			if peers, _ := r[side].([]any); len(peers) > 0 {
				r[side] = append(peers, drawPeer(t))
				return true
			}
		}
		return false
	})},
	{"one more rule of a policy", wider, func(t *rapid.T, s *scene) *scene {
		spec, direction, rules := s.drawRules(t)
		if spec == nil {
			return nil
		}
		spec[direction] = append(rules, drawPolicyRule(t, direction))
		return s
	}},

	{"a rule of a group less", narrower, func(t *rapid.T, s *scene) *scene {
		return s.edit(drawOf(t, s, groupType), drawDirection(t), without(t, func(p) bool { return true }))
	}},
	{"a rule of an ACL that allows less", narrower, func(t *rapid.T, s *scene) *scene {
		return s.edit(drawOf(t, s, aclType), drawDirection(t), without(t, func(r p) bool { return r["action"] == "allow" }))
	}},
	{"a route that leads nowhere", narrower, func(t *rapid.T, s *scene) *scene {
		r := s.pick(t, func(r Resource) bool { return r.Type == routeType && r.Properties["state"] == nil })
		if r == "" {
			return nil
		}
		for _, target := range []string{"gatewayId", "natGatewayId", "vpcPeeringConnectionId"} {
			delete(s.props(r), target)
		}
		return s.set(r, p{"state": "blackhole"})
	}},
	{"a rule of a policy less", narrower, func(t *rapid.T, s *scene) *scene {
		spec, direction, rules := s.drawRules(t)
		if len(rules) == 0 {
			return nil
		}
		spec[direction] = without(t, func(p) bool { return true })(rules)
		return s
	}},
	{"a peer of a policy's rule less", narrower, onPolicyRule(func(_ *rapid.T, r p) bool {
		for _, side := range []string{"from", "to"} {
			// Without any it would be for everybody.
			if peers, _ := r[side].([]any); len(peers) > 1 {
				r[side] = peers[1:]
				return true
			}
		}
		return false
	})},
	{"one more policy that opens nothing", narrower, func(t *rapid.T, s *scene) *scene {
		closed := drawPolicy(t)
		closed["spec"].(p)["ingress"], closed["spec"].(p)["egress"] = []any{}, []any{}
		return s.add(policyType, "policy-closed", closed)
	}},
}

// drawRules picks a policy and a direction of it; without policies there is no spec.
func (s *scene) drawRules(t *rapid.T) (spec p, direction string, rules []any) {
	name := s.pick(t, func(r Resource) bool { return r.Type == policyType })
	if name == "" {
		return nil, "", nil
	}
	spec, direction = s.props(name)["spec"].(p), drawDirection(t)
	rules, _ = spec[direction].([]any)
	return spec, direction, rules
}

func drawDirection(t *rapid.T) string {
	return rapid.SampledFrom([]string{"ingress", "egress"}).Draw(t, "direction")
}

// drawOf is the name of a resource of a type.
func drawOf(t *rapid.T, s *scene, typ string) string {
	return s.pick(t, func(r Resource) bool { return r.Type == typ })
}

// pick is the name of a resource; "" when there is none.
func (s *scene) pick(t *rapid.T, is func(Resource) bool) string {
	var names []string
	for _, r := range s.resources {
		if is(r) {
			names = append(names, r.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return rapid.SampledFrom(names).Draw(t, "which")
}

func (s *scene) has(name string) bool {
	return slices.ContainsFunc(s.resources, func(r Resource) bool { return r.Name == name })
}

// props are a resource's own.
func (s *scene) props(name string) p {
	for _, r := range s.resources {
		if r.Name == name {
			return r.Properties
		}
	}
	panic("no resource " + name)
}

// edit changes a list of a resource's.
func (s *scene) edit(name, list string, to func([]any) []any) *scene {
	before, _ := s.props(name)[list].([]any)
	after := to(before)
	if after == nil {
		return nil
	}
	return s.set(name, p{list: after})
}

// onRule changes a rule that is written in its group or ACL.
func onRule(typ string, to func(*rapid.T, p)) func(*rapid.T, *scene) *scene {
	return func(t *rapid.T, s *scene) *scene {
		return s.edit(drawOf(t, s, typ), drawDirection(t), func(rules []any) []any {
			if len(rules) == 0 {
				return nil
			}
			to(t, rapid.SampledFrom(rules).Draw(t, "rule").(p))
			return rules
		})
	}
}

// onPolicyRule changes a rule of a policy.
func onPolicyRule(to func(*rapid.T, p) bool) func(*rapid.T, *scene) *scene {
	return func(t *rapid.T, s *scene) *scene {
		name := s.pick(t, func(r Resource) bool { return r.Type == policyType })
		if name == "" {
			return nil
		}
		rules, _ := s.props(name)["spec"].(p)[drawDirection(t)].([]any)
		if len(rules) == 0 || !to(t, rapid.SampledFrom(rules).Draw(t, "rule").(p)) {
			return nil
		}
		return s
	}
}

// without drops one of the entries.
func without(t *rapid.T, which func(p) bool) func([]any) []any {
	return func(list []any) []any {
		var indices []int
		for i, e := range list {
			if which(e.(p)) {
				indices = append(indices, i)
			}
		}
		if len(indices) == 0 {
			return nil
		}
		i := rapid.SampledFrom(indices).Draw(t, "gone")
		return slices.Delete(slices.Clone(list), i, i+1)
	}
}

// copied is a scene whose properties are its own.
func (s *scene) copied() *scene {
	c := &scene{resources: slices.Clone(s.resources)}
	for i := range c.resources {
		c.resources[i].Properties = copied(c.resources[i].Properties).(p)
	}
	return c
}

func copied(v any) any {
	switch v := v.(type) {
	case p:
		c := maps.Clone(v)
		for key := range c {
			c[key] = copied(c[key])
		}
		return c
	case []any:
		c := slices.Clone(v)
		for i := range c {
			c[i] = copied(c[i])
		}
		return c
	}
	return v
}

// drawCluster puts a cluster into a lab's first VPC: nodes, pods of two namespaces,
// and network policies.
func drawCluster(t *rapid.T, s *scene) {
	group := func() []any { return []any{rapid.SampledFrom([]string{"sg-0", "sg-1", "sg-2"}).Draw(t, "group")} }
	s.add(clusterType, "cluster", p{"name": "cluster", "vpcConfig": p{"subnetIds": []any{"subnet-a0"}, "securityGroupIds": group(), "clusterSecurityGroupId": "sg-cluster"}}).
		add(templateType, "template", p{"vpcSecurityGroupIds": group()}).
		add(nodeGroupType, "nodes-1", p{"clusterName": "cluster", "subnetIds": []any{"subnet-a1"}, "launchTemplate": p{"id": "template", "version": "1"}}).
		add(addonType, "vpc-cni", p{"addonName": "vpc-cni", "clusterName": "cluster", "configurationValues": `{"enableNetworkPolicy":"true","env":{"AWS_VPC_K8S_CNI_EXTERNALSNAT":"` +
			rapid.SampledFrom([]string{"true", "false"}).Draw(t, "snat") + `"}}`})
	for _, space := range []string{"red", "blue"} {
		s.add(namespaceType, space, p{"metadata": p{"name": space, "labels": p{"team": space}}})
		for _, app := range []string{"web", "api"} {
			s.add("kubernetes:apps/v1:Deployment", space+"-"+app, p{
				"metadata": p{"name": space + "-" + app, "namespace": space},
				"spec":     p{"template": p{"metadata": p{"labels": p{"app": app}}, "spec": p{"containers": []any{p{"ports": []any{p{"name": "http", "containerPort": float64(443)}}}}}}},
			})
		}
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "policies") {
		s.add(policyType, fmt.Sprintf("policy-%d", i), drawPolicy(t))
	}
}

func drawPolicy(t *rapid.T) p {
	spec := p{
		"podSelector": drawSelector(t),
		"policyTypes": rapid.SampledFrom([][]any{{"Ingress"}, {"Egress"}, {"Ingress", "Egress"}}).Draw(t, "types"),
	}
	for _, direction := range []string{"ingress", "egress"} {
		rules := []any{}
		for range rapid.IntRange(0, 2).Draw(t, "rules") {
			rules = append(rules, drawPolicyRule(t, direction))
		}
		spec[direction] = rules
	}
	return p{"metadata": p{"namespace": rapid.SampledFrom([]string{"red", "blue"}).Draw(t, "namespace")}, "spec": spec}
}

func drawSelector(t *rapid.T) p {
	app := rapid.SampledFrom([]string{"", "web", "api"}).Draw(t, "app")
	if app == "" {
		return p{}
	}
	return p{"matchLabels": p{"app": app}}
}

func drawPeer(t *rapid.T) p {
	switch rapid.IntRange(0, 3).Draw(t, "peer") {
	case 0:
		return p{"podSelector": drawSelector(t)}
	case 1:
		return p{"namespaceSelector": p{"matchLabels": p{"team": rapid.SampledFrom([]string{"red", "blue"}).Draw(t, "team")}}, "podSelector": drawSelector(t)}
	case 2:
		return p{"ipBlock": p{"cidr": rapid.SampledFrom(labPeers).Draw(t, "block")}}
	}
	return p{"ipBlock": p{"cidr": "0.0.0.0/0", "except": []any{rapid.SampledFrom(labPeers[1:]).Draw(t, "except")}}}
}

func drawPolicyRule(t *rapid.T, direction string) p {
	rule := p{}
	var peers, ports []any
	for range rapid.IntRange(0, 2).Draw(t, "peers") {
		peers = append(peers, drawPeer(t))
	}
	for range rapid.IntRange(0, 2).Draw(t, "ports") {
		ports = append(ports, p{"protocol": "TCP", "port": rapid.SampledFrom([]any{float64(443), float64(5432), "http"}).Draw(t, "port")})
	}
	side := map[string]string{"ingress": "from", "egress": "to"}[direction]
	if len(peers) > 0 {
		rule[side] = peers
	}
	if len(ports) > 0 {
		rule["ports"] = ports
	}
	return rule
}
