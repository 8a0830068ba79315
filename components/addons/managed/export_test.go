package managed

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/versions"
)

// InstallAddon installs one add-on of any kind below a resource.
func InstallAddon(ctx *pulumi.Context, cluster pulumi.StringInput, kubernetes string, addon versions.Addon, owner pulumi.Resource) error {
	i := installer{ctx: ctx, name: "addons", cluster: cluster, kubernetes: kubernetes, owner: owner}
	_, err := i.install(addon, settings{})
	return err
}
