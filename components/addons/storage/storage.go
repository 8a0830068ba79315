// Package storage makes the storage classes of a cluster whose volumes are EBS.
//
// The class gp3 is the default one: its volumes are encrypted, grow on request,
// and are made where the pod runs. EKS puts a class gp2 into every cluster, which
// since Kubernetes 1.30 is no default any more, so that there is one default. A
// cluster that is older by birth has two; Kubernetes then takes the newer, which
// is gp3. The driver is not made here: package managed installs it with its role,
// which may use the key of VolumeKeyARN if it is given the same.
//
// See https://docs.aws.amazon.com/eks/latest/userguide/storage-classes.html
package storage

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/internal/check"
	"github.com/slipway-iac/slipway/internal/object"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// every child, so a rename needs an alias.
const typeToken = "slipway:storage:Storage"

const (
	driver    = "ebs.csi.aws.com"
	className = "gp3"
	// snapshotClassName is the name of the class of snapshots.
	snapshotClassName = "ebs"
)

// ReclaimPolicy is what becomes of a volume whose claim is deleted.
type ReclaimPolicy string

// The policies.
const (
	// Delete deletes the volume with its claim.
	Delete ReclaimPolicy = "Delete"
	// Retain keeps the volume, to be deleted by hand: also after the cluster.
	Retain ReclaimPolicy = "Retain"
)

// Storage is the storage classes of one cluster.
type Storage struct {
	pulumi.ResourceState

	// Ready are the classes. Claims wait for them, and go before them.
	Ready []pulumi.Resource

	// ClassName is the name of the default class.
	ClassName pulumi.StringOutput `pulumi:"className"`
}

// Args configures a Storage.
type Args struct {
	// Cluster is where the classes are. Its Ready must have the EBS CSI driver:
	// volumes that outlive it stay in the account. Required.
	Cluster kube.Target

	// VolumeKeyARN is the KMS key of volumes. Optional: the account's default key
	// encrypts them otherwise. The driver's role must be given the same key, or no
	// volume is ever attached.
	VolumeKeyARN pulumi.StringInput

	// Reclaim defaults to Delete.
	Reclaim ReclaimPolicy

	// Snapshots makes a class of snapshots too. The add-on snapshot-controller must
	// be in the cluster, which brings the definitions.
	Snapshots bool

	// Tags are on every volume, which Pulumi never sees. Pass the ownership tags of
	// the environment. Optional.
	Tags map[string]string
}

// New makes the classes.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Storage, error) {
	args = args.withDefaults()
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("storage %q: %w", name, err)
	}
	c := &Storage{}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	class, err := object.New(ctx, name, object.Args{
		Cluster: args.Cluster, APIVersion: "storage.k8s.io/v1", Kind: "StorageClass", Name: className,
		Annotations: pulumi.StringMap{"storageclass.kubernetes.io/is-default-class": pulumi.String("true")},
		Body: pulumi.Map{
			"provisioner": pulumi.String(driver), "parameters": args.parameters(),
			"reclaimPolicy": pulumi.String(args.Reclaim), "allowVolumeExpansion": pulumi.Bool(true),
			// A volume is in one zone: it must be the one that the pod gets a place in.
			"volumeBindingMode": pulumi.String("WaitForFirstConsumer"),
		},
	}, c)
	if err != nil {
		return nil, fmt.Errorf("storage %q: %w", name, err)
	}
	c.Ready = []pulumi.Resource{class}
	if args.Snapshots {
		snapshots, err := object.New(ctx, name, object.Args{
			Cluster: args.Cluster, APIVersion: "snapshot.storage.k8s.io/v1", Kind: "VolumeSnapshotClass", Name: snapshotClassName,
			Annotations: pulumi.StringMap{"snapshot.storage.kubernetes.io/is-default-class": pulumi.String("true")},
			Body:        pulumi.Map{"driver": pulumi.String(driver), "deletionPolicy": pulumi.String(args.Reclaim)},
		}, c)
		if err != nil {
			return nil, fmt.Errorf("storage %q: %w", name, err)
		}
		c.Ready = append(c.Ready, snapshots)
	}
	// Whatever takes the name waits for the class.
	c.ClassName = class.ID().ToStringOutput()
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"className": c.ClassName})
}

// parameters are the driver's. See
// https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
func (a Args) parameters() pulumi.StringMap {
	p := pulumi.StringMap{
		"type": pulumi.String("gp3"), "encrypted": pulumi.String("true"), "csi.storage.k8s.io/fstype": pulumi.String("ext4"),
	}
	if a.VolumeKeyARN != nil {
		p["kmsKeyId"] = a.VolumeKeyARN
	}
	for i, key := range slices.Sorted(maps.Keys(a.Tags)) {
		p[fmt.Sprintf("tagSpecification_%d", i+1)] = pulumi.String(key + "=" + a.Tags[key])
	}
	return p
}

func (a Args) withDefaults() Args {
	a.Reclaim = cmp.Or(a.Reclaim, Delete)
	return a
}

// validate reports every problem at once, each naming the field to fix.
func (a Args) validate() error {
	var e check.Errors
	e.In("Cluster", a.Cluster.Validate())
	e.That(slices.Contains([]ReclaimPolicy{Delete, Retain}, a.Reclaim), "Reclaim", string(a.Reclaim), "Delete or Retain")
	for _, key := range slices.Sorted(maps.Keys(a.Tags)) {
		e.Require(key != "", "Tags", "name every tag")
	}
	return e.Err()
}
