package controllers

import (
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// meets tells whether labels meet a requirement of a node pool: what a selector
// has, and four comparisons of numbers.
func meets(requirement cloud.Props, labels map[string]string) bool {
	have, err1 := strconv.Atoi(labels[requirement.Str("key")])
	want, err2 := strconv.Atoi(strings.Join(requirement.Strs("values"), ""))
	numbers := err1 == nil && err2 == nil
	switch requirement.Str("operator") {
	case "Gt":
		return numbers && have > want
	case "Gte":
		return numbers && have >= want
	case "Lt":
		return numbers && have < want
	case "Lte":
		return numbers && have <= want
	}
	return objects.Meets(requirement, labels)
}
