package cluster_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/components/cluster"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// What is made with an output goes before the access entries and rules.
func TestOutputsWaitForTheWholeCluster(t *testing.T) {
	t.Parallel()
	outputs := map[string]func(*cluster.Cluster) pulumi.StringOutput{
		"name":      func(c *cluster.Cluster) pulumi.StringOutput { return c.Name },
		"arn":       func(c *cluster.Cluster) pulumi.StringOutput { return c.ARN },
		"endpoint":  func(c *cluster.Cluster) pulumi.StringOutput { return c.Endpoint },
		"authority": func(c *cluster.Cluster) pulumi.StringOutput { return c.CertificateAuthority },
		"config":    func(c *cluster.Cluster) pulumi.StringOutput { return c.KubeconfigJSON },
		"group":     func(c *cluster.Cluster) pulumi.StringOutput { return c.ClusterSecurityGroupID },
		"pods":      func(c *cluster.Cluster) pulumi.StringOutput { return c.PodSecurityGroupID },
		"issuer":    func(c *cluster.Cluster) pulumi.StringOutput { return c.OIDCIssuer },
		"version":   func(c *cluster.Cluster) pulumi.StringOutput { return c.Version },
	}
	r := build(t, asItIs, func(ctx *pulumi.Context, c *cluster.Cluster) error {
		for _, name := range slices.Sorted(maps.Keys(outputs)) {
			if err := ctx.RegisterComponentResourceV2(probe, name, pulumi.Map{"value": outputs[name](c)}, &pulumi.ResourceState{}); err != nil {
				return err
			}
		}
		return nil
	})
	made := r.One(t, cloud.EKSCluster, "demo-eksCluster").Outputs
	config := r.One(t, probe, "config").Inputs.Str("value")
	values := map[string]string{
		"name": "demo", "arn": made.Str("arn"), "endpoint": made.Str("endpoint"),
		"authority": made.Obj("certificateAuthority").Str("data"), "config": config,
		"group": made.Obj("vpcConfig").Str("clusterSecurityGroupId"), "pods": r.One(t, cloud.SecurityGroup, "demo-pods").ID,
		"issuer": made["identities"].([]any)[0].(map[string]any)["oidcs"].([]any)[0].(map[string]any)["issuer"].(string), "version": "1.35",
	}
	for name, want := range values {
		user := r.One(t, probe, name)
		if got := user.Inputs.Str("value"); got != want || got == "" {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
		needed := slices.Concat(r.Of(cloud.SecurityGroupIngressRule), r.Of(cloud.SecurityGroupEgressRule))
		for _, x := range append(needed, r.One(t, plane, "demo")) {
			if !user.WaitsFor(x) {
				t.Errorf("what uses %s waits for %q: want %s among them", name, user.DependsOn, x.Name)
			}
		}
	}
	connection, err := kube.ReadKubeconfig(config)
	if err != nil || connection.Server != values["endpoint"] {
		t.Errorf("the kubeconfig leads to %q (%v)", connection.Server, err)
	}
	if strings.Contains(config, "profile") || strings.Contains(config, "role") {
		t.Errorf("the kubeconfig names whose credentials to use: %s", config)
	}
}

// Whatever order the dependencies leave open, AWS must accept it.
func TestDestroyLeavesOnlyKeys(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(order *rapid.T) {
		r := build(t, asItIs, unused)
		if err := r.DestroyAs(func(n int) int { return rapid.IntRange(0, n-1).Draw(order, "next") }); err != nil {
			order.Fatal(err)
		}
		if d := cmp.Diff(map[string]int{}, r.Left()); d != "" {
			order.Fatalf("left in the account (-want +got):\n%s", d)
		}
	})
}
