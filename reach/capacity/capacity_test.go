package capacity

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/reach"
)

// unset are no targets.
var unset = reach.CNI{WarmPrefixes: -1, WarmIPs: -1, MinimumIPs: -1, WarmENIs: -1, Known: true}

func cni(change func(*reach.CNI)) reach.CNI {
	c := unset
	change(&c)
	return c
}

func TestNode(t *testing.T) {
	t.Parallel()
	prefixes := func(change func(*reach.CNI)) reach.CNI {
		return cni(func(c *reach.CNI) { c.PrefixDelegation, c.CustomNetworking = true, true; change(c) })
	}
	keep := func(*reach.CNI) {}
	for name, c := range map[string]struct {
		typ  string
		cni  reach.CNI
		pods int
		want Node
	}{
		// 3 interfaces of 10 addresses each.
		"prefixes, idle":              {"m6i.large", prefixes(keep), 0, Node{0, 1, 1, 17}},
		"prefixes, one block in use":  {"m6i.large", prefixes(keep), 5 + 2, Node{7, 1, 2, 33}},
		"prefixes, two in use":        {"m6i.large", prefixes(keep), 17 + 2, Node{19, 1, 3, 49}},
		"prefixes, full":              {"m6i.large", prefixes(keep), 110, Node{110, 1, 8, 129}},
		"prefixes, two interfaces":    {"m6i.large", prefixes(keep), 150, Node{150, 2, 11, 178}},
		"prefixes, no more than fit":  {"m6i.large", prefixes(keep), 1000, Node{1000, 2, 18, 290}},
		"two warm prefixes":           {"m6i.large", prefixes(func(c *reach.CNI) { c.WarmPrefixes = 2 }), 5 + 2, Node{7, 1, 3, 49}},
		"warm addresses":              {"m6i.large", prefixes(func(c *reach.CNI) { c.WarmIPs = 5 }), 9 + 2, Node{11, 1, 1, 17}},
		"warm addresses, one too few": {"m6i.large", prefixes(func(c *reach.CNI) { c.WarmIPs = 5 }), 12 + 2, Node{14, 1, 2, 33}},
		"a minimum":                   {"m6i.large", prefixes(func(c *reach.CNI) { c.WarmIPs, c.MinimumIPs = 2, 40 }), 3, Node{3, 1, 3, 49}},
		"prefixes on Xen":             {"m4.large", cni(func(c *reach.CNI) { c.PrefixDelegation = true }), 20, Node{20, 2, 0, 20}},
		"single addresses, idle":      {"m6i.large", unset, 2, Node{2, 1, 0, 10}},
		"single addresses":            {"m6i.large", unset, 12, Node{12, 3, 0, 30}},
		"single addresses, full":      {"m6i.large", unset, 29, Node{29, 3, 0, 30}},
		"no warm interface":           {"m6i.large", cni(func(c *reach.CNI) { c.WarmENIs = 0 }), 11, Node{11, 1, 0, 10}},
		"warm single addresses":       {"m6i.large", cni(func(c *reach.CNI) { c.WarmIPs = 1 }), 11, Node{11, 2, 0, 12}},
		"custom networking":           {"m6i.large", cni(func(c *reach.CNI) { c.CustomNetworking = true }), 20, Node{20, 2, 0, 20}},
	} {
		typ, ok := instances.Lookup(c.typ)
		if !ok {
			t.Fatal(c.typ)
		}
		if diff := cmp.Diff(c.want, node(typ, c.cni, c.pods)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// fitsByHand lays addresses and blocks into a subnet, one after the other.
func fitsByHand(bits, others int, of Node, nodes int, worst bool) bool {
	size := 1 << (32 - bits)
	taken := make([]bool, size)
	for _, i := range []int{0, 1, 2, 3, size - 1} {
		taken[i] = true
	}
	singles := others + nodes*(of.Addresses-of.Prefixes*blockSize)
	if worst {
		// Others were there before, and lie where they do no harm.
		for i := 0; i < others; i++ {
			taken[4+i] = true
		}
		singles -= others
		for block := 1; singles > 0 && of.Prefixes > 0; block++ {
			if block*blockSize >= size {
				return false
			}
			taken[block*blockSize] = true
			singles--
		}
	}
	if !worst || of.Prefixes == 0 {
		var order []int
		for i := range blockSize {
			order = append(order, i)
		}
		for i := size - 1; i >= blockSize; i-- {
			order = append(order, i) // The last block, then those before it.
		}
		for _, i := range order {
			if singles > 0 && !taken[i] {
				taken[i] = true
				singles--
			}
		}
		if singles > 0 {
			return false
		}
	}
	free := 0
	for block := 0; block < size; block += blockSize {
		whole := true
		for i := block; i < block+blockSize; i++ {
			whole = whole && !taken[i]
		}
		if whole {
			free++
		}
	}
	return nodes*of.Prefixes <= free
}

// How many nodes a subnet feeds is what laying them out by hand says: that many
// fit, and one more does not.
func TestNodesFitAsByHand(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.IntRange(20, 27).Draw(t, "bits")
		others := rapid.IntRange(0, 8).Draw(t, "others")
		of := Node{Prefixes: rapid.IntRange(0, 10).Draw(t, "prefixes"), Interfaces: rapid.IntRange(1, 3).Draw(t, "interfaces")}
		of.Addresses = of.Prefixes*blockSize + of.Interfaces
		r := roomOf(reach.Subnet{Range: netip.PrefixFrom(netip.MustParseAddr("10.0.0.0"), bits), Others: others})
		for _, worst := range []bool{false, true} {
			n := nodes(of, r, worst)
			if !fitsByHand(bits, others, of, n, worst) {
				t.Errorf("%d nodes of %+v do not fit into /%d (worst %v)", n, of, bits, worst)
			}
			if fitsByHand(bits, others, of, n+1, worst) {
				t.Errorf("%d nodes of %+v fit into /%d (worst %v), not %d only", n+1, of, bits, worst, n)
			}
		}
	})
}

// cluster are the resources of a cluster with one node group and pods in two
// subnets of their own.
func cluster(podBits int, typ string, most int) []reach.Resource {
	var out []reach.Resource
	add := func(typ, name string, p map[string]any) {
		out = append(out, reach.Resource{Type: typ, Name: name, URN: "urn::" + name, ID: name, Properties: p})
	}
	add("aws:ec2/vpc:Vpc", "vpc", map[string]any{"cidrBlock": "10.0.0.0/16"})
	for i, zone := range []string{"a", "b"} {
		add("aws:ec2/subnet:Subnet", "node-"+zone, map[string]any{"vpcId": "vpc", "availabilityZone": zone, "cidrBlock": fmt.Sprintf("10.0.%d.0/26", i)})
		add("aws:ec2/subnet:Subnet", "pod-"+zone, map[string]any{"vpcId": "vpc", "availabilityZone": zone, "cidrBlock": fmt.Sprintf("100.%d.0.0/%d", 64+i, podBits)})
	}
	add("aws:eks/cluster:Cluster", "cluster", map[string]any{"name": "cluster", "vpcConfig": map[string]any{"subnetIds": []any{"node-a", "node-b"}}})
	add("aws:eks/nodeGroup:NodeGroup", "workers", map[string]any{
		"clusterName": "cluster", "subnetIds": []any{"node-a", "node-b"}, "instanceTypes": []any{typ},
		"scalingConfig": map[string]any{"minSize": 2.0, "desiredSize": 3.0, "maxSize": float64(most)},
	})
	add("aws:eks/addon:Addon", "vpc-cni", map[string]any{"clusterName": "cluster", "addonName": "vpc-cni", "configurationValues": `{"env":{
		"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG":"true","ENABLE_PREFIX_DELEGATION":"true","WARM_PREFIX_TARGET":"1"},
		"eniConfig":{"subnets":{"a":{"id":"pod-a"},"b":{"id":"pod-b"}}}}`})
	return out
}

func TestReport(t *testing.T) {
	t.Parallel()
	// /24: 16 blocks, of which 14 are whole; 8 and an address for each full node.
	got := Of(reach.New(cluster(24, "m6i.large", 4)))
	want := Report{
		Groups: []Group{{
			Name: "workers", Type: "m6i.large", PodsPerNode: 110, Certain: true, Idle: Node{0, 1, 1, 17}, Full: Node{110, 1, 8, 129},
			Desired: 3, Max: 4, Fed: 2, FedWorst: 2, First: "addresses for pods in subnet pod-a", Nodes: 2,
		}},
		Subnets: []Subnet{
			{Name: "pod-a", Zone: "a", Addresses: 251, Blocks: 14, Desired: 16, Max: 16, MaxWorst: 18, Prefixes: true},
			{Name: "pod-b", Zone: "b", Addresses: 251, Blocks: 14, Desired: 16, Max: 16, MaxWorst: 18, Prefixes: true},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, c := range map[string]struct {
		bits, most int
		first      string
		nodes      int
	}{
		"room enough":      {16, 9, "its maximum size", 9},
		"nodes' addresses": {16, 500, "addresses for nodes in subnet node-a", 2 * (64 - 5 - 1)}, // One is the control plane's.
		"pods' addresses":  {22, 500, "addresses for pods in subnet pod-a", 2 * 7},              // 62 whole blocks.
	} {
		g := Of(reach.New(cluster(c.bits, "m6i.large", c.most))).Groups[0]
		if g.First != c.first || g.Nodes != c.nodes {
			t.Errorf("%s: %s after %d nodes, want %s after %d", name, g.First, g.Nodes, c.first, c.nodes)
		}
	}
	var out strings.Builder
	if err := got.Write(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"8 blocks + 1 ", "addresses for pods in subnet pod-a, at 2", "up to 2"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report does not say %q:\n%s", want, out.String())
		}
	}
}

func TestWhatCannotBeCountedIsSaid(t *testing.T) {
	t.Parallel()
	resources := cluster(24, "p99.large", 4)
	if got := Of(reach.New(resources)).Problems; len(got) != 1 || !strings.Contains(got[0], "p99.large") {
		t.Errorf("an unknown type: %v", got)
	}
	for i, r := range resources {
		if r.Name == "vpc-cni" {
			resources[i].Properties["configurationValues"] = reach.Unknown
		}
	}
	if got := Of(reach.New(resources)).Problems; len(got) != 1 || !strings.Contains(got[0], "not known yet") {
		t.Errorf("an unknown configuration: %v", got)
	}
}

// What runs out before the maximum is a finding that names it: for sure, or only where
// single addresses break blocks.
func TestStanding(t *testing.T) {
	t.Parallel()
	check := func(bits, most int) []reach.Finding {
		return reach.New(cluster(bits, "m6i.large", most)).Check(Standing()...)
	}
	if got := check(16, 9); len(got) != 0 {
		t.Errorf("with room enough: %v", got)
	}
	for name, c := range map[string]struct {
		bits, most int
		certain    bool
		says       []string
	}{
		"pods": {24, 4, true, []string{
			"subnet pod-a has 14 blocks of 16 addresses, and 16 are taken when all node groups are at their maximum",
			"subnet pod-b has 14 blocks of 16 addresses",
			"node group workers runs out of addresses for pods in subnet pod-a after 2 of 4 nodes",
		}},
		"nodes": {16, 117, true, []string{"node group workers runs out of addresses for nodes in subnet node-a after 116 of 117 nodes"}},
		// 62 blocks: seven nodes take 56, and 63 when each of their single addresses breaks one.
		"fragments": {22, 14, false, []string{"subnet pod-a has 62 blocks of 16 addresses, and up to 63 are taken", "subnet pod-b has 62"}},
	} {
		got := check(c.bits, c.most)
		if len(got) != len(c.says) {
			t.Errorf("%s: %d findings, want %d: %v", name, len(got), len(c.says), got)
			continue
		}
		for i, f := range got {
			if f.Certain != c.certain || !strings.Contains(f.Why, c.says[i]) {
				t.Errorf("%s: %+v, want one that says %q", name, f, c.says[i])
			}
		}
	}
}
