// Command policy is the EKS platform policy pack. Pulumi starts it; see
// docs/policies.md.
package main

import (
	"fmt"
	"os"

	"github.com/slipway-iac/slipway/policy/catalogue"
	"github.com/slipway-iac/slipway/policy/pack"
)

func main() {
	if err := pack.Serve(catalogue.Pack(), os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "policy: %v\n", err)
		os.Exit(1)
	}
}
