package reach

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/reach/flow"
)

// alone holds that a pair has the answer that it has when it is asked for alone.
func alone(t interface{ Fatalf(string, ...any) }, p Pair) {
	if want, got := in(p.about.answer(p.From, p.To)), in(p.answer); got != want {
		t.Fatalf("%s to %s is answered like others: %s\nit should be: %s", p.From, p.To, got, want)
	}
}

// in is an answer in words.
func in(a answer) string {
	return fmt.Sprintf("some %s, all %s, may %s, from %q, by %s, perhaps by %s", a.Some, a.All, a.May, a.Sources, a.Exits, a.mayExits)
}

// Of places that are alike one is asked; what it is told holds for all of them.
func TestPlacesThatAreAlikeHaveOneAnswer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := drawLab(t)
		// More hosts, some of them like others.
		for range rapid.IntRange(2, 5).Draw(t, "more") {
			like := *rapid.SampledFrom(l.hosts).Draw(t, "like")
			like.name += "'"
			like.ip = rapid.SampledFrom([]string{"10.0.1.11", "10.0.2.11", "10.0.2.200", "10.0.3.11", "10.1.1.11"}).Draw(t, "ip")
			for _, v := range l.vpcs {
				for _, s := range v.subnets {
					if contains(s.cidr, like.ip) {
						like.subnet = s
					}
				}
			}
			if like.public != "" {
				like.public = "203.0.113.200"
			}
			l.hosts = append(l.hosts, &like)
		}
		s := &scene{resources: l.resources()}
		drawCluster(t, s)
		m, err := s.network().Matrix()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range m.Cells {
			for _, r := range row {
				if r != nil {
					for _, p := range r.Pairs {
						alone(t, p)
					}
				}
			}
		}
	})
}

// The same of a large network, for pairs taken at random; and most of its pairs are like
// others.
func TestLargeNetworkIsMostlyAlike(t *testing.T) {
	t.Parallel()
	n := estate(1000).network()
	m, err := n.Matrix()
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, row := range m.Cells {
		for _, r := range row {
			if r == nil {
				continue
			}
			for range min(20, len(r.Pairs)) {
				alone(t, r.Pairs[random.IntN(len(r.Pairs))])
			}
		}
	}
	nodes := n.Places(RoleNodes)
	a := n.asker(flow.All())
	if a.pairs(nodes, nodes); len(nodes) != 90 || len(a.answers) > 90*90/5 {
		t.Errorf("%d nodes make %d different pairs: want 90, and a fifth of all pairs at most", len(nodes), len(a.answers))
	}
}

// What tells two places apart: they have all in common but one thing, and so another answer
// each.
func TestWhatTellsPlacesApart(t *testing.T) {
	t.Parallel()
	open := func(name string) p {
		return p{"vpcId": "vpc", "ingress": groupProps([]labRule{{protocol: "-1", peer: "0.0.0.0/0"}}), "egress": groupProps([]labRule{{protocol: "-1", peer: "0.0.0.0/0"}})}
	}
	acl := func(in, out []labACLRule, subnets ...any) p {
		return p{"vpcId": "vpc", "subnetIds": subnets, "ingress": aclProps(in), "egress": aclProps(out)}
	}
	everything := []labACLRule{{100, true, "-1", 0, 0, "0.0.0.0/0"}}
	host := func(subnet string) p { return p{"subnetId": subnet, "vpcSecurityGroupIds": []any{"open"}} }
	base := func() *scene {
		return ground().add(groupType, "open", open("open")).
			subnet("private-2", "10.0.3.0/24", "private").route("private-2", "natGatewayId", "nat")
	}
	cluster := func(s *scene, name, env string) *scene {
		return s.add(clusterType, name, p{"name": name, "vpcConfig": p{"subnetIds": []any{"private"}}}).
			add(templateType, "template-"+name, p{"vpcSecurityGroupIds": []any{"open"}}).
			add(nodeGroupType, "nodes-"+name, p{"clusterName": name, "subnetIds": []any{"private-2"}, "launchTemplate": p{"id": "template-" + name, "version": "1"}}).
			add(addonType, "cni-"+name, p{"addonName": "vpc-cni", "clusterName": name, "configurationValues": `{"eniConfig":{"subnets":{"a":{"id":"private","securityGroups":["open"]}}},"env":{"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG":"true",` + env + `}}`})
	}
	// A second VPC behind a transit gateway, that admits nodes' addresses only.
	other := func(s *scene, subnets ...any) *scene {
		s.add("aws:ec2transitgateway/transitGateway:TransitGateway", "hub", p{}).
			add(vpcType, "vpc-2", p{"cidrBlock": "10.9.0.0/16"}).
			add(subnetType, "far", p{"vpcId": "vpc-2", "cidrBlock": "10.9.0.0/24", "availabilityZone": "a"}).
			add(tableType, "table-far", p{"vpcId": "vpc-2"}).add(associationType, "association-far", p{"subnetId": "far", "routeTableId": "table-far"}).
			add(routeType, "back", p{"routeTableId": "table-far", "destinationCidrBlock": "10.0.0.0/16", "transitGatewayId": "hub"}).
			add(groupType, "far-group", p{"vpcId": "vpc-2", "ingress": groupProps([]labRule{{protocol: "-1", peer: "10.0.3.0/24"}})}).
			add(instanceType, "far-host", p{"subnetId": "far", "vpcSecurityGroupIds": []any{"far-group"}}).
			add("aws:ec2transitgateway/vpcAttachment:VpcAttachment", "near", p{"vpcId": "vpc", "transitGatewayId": "hub", "subnetIds": subnets}).
			add("aws:ec2transitgateway/vpcAttachment:VpcAttachment", "there", p{"vpcId": "vpc-2", "transitGatewayId": "hub", "subnetIds": []any{"far"}})
		for _, subnet := range []string{"private", "private-2"} {
			s.add(routeType, "hub-"+subnet, p{"routeTableId": "table-" + subnet, "destinationCidrBlock": "10.9.0.0/16", "transitGatewayId": "hub"})
		}
		return s
	}
	for name, c := range map[string]struct {
		scene                *scene
		from, to, or, orFrom string
	}{
		"the subnet that the other is in": {
			base().add(aclType, "closed", acl(nil, nil, "private", "private-2")).add(instanceType, "one", host("private")).add(instanceType, "two", host("private")).add(instanceType, "three", host("private-2")),
			"one", "two", "three", "one",
		},
		"a public address": {
			base().add(instanceType, "one", host("public")).add(instanceType, "two", host("public")).set("two", p{"associatePublicIpAddress": true}),
			"internet", "one", "two", "internet",
		},
		"the ports of its clients": {
			base().add(aclType, "linux", acl(everything, []labACLRule{{100, true, "tcp", 32768, 60999, "0.0.0.0/0"}}, "private-2")).
				add(instanceType, "two", host("private-2")).add(instanceType, "one", host("private")).
				add(clusterType, "cluster", p{"name": "cluster", "vpcConfig": p{"subnetIds": []any{"private"}}}).
				add(templateType, "template", p{"vpcSecurityGroupIds": []any{"open"}}).
				add(nodeGroupType, "linux-nodes", p{"clusterName": "cluster", "subnetIds": []any{"private"}, "launchTemplate": p{"id": "template", "version": "1"}}),
			"one", "two", "two", "linux-nodes",
		},
		"a range that is not known": {
			base().add(instanceType, "one", host("private")).add(instanceType, "two", host("private-2")).set("private-2", p{"ipv6CidrBlock": Unknown}),
			"internet", "one", "two", "internet",
		},
		"groups that are not known": {
			base().add(instanceType, "one", p{"subnetId": "private", "vpcSecurityGroupIds": []any{"app"}}).add(instanceType, "two", p{"subnetId": "private", "vpcSecurityGroupIds": []any{"app", Unknown}}),
			"host", "one", "two", "host",
		},
		"groups in the way": {
			base().add("aws:lb/loadBalancer:LoadBalancer", "one", p{"subnets": []any{"private"}, "internal": true, "loadBalancerType": "network"}).
				add("aws:lb/loadBalancer:LoadBalancer", "two", p{"subnets": []any{"private"}, "internal": true, "loadBalancerType": "network", "securityGroups": []any{}}).
				add(groupType, "none", p{"vpcId": "vpc"}).set("two", p{"securityGroups": []any{"none"}}),
			"host", "one", "two", "host",
		},
		"an address of its own outside": {
			cluster(cluster(other(base(), "private"), "kept", `"AWS_VPC_K8S_CNI_EXTERNALSNAT":"true"`), "translated", `"AWS_VPC_K8S_CNI_EXTERNALSNAT":"false"`),
			"pods of kept", "far-host", "far-host", "pods of translated",
		},
		"addresses that it keeps for some": {
			cluster(cluster(other(base(), "private"), "kept", `"AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS":"10.9.0.0/16"`), "translated", `"AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS":"10.8.0.0/16"`),
			"pods of kept", "far-host", "far-host", "pods of translated",
		},
		"a zone that is attached": {
			other(base().set("private", p{"availabilityZone": "b"}).add(instanceType, "one", host("private")).add(instanceType, "two", host("private-2")), "private-2").set("far-group", p{"ingress": groupProps([]labRule{{protocol: "-1", peer: "10.0.0.0/16"}})}),
			"one", "far-host", "far-host", "two",
		},
	} {
		n := c.scene.network()
		find := func(text string) []*Place {
			e, err := ParseEndpoint(text)
			if err != nil {
				t.Fatal(err)
			}
			places, err := e.find(n)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			return places
		}
		pairs := n.asker(flow.All()).pairs(append(find(c.from), find(c.orFrom)...), append(find(c.to), find(c.or)...))
		different := map[string]bool{}
		for _, p := range pairs {
			alone(t, p)
			different[in(p.answer)] = true
		}
		if len(different) < 2 {
			t.Errorf("%s: %s to %s and %s to %s have one answer: %v", name, c.from, c.to, c.orFrom, c.or, different)
		}
	}
}
