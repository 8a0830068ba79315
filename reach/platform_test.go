package reach

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/reach/flow"
)

// platform is a cluster on the ground: nodes in the private subnet, pods in one
// of their own by custom networking.
func platform() *scene {
	return ground().
		subnet("pod", "100.64.0.0/16", "pod").
		route("pod", "natGatewayId", "nat").
		add("aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation", "pod-range", p{"vpcId": "vpc", "cidrBlock": "100.64.0.0/16"}).
		subnet("control", "10.0.3.0/28", "control").
		add(clusterType, "cluster", p{"name": "cluster", "vpcConfig": p{"subnetIds": []any{"control"}, "clusterSecurityGroupId": "sg-cluster"}}).
		add(groupType, "pods", p{"vpcId": "vpc"}).
		add(egressType, "pods-out", p{"securityGroupId": "pods", "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}).
		add(ingressType, "pods-self", p{"securityGroupId": "pods", "ipProtocol": "-1", "referencedSecurityGroupId": "pods"}).
		add(ingressType, "pods-cluster", p{"securityGroupId": "pods", "ipProtocol": "-1", "referencedSecurityGroupId": "sg-cluster"}).
		add(ingressType, "api", p{"securityGroupId": "sg-cluster", "ipProtocol": "tcp", "fromPort": float64(443), "toPort": float64(443), "referencedSecurityGroupId": "pods"}).
		add(templateType, "template", p{}).
		add(nodeGroupType, "nodes-1", p{"clusterName": "cluster", "subnetIds": []any{"private"}, "launchTemplate": p{"id": "template", "version": "1"}}).
		add(addonType, "vpc-cni", p{"addonName": "vpc-cni", "clusterName": "cluster", "configurationValues": cni("false", "true")})
}

// cni is the configuration of the add-on.
func cni(externalSNAT, policies string) string {
	return `{"enableNetworkPolicy":"` + policies + `","eniConfig":{"create":true,"region":"r","subnets":{"a":{"id":"pod","securityGroups":["pods"]}}},` +
		`"env":{"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG":"true","AWS_VPC_K8S_CNI_EXTERNALSNAT":"` + externalSNAT + `"}}`
}

func TestCluster(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*scene)
		q      question
	}{
		"nodes to the control plane":    {func(*scene) {}, question{from: "nodes", to: "control-plane", some: "all", says: []string{"security group cluster security group of cluster: EKS's own rule for itself"}}},
		"the control plane to nodes":    {func(*scene) {}, question{from: "control-plane", to: "nodes", some: "all"}},
		"pods to the API":               {func(*scene) {}, question{from: "pods", to: "control-plane", some: "tcp 443", says: []string{"security group cluster security group of cluster: api"}}},
		"pods to pods":                  {func(*scene) {}, question{from: "pods", to: "pods", some: "all"}},
		"nodes to pods":                 {func(*scene) {}, question{from: "nodes", to: "pods", some: "all"}},
		"pods to nodes":                 {func(*scene) {}, question{from: "pods", to: "nodes", some: "tcp 443"}},
		"pods out, by their node":       {func(*scene) {}, question{from: "pods", to: "internet", some: "all", says: []string{"VPC CNI: leaves the VPC with the address of nodes-1 in private", "route table table-private"}}},
		"pods out, by themselves":       {func(s *scene) { s.set("vpc-cni", p{"configurationValues": cni("true", "true")}) }, question{from: "pods", to: "internet", some: "all", says: []string{"route table table-pod"}}},
		"pods out, their node cannot":   {func(s *scene) { s.drop("route-private") }, question{from: "pods", to: "internet", some: "nothing", says: []string{"stopped at route table table-private"}}},
		"by themselves they still can":  {func(s *scene) { s.drop("route-private").set("vpc-cni", p{"configurationValues": cni("true", "true")}) }, question{from: "pods", to: "internet", some: "all"}},
		"pods that their node excludes": {func(s *scene) { s.set("template", p{"vpcSecurityGroupIds": []any{"app"}}) }, question{from: "nodes", to: "control-plane", some: "nothing", says: []string{"no rule admits all from nodes-1 in private"}}},
		"groups of the template's interfaces": {func(s *scene) {
			s.set("template", p{"networkInterfaces": []any{p{"securityGroups": []any{"sg-cluster"}, "associatePublicIpAddress": "false"}}})
		}, question{from: "nodes", to: "control-plane", some: "all"}},
		"pods without custom networking": {func(s *scene) { s.set("vpc-cni", p{"configurationValues": ""}) }, question{from: "pods", to: "control-plane", some: "all", says: []string{"pods of cluster in private"}}},
		"pods by ENIConfig objects": {func(s *scene) {
			s.set("vpc-cni", p{"configurationValues": `{"env":{"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG":"true"}}`}).
				add("kubernetes:crd.k8s.amazonaws.com/v1alpha1:ENIConfig", "a", p{"spec": p{"subnet": "pod", "securityGroups": []any{"pods"}}})
		}, question{from: "pods", to: "control-plane", some: "tcp 443", says: []string{"pods of cluster in pod"}}},
		"nodes with public addresses": {func(s *scene) {
			s.set("template", p{"networkInterfaces": []any{p{"associatePublicIpAddress": "true"}}}).set("nodes-1", p{"subnetIds": []any{"public"}}).
				add(ingressType, "ssh", p{"securityGroupId": "sg-cluster", "ipProtocol": "tcp", "fromPort": float64(22), "toPort": float64(22), "cidrIpv4": "0.0.0.0/0"})
		}, question{from: "internet", to: "nodes", some: "tcp 22", says: []string{"ssh"}}},
		"nodes in a subnet that gives public addresses": {func(s *scene) {
			s.set("public", p{"mapPublicIpOnLaunch": true}).set("nodes-1", p{"subnetIds": []any{"public"}, "launchTemplate": nil, "remoteAccess": p{"ec2SshKey": "k"}})
		}, question{from: "internet", to: "nodes", some: "tcp 22", says: []string{"remote access group of nodes-1"}}},
		"an interface endpoint": {func(s *scene) {
			s.add(groupType, "endpoints", p{"vpcId": "vpc", "ingress": []any{p{"protocol": "tcp", "fromPort": float64(443), "toPort": float64(443), "cidrBlocks": []any{"10.0.0.0/16"}}}}).
				add(endpointType, "ecr", p{"vpcId": "vpc", "vpcEndpointType": "Interface", "subnetIds": []any{"private"}, "securityGroupIds": []any{"endpoints"}})
		}, question{from: "nodes", to: "endpoints", some: "tcp 443"}},
		"an interface endpoint that forgets the pods": {func(s *scene) {
			s.add(groupType, "endpoints", p{"vpcId": "vpc", "ingress": []any{p{"protocol": "tcp", "fromPort": float64(443), "toPort": float64(443), "cidrBlocks": []any{"10.0.0.0/16"}}}}).
				add(endpointType, "ecr", p{"vpcId": "vpc", "vpcEndpointType": "Interface", "subnetIds": []any{"private"}, "securityGroupIds": []any{"endpoints"}})
		}, question{from: "pods", to: "ecr", some: "nothing", says: []string{"no rule admits all from pods of cluster in pod (100.64.0.0/16)"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := platform()
			c.change(s)
			ask(t, s.network(), c.q)
		})
	}
}

func TestDatabases(t *testing.T) {
	t.Parallel()
	s := platform().database().add(oldRuleType, "db-in", p{"type": "ingress", "securityGroupId": "db", "protocol": "tcp", "fromPort": float64(5432), "toPort": float64(5432), "sourceSecurityGroupId": "pods"})
	ask(t, s.network(), question{from: "pods", to: "data", some: "tcp 5432", says: []string{"postgres in data", "db-in"}})
	ask(t, s.network(), question{from: "nodes", to: "postgres", some: "nothing"})
	ask(t, s.network(), question{from: "internet", to: "postgres", some: "nothing"})
	// Published, in a public subnet, to everybody.
	s.set("db-subnets", p{"subnetIds": []any{"public"}}).set("postgres", p{"publiclyAccessible": true}).
		add(ingressType, "world", p{"securityGroupId": "db", "ipProtocol": "tcp", "fromPort": float64(5432), "toPort": float64(5432), "cidrIpv4": "0.0.0.0/0"})
	ask(t, s.network(), question{from: "internet", to: "postgres", some: "tcp 5432", says: []string{"internet gateway igw: to the public address of postgres in public"}})
	// Without a group it has the VPC's; without a subnet group nobody knows where it is.
	s.set("postgres", p{"vpcSecurityGroupIds": nil})
	ask(t, s.network(), question{from: "pods", to: "postgres", some: "nothing", says: []string{"default security group of vpc"}})
	s.set("postgres", p{"dbSubnetGroupName": nil})
	ask(t, s.network(), question{from: "pods", to: "postgres", some: "nothing", may: "all", says: []string{"the subnet group of postgres is the account's default one"}})
	// A cluster's instances stand where the cluster does.
	s = platform().add("aws:rds/subnetGroup:SubnetGroup", "g", p{"subnetIds": []any{"data"}}).
		add("aws:rds/cluster:Cluster", "aurora", p{"dbSubnetGroupName": "g", "vpcSecurityGroupIds": []any{"pods"}}).
		add("aws:rds/clusterInstance:ClusterInstance", "aurora-1", p{"clusterIdentifier": "aurora"})
	ask(t, s.network(), question{from: "pods", to: "data", some: "all", says: []string{"aurora in data"}})
}

func TestLoadBalancers(t *testing.T) {
	t.Parallel()
	s := platform().add(groupType, "front", p{"vpcId": "vpc", "ingress": []any{p{"protocol": "tcp", "fromPort": float64(443), "toPort": float64(443), "cidrBlocks": []any{"0.0.0.0/0"}}}}).
		add("aws:alb/loadBalancer:LoadBalancer", "web", p{"subnets": []any{"public"}, "securityGroups": []any{"front"}}).
		add("aws:lb/loadBalancer:LoadBalancer", "inner", p{"internal": true, "subnets": []any{"private"}, "securityGroups": []any{"front"}}).
		add("aws:lb/loadBalancer:LoadBalancer", "nlb", p{"loadBalancerType": "network", "subnetMappings": []any{p{"subnetId": "public"}}})
	n := s.network()
	ask(t, n, question{from: "internet", to: "web", some: "tcp 443"})
	ask(t, n, question{from: "internet", to: "inner", some: "nothing", says: []string{"it has no public address"}})
	ask(t, n, question{from: "internet", to: "nlb", some: "all"})
	ask(t, n, question{from: "web", to: "pods", some: "nothing", says: []string{"security group front: no rule lets out"}})

	// Those that the controller makes, in the subnets with the tag of their scheme.
	s = platform().set("public", p{"tags": p{"slipway:tier": "public", "kubernetes.io/role/elb": "1"}}).
		set("private", p{"tags": p{"slipway:tier": "private", "kubernetes.io/role/internal-elb": "1"}})
	ingress := func(name string, notes p) {
		s.add("kubernetes:networking.k8s.io/v1:Ingress", name, p{"metadata": p{"name": name, "annotations": notes}, "spec": p{"ingressClassName": "alb"}})
	}
	ingress("shop", p{"alb.ingress.kubernetes.io/scheme": "internet-facing", "alb.ingress.kubernetes.io/target-type": "ip",
		"alb.ingress.kubernetes.io/listen-ports": `[{"HTTPS":443},{"HTTP":80}]`, "alb.ingress.kubernetes.io/inbound-cidrs": "203.0.113.0/24"})
	ingress("admin", p{})
	s.add(serviceType, "tcp", p{"metadata": p{"name": "tcp", "annotations": p{"service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing", "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip"}},
		"spec": p{"type": "LoadBalancer", "ports": []any{p{"port": float64(9000), "protocol": "TCP"}}}})
	n = s.network()
	if gaps := n.Gaps(); len(gaps) > 0 {
		t.Error(gaps)
	}
	ask(t, n, question{from: "internet", to: "shop", some: "tcp 80, 443", says: []string{"only from 203.0.113.0/24"}})
	ask(t, n, question{from: "internet", to: "admin", some: "nothing", says: []string{"admin in private: it has no public address"}})
	ask(t, n, question{from: "pods", to: "admin", some: "tcp 80"})
	ask(t, n, question{from: "shop", to: "pods", some: "tcp; udp", says: []string{"rule of the load balancer controller for shop"}})
	ask(t, n, question{from: "admin", to: "nodes", some: "tcp; udp"})
	ask(t, n, question{from: "internet", to: "load-balancers", some: "tcp 80, 443, 9000"})
}

// policy is a NetworkPolicy of a namespace.
func (s *scene) policy(name, namespace string, spec p) *scene {
	return s.add(policyType, name, p{"metadata": p{"name": name, "namespace": namespace}, "spec": spec})
}

// deployment is a workload with labels and a named port.
func (s *scene) deployment(name, namespace string, labels p) *scene {
	return s.add("kubernetes:apps/v1:Deployment", name, p{"metadata": p{"name": name, "namespace": namespace}, "spec": p{"template": p{
		"metadata": p{"labels": labels}, "spec": p{"containers": []any{p{"ports": []any{p{"name": "http", "containerPort": float64(8080)}}}}},
	}}})
}

func TestNetworkPolicies(t *testing.T) {
	t.Parallel()
	spaces := func() *scene {
		s := platform()
		for _, name := range []string{"shop", "team"} {
			s.add(namespaceType, name, p{"metadata": p{"name": name, "labels": p{"of": name}}})
		}
		return s.deployment("web", "shop", p{"app": "web"}).deployment("job", "team", p{"app": "job"}).
			policy("closed", "shop", p{"podSelector": p{}, "policyTypes": []any{"Ingress"}})
	}
	from := func(peer p) p {
		return p{"podSelector": p{"matchLabels": p{"app": "web"}}, "ingress": []any{p{"from": []any{peer}, "ports": []any{p{"port": "http"}, p{"port": float64(9000), "endPort": float64(9010), "protocol": "UDP"}}}}}
	}
	for name, c := range map[string]struct {
		change func(*scene)
		q      question
	}{
		"closed":              {func(*scene) {}, question{from: "namespace:team", to: "namespace:shop", some: "nothing", says: []string{"network policies of pods of namespace shop: closed isolates them"}}},
		"not selected":        {func(*scene) {}, question{from: "namespace:shop", to: "namespace:team", some: "all", says: []string{"none selects them"}}},
		"closed to nodes too": {func(*scene) {}, question{from: "nodes", to: "namespace:shop", some: "nothing"}},
		"not enforced":        {func(s *scene) { s.set("vpc-cni", p{"configurationValues": cni("false", "false")}) }, question{from: "namespace:team", to: "namespace:shop", some: "all"}},
		"enforced, as far as known": {func(s *scene) {
			s.set("vpc-cni", p{"configurationValues": Unknown}).resources[len(s.resources)-1].PropertyDependencies = nil
		}, question{from: "namespace:team", to: "namespace:team", some: "all"}},
		"opened by namespace": {func(s *scene) {
			s.policy("open", "shop", from(p{"namespaceSelector": p{"matchLabels": p{"of": "team"}}}))
		}, question{from: "namespace:team", to: "web", some: "tcp 8080; udp 9000-9010", says: []string{"policy open"}}},
		"opened by its own name": {func(s *scene) {
			s.policy("open", "shop", from(p{"namespaceSelector": p{"matchLabels": p{namespaceLabel: "team"}}}))
		}, question{from: "namespace:team", to: "web", some: "tcp 8080; udp 9000-9010"}},
		"opened to another": {func(s *scene) {
			s.policy("open", "shop", from(p{"namespaceSelector": p{"matchLabels": p{"of": "other"}}}))
		}, question{from: "namespace:team", to: "web", some: "nothing"}},
		"opened by pod": {func(s *scene) {
			s.policy("open", "shop", from(p{"namespaceSelector": p{}, "podSelector": p{"matchLabels": p{"app": "job"}}}))
		}, question{from: "job", to: "web", some: "tcp 8080; udp 9000-9010"}},
		"perhaps opened by pod": {func(s *scene) {
			s.policy("open", "shop", from(p{"namespaceSelector": p{}, "podSelector": p{"matchLabels": p{"app": "job"}}}))
		}, question{from: "namespace:team", to: "web", some: "nothing", may: "tcp 8080; udp 9000-9010", says: []string{"whether policy open opens to pods of namespace team"}}},
		"pods of the same namespace": {func(s *scene) { s.policy("open", "shop", from(p{"podSelector": p{}})) }, question{from: "namespace:team", to: "web", some: "nothing"}},
		"opened by range": {func(s *scene) {
			s.policy("open", "shop", from(p{"ipBlock": p{"cidr": "10.0.0.0/16", "except": []any{"10.0.1.0/24"}}}))
		}, question{from: "control-plane", to: "web", some: "tcp 8080; udp 9000-9010"}},
		"but for an exception": {func(s *scene) {
			s.policy("open", "shop", from(p{"ipBlock": p{"cidr": "10.0.0.0/16", "except": []any{"10.0.1.0/24"}}}))
		}, question{from: "nodes", to: "web", some: "nothing"}},
		"no way out": {func(s *scene) { s.policy("mute", "team", p{"podSelector": p{}, "policyTypes": []any{"Egress"}}) }, question{from: "namespace:team", to: "internet", some: "nothing", says: []string{"mute isolates them"}}},
		"only DNS out": {func(s *scene) {
			s.policy("dns", "team", p{"podSelector": p{}, "egress": []any{p{"ports": []any{p{"port": float64(53), "protocol": "UDP"}}, "to": []any{p{"namespaceSelector": p{"matchLabels": p{namespaceLabel: systemSpace}}, "podSelector": p{"matchLabels": p{"k8s-app": "kube-dns"}}}}}}})
		}, question{from: "namespace:team", to: "web", some: "nothing"}},
		"perhaps selected by another that opens nothing": {func(s *scene) {
			s.policy("perhaps", "shop", p{"podSelector": p{"matchLabels": p{"app": "web"}}, "policyTypes": []any{"Ingress"}})
		}, question{from: "namespace:team", to: "namespace:shop", some: "nothing", says: []string{"stopped at network policies of pods of namespace shop"}}},
		"perhaps selected by another that opens something": {func(s *scene) {
			s.policy("perhaps", "shop", from(p{"namespaceSelector": p{}}))
		}, question{from: "namespace:team", to: "namespace:shop", some: "nothing", may: "tcp; udp 9000-9010", says: []string{"whether policy perhaps selects pods of namespace shop"}}},
		"perhaps selected, and by no other": {func(s *scene) {
			s.policy("perhaps", "team", p{"podSelector": p{"matchLabels": p{"app": "job"}}, "policyTypes": []any{"Ingress"}})
		}, question{from: "namespace:shop", to: "namespace:team", some: "nothing", may: "all", says: []string{"whether policy perhaps selects pods of namespace team"}}},
		"a service": {func(s *scene) {
			s.policy("open", "shop", from(p{"namespaceSelector": p{}})).
				add(serviceType, "web-service", p{"metadata": p{"name": "web-service", "namespace": "shop"}, "spec": p{"selector": p{"app": "web"}, "ports": []any{p{"port": float64(80)}}}})
		}, question{from: "job", to: "web-service", some: "tcp 8080; udp 9000-9010", says: []string{"pods of shop/web"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := spaces()
			c.change(s)
			ask(t, s.network(), c.q)
		})
	}
	n := spaces().network()
	findings := n.Check(n.Standing()...)
	var said []string
	for _, f := range findings {
		said = append(said, f.Error())
	}
	if text := strings.Join(said, "\n"); !strings.Contains(text, "no NetworkPolicy selects all pods of namespace team") || strings.Contains(text, "namespace shop for ingress") {
		t.Errorf("standing assertions: %s", text)
	}
}

func TestSelectors(t *testing.T) {
	t.Parallel()
	expression := func(operator string, values ...any) p {
		return p{"matchExpressions": []any{p{"key": "k", "operator": operator, "values": values}}}
	}
	for name, c := range map[string]struct {
		selector props
		exact    bool
		labels   map[string]string
		want     tri
	}{
		"empty":                    {props{}, false, nil, yes},
		"has it":                   {props{"matchLabels": p{"k": "v"}}, true, map[string]string{"k": "v"}, yes},
		"has another":              {props{"matchLabels": p{"k": "v"}}, false, map[string]string{"k": "w"}, no},
		"has none":                 {props{"matchLabels": p{"k": "v"}}, true, nil, no},
		"may have it":              {props{"matchLabels": p{"k": "v"}}, false, nil, maybe},
		"in":                       {expression("In", "v", "w"), true, map[string]string{"k": "w"}, yes},
		"not in":                   {expression("NotIn", "v"), true, map[string]string{"k": "v"}, no},
		"not in, absent":           {expression("NotIn", "v"), true, nil, yes},
		"not in, perhaps":          {expression("NotIn", "v"), false, nil, maybe},
		"exists":                   {expression("Exists"), true, nil, no},
		"does not exist":           {expression("DoesNotExist"), true, map[string]string{"k": "v"}, no},
		"does not exist, perhaps":  {expression("DoesNotExist"), false, nil, maybe},
		"no beats perhaps":         {props{"matchLabels": p{"k": "v", "l": "m"}}, false, map[string]string{"l": "n"}, no},
		"an operator nobody knows": {expression("Near"), true, nil, maybe},
	} {
		if got := selects(c.selector, c.labels, c.exact); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// The matrix names groups that have places, and namespaces where there are
// policies.
func TestMatrix(t *testing.T) {
	t.Parallel()
	m, err := platform().database().network().Matrix()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := m.Write(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"from \\ to", "pods           to control-plane  tcp 443", "by NAT gateway nat as 52.0.0.1"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the matrix does not say %q:\n%s", want, out.String())
		}
	}
	if r := m.Cells[0][0]; r != nil {
		t.Error("the internet was asked about itself")
	}
	s := Sum{All: flow.Port(flow.TCP, 1), Some: flow.Ports(flow.TCP, 1, 2), May: flow.Ports(flow.TCP, 1, 3), Sources: []string{"a"}, Exits: []string{"b"}}
	if got, want := s.String(), "tcp 1; between some: tcp 1-2; perhaps: tcp 1-3 from a by b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A port by a name that nobody knows is perhaps any, and surely none.
func TestPolicyOfANamedPort(t *testing.T) {
	s := platform().add(namespaceType, "team", p{"metadata": p{"name": "team"}}).
		policy("out", "team", p{"podSelector": p{}, "policyTypes": []any{"Egress"}, "egress": []any{p{"ports": []any{p{"port": "http"}}}}})
	ask(t, s.network(), question{from: "namespace:team", to: "internet", some: "nothing", may: "tcp"})
}
