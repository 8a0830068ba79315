package timeline_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/latency"
	"github.com/slipway-iac/slipway/sandbox/timeline"
)

func urn(token, name string) string { return "urn:pulumi:dev::slipway::" + token + "::" + name }

// resource is one in a state: its name is its ID, and it carries the ID of every
// resource that it refers to.
func resource(token, name string, refersTo ...timeline.Resource) timeline.Resource {
	r := timeline.Resource{
		URN: urn(token, name), ID: name + "-id", Custom: true,
		Inputs: cloud.Props{}, Outputs: cloud.Props{}, PropertyDependencies: map[string][]string{},
	}
	for _, other := range refersTo {
		property := typeName(other) + "Id"
		r.Inputs[property] = other.ID
		r.PropertyDependencies[property] = append(r.PropertyDependencies[property], other.URN)
		r.Dependencies = append(r.Dependencies, other.URN)
	}
	return r
}

func typeName(r timeline.Resource) string {
	parts := strings.Split(r.URN, "::")
	return strings.ToLower(parts[2][strings.LastIndex(parts[2], ":")+1:])
}

func after(r timeline.Resource, others ...timeline.Resource) timeline.Resource {
	for _, o := range others {
		r.Dependencies = append(slices.Clone(r.Dependencies), o.URN)
	}
	return r
}

func with(r timeline.Resource, property string, value any) timeline.Resource {
	r.Inputs = r.Inputs.With(cloud.Props{property: value})
	return r
}

func steps(verb latency.Verb, resources ...timeline.Resource) []timeline.Step {
	var out []timeline.Step
	for _, r := range resources {
		if r.Custom && !strings.Contains(r.URN, "pulumi:providers") {
			out = append(out, timeline.Step{Verb: verb, URN: r.URN, ID: r.ID, Inputs: r.Inputs})
		}
	}
	return out
}

func compute(t *testing.T, before, after []timeline.Resource, steps []timeline.Step) *timeline.Timeline {
	t.Helper()
	line, err := timeline.Compute(before, after, steps)
	if err != nil {
		t.Fatal(err)
	}
	return line
}

// path is the critical path, one word and one end for each operation.
func path(line *timeline.Timeline) []string {
	var out []string
	for _, o := range line.CriticalPath() {
		out = append(out, strings.TrimSpace(string(o.Verb)+" "+o.Name+" "+time.Duration(o.End).String()+" "+o.Because))
	}
	return out
}

func want(t *testing.T, line *timeline.Timeline, expected, bound time.Duration, chain ...string) {
	t.Helper()
	if time.Duration(line.Expected) != expected || time.Duration(line.Bound) != bound {
		t.Errorf("it takes %s and at least %s, want %s and %s", line.Expected, line.Bound, timeline.Duration(expected), timeline.Duration(bound))
	}
	if diff := cmp.Diff(chain, path(line)); diff != "" {
		t.Errorf("critical path (-want +got):\n%s", diff)
	}
}

// Resources of the tests: a VPC takes 20 s, a subnet 2, a NAT gateway 105, a
// control plane 540, an add-on before nodes 25, one after them 35, a group 150.
var (
	vpc     = resource(cloud.VPC, "vpc")
	subnet  = resource(cloud.Subnet, "subnet", vpc)
	nat     = resource(cloud.NATGateway, "nat", subnet)
	plane   = resource(cloud.EKSCluster, "plane", subnet)
	cni     = with(resource(cloud.EKSAddon, "cni", plane), "addonName", "vpc-cni")
	agent   = with(resource(cloud.EKSAddon, "agent", plane), "addonName", "eks-pod-identity-agent")
	nodes   = resource(cloud.EKSNodeGroup, "nodes", plane, subnet)
	coredns = with(resource(cloud.EKSAddon, "coredns", plane), "addonName", "coredns")
)

func TestCreationsRunSideBySide(t *testing.T) {
	t.Parallel()
	all := []timeline.Resource{vpc, subnet, nat, plane, cni, after(nodes, cni), after(coredns, after(nodes, cni))}
	line := compute(t, nil, all, steps(latency.Create, all...))
	want(t, line, 772*time.Second, 772*time.Second,
		"create vpc 20s", "create subnet 22s vpcId", "create plane 9m22s subnetId", "create cni 9m47s clusterId",
		"create nodes 12m17s dependsOn", "create coredns 12m52s dependsOn")
	if line.Shortest != timeline.Duration(10*time.Second+time.Second+7*time.Minute+10*time.Second+96*time.Second+15*time.Second) {
		t.Errorf("the shortest is %s", line.Shortest)
	}
	if line.Longest != timeline.Duration(25*time.Second+3*time.Second+14*time.Minute+time.Minute+5*time.Minute+90*time.Second) {
		t.Errorf("the longest is %s", line.Longest)
	}
	if line.Widest != 2 {
		t.Errorf("%d at the same time, want the NAT gateway and the control plane", line.Widest)
	}
	for _, o := range line.Operations {
		if o.Name == "nat" && (o.Slack != timeline.Duration(645*time.Second) || o.WaitedFor != subnet.URN || o.Because != "subnetId") {
			t.Errorf("the NAT gateway: %+v", o)
		}
	}
}

// What only the program wants is in the estimate, and not in the bound.
func TestOrderOfTheProgramIsNotAWSs(t *testing.T) {
	t.Parallel()
	late := after(plane, nat)
	first := after(cni, agent)
	all := []timeline.Resource{vpc, subnet, nat, late, agent, first, after(nodes, first)}
	line := compute(t, nil, all, steps(latency.Create, all...))
	want(t, line, 867*time.Second, 737*time.Second,
		"create vpc 20s", "create subnet 22s vpcId", "create nat 2m7s subnetId", "create plane 11m7s dependsOn",
		"create agent 11m32s clusterId", "create cni 11m57s dependsOn", "create nodes 14m27s dependsOn")
}

// A dependency through a property whose value says nothing of the other
// resource is the program's own.
func TestAReferenceNeedsAValue(t *testing.T) {
	t.Parallel()
	rule := resource(cloud.SecurityGroupRule, "rule", vpc)
	waits := resource(cloud.EKSPodIdentityAssociation, "pods", plane)
	waits.Dependencies = append(slices.Clone(waits.Dependencies), rule.URN)
	waits.PropertyDependencies = map[string][]string{"clusterId": {plane.URN, rule.URN}}
	slow := after(rule, plane)
	all := []timeline.Resource{vpc, subnet, plane, slow, waits}
	line := compute(t, nil, all, steps(latency.Create, all...))
	want(t, line, 564*time.Second, 563*time.Second,
		"create vpc 20s", "create subnet 22s vpcId", "create plane 9m22s subnetId", "create rule 9m23s dependsOn", "create pods 9m24s clusterId")
}

// A provider hands on what it was made from, and a component what is below it.
func TestProvidersAndComponentsHandOn(t *testing.T) {
	t.Parallel()
	component := timeline.Resource{URN: urn("eks:index:Cluster", "cluster"), Dependencies: []string{vpc.URN}}
	below := plane
	below.Parent = component.URN
	provider := resource("pulumi:providers:kubernetes", "k8s")
	provider.Dependencies = []string{component.URN}
	provider.PropertyDependencies["kubeconfig"] = []string{component.URN}
	namespace := resource("kubernetes:core/v1:Namespace", "apps")
	namespace.Provider = provider.URN + "::some-id"
	all := []timeline.Resource{vpc, subnet, component, below, provider, namespace}
	line := compute(t, nil, all, steps(latency.Create, all...))
	want(t, line, 562500*time.Millisecond, 562500*time.Millisecond,
		"create vpc 20s", "create subnet 22s vpcId", "create plane 9m22s subnetId", "create apps 9m22.5s provider")
}

// The engine deletes in waves, each as long as its longest deletion.
func TestDestroyGoesInWaves(t *testing.T) {
	t.Parallel()
	key := resource(cloud.KMSKey, "key")
	alias := resource(cloud.KMSAlias, "alias", key)
	group := resource(cloud.LogGroup, "group", alias)
	all := []timeline.Resource{vpc, subnet, nat, plane, after(nodes, plane), key, alias, group}
	line := compute(t, all, nil, steps(latency.Delete, all...))
	// Wave by wave: nodes; nat, plane and group; subnet and alias; vpc and key.
	want(t, line, 512*time.Second, 512*time.Second,
		"delete nodes 4m30s", "delete plane 8m30s in use", "delete subnet 8m31s in use", "delete vpc 8m32s in use")
	starts := map[string]time.Duration{}
	for _, o := range line.Operations {
		starts[o.Name] = time.Duration(o.Start)
	}
	if diff := cmp.Diff(map[string]time.Duration{
		"nodes": 0, "nat": 270 * time.Second, "plane": 270 * time.Second, "group": 270 * time.Second,
		"subnet": 510 * time.Second, "alias": 510 * time.Second, "vpc": 511 * time.Second, "key": 511 * time.Second,
	}, starts); diff != "" {
		t.Errorf("starts (-want +got):\n%s", diff)
	}
}

// What is replaced goes after the program; what must go first goes before.
func TestReplacement(t *testing.T) {
	t.Parallel()
	renamed := nodes
	renamed.ID = "other-id"
	before, now := []timeline.Resource{vpc, subnet, plane, nodes}, []timeline.Resource{vpc, subnet, plane, renamed}
	make, remove := steps(latency.Create, renamed), steps(latency.Delete, nodes)

	line := compute(t, before, now, slices.Concat(make, remove))
	want(t, line, 420*time.Second, 270*time.Second, "create nodes 2m30s", "delete nodes 7m0s end of program")

	line = compute(t, before, now, slices.Concat(remove, make))
	want(t, line, 420*time.Second, 420*time.Second, "delete nodes 4m30s", "create nodes 7m0s replaces it")

	// With a dependent that goes before it.
	addon := after(coredns, nodes)
	before, now = append(before, addon), append(now, after(coredns, renamed))
	line = compute(t, before, now, slices.Concat(steps(latency.Delete, addon), remove, make, steps(latency.Create, addon)))
	want(t, line, 480*time.Second, 480*time.Second,
		"delete coredns 25s", "delete nodes 4m55s in use", "create nodes 7m25s replaces it", "create coredns 8m0s dependsOn")
}

func TestNothingDone(t *testing.T) {
	t.Parallel()
	all := []timeline.Resource{vpc, subnet}
	line := compute(t, all, all, nil)
	want(t, line, 0, 0)
	var out strings.Builder
	line.Print(&out)
	if out.String() != "Nothing to wait for: AWS would have had nothing to do.\n" {
		t.Error(out.String())
	}
}

func TestUnknownKindIsNamed(t *testing.T) {
	t.Parallel()
	job := resource("aws:braket/job:Job", "job")
	if _, err := timeline.Compute(nil, []timeline.Resource{job}, steps(latency.Create, job)); err == nil || !strings.Contains(err.Error(), "aws:braket/job:Job") {
		t.Errorf("got %v", err)
	}
}
