package namespace

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/internal/check"
)

// recording stands in for the engine. It keeps the one namespace.
type recording struct {
	mu           sync.Mutex
	inputs       map[string]any
	name, parent string
	provider     string
	dependsOn    []string
}

func (r *recording) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if args.TypeToken == "kubernetes:core/v1:Namespace" {
		rpc := args.RegisterRPC
		r.inputs, r.name, r.parent = args.Inputs.Mappable(), args.Name, rpc.GetParent()
		r.provider, r.dependsOn = args.Provider, slices.Sorted(slices.Values(rpc.GetDependencies()))
	}
	return args.Name + "-id", args.Inputs, nil
}

func (r *recording) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }

func run(args Args) (*recording, error) {
	r := &recording{}
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		provider, err := kubernetes.NewProvider(ctx, "cluster", &kubernetes.ProviderArgs{Kubeconfig: pulumi.String("{}")})
		if err != nil {
			return err
		}
		nodes, err := kubernetes.NewProvider(ctx, "nodes", nil)
		if err != nil {
			return err
		}
		args.Cluster = kube.Target{ClusterName: pulumi.String("demo"), Provider: provider, Ready: []pulumi.Resource{nodes}}
		_, err = New(ctx, "shop", args)
		return err
	}, pulumi.WithMocks("test", "unit", r))
	return r, err
}

func TestNew(t *testing.T) {
	t.Parallel()
	level := func(level, version string, more map[string]any) map[string]any {
		labels := map[string]any{
			"pod-security.kubernetes.io/enforce": level, "pod-security.kubernetes.io/enforce-version": version,
			"pod-security.kubernetes.io/warn": level, "pod-security.kubernetes.io/warn-version": version,
			"pod-security.kubernetes.io/audit": level, "pod-security.kubernetes.io/audit-version": version,
		}
		for k, v := range more {
			labels[k] = v
		}
		return labels
	}
	cases := map[string]struct {
		args Args
		want map[string]any // metadata
	}{
		"zero is restricted": {Args{}, map[string]any{"name": "shop", "labels": level("restricted", "latest", nil)}},
		"all set": {
			Args{Namespace: "agents", Level: Privileged, Version: "v1.35", Labels: map[string]string{"team": "a"}},
			map[string]any{"name": "agents", "labels": level("privileged", "v1.35", map[string]any{"team": "a"})},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := run(tc.args)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tc.want, r.inputs["metadata"]); d != "" {
				t.Error(d)
			}
			if r.name != "shop" || !strings.HasSuffix(r.parent, "slipway:namespace:Namespace::shop") {
				t.Errorf("it is %q below %q", r.name, r.parent)
			}
			if !strings.Contains(r.provider, "::cluster::") {
				t.Errorf("its provider is %q", r.provider)
			}
			if len(r.dependsOn) != 1 || !strings.HasSuffix(r.dependsOn[0], "::nodes") {
				t.Errorf("it waits for %q", r.dependsOn)
			}
		})
	}
}

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	args := Args{
		Namespace: "kube-Shop", Level: "strict", Version: "1.35",
		Labels: map[string]string{"pod-security.kubernetes.io/enforce": "privileged"},
	}.withDefaults("shop")
	got := check.Problems(args.validate())
	want := []string{"Cluster.ClusterName", "Cluster.Provider", "Cluster.Ready", "Namespace", "Namespace", "Level", "Version", "Labels"}
	if len(got) != len(want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	for i, p := range got {
		if !strings.HasPrefix(p.Error(), want[i]+" ") {
			t.Errorf("problem %d is %q, want %q", i, p, want[i])
		}
	}
}

func TestLabelsLeavesTheArgumentsAlone(t *testing.T) {
	t.Parallel()
	args := Args{Labels: map[string]string{"team": "a"}}.withDefaults("shop")
	args.labels()
	if d := cmp.Diff(map[string]string{"team": "a"}, args.Labels); d != "" {
		t.Error(d)
	}
}
