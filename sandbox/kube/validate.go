package kube

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	dnsLabel  = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
	dnsName   = regexp.MustCompile(`^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$`)
	labelName = regexp.MustCompile(`^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`)
	labelText = regexp.MustCompile(`^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$`)
)

// validate holds an object to the rules that every object has; see
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
func validate(apiVersion, kind string, object cloud.Props) error {
	metadata := object.Obj("metadata")
	name, rule := metadata.Str("name"), dnsName
	if kind == "Namespace" {
		rule = dnsLabel
	}
	if !rule.MatchString(name) {
		return fmt.Errorf("%s %q is invalid: metadata.name: Invalid value: %q: want lower case letters, digits and hyphens", kind, name, name)
	}
	if ns := metadata.Str("namespace"); !Namespaced(apiVersion, kind) && ns != "" {
		return fmt.Errorf("%s %q is invalid: metadata.namespace: Forbidden: not allowed on this type", kind, name)
	}
	labels := metadata.StrMap("labels")
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		if !labelName.MatchString(k) || !labelText.MatchString(labels[k]) {
			return fmt.Errorf("%s %q is invalid: metadata.labels: Invalid value: %s=%q", kind, name, k, labels[k])
		}
	}
	return nil
}
