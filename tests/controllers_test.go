package tests

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// served is a program with the AWS Load Balancer Controller and an Ingress. In
// the right order the Ingress comes after the controller, and so goes before it.
func served(rightOrder bool) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		g := ground{zones: []string{"us-west-2a", "us-west-2b"}, nodesMay: []string{"AmazonEC2FullAccess"}}
		if err := g.program(ctx); err != nil {
			return err
		}
		provider, err := kubernetes.NewProvider(ctx, g.named("kubernetes"), &kubernetes.ProviderArgs{Kubeconfig: g.kubeconfig()})
		if err != nil {
			return err
		}
		object := func(token, name string, props pulumi.Map, after ...pulumi.Resource) (pulumi.Resource, error) {
			var r pulumi.CustomResourceState
			return &r, ctx.RegisterResource("kubernetes:"+token, name, props, &r, pulumi.Provider(provider), pulumi.DependsOn(after))
		}
		service, err := object("core/v1:Service", "web", pulumi.Map{
			"metadata": pulumi.Map{"name": pulumi.String("web"), "annotations": skipAwait},
			"spec": pulumi.Map{
				"selector": pulumi.Map{"app": pulumi.String("web")}, "ports": pulumi.Array{pulumi.Map{"port": pulumi.Int(80)}},
			},
		}, g.nodes)
		if err != nil {
			return err
		}
		controller := func(after ...pulumi.Resource) (pulumi.Resource, error) {
			return object("helm.sh/v3:Release", "lbc", pulumi.Map{
				"chart": pulumi.String("aws-load-balancer-controller"), "version": pulumi.String("3.5.0"), "namespace": pulumi.String("kube-system"),
				"name": pulumi.String("lbc"), "values": pulumi.Map{"clusterName": g.cluster.Name},
				"repositoryOpts": pulumi.Map{"repo": pulumi.String("https://aws.github.io/eks-charts")},
			}, append(after, g.nodes)...)
		}
		ingress := func(after ...pulumi.Resource) (pulumi.Resource, error) {
			return object("networking.k8s.io/v1:Ingress", "web", pulumi.Map{
				"metadata": pulumi.Map{"name": pulumi.String("web"), "annotations": pulumi.Map{
					"kubernetes.io/ingress.class": pulumi.String("alb"), "alb.ingress.kubernetes.io/target-type": pulumi.String("ip"),
					"pulumi.com/skipAwait": pulumi.String("true"),
				}},
				"spec": pulumi.Map{"defaultBackend": pulumi.Map{"service": pulumi.Map{
					"name": pulumi.String("web"), "port": pulumi.Map{"number": pulumi.Int(80)},
				}}},
			}, append(after, service)...)
		}
		first, second := controller, ingress
		if !rightOrder {
			first, second = ingress, controller
		}
		made, err := first()
		if err == nil {
			_, err = second(made)
		}
		return err
	}
}

var skipAwait = pulumi.Map{"pulumi.com/skipAwait": pulumi.String("true")}

// An Ingress that goes before its controller takes its load balancer along. One
// that goes after it cannot go, and Pulumi says why.
func TestOrderOfControllersOnTheEngine(t *testing.T) {
	t.Parallel()
	for name, right := range map[string]bool{"right": true, "wrong": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, out := bare(t, name, served(right))
			if _, err := s.Up(t.Context()); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			balancers := 0
			for _, r := range s.Account.Resources() {
				if r.Kind == cloud.LoadBalancer && r.Owner == "aws-load-balancer-controller" {
					balancers++
				}
			}
			if balancers != 1 {
				t.Fatalf("there are %d load balancers", balancers)
			}
			_, err := s.Destroy(t.Context())
			if right {
				if err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				assertLeft(t, s.Account.Resources(), nil)
				return
			}
			for _, word := range []string{"Ingress default/web", "ingress.k8s.aws/resources", "is not installed in cluster bare"} {
				if err == nil || !strings.Contains(err.Error()+out.String(), word) {
					t.Errorf("destroy: %v does not say %q", err, word)
				}
			}
			assertStays(t, s.Account.Resources(), cloud.LoadBalancer, cloud.TargetGroup, cloud.Listener)
		})
	}
}

// assertStays holds that there is one of each kind.
func assertStays(t *testing.T, resources []*cloud.Resource, kinds ...string) {
	t.Helper()
	counts := map[string]int{}
	for _, r := range resources {
		counts[r.Kind]++
	}
	for _, kind := range kinds {
		if counts[kind] != 1 {
			t.Errorf("there are %d of %s, want 1", counts[kind], kind)
		}
	}
}
