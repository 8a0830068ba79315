package reach

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/reach/flow"
)

func TestAssertions(t *testing.T) {
	t.Parallel()
	postgres := flow.Port(flow.TCP, 5432)
	db := func(peer p) *scene {
		rule := p{"securityGroupId": "db", "ipProtocol": "tcp", "fromPort": float64(5432), "toPort": float64(5432)}
		for key, v := range peer {
			rule[key] = v
		}
		return ground().database().add(ingressType, "db-in", rule)
	}
	host, data := Named("host"), Named("postgres")
	for name, c := range map[string]struct {
		scene     *scene
		assertion Assertion
		// says is what the error says; "" means that the assertion holds.
		says string
	}{
		"must, and does":           {db(p{"referencedSecurityGroupId": "app"}), Must(host, data, postgres), ""},
		"must, and cannot":         {db(p{"cidrIpv4": "10.9.0.0/16"}), Must(host, data, postgres), "host must reach postgres on tcp 5432: this does not hold\nhost in private to postgres in data, tcp 5432: no\n  stopped at into postgres"},
		"must, and not from all":   {db(p{"cidrIpv4": "10.0.1.0/25"}), Must(host, data, postgres), "this may not hold"},
		"must, and not on all":     {db(p{"referencedSecurityGroupId": "app"}), Must(host, data, flow.Ports(flow.TCP, 5432, 5433)), "this does not hold"},
		"must not, and does not":   {db(p{"cidrIpv4": "10.9.0.0/16"}), MustNot(host, data, flow.All()), ""},
		"must not, and does":       {db(p{"referencedSecurityGroupId": "app"}), MustNot(host, data, flow.All()), "security group db: db-in"},
		"must not, and may":        {db(p{"cidrIpv4": Unknown}), MustNot(host, data, flow.All()), "this may not hold"},
		"nobody of that name":      {ground(), MustNot(host, data, flow.All()), "it cannot be asked: to postgres: no resource called \"postgres\" has an address; known are host, nat"},
		"nobody to reach":          {ground(), Must(host, InRole(RolePods), postgres), ""},
		"leaves by NAT":            {ground(), MustLeaveByNAT(host), ""},
		"does not leave":           {ground().drop("route-private"), MustLeaveByNAT(host), ""},
		"leaves by itself":         {ground().set("host", p{"subnetId": "public", "associatePublicIpAddress": true}), MustLeaveByNAT(host), "internet gateway igw: leaves the network"},
		"may leave by itself":      {ground().set("route-private", p{"natGatewayId": Unknown}), MustLeaveByNAT(host), "this may not hold"},
		"may leave by a half more": {ground().add(routeType, "half", p{"routeTableId": "table-private", "destinationCidrBlock": "0.0.0.0/1", "natGatewayId": "nat-elsewhere"}), MustLeaveByNAT(host), "this may not hold"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := c.scene.network()
			err := Err(n.Check(c.assertion))
			switch {
			case c.says == "" && err != nil:
				t.Error(err)
			case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
				t.Errorf("want an error that says %q, got %v", c.says, err)
			}
		})
	}
}

// A result says once what several pairs have in common, and apart what differs.
func TestReport(t *testing.T) {
	t.Parallel()
	s := platform().subnet("data-2", "10.0.4.0/24", "data")
	r, err := s.network().From(Internet).To(InTier(TierData))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := r.Write(&out); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); strings.Count(got, "stopped at") != 1 || !strings.Contains(got, "likewise internet to data-2") {
		t.Errorf("two subnets of one kind:\n%s", got)
	}
	r, err = s.route("data-2", "gatewayId", "igw").network().From(Internet).To(InTier(TierData))
	if err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := r.Write(&out); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); strings.Contains(got, "likewise") || !strings.Contains(got, "internet to data-2, all: yes") {
		t.Errorf("two subnets that differ:\n%s", got)
	}
}

// A network may be asked by several at once.
func TestConcurrentQuestions(t *testing.T) {
	t.Parallel()
	n := neighbour().database().network()
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			if _, err := n.Matrix(); err != nil {
				t.Error(err)
			}
		})
	}
}
