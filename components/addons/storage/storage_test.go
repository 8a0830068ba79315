package storage_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/managed"
	"github.com/slipway-iac/slipway/components/addons/storage"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/components/nodes"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

const (
	component     = "slipway:storage:Storage"
	storageClass  = "kubernetes:storage.k8s.io/v1:StorageClass"
	snapshotClass = "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass"
)

type thing struct{ pulumi.CustomResourceState }

// build makes the storage "disks" of a cluster with the EBS CSI driver, and then
// more.
func build(t *testing.T, args storage.Args, more func(*pulumi.Context, kube.Target, *storage.Storage) error) *sandboxtest.Recording {
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
		after, err := managed.NewAfterNodes(ctx, "after", managed.AfterArgs{
			ClusterName: g.Cluster.Name, KubernetesVersion: "1.35", Region: fixture.Region, Nodes: group.Ready, VolumeKeyARN: args.VolumeKeyARN,
		})
		if err != nil {
			return err
		}
		if args.Cluster, err = g.Inside(ctx, group.Ready, after.Ready); err != nil {
			return err
		}
		made, err := storage.New(ctx, "disks", args)
		if err != nil || more == nil {
			return err
		}
		return more(ctx, args.Cluster, made)
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	key := "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555"
	class := func(reclaim string, parameters map[string]any) cloud.Props {
		all := map[string]any{"type": "gp3", "encrypted": "true", "csi.storage.k8s.io/fstype": "ext4"}
		for name, v := range parameters {
			all[name] = v
		}
		return cloud.Props{
			"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
			"metadata":    map[string]any{"name": "gp3", "annotations": map[string]any{"storageclass.kubernetes.io/is-default-class": "true"}},
			"provisioner": "ebs.csi.aws.com", "parameters": all, "reclaimPolicy": reclaim,
			"allowVolumeExpansion": true, "volumeBindingMode": "WaitForFirstConsumer",
		}
	}
	for name, tc := range map[string]struct {
		args storage.Args
		want cloud.Props
	}{
		"zero is encrypted": {storage.Args{}, class("Delete", nil)},
		"all set": {
			storage.Args{VolumeKeyARN: pulumi.String(key), Reclaim: storage.Retain, Tags: map[string]string{"owner": "a", "environment": "dev"}},
			class("Retain", map[string]any{"kmsKeyId": key, "tagSpecification_1": "environment=dev", "tagSpecification_2": "owner=a"}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := build(t, tc.args, nil).Must(t)
			if d := cmp.Diff(map[string]int{storageClass: 1}, r.Below(t, component, "disks").Counts()); d != "" {
				t.Errorf("resources (-want +got):\n%s", d)
			}
			made := r.One(t, storageClass, "disks")
			if d := cmp.Diff(tc.want, made.Inputs); d != "" {
				t.Errorf("class (-want +got):\n%s", d)
			}
			if !made.WaitsFor(r.One(t, cloud.EKSAddon, "after-aws-ebs-csi-driver")) {
				t.Error("the class does not wait for the driver, and would outlive it")
			}
			r.LeavesNothing(t)
		})
	}
}

// claim makes a claim without a class, and a pod that uses it.
func claim(ctx *pulumi.Context, target kube.Target, s *storage.Storage) error {
	options := []pulumi.ResourceOption{pulumi.Provider(target.Provider), pulumi.DependsOn(s.Ready)}
	metadata := func(name string) pulumi.Map {
		return pulumi.Map{
			"name": pulumi.String(name), "namespace": pulumi.String("default"),
			"annotations": pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")},
		}
	}
	data := &thing{}
	if err := ctx.RegisterResource("kubernetes:core/v1:PersistentVolumeClaim", "data", pulumi.Map{
		"metadata": metadata("data"),
		"spec": pulumi.Map{
			"accessModes": pulumi.ToStringArray([]string{"ReadWriteOnce"}),
			"resources":   pulumi.Map{"requests": pulumi.StringMap{"storage": pulumi.String("8Gi")}},
		},
	}, data, options...); err != nil {
		return err
	}
	return ctx.RegisterResource("kubernetes:core/v1:Pod", "web", pulumi.Map{
		"metadata": metadata("web"),
		"spec": pulumi.Map{
			"containers": pulumi.Array{pulumi.Map{"name": pulumi.String("web"), "image": pulumi.String("nginx:1.29")}},
			"volumes": pulumi.Array{pulumi.Map{
				"name": pulumi.String("data"), "persistentVolumeClaim": pulumi.Map{"claimName": pulumi.String("data")},
			}},
		},
	}, &thing{}, append(options, pulumi.DependsOn([]pulumi.Resource{data}))...)
}

// The dangerous setting: a claim that names no class gets an encrypted volume.
func TestClaimWithoutClassGetsAnEncryptedVolume(t *testing.T) {
	t.Parallel()
	r := build(t, storage.Args{Tags: map[string]string{"slipway:backup": "a"}}, claim).Must(t)
	var volumes int
	for _, x := range r.Account.Resources() {
		if x.Kind != cloud.Volume || x.Props.StrMap("tagsAll")["kubernetes.io/created-for/pvc/name"] != "data" {
			continue
		}
		volumes++
		if x.Props["encrypted"] != true || x.Props.Str("type") != "gp3" || x.Props.StrMap("tagsAll")["slipway:backup"] != "a" {
			t.Errorf("volume is %v", x.Props)
		}
	}
	if volumes != 1 {
		t.Errorf("%d volumes for the claim, want 1", volumes)
	}
	r.LeavesNothing(t)
}

func TestSnapshotsNeedTheirDefinition(t *testing.T) {
	t.Parallel()
	r := build(t, storage.Args{Snapshots: true}, nil)
	if r.Err == nil || !strings.Contains(r.Err.Error(), `no matches for kind "VolumeSnapshotClass"`) {
		t.Errorf("error is %v", r.Err)
	}
}

func TestEveryProblemIsReported(t *testing.T) {
	t.Parallel()
	_, err := storage.New(nil, "disks", storage.Args{Reclaim: "Recycle", Tags: map[string]string{"": "x"}})
	if err == nil {
		t.Fatal("nothing is wrong")
	}
	for _, field := range []string{`storage "disks": `, "Cluster.ClusterName ", "Cluster.Provider ", "Cluster.Ready ", `Reclaim is "Recycle"`, "Tags is required"} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not in %q", field, err)
		}
	}
}
