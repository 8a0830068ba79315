// Command stacks is the Pulumi program of every environment.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/stacks/platform"
)

func main() {
	pulumi.Run(platform.Deploy)
}
