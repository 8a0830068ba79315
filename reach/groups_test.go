package reach

import "testing"

// The same rule in each of its shapes lets the same through.
func TestSecurityGroupRulesInEveryShape(t *testing.T) {
	t.Parallel()
	tcp := func(more p) p {
		out := p{"protocol": "tcp", "fromPort": float64(5432), "toPort": float64(5432)}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	for name, c := range map[string]struct {
		change func(*scene)
		some   string
		says   string
	}{
		"inline, by group": {
			func(s *scene) { s.set("db", p{"ingress": []any{tcp(p{"securityGroups": []any{"app"}})}}) }, "tcp 5432", "security group db: its own rule",
		},
		"inline, by range": {
			func(s *scene) { s.set("db", p{"ingress": []any{tcp(p{"cidrBlocks": []any{"10.0.0.0/16"}})}}) }, "tcp 5432", "",
		},
		"inline, by itself": {
			func(s *scene) {
				s.set("db", p{"ingress": []any{tcp(p{"self": true})}}).set("host", p{"vpcSecurityGroupIds": []any{"app", "db"}})
			}, "tcp 5432", "",
		},
		"itself, which the host has not": {
			func(s *scene) { s.set("db", p{"ingress": []any{tcp(p{"self": true})}}) }, "nothing",
			"no rule admits all from host in private (10.0.1.0/24); it would take a rule of db",
		},
		"a rule of its own, old, by group": {
			func(s *scene) {
				s.add(oldRuleType, "rule", tcp(p{"type": "ingress", "securityGroupId": "db", "sourceSecurityGroupId": "app"}))
			}, "tcp 5432", "security group db: rule",
		},
		"a rule of its own, old, by itself": {
			func(s *scene) {
				s.add(oldRuleType, "rule", tcp(p{"type": "ingress", "securityGroupId": "db", "self": true})).set("host", p{"vpcSecurityGroupIds": []any{"app", "db"}})
			}, "tcp 5432", "",
		},
		"a rule of its own, old, the wrong way": {
			func(s *scene) {
				s.add(oldRuleType, "rule", tcp(p{"type": "egress", "securityGroupId": "db", "cidrBlocks": []any{"0.0.0.0/0"}}))
			}, "nothing", "",
		},
		"a rule of its own, new, by group": {
			func(s *scene) {
				s.add(ingressType, "rule", p{"securityGroupId": "db", "ipProtocol": "tcp", "fromPort": float64(5432), "toPort": float64(5432), "referencedSecurityGroupId": "app"})
			}, "tcp 5432", "security group db: rule",
		},
		"a rule of its own, new, for all": {
			func(s *scene) {
				s.add(ingressType, "rule", p{"securityGroupId": "db", "ipProtocol": "-1", "cidrIpv4": "10.0.1.0/24"})
			}, "all", "",
		},
		"a list of ranges": {
			func(s *scene) {
				s.add(managedListType, "list", p{"entries": []any{p{"cidr": "10.0.1.0/25"}}}).
					add("aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry", "entry", p{"prefixListId": "list", "cidr": "10.0.1.128/25"}).
					add(ingressType, "rule", p{"securityGroupId": "db", "ipProtocol": "udp", "fromPort": float64(1), "toPort": float64(2), "prefixListId": "list"})
			}, "udp 1-2", "",
		},
		"ICMP": {
			func(s *scene) {
				s.set("db", p{"ingress": []any{p{"protocol": "icmp", "fromPort": float64(8), "toPort": float64(-1), "cidrBlocks": []any{"0.0.0.0/0"}}}})
			}, "icmp type 8", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ground().database()
			c.change(s)
			q := question{from: "host", to: "postgres", some: c.some}
			if c.says != "" {
				q.says = []string{c.says}
			}
			ask(t, s.network(), q)
		})
	}
}

// A group without egress rules in the program has none on AWS, because the
// provider takes the default one away. The group that every VPC has keeps its
// rules until the program adopts it.
func TestWhatGroupsAreBornWith(t *testing.T) {
	t.Parallel()
	s := ground().add(groupType, "mute", p{"vpcId": "vpc"}).
		add(instanceType, "silent", p{"subnetId": "private", "vpcSecurityGroupIds": []any{"mute"}}).
		add(instanceType, "plain", p{"subnetId": "private"}).
		add(instanceType, "plain-2", p{"subnetId": "public"})
	n := s.network()
	ask(t, n, question{from: "silent", to: "internet", some: "nothing", says: []string{"security group mute: no rule lets out all"}})
	ask(t, n, question{from: "plain", to: "internet", some: "all", says: []string{"default security group of vpc: AWS's own rule for everywhere"}})
	ask(t, n, question{from: "plain", to: "plain-2", some: "all", says: []string{"AWS's own rule for itself"}})
	ask(t, n, question{from: "host", to: "plain", some: "nothing"})

	s.add(defaultGroupType, "adopted", p{"vpcId": "vpc", "ingress": []any{}, "egress": []any{}})
	ask(t, s.network(), question{from: "plain", to: "plain-2", some: "nothing", says: []string{"security group adopted: no rule lets out"}})
}

// A rule for part of a subnet's range lets a host through or not, depending on
// the address that AWS gives it.
func TestAddressesThatNobodyKnows(t *testing.T) {
	t.Parallel()
	s := ground().database().add(ingressType, "half", p{"securityGroupId": "db", "ipProtocol": "tcp", "fromPort": float64(5432), "toPort": float64(5432), "cidrIpv4": "10.0.1.0/25"})
	ask(t, s.network(), question{from: "host", to: "postgres", some: "nothing", may: "tcp 5432", says: []string{"it depends on which address", "10.0.1.0/25"}})
	ask(t, s.set("host", p{"privateIp": "10.0.1.7"}).network(), question{from: "host", to: "postgres", some: "tcp 5432"})
	ask(t, s.set("host", p{"privateIp": "10.0.1.200"}).network(), question{from: "host", to: "postgres", some: "nothing"})
	// A range of addresses has all of its hosts.
	ask(t, s.network(), question{from: "10.0.1.0/24", to: "postgres", some: "tcp 5432"})
	ask(t, s.network(), question{from: "10.0.1.128/25", to: "postgres", some: "nothing"})
}

// What is not known counts neither as open nor as closed.
func TestUnknownFactsMakeUnknownAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*scene)
		says   string
	}{
		"the range of a rule": {func(s *scene) {
			s.add(ingressType, "rule", p{"securityGroupId": "db", "ipProtocol": "tcp", "fromPort": float64(5432), "toPort": float64(5432), "cidrIpv4": Unknown})
		}, "not known: a range of rule is not known yet"},
		"the peer of a rule": {func(s *scene) {
			s.add(ingressType, "rule", p{"securityGroupId": "db", "ipProtocol": "tcp", "fromPort": float64(5432), "toPort": float64(5432), "referencedSecurityGroupId": "sg-elsewhere"})
		}, "referencedSecurityGroupId of rule is sg-elsewhere, which is not among the resources"},
		"the group of a rule": {func(s *scene) {
			s.add(ingressType, "rule", p{"securityGroupId": Unknown, "ipProtocol": "tcp", "fromPort": float64(5432), "toPort": float64(5432), "cidrIpv4": "10.0.0.0/8"})
		}, "securityGroupId of rule is not known yet"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ground().database()
			c.change(s)
			ask(t, s.network(), question{from: "host", to: "postgres", some: "nothing", may: "tcp 5432", says: []string{c.says}})
		})
	}
	s := ground().database().set("postgres", p{"vpcSecurityGroupIds": Unknown})
	ask(t, s.network(), question{from: "host", to: "postgres", some: "nothing", may: "all", says: []string{"vpcSecurityGroupIds of postgres is not known yet"}})
}
