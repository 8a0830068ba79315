package controllers

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// meets tells whether labels meet a requirement of a node pool: what a selector
// has, and four comparisons of numbers.
func meets(requirement cloud.Props, labels map[string]string) bool {
	if slices.Contains([]string{"Gt", "Gte", "Lt", "Lte"}, requirement.Str("operator")) {
		return objects.Compares(requirement, labels)
	}
	return objects.Meets(requirement, labels)
}
