package karpenter_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/karpenter"
	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/components/nodes"
	"github.com/slipway-iac/slipway/internal/golden"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

const (
	component = "slipway:karpenter:Karpenter"
	release   = "kubernetes:helm.sh/v3:Release"
	nodeClass = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
	nodePool  = "kubernetes:karpenter.sh/v1:NodePool"
)

type change func(*karpenter.Args)

func asItIs(*karpenter.Args) {}

// pool is what a pool must say at the least.
var pool = karpenter.Pool{InstanceTypes: []string{"m7g.large", "m7g.xlarge"}, CPU: 32, MemoryGiB: 128}

// build makes Karpenter "scale" on two managed nodes, and after it more.
func build(t *testing.T, c change, more ...func(*pulumi.Context, kube.Target, *karpenter.Karpenter) error) *sandboxtest.Recording {
	t.Helper()
	return called(t, "scale", c, more...)
}

func called(t *testing.T, name string, c change, more ...func(*pulumi.Context, kube.Target, *karpenter.Karpenter) error) *sandboxtest.Recording {
	t.Helper()
	return fixture.Run(t, func(ctx *pulumi.Context) error {
		g, err := fixture.New(ctx)
		if err != nil {
			return err
		}
		before, err := g.BeforeNodes(ctx)
		if err != nil {
			return err
		}
		group, err := nodes.New(ctx, "system", g.NodeArgs(before))
		if err != nil {
			return err
		}
		target, err := g.Inside(ctx, before.Ready, group.Ready)
		if err != nil {
			return err
		}
		args := karpenter.Args{
			Cluster: target, Region: fixture.Region, AccountID: fixture.AccountID,
			SecurityGroupIDs: []pulumi.StringInput{g.Cluster.ClusterSecurityGroupID},
			Networking:       instances.Networking{CustomNetworking: true, PrefixDelegation: true},
			Pools:            map[string]karpenter.Pool{"general": pool},
			Tags:             map[string]string{"owner": "platform"},
		}
		c(&args)
		made, err := karpenter.New(ctx, name, args)
		if err != nil {
			return err
		}
		for _, m := range more {
			if err := m(ctx, target, made); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestNewMakesExactly(t *testing.T) {
	t.Parallel()
	r := build(t, asItIs).Must(t)
	want := map[string]int{
		"slipway:identity:Identity": 1, cloud.IAMRole: 2, cloud.IAMRolePolicy: 5, cloud.IAMRolePolicyAttachment: 3,
		cloud.EKSPodIdentityAssociation: 1, cloud.EKSAccessEntry: 1, release: 2, nodeClass: 1, nodePool: 1,
		cloud.Queue: 1, cloud.QueuePolicy: 1, cloud.EventRule: 5, cloud.EventTarget: 5,
	}
	if d := cmp.Diff(want, r.Below(t, component, "scale").Counts()); d != "" {
		t.Errorf("resources (-want +got):\n%s", d)
	}
	entry := r.One(t, cloud.EKSAccessEntry, "scale-nodes")
	if got := entry.Inputs.Str("type"); got != "EC2_LINUX" {
		t.Errorf("nodes are admitted as %q", got)
	}
	r.LeavesNothing(t)
}

func TestOrder(t *testing.T) {
	t.Parallel()
	r := build(t, asItIs).Must(t)
	controller, class := r.One(t, release, "scale"), r.One(t, nodeClass, "scale-general")
	for _, x := range []struct {
		of      sandboxtest.Resource
		waitFor []sandboxtest.Resource
	}{
		{controller, append(r.Of(cloud.IAMRolePolicy), r.One(t, release, "scale-crd"), r.One(t, cloud.Queue, "scale-interruptions"), r.One(t, cloud.EKSPodIdentityAssociation, "scale"))},
		{class, append(r.Below(t, component, "scale").Of(cloud.IAMRolePolicyAttachment), controller, r.One(t, cloud.EKSAccessEntry, "scale-nodes"))},
		{r.One(t, nodePool, "scale-general"), []sandboxtest.Resource{class}},
	} {
		for _, other := range x.waitFor {
			if strings.HasPrefix(other.Name, "scale") && !x.of.WaitsFor(other) {
				t.Errorf("%s %s does not wait for %s %s", x.of.Type, x.of.Name, other.Type, other.Name)
			}
		}
	}
}

// The dangerous settings of a node: a hop too many gives every pod its role, and
// a pod too many never gets an address.
func TestGoldenCustomResources(t *testing.T) {
	t.Parallel()
	r := build(t, func(a *karpenter.Args) {
		full := pool
		full.Capacity = []karpenter.Capacity{karpenter.Spot, karpenter.OnDemand}
		full.Budgets = []karpenter.Budget{
			{Nodes: "0", Schedule: "0 8 * * 1-5", Duration: "10h", Reasons: []string{"Underutilized", "Drifted"}}, {Nodes: "10%"},
		}
		full.Labels = map[string]string{"team": "a"}
		full.Taints = []karpenter.Taint{{Key: "team", Value: "a", Effect: "NoSchedule"}}
		full.Weight = 10
		a.Pools["full"] = full
		a.PodDNS = "169.254.20.10"
	}).Must(t)
	for file, x := range map[string]sandboxtest.Resource{
		"nodepool.general.json":     r.One(t, nodePool, "scale-general"),
		"nodepool.full.json":        r.One(t, nodePool, "scale-full"),
		"ec2nodeclass.general.json": r.One(t, nodeClass, "scale-general"),
	} {
		golden.EqualJSON(t, filepath.Join("testdata", file), x.Inputs)
	}
}

func TestNodeIsConfined(t *testing.T) {
	t.Parallel()
	r := build(t, asItIs).Must(t)
	spec := r.One(t, nodeClass, "scale-general").Inputs.Obj("spec")
	want := cloud.Props{
		"httpEndpoint": "enabled", "httpProtocolIPv6": "disabled", "httpPutResponseHopLimit": 1.0, "httpTokens": "required",
	}
	if d := cmp.Diff(want, spec.Obj("metadataOptions")); d != "" {
		t.Errorf("instance metadata (-want +got):\n%s", d)
	}
	for _, device := range spec.Objs("blockDeviceMappings") {
		if device.Obj("ebs")["encrypted"] != true {
			t.Errorf("a volume is not encrypted: %v", device)
		}
	}
	if _, selected := spec["subnetSelectorTerms"].([]any)[0].(map[string]any)["tags"].(map[string]any)["karpenter.sh/discovery"]; !selected {
		t.Errorf("subnets are %v", spec["subnetSelectorTerms"])
	}
}

func TestSubnetsByID(t *testing.T) {
	t.Parallel()
	r := build(t, func(a *karpenter.Args) { a.SubnetIDs = []pulumi.StringInput{pulumi.String("subnet-0a1b2c3d")} })
	if r.Err == nil || !strings.Contains(r.Err.Error(), "SubnetsNotFound") {
		t.Errorf("a subnet that does not exist: error is %v", r.Err)
	}
}

func TestMaxPodsAgreesWithTheCNI(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		networking instances.Networking
		maxPods    float64
		reserved   any
	}{
		"addresses":                 {instances.Networking{}, 29, nil},
		"custom networking":         {instances.Networking{CustomNetworking: true}, 20, "1"},
		"prefixes":                  {instances.Networking{PrefixDelegation: true}, 110, nil},
		"prefixes in other subnets": {instances.Networking{CustomNetworking: true, PrefixDelegation: true}, 110, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := build(t, func(a *karpenter.Args) { a.Networking = tc.networking }).Must(t)
			if got := r.One(t, nodeClass, "scale-general").Inputs.Obj("spec").Obj("kubelet")["maxPods"]; got != tc.maxPods {
				t.Errorf("a node takes %v pods, want %v", got, tc.maxPods)
			}
			settings := r.One(t, release, "scale").Inputs.Obj("values").Obj("settings")
			if settings["reservedENIs"] != tc.reserved || settings.Str("clusterName") != fixture.ClusterName {
				t.Errorf("settings are %v", settings)
			}
		})
	}
}

func TestControllerRunsOnManagedNodes(t *testing.T) {
	t.Parallel()
	values := build(t, asItIs).Must(t).One(t, release, "scale").Inputs.Obj("values")
	want := cloud.Props{"nodeAffinity": map[string]any{"requiredDuringSchedulingIgnoredDuringExecution": map[string]any{
		"nodeSelectorTerms": []any{map[string]any{"matchExpressions": []any{
			map[string]any{"key": "eks.amazonaws.com/nodegroup", "operator": "Exists"},
			map[string]any{"key": "karpenter.sh/nodepool", "operator": "DoesNotExist"},
		}}},
	}}}
	if d := cmp.Diff(want, values.Obj("affinity")); d != "" {
		t.Errorf("affinity (-want +got):\n%s", d)
	}
	if values.Int("replicas") != 2 || values.Obj("podDisruptionBudget").Int("maxUnavailable") != 1 {
		t.Errorf("values are %v", values)
	}
}

// Karpenter's nodes join: the role, the profile, the entry and the selectors
// fit together.
func TestPodGetsANode(t *testing.T) {
	t.Parallel()
	deploy := func(ctx *pulumi.Context, target kube.Target, k *karpenter.Karpenter) error {
		type thing struct{ pulumi.CustomResourceState }
		labels := pulumi.StringMap{"app": pulumi.String("web")}
		return ctx.RegisterResource("kubernetes:apps/v1:Deployment", "web", pulumi.Map{
			"metadata": pulumi.Map{"name": pulumi.String("web"), "namespace": pulumi.String("default")},
			"spec": pulumi.Map{
				"replicas": pulumi.Int(2), "selector": pulumi.Map{"matchLabels": labels},
				"template": pulumi.Map{"metadata": pulumi.Map{"labels": labels}, "spec": pulumi.Map{
					"nodeSelector": pulumi.StringMap{"karpenter.sh/nodepool": pulumi.String("general")},
					"containers": pulumi.Array{pulumi.Map{
						"name": pulumi.String("web"), "image": pulumi.String("nginx:1.29"),
						"resources": pulumi.Map{"requests": pulumi.StringMap{"cpu": pulumi.String("100m")}},
					}},
				}},
			},
		}, &thing{}, pulumi.Provider(target.Provider), pulumi.DependsOn(k.Ready))
	}
	r := build(t, asItIs, deploy).Must(t)
	var ours int
	for _, x := range r.Account.Resources() {
		if x.Kind == "aws:ec2/instance:Instance" && x.Props.StrMap("tagsAll")["karpenter.sh/nodepool"] == "general" {
			ours++
		}
	}
	if ours == 0 {
		t.Error("Karpenter made no node")
	}
	r.LeavesNothing(t)
}
