// Package catalogue puts the pack together: its name, its controls and its
// profiles. A program that wants another pack of the same controls makes its own.
package catalogue

import (
	"github.com/blang/semver"

	"github.com/slipway-iac/slipway/policy/controls"
	"github.com/slipway-iac/slipway/policy/pack"
)

// Pack is the EKS platform pack.
func Pack() *pack.Pack {
	return &pack.Pack{
		Name:        "slipway",
		Version:     semver.MustParse("0.1.0"),
		Description: "Controls for Amazon EKS platforms, whoever builds them",
		Controls:    controls.All(),
		Profiles:    profiles(),
		Standard:    "prod",
	}
}
