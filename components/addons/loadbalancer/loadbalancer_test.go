package loadbalancer_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/loadbalancer"
	"github.com/slipway-iac/slipway/components/tags"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

const (
	component = "slipway:loadbalancer:Controller"
	release   = "kubernetes:helm.sh/v3:Release"
	probe     = "test:index:Probe"
)

// run installs the controller "lb" in a cluster with nodes.
func run(t *testing.T, change func(*loadbalancer.Args)) *sandboxtest.Recording {
	t.Helper()
	return fixture.Run(t, func(ctx *pulumi.Context) error {
		g, target, err := fixture.Running(ctx)
		if err != nil {
			return err
		}
		args := loadbalancer.Args{Cluster: target, ClusterARN: g.Cluster.ARN, VPCID: g.Network.VPCID, Region: fixture.Region}
		change(&args)
		c, err := loadbalancer.New(ctx, "lb", args)
		if err != nil {
			return err
		}
		return ctx.RegisterComponentResourceV2(probe, "user", nil, &pulumi.ResourceState{}, pulumi.DependsOn(c.Ready))
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	plain := cloud.Props{
		"clusterName": "demo", "region": "us-west-2", "vpcId": "vpc:net",
		"serviceAccount": map[string]any{"create": true, "name": "aws-load-balancer-controller"},
		"replicaCount":   2.0, "podDisruptionBudget": map[string]any{"maxUnavailable": 1.0}, "priorityClassName": "system-cluster-critical",
		"createIngressClassResource": true, "ingressClass": "alb", "ingressClassParams": map[string]any{"create": true, "name": "alb"},
		"defaultTargetType": "ip", "defaultSSLPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
		"enableServiceMutatorWebhook": false, "keepTLSSecret": true, "enableWaf": false, "enableShield": false, "enableWafv2": true,
	}
	one := plain.With(cloud.Props{"replicaCount": 1.0, "enableWafv2": false, "defaultTags": map[string]any{"team": "a"}})
	delete(one, "podDisruptionBudget")
	for name, tc := range map[string]struct {
		change func(*loadbalancer.Args)
		want   cloud.Props
	}{
		"as it is": {func(*loadbalancer.Args) {}, plain},
		"one pod, own tags, no WAF": {func(a *loadbalancer.Args) {
			a.Replicas, a.Tags, a.DisableWAF = 1, tags.Set{"team": "a"}, true
		}, one},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, tc.change).Must(t)
			made := r.One(t, release, "lb")
			if diff := cmp.Diff(tc.want, r.Readable(made).Obj("values")); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
			if association := r.One(t, cloud.EKSPodIdentityAssociation, "lb"); !made.WaitsFor(association) || !r.One(t, probe, "user").WaitsFor(made) {
				t.Error("association, release and what waits for Ready are out of order")
			}
			want := map[string]int{
				"slipway:identity:Identity": 1, cloud.IAMRole: 1, cloud.IAMRolePolicy: 2, cloud.EKSPodIdentityAssociation: 1, release: 1,
			}
			if diff := cmp.Diff(want, r.Below(t, component, "lb").Counts()); diff != "" {
				t.Errorf("resources (-want +got):\n%s", diff)
			}
			if err := r.Destroy(); err != nil {
				t.Fatal(err)
			}
			for kind, n := range r.Left() {
				t.Errorf("%d of %s are left", n, kind)
			}
		})
	}
}

// The permissions are limited to the cluster, so that its ARN has to be one.
func TestClusterARNIsOne(t *testing.T) {
	t.Parallel()
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		g, target, err := fixture.Running(ctx)
		if err != nil {
			return err
		}
		_, err = loadbalancer.New(ctx, "lb", loadbalancer.Args{
			Cluster: target, ClusterARN: pulumi.String("arn:aws:iam::123456789012:role/demo"), VPCID: g.Network.VPCID, Region: fixture.Region,
		})
		return err
	})
	if r.Err == nil || !strings.Contains(r.Err.Error(), "want the ARN of an EKS cluster") {
		t.Errorf("error is %v", r.Err)
	}
}

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		_, err := loadbalancer.New(ctx, "lb", loadbalancer.Args{Replicas: -1})
		return err
	})
	if r.Err == nil {
		t.Fatal("nothing is wrong")
	}
	for _, field := range []string{"Cluster.ClusterName", "Cluster.Provider", "Cluster.Ready", "ClusterARN", "VPCID", "Region", "Replicas"} {
		if !strings.Contains(r.Err.Error(), field+" ") {
			t.Errorf("%s is not in %q", field, r.Err)
		}
	}
	if len(r.Resources) > 0 {
		t.Errorf("resources were registered: %v", r.Counts())
	}
}
