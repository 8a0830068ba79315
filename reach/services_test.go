package reach

import (
	"testing"

	"github.com/slipway-iac/slipway/reach/flow"
)

// A Service and the workload behind it are one set of pods, by their own name or with
// their namespace's, at either end of a question.
func TestServicesAreAsked(t *testing.T) {
	t.Parallel()
	s := ground()
	for _, space := range []string{"blue", "red"} {
		s.add(namespaceType, space, p{"metadata": p{"name": space}}).
			add("kubernetes:apps/v1:Deployment", space+"-web", p{
				"metadata": p{"name": "web", "namespace": space},
				"spec":     p{"template": p{"metadata": p{"labels": p{"app": "web"}}}},
			}).
			add(serviceType, space+"-front", p{"metadata": p{"name": "web", "namespace": space}, "spec": p{"selector": p{"app": "web"}}})
	}
	s.add(policyType, "closed", p{"metadata": p{"namespace": "red"}, "spec": p{"podSelector": p{}, "policyTypes": []any{"Ingress"}}}).
		add(clusterType, "cluster", p{"name": "cluster", "vpcConfig": p{"subnetIds": []any{"private"}}}).
		add(nodeGroupType, "nodes-1", p{"clusterName": "cluster", "subnetIds": []any{"private"}}).
		add(addonType, "vpc-cni", p{"addonName": "vpc-cni", "clusterName": "cluster", "configurationValues": `{"enableNetworkPolicy":"true"}`})
	n := s.network()
	for _, c := range []struct {
		from, to string
		pairs    int
		want     Answer
	}{
		{"red/web", "blue/web", 1, AnswerYes},
		{"blue/web", "red/web", 1, AnswerNo},
		{"blue-front", "red-front", 1, AnswerNo},
		{"web", "blue/web", 2, AnswerYes},
		{"red-web", "internet", 1, AnswerYes},
	} {
		from, _ := ParseEndpoint(c.from)
		to, _ := ParseEndpoint(c.to)
		r, err := n.From(from).Over(flow.Port(flow.TCP, 8080)).To(to)
		if err != nil {
			t.Errorf("%s to %s: %v", c.from, c.to, err)
			continue
		}
		if r.Answer() != c.want || len(r.Pairs) != c.pairs {
			t.Errorf("%s to %s: %s between %d pairs, want %s between %d", c.from, c.to, r.Answer(), len(r.Pairs), c.want, c.pairs)
		}
	}
}

// A service of AWS with interface endpoints is these.
func TestServiceByInterfaceEndpoint(t *testing.T) {
	t.Parallel()
	s := ground().add(groupType, "vpce", p{"vpcId": "vpc", "ingress": groupProps([]labRule{{"tcp", 443, 443, "10.0.1.0/24"}})}).
		add(endpointType, "registry", p{"vpcId": "vpc", "serviceName": "com.amazonaws.eu-central-1.ecr.api", "vpcEndpointType": "Interface", "subnetIds": []any{"private"}, "securityGroupIds": []any{"vpce"}})
	ask(t, s.network(), question{from: "host", to: "service:ecr.api", some: "tcp 443", says: []string{"into registry in private, security group vpce"}})
	if _, err := s.network().From(Named("host")).To(Service("sqs")); err == nil || err.Error() != "to service:sqs: no endpoint of sqs is among the resources, so its addresses are not known" {
		t.Errorf("a service without an endpoint: %v", err)
	}
}
