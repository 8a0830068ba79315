package object_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/object"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

func run(t *testing.T, args object.Args) *sandboxtest.Recording {
	t.Helper()
	return fixture.Run(t, func(ctx *pulumi.Context) error {
		g, err := fixture.New(ctx)
		if err != nil {
			return err
		}
		if args.Cluster, err = g.Inside(ctx); err != nil {
			return err
		}
		_, err = object.New(ctx, "it", args, g.Cluster)
		return err
	})
}

func TestObject(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args  object.Args
		token string
		want  cloud.Props
	}{
		"of core": {
			object.Args{
				APIVersion: "v1", Kind: "ConfigMap", Name: "settings", Namespace: pulumi.String("default"),
				Labels: pulumi.StringMap{"team": pulumi.String("a")}, Annotations: pulumi.StringMap{"why": pulumi.String("b")},
				Body: pulumi.Map{"data": pulumi.StringMap{"a": pulumi.String("b")}},
			},
			"kubernetes:core/v1:ConfigMap",
			cloud.Props{
				"apiVersion": "v1", "kind": "ConfigMap", "data": map[string]any{"a": "b"},
				"metadata": map[string]any{
					"name": "settings", "namespace": "default",
					"labels": map[string]any{"team": "a"}, "annotations": map[string]any{"why": "b"},
				},
			},
		},
		"of a group, without namespace": {
			object.Args{
				APIVersion: "networking.k8s.io/v1", Kind: "IngressClass", Name: "alb",
				Body: pulumi.Map{"spec": pulumi.Map{"controller": pulumi.String("ingress.k8s.aws/alb")}},
			},
			"kubernetes:networking.k8s.io/v1:IngressClass",
			cloud.Props{
				"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": map[string]any{"name": "alb"},
				"spec": map[string]any{"controller": "ingress.k8s.aws/alb"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, tc.args).Must(t)
			if diff := cmp.Diff(tc.want, r.One(t, tc.token, "it").Inputs); diff != "" {
				t.Errorf("object (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCustomResourceNeedsItsDefinition(t *testing.T) {
	t.Parallel()
	r := run(t, object.Args{APIVersion: "cert-manager.io/v1", Kind: "ClusterIssuer", Name: "ca"})
	if r.Err == nil || !strings.Contains(r.Err.Error(), `no matches for kind "ClusterIssuer"`) {
		t.Errorf("error is %v", r.Err)
	}
}

func TestEveryProblemIsReported(t *testing.T) {
	t.Parallel()
	_, err := object.New(nil, "it", object.Args{}, nil)
	if err == nil {
		t.Fatal("nothing is wrong")
	}
	for _, field := range []string{"Cluster.ClusterName", "Cluster.Provider", "Cluster.Ready", "APIVersion", "Kind", "Name"} {
		if !strings.Contains(err.Error(), field+" ") {
			t.Errorf("%s is not in %q", field, err)
		}
	}
}
