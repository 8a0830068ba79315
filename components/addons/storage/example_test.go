package storage_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/storage"
	"github.com/slipway-iac/slipway/components/kube"
)

// Volumes under a key of one's own, that stay when their claims go.
func ExampleNew() {
	_ = func(ctx *pulumi.Context, inside kube.Target, key pulumi.StringInput) error {
		made, err := storage.New(ctx, "disks", storage.Args{
			Cluster: inside, VolumeKeyARN: key, Reclaim: storage.Retain,
		})
		if err != nil {
			return err
		}
		ctx.Export("storageClass", made.ClassName)
		return nil
	}
}
