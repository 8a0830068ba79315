package tests

import (
	"strings"
	"testing"

	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// inside is a program with charts and objects in a cluster, as somebody writes
// them who knows in which order they come. Its fields are the mistakes that can
// be made in it.
type inside struct {
	ground ground
	// early is what does not wait for what it needs.
	early string
	// unawaited releases are done before their pods run.
	unawaited bool
	// values are the load balancer controller's.
	values pulumi.Map

	provider *kubernetes.Provider
}

// thing is a resource of any type.
type thing struct{ pulumi.CustomResourceState }

func (i *inside) program(ctx *pulumi.Context) (err error) {
	if err := i.ground.program(ctx); err != nil {
		return err
	}
	i.provider, err = kubernetes.NewProvider(ctx, "inside", &kubernetes.ProviderArgs{Kubeconfig: i.ground.kubeconfig()})
	if err != nil {
		return err
	}
	values := pulumi.Map{"clusterName": i.ground.cluster.Name}
	for name, v := range i.values {
		values[name] = v
	}
	ready, err := i.identity(ctx)
	if err != nil {
		return err
	}
	if i.ground.nodes != nil {
		ready = append(ready, i.ground.nodes)
	}
	controller, err := i.make(ctx, "kubernetes:helm.sh/v3:Release", "lbc", pulumi.Map{
		"name":  pulumi.String("lbc"),
		"chart": pulumi.String("aws-load-balancer-controller"), "version": pulumi.String("3.5.0"), "namespace": pulumi.String("kube-system"),
		"repositoryOpts": pulumi.StringMap{"repo": pulumi.String("https://aws.github.io/eks-charts")},
		"skipAwait":      pulumi.Bool(i.unawaited), "values": values,
	}, ready...)
	if err != nil {
		return err
	}
	manager, err := i.make(ctx, "kubernetes:helm.sh/v3:Release", "cert-manager", pulumi.Map{
		"chart": pulumi.String("oci://quay.io/jetstack/charts/cert-manager"), "version": pulumi.String("v1.21.1"),
		"name": pulumi.String("cert-manager"), "namespace": pulumi.String("cert-manager"), "createNamespace": pulumi.Bool(true),
		"values": pulumi.Map{"crds": pulumi.Map{"enabled": pulumi.Bool(true), "keep": pulumi.Bool(false)}},
	}, controller)
	if err != nil {
		return err
	}
	if _, err := i.make(ctx, "kubernetes:cert-manager.io/v1:ClusterIssuer", "issuer", pulumi.Map{
		"spec": pulumi.Map{"selfSigned": pulumi.Map{}},
	}, manager); err != nil {
		return err
	}
	_, err = i.make(ctx, "kubernetes:core/v1:Service", "web", pulumi.Map{
		"metadata": pulumi.Map{"namespace": pulumi.String("default")},
		"spec":     pulumi.Map{"ports": pulumi.Array{pulumi.Map{"port": pulumi.Int(80)}}, "selector": pulumi.StringMap{"app": pulumi.String("web")}},
	}, controller)
	return err
}

// identity is the role of the load balancer controller.
func (i *inside) identity(ctx *pulumi.Context) ([]pulumi.Resource, error) {
	aws := pulumi.Provider(i.ground.provider)
	role, _, err := i.ground.role(ctx, "lbc", "pods.eks.amazonaws.com")
	if err != nil {
		return nil, err
	}
	agent, err := awseks.NewAddon(ctx, "agent", &awseks.AddonArgs{
		ClusterName: i.ground.cluster.Name, AddonName: pulumi.String("eks-pod-identity-agent"),
	}, aws)
	if err != nil {
		return nil, err
	}
	association, err := awseks.NewPodIdentityAssociation(ctx, "lbc", &awseks.PodIdentityAssociationArgs{
		ClusterName: i.ground.cluster.Name, Namespace: pulumi.String("kube-system"),
		ServiceAccount: pulumi.String("lbc-aws-load-balancer-controller"), RoleArn: role.Arn,
	}, aws)
	return []pulumi.Resource{agent, association}, err
}

func (i *inside) make(ctx *pulumi.Context, token, name string, props pulumi.Map, after ...pulumi.Resource) (*thing, error) {
	if name == i.early {
		after = nil
	}
	made := &thing{}
	return made, ctx.RegisterResource(token, name, props, made, pulumi.Provider(i.provider), pulumi.DependsOn(after))
}

var twoZones = []string{"us-west-2a", "us-west-2b"}

func TestChartsAndObjectsInOrder(t *testing.T) {
	t.Parallel()
	i := inside{ground: ground{zones: twoZones}}
	s, out := bare(t, "inside", i.program)
	if _, err := s.Up(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out.Reset()
	if _, err := s.Refresh(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	result, err := s.Up(t.Context())
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for operation, count := range *result.Summary.ResourceChanges {
		if operation != "same" {
			t.Errorf("a second update has %d of %s:\n%s", count, operation, out)
		}
	}
	if _, err := s.Destroy(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, r := range s.Account.Resources() {
		t.Errorf("%s %s is left", r.Kind, r.ID)
	}
}

func TestChartsAndObjectsOutOfOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		inside inside
		want   []string
	}{
		"custom resource before its definition": {
			inside{ground: ground{zones: twoZones}, early: "issuer"},
			[]string{`no matches for kind "ClusterIssuer" in version "cert-manager.io/v1"`, "ensure CRDs are installed first"},
		},
		"chart before the nodes": {
			inside{ground: ground{zones: twoZones, noNodes: true}},
			[]string{"failed to initialize completely", "0/0 nodes are available", "make a node group"},
		},
		"service before the webhook's pods": {
			inside{ground: ground{zones: twoZones, noNodes: true}, unawaited: true},
			[]string{`failed calling webhook "mservice.elbv2.k8s.aws"`, `no endpoints available for service "aws-load-balancer-webhook-service"`},
		},
		"misspelt value": {
			inside{ground: ground{zones: twoZones}, values: pulumi.Map{"replicas": pulumi.Int(3)}},
			[]string{"chart aws-load-balancer-controller 3.5.0 has no value replicas"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, out := bare(t, "inside", c.inside.program)
			if _, err := s.Up(t.Context()); err == nil {
				t.Fatalf("the sandbox accepted it:\n%s", out)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("the refusal does not say %q:\n%s", want, out)
				}
			}
		})
	}
}
