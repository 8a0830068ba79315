package reach

import (
	"maps"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/reach/flow"
)

// p are properties.
type p = map[string]any

// scene is a list of resources that a test writes down. Their identifiers are
// their names.
type scene struct{ resources []Resource }

func (s *scene) add(typ, name string, properties p) *scene {
	s.resources = append(s.resources, Resource{Type: typ, Name: name, URN: "urn:pulumi:t::t::" + typ + "::" + name, ID: name, Properties: properties})
	return s
}

// set changes properties of a resource.
func (s *scene) set(name string, properties p) *scene {
	for i, r := range s.resources {
		if r.Name == name {
			s.resources[i].Properties = maps.Clone(r.Properties)
			maps.Copy(s.resources[i].Properties, properties)
			return s
		}
	}
	panic("no resource " + name)
}

// drop takes a resource away.
func (s *scene) drop(name string) *scene {
	for i, r := range s.resources {
		if r.Name == name {
			s.resources = append(s.resources[:i:i], s.resources[i+1:]...)
			return s
		}
	}
	panic("no resource " + name)
}

func (s *scene) network() *Network { return New(s.resources) }

const (
	routeType       = "aws:ec2/route:Route"
	associationType = "aws:ec2/routeTableAssociation:RouteTableAssociation"
	ingressType     = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	egressType      = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
	oldRuleType     = "aws:ec2/securityGroupRule:SecurityGroupRule"
)

// subnet adds a subnet with a route table of its own.
func (s *scene) subnet(name, cidr, tier string) *scene {
	return s.add(subnetType, name, p{"vpcId": "vpc", "cidrBlock": cidr, "availabilityZone": "a", "tags": p{"slipway:tier": tier}}).
		add(tableType, "table-"+name, p{"vpcId": "vpc"}).
		add(associationType, "association-"+name, p{"subnetId": name, "routeTableId": "table-" + name})
}

// route adds a default route of a subnet.
func (s *scene) route(subnet, property, target string) *scene {
	return s.add(routeType, "route-"+subnet, p{"routeTableId": "table-" + subnet, "destinationCidrBlock": "0.0.0.0/0", property: target})
}

// ground is a VPC with a public, a private and a data subnet, a NAT gateway, and
// a host in the private one whose group lets everything out and nothing in.
func ground() *scene {
	return new(scene).
		add(vpcType, "vpc", p{"cidrBlock": "10.0.0.0/16"}).
		add(gatewayType, "igw", p{"vpcId": "vpc"}).
		subnet("public", "10.0.0.0/24", "public").
		subnet("private", "10.0.1.0/24", "private").
		subnet("data", "10.0.2.0/24", "data").
		add(addressType, "eip", p{"publicIp": "52.0.0.1"}).
		add(natType, "nat", p{"subnetId": "public", "allocationId": "eip", "privateIp": "10.0.0.4"}).
		route("public", "gatewayId", "igw").
		route("private", "natGatewayId", "nat").
		add(groupType, "app", p{"vpcId": "vpc"}).
		add(egressType, "app-out", p{"securityGroupId": "app", "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}).
		add(instanceType, "host", p{"subnetId": "private", "vpcSecurityGroupIds": []any{"app"}})
}

// database adds an RDS instance in the data subnet with a group of its own.
func (s *scene) database() *scene {
	return s.add(groupType, "db", p{"vpcId": "vpc"}).
		add("aws:rds/subnetGroup:SubnetGroup", "db-subnets", p{"subnetIds": []any{"data"}}).
		add("aws:rds/instance:Instance", "postgres", p{"dbSubnetGroupName": "db-subnets", "vpcSecurityGroupIds": []any{"db"}, "port": float64(5432)})
}

// question is one query and what must come out.
type question struct {
	from, to string
	// some and may are what gets through; may is some when it is "".
	some, may string
	// says is what the text of the first pair must contain.
	says []string
}

func ask(t *testing.T, n *Network, q question) {
	t.Helper()
	from, err := ParseEndpoint(q.from)
	if err != nil {
		t.Fatal(err)
	}
	to, err := ParseEndpoint(q.to)
	if err != nil {
		t.Fatal(err)
	}
	r, err := n.From(from).To(to)
	if err != nil {
		t.Errorf("%s to %s: %v", q.from, q.to, err)
		return
	}
	if q.may == "" {
		q.may = q.some
	}
	if got := r.Some().String(); got != q.some {
		t.Errorf("%s to %s: %s gets through, want %s", q.from, q.to, got, q.some)
	}
	if got := r.May().String(); got != q.may {
		t.Errorf("%s to %s: %s may get through, want %s", q.from, q.to, got, q.may)
	}
	if len(r.Pairs) == 0 {
		if len(q.says) > 0 {
			t.Errorf("%s to %s: nobody is there", q.from, q.to)
		}
		return
	}
	text := r.Pairs[0].Text(flow.All())
	for _, want := range q.says {
		if !strings.Contains(text, want) {
			t.Errorf("%s to %s: the text does not say %q:\n%s", q.from, q.to, want, text)
		}
	}
}
