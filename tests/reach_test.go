package tests

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"

	"github.com/slipway-iac/slipway/internal/golden"
	"github.com/slipway-iac/slipway/reach"
	"github.com/slipway-iac/slipway/reach/capacity"
	traffic "github.com/slipway-iac/slipway/reach/flow"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/engine"
)

// exported are the resources in the state of a session's stack.
func exported(t testing.TB, s *engine.Session) []reach.Resource {
	t.Helper()
	state, err := s.Stack.Export(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	resources, err := reach.FromState(state.Deployment)
	if err != nil {
		t.Fatal(err)
	}
	return resources
}

// planned are the resources that a preview plans.
func planned(t testing.TB, s *engine.Session) []reach.Resource {
	t.Helper()
	file := filepath.Join(t.TempDir(), "plan.json")
	if _, err := s.Stack.Preview(t.Context(), optpreview.Plan(file)); err != nil {
		t.Fatal(err)
	}
	plan, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	resources, err := reach.FromPlan(plan)
	if err != nil {
		t.Fatal(err)
	}
	return resources
}

// Who reaches whom in each environment, by the golden file; and what must hold
// everywhere holds, before the first resource exists and after the last.
func TestReachGolden(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"dev", "staging", "prod"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, out := environment(t, name, t.TempDir(), config(t, name))
			before := reach.New(planned(t, s))
			if err := reach.Err(before.Check(append(before.Standing(), capacity.Standing()...)...)); err != nil {
				t.Errorf("in a preview: %v", err)
			}
			if _, err := s.Up(t.Context()); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			assertNobodyMustReachTheDatabase(t, before)
			after := reach.New(exported(t, s))
			assertOnlyPodsReachTheDatabase(t, after)
			if err := reach.Err(after.Check(append(after.Standing(), capacity.Standing()...)...)); err != nil {
				t.Errorf("after up: %v", err)
			}
			if problems := capacity.Of(after).Problems; len(problems) > 0 {
				t.Errorf("not counted: %s", strings.Join(problems, "\n"))
			}
			if gaps := after.Gaps(); len(gaps) > 0 {
				t.Errorf("not read: %s", strings.Join(gaps, "\n"))
			}
			m, err := after.Matrix()
			if err != nil {
				t.Fatal(err)
			}
			var text strings.Builder
			if err := m.Write(&text); err != nil {
				t.Fatal(err)
			}
			golden.Equal(t, filepath.Join("testdata", name+".reach.golden"), text.String())
			assertEachNoIsOpened(t, name, exported(t, s), m)
			assertALoadBalancerOpensPods(t, exported(t, s))
		})
	}
}

// change finds a resource of a state and changes it.
func change(t *testing.T, resources []reach.Resource, typ, name string, with map[string]any) []reach.Resource {
	t.Helper()
	i := slices.IndexFunc(resources, func(r reach.Resource) bool { return r.Type == typ && r.Name == name })
	if i < 0 {
		t.Fatalf("no %s %s", typ, name)
	}
	resources = slices.Clone(resources)
	if with == nil {
		return slices.Delete(resources, i, i+1)
	}
	properties := map[string]any{}
	for key, v := range resources[i].Properties {
		properties[key] = v
	}
	for key, v := range with {
		properties[key] = v
	}
	resources[i].Properties = properties
	return resources
}

// idOf is the identifier of a resource.
func idOf(t *testing.T, resources []reach.Resource, typ, name string) string {
	t.Helper()
	for _, r := range resources {
		if r.Type == typ && r.Name == name {
			return r.ID
		}
	}
	t.Fatalf("no %s %s", typ, name)
	return ""
}

// Each promise, broken in a finished environment, is found with the path or with
// what stops the packets.
func TestReachFindsWhatIsBroken(t *testing.T) {
	t.Parallel()
	s, out := environment(t, "dev", t.TempDir(), config(t, "dev"))
	if _, err := s.Up(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	whole := exported(t, s)
	id := func(typ, name string) string { return idOf(t, whole, typ, name) }
	rule := func(number int, action, protocol string, from, to int) any {
		return map[string]any{"ruleNo": float64(number), "action": action, "protocol": protocol, "cidrBlock": "0.0.0.0/0", "fromPort": float64(from), "toPort": float64(to)}
	}
	for name, c := range map[string]struct {
		change func([]reach.Resource) []reach.Resource
		// says is a part of the first finding of each assertion that must break;
		// no other may.
		says map[string]string
	}{
		"nothing": {func(r []reach.Resource) []reach.Resource { return r }, nil},
		"nodes in public subnets with public addresses, and a rule opened": {
			func(r []reach.Resource) []reach.Resource {
				r = change(t, r, cloud.Subnet, "network-private-a", map[string]any{"mapPublicIpOnLaunch": true})
				r = change(t, r, cloud.Route, "network-private-a", map[string]any{"natGatewayId": "", "gatewayId": id(cloud.InternetGateway, "network")})
				return change(t, r, cloud.SecurityGroupIngressRule, "cluster-cluster-kubelet", map[string]any{"referencedSecurityGroupId": "", "cidrIpv4": "0.0.0.0/0"})
			},
			map[string]string{
				"nodes cannot be reached from the internet": "into nodes-system in network-private-a, security group cluster security group of cluster-eksCluster: cluster-cluster-kubelet",
				"nodes leave by NAT gateways only":          "internet gateway network: leaves the network",
				"pods leave by NAT gateways only":           "VPC CNI: leaves the VPC with the address of nodes-system in network-private-a",
			},
		},
		"the data tier with a way out": {
			func(r []reach.Resource) []reach.Resource {
				r = change(t, r, cloud.NetworkACL, "network-data", nil)
				r = append(r, reach.Resource{Type: cloud.SecurityGroupEgressRule, Name: "out", URN: "urn::out", ID: "sgr-out", Properties: map[string]any{
					"securityGroupId": id(cloud.SecurityGroup, "database"), "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0",
				}})
				return append(r, reach.Resource{Type: cloud.Route, Name: "leak", URN: "urn::leak", ID: "r-leak", Properties: map[string]any{
					"routeTableId": id(cloud.RouteTable, "network-data-a"), "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": id(cloud.NATGateway, "network-nat-a"),
				}})
			},
			map[string]string{
				"data has no way out":      "route table network-data-a: route leak leads to network-nat-a",
				"tier:data has no way out": "NAT gateway network-nat-a",
			},
		},
		"no rule for the API": {
			func(r []reach.Resource) []reach.Resource {
				return change(t, r, cloud.SecurityGroupIngressRule, "cluster-cluster-api", nil)
			},
			map[string]string{"pods reach the Kubernetes API": "stopped at into cluster-eksCluster in network-control-a, security group cluster security group of cluster-eksCluster: no rule admits tcp 443 from pods of namespace kube-system"},
		},
		"no rule among pods": {
			func(r []reach.Resource) []reach.Resource {
				return change(t, r, cloud.SecurityGroupIngressRule, "cluster-pods-self", nil)
			},
			map[string]string{"pods reach the cluster's DNS": "security group cluster-pods: no rule admits tcp 53; udp 53"},
		},
		"an ACL that stops answers": {
			func(r []reach.Resource) []reach.Resource {
				return append(r, reach.Resource{Type: cloud.NetworkACL, Name: "strict", URN: "urn::strict", ID: "acl-strict", Properties: map[string]any{
					"subnetIds": []any{id(cloud.Subnet, "network-control-a")},
					"ingress":   []any{rule(100, "allow", "-1", 0, 0)},
					"egress":    []any{rule(90, "deny", "tcp", 32768, 65535), rule(100, "allow", "-1", 0, 0)},
				}})
			},
			map[string]string{
				"nodes reach the control plane": "network ACL strict, for the answers at subnet network-control-a: rule 90 stops the answers, which go to ports tcp 32768-60999",
				"pods reach the Kubernetes API": "network ACL strict",
			},
		},
		"an ACL that stops the kubelet": {
			func(r []reach.Resource) []reach.Resource {
				return append(r, reach.Resource{Type: cloud.NetworkACL, Name: "strict", URN: "urn::strict", ID: "acl-strict", Properties: map[string]any{
					"subnetIds": []any{id(cloud.Subnet, "network-private-b")},
					"ingress":   []any{rule(90, "deny", "tcp", 10250, 10250), rule(100, "allow", "-1", 0, 0)},
					"egress":    []any{rule(100, "allow", "-1", 0, 0)},
				}})
			},
			map[string]string{"the control plane reaches the kubelets": "stopped at network ACL strict, into subnet network-private-b: rule 90 stops tcp 10250"},
		},
		"no DNS in the VPC": {
			func(r []reach.Resource) []reach.Resource {
				return change(t, r, cloud.VPC, "network", map[string]any{"enableDnsSupport": false})
			},
			map[string]string{"the cluster's DNS reaches the VPC's resolver": "the VPC has no DNS", "nodes reach the VPC's resolver": "it would take enableDnsSupport of VPC network"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := reach.New(c.change(slices.Clone(whole)))
			said := map[string]string{}
			for _, f := range n.Check(n.Standing()...) {
				said[f.Assertion] += f.Error()
			}
			for assertion, want := range c.says {
				if !strings.Contains(said[assertion], want) {
					t.Errorf("%s: want a finding that says %q, got %q", assertion, want, said[assertion])
				}
				delete(said, assertion)
			}
			for assertion, text := range said {
				t.Errorf("%s: broken as well: %s", assertion, text)
			}
		})
	}
	small := reach.New(change(t, whole, cloud.EKSNodeGroup, "nodes-system", map[string]any{"scalingConfig": map[string]any{"minSize": 2.0, "desiredSize": 2.0, "maxSize": 2000.0}}))
	said := small.Check(capacity.Standing()...)
	if text := fmt.Sprint(said); len(said) != 3 || !strings.Contains(text, "subnet network-pod-a has 4094 blocks of 16 addresses, and 8") || !strings.Contains(text, "node group nodes-system runs out of addresses for pods in subnet network-pod-a after ") {
		t.Errorf("2,000 nodes: %s", text)
	}
	// What breaks without breaking a promise is told by a question.
	https := traffic.Port(traffic.TCP, 443)
	for name, c := range map[string]struct {
		resources []reach.Resource
		says      string
	}{
		"a NAT gateway in a private subnet": {
			change(t, whole, cloud.NATGateway, "network-nat-a", map[string]any{"subnetId": id(cloud.Subnet, "network-private-a")}),
			"stopped at NAT gateway network-nat-a: its own subnet leads back to it",
		},
		"a route deleted": {
			change(t, whole, cloud.Route, "network-private-a", nil),
			"stopped at route table network-private-a: it has no route to",
		},
	} {
		r, err := reach.New(c.resources).From(reach.Namespace("kube-system")).Over(https).To(reach.Internet)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Pairs[0].Text(https); r.Pairs[0].Answer(https) != reach.AnswerNo || !strings.Contains(got, c.says) {
			t.Errorf("%s: want a no that says %q, got:\n%s", name, c.says, got)
		}
	}
}

// BenchmarkReachMatrix is prod's whole matrix, and the model made anew for each.
func BenchmarkReachMatrix(b *testing.B) {
	s, out := environment(b, "prod", b.TempDir(), config(b, "prod"))
	if _, err := s.Up(b.Context()); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	resources := exported(b, s)
	text, err := json.Marshal(resources)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(text)), "input-bytes")
	for b.Loop() {
		if _, err := reach.New(resources).Matrix(); err != nil {
			b.Fatal(err)
		}
	}
}
