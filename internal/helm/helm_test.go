package helm_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/helm"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

const release = "kubernetes:helm.sh/v3:Release"

// run installs a chart in a cluster that has no nodes.
func run(t *testing.T, args helm.Args) *sandboxtest.Recording {
	t.Helper()
	return fixture.Run(t, func(ctx *pulumi.Context) error {
		g, err := fixture.New(ctx)
		if err != nil {
			return err
		}
		if args.Cluster, err = g.Inside(ctx); err != nil {
			return err
		}
		_, err = helm.New(ctx, "chart", args, g.Cluster)
		return err
	})
}

func TestRelease(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args helm.Args
		want cloud.Props
	}{
		"of a registry, without values": {
			helm.Args{Chart: versions.KarpenterCRDChart, Namespace: pulumi.String("kube-system")},
			cloud.Props{
				"chart": "oci://public.ecr.aws/karpenter/karpenter-crd", "version": versions.KarpenterCRDChart.Version,
				"name": "karpenter-crd", "namespace": "kube-system", "timeout": 600.0, "resetValues": true,
			},
		},
		"of a repository, with everything": {
			helm.Args{
				Chart: versions.ExternalDNSChart, Name: "dns", Namespace: pulumi.String("dns"), CreateNamespace: true, Values: pulumi.Map{"policy": pulumi.String("sync")},
				SkipCRDs: true, SkipAwait: true, Timeout: time.Minute,
			},
			cloud.Props{
				"chart": "external-dns", "version": versions.ExternalDNSChart.Version,
				"repositoryOpts": map[string]any{"repo": "https://kubernetes-sigs.github.io/external-dns"},
				"name":           "dns", "namespace": "dns", "createNamespace": true, "values": map[string]any{"policy": "sync"},
				"skipCrds": true, "skipAwait": true, "timeout": 60.0,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			made := run(t, tc.args).Must(t).One(t, release, "chart")
			if diff := cmp.Diff(tc.want, made.Inputs); diff != "" {
				t.Errorf("release (-want +got):\n%s", diff)
			}
		})
	}
}

// A release that cannot run fails, and leaves nothing only where it is told to.
func TestReleaseWaitsForItsPods(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*helm.Args)
		want   string
	}{
		"it stays":      {func(*helm.Args) {}, "nodes are available"},
		"it goes again": {func(a *helm.Args) { a.Atomic = true }, "has been uninstalled due to atomic being set"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := helm.Args{Chart: versions.CertManagerChart, Namespace: pulumi.String("kube-system")}
			tc.change(&args)
			if r := run(t, args); r.Err == nil || !strings.Contains(r.Err.Error(), tc.want) {
				t.Errorf("error is %v, want %q", r.Err, tc.want)
			}
		})
	}
}

// Helm would ignore the value.
func TestMisspeltValueIsRefused(t *testing.T) {
	t.Parallel()
	r := run(t, helm.Args{Chart: versions.ExternalDNSChart, Namespace: pulumi.String("kube-system"), Values: pulumi.Map{"txtOwnerID": pulumi.String("demo")}})
	if r.Err == nil || !strings.Contains(r.Err.Error(), "has no value txtOwnerID") {
		t.Errorf("error is %v", r.Err)
	}
}

func TestEveryProblemIsReported(t *testing.T) {
	t.Parallel()
	_, err := helm.New(nil, "chart", helm.Args{Timeout: time.Millisecond}, nil)
	if err == nil {
		t.Fatal("nothing is wrong")
	}
	for _, field := range []string{"Cluster.ClusterName", "Cluster.Provider", "Cluster.Ready", "Chart", "Namespace", "Timeout"} {
		if !strings.Contains(err.Error(), field+" ") {
			t.Errorf("%s is not in %q", field, err)
		}
	}
}
