package kube

import (
	"maps"
	"regexp"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

var (
	dnsLabel  = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
	dnsName   = regexp.MustCompile(`^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$`)
	labelName = regexp.MustCompile(`^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`)
	labelText = regexp.MustCompile(`^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$`)
)

// validate holds an object to the rules that every object has; see
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
func validate(t objects.Type, object cloud.Props) error {
	metadata := object.Obj("metadata")
	name, rule := metadata.Str("name"), dnsName
	if t.Kind == "Namespace" {
		rule = dnsLabel
	}
	if !rule.MatchString(name) {
		if err := nameForm.Refuse("%s %q is invalid: metadata.name: Invalid value: %q: want lower case letters, digits and hyphens", t.Singular(), name, name); err != nil {
			return err
		}
	}
	if t.Cluster && metadata.Str("namespace") != "" {
		if err := namespaceUnasked.Refuse("%s %q is invalid: metadata.namespace: Forbidden: not allowed on this type", t.Singular(), name); err != nil {
			return err
		}
	}
	labels := metadata.StrMap("labels")
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		if !labelName.MatchString(k) || !labelText.MatchString(labels[k]) {
			return labelForm.Refuse("%s %q is invalid: metadata.labels: Invalid value: %s=%q", t.Singular(), name, k, labels[k])
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
func unchangeable(t objects.Type, old, now cloud.Props) error {
	fields := fixed[t.APIVersion+"/"+t.Kind]
	if old.Bool("immutable") {
		fields = append([]string{"data", "binaryData", "stringData", "immutable"}, fields...)
	}
	for _, name := range fields {
		if old.Has(name) && now.Has(name) && !cloud.Equal(old[name], now[name]) {
			return fieldFixed.Refuse("%s %q is invalid: %s: Forbidden: updates to %s are forbidden", t.Singular(), objects.NameOf(old).Name, name, name)
		}
	}
	return nil
}
