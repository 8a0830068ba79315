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

// fixed are, by type, the fields that the API server never changes; see
// https://kubernetes.io/docs/concepts/storage/storage-classes/ and
// https://kubernetes.io/docs/concepts/configuration/secret/#secret-types
var fixed = map[string][]string{
	"storage.k8s.io/v1/StorageClass": {"parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"},
	"v1/Secret":                      {"type"},
}

// unchangeable refuses a change of what cannot change. What an object leaves
// out has a default, and is not compared.
func unchangeable(apiVersion, kind string, old, now cloud.Props) error {
	fields := fixed[apiVersion+"/"+kind]
	if old.Bool("immutable") {
		fields = append([]string{"data", "binaryData", "stringData", "immutable"}, fields...)
	}
	for _, name := range fields {
		if old.Has(name) && now.Has(name) && !cloud.Equal(old[name], now[name]) {
			return fmt.Errorf("%s %q is invalid: %s: Forbidden: updates to %s are forbidden", kind, nameOf(old).ID(), name, name)
		}
	}
	return nil
}
