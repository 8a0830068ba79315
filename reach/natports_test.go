package reach

import (
	"testing"

	"github.com/slipway-iac/slipway/reach/flow"
)

// A NAT gateway chooses the port of a connection anew. Where an ACL at its subnet lets
// answers to the client through to port 1024 only, and those to the gateway to every port
// but that one, a connection gets through all the same, when both choose well.
func TestNATChoosesItsOwnPort(t *testing.T) {
	t.Parallel()
	v := &labVPC{name: "vpc-a", cidr: "10.0.0.0/16", gateway: true}
	public := &labSubnet{name: "public", cidr: "10.0.1.0/24", vpc: v, acl: "acl", routes: []labRoute{{"203.0.113.0/24", "igw"}}}
	private := &labSubnet{name: "private", cidr: "10.0.2.0/24", vpc: v, routes: []labRoute{{"203.0.113.0/24", "nat:nat"}}}
	v.subnets = []*labSubnet{public, private}
	host := &labHost{name: "host", ip: "10.0.2.10", subnet: private, groups: []string{"out"}}
	l := &lab{
		vpcs: []*labVPC{v}, hosts: []*labHost{host},
		nats:   map[string]*labNAT{"nat": {name: "nat", subnet: public, ip: "10.0.1.4", public: "52.0.0.1"}},
		groups: map[string]*labGroup{"out": {name: "out", out: []labRule{{protocol: "-1", peer: "0.0.0.0/0"}}}},
		acls: map[string]*labACL{"acl": {
			name: "acl",
			in:   []labACLRule{{100, false, "tcp", 22, 1024, "128.0.0.0/1"}, {900, true, "-1", 0, 0, "0.0.0.0/0"}},
			out:  []labACLRule{{100, true, "tcp", 22, 1024, "0.0.0.0/0"}},
		}},
	}
	outside := &labHost{name: "203.0.113.99", ip: "203.0.113.99"}
	for ports, want := range map[[2]int]bool{
		{1024, 1025}: true, {1024, 65535}: true, {1024, 1024}: false, {1025, 1025}: false, {1025, 1024}: false,
	} {
		if got := (try{l, "tcp", 53, ports[0], ports[1]}).connects(host, outside); got != want {
			t.Errorf("from port %d, translated to %d: the simulator says %v, want %v", ports[0], ports[1], got, want)
		}
	}
	r, err := New(l.resources()).From(Named("host")).To(CIDR("203.0.113.99"))
	if err != nil {
		t.Fatal(err)
	}
	if !r.Some().Empty() || !r.May().Equal(flow.Ports(flow.TCP, 22, 1024)) {
		t.Errorf("the engine says that %s gets through and %s may, want nothing and tcp 22-1024", r.Some(), r.May())
	}
}
