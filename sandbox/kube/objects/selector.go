package objects

import (
	"slices"
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Selects tells whether a label selector, with matchLabels and
// matchExpressions, selects labels. An empty one selects everything.
func Selects(selector cloud.Props, labels map[string]string) bool {
	for key, value := range selector.StrMap("matchLabels") {
		if v, ok := labels[key]; !ok || v != value {
			return false
		}
	}
	for _, term := range selector.Objs("matchExpressions") {
		if !Meets(term, labels) {
			return false
		}
	}
	return true
}

// Meets tells whether labels meet one requirement of a selector.
func Meets(term cloud.Props, labels map[string]string) bool {
	value, has := labels[term.Str("key")]
	among := has && slices.Contains(term.Strs("values"), value)
	switch term.Str("operator") {
	case "In":
		return among
	case "NotIn":
		return !among
	case "Exists":
		return has
	case "DoesNotExist":
		return !has
	}
	return false
}

// Compares tells whether the number of a label compares with that of a
// requirement: Gt and Lt of node affinities, and Gte and Lte of Karpenter's.
func Compares(term cloud.Props, labels map[string]string) bool {
	have, err1 := strconv.Atoi(labels[term.Str("key")])
	want, err2 := strconv.Atoi(strings.Join(term.Strs("values"), ""))
	if err1 != nil || err2 != nil {
		return false
	}
	switch term.Str("operator") {
	case "Gt":
		return have > want
	case "Gte":
		return have >= want
	case "Lt":
		return have < want
	case "Lte":
		return have <= want
	}
	return false
}

// Labels are the labels of an object.
func Labels(object cloud.Props) map[string]string { return object.Obj("metadata").StrMap("labels") }
