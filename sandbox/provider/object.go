package provider

import (
	"errors"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube"
)

const (
	autonamedAnnotation  = "pulumi.com/autonamed"
	patchForceAnnotation = "pulumi.com/patchForce"
	objectDigits         = 8
)

// NewObject completes a new Kubernetes object as pulumi-kubernetes does: with
// its apiVersion and kind, a name made from the logical name where it has none,
// and a namespace. The same URN gives the same name.
func NewObject(apiVersion, kind string, urn resource.URN, inputs cloud.Props) (cloud.Props, error) {
	return completed(apiVersion, kind, urn, nil, nil, inputs)
}

// completed is an object with what the provider adds. A name that was made
// before is kept.
func completed(apiVersion, kind string, urn resource.URN, seed []byte, olds, news cloud.Props) (cloud.Props, error) {
	object := news.With(cloud.Props{"apiVersion": apiVersion, "kind": kind})
	if news["metadata"] == cloud.Unknown {
		return object, nil
	}
	metadata := news.Obj("metadata").With(nil)
	if metadata.Has("generateName") {
		return nil, errors.New("metadata.generateName: the sandbox does not model names that the API server makes")
	}
	if !metadata.Has("name") {
		metadata["name"] = urn.Name() + "-" + digits(urn, seed, objectDigits)
		if isAutonamed(olds) {
			metadata["name"] = at(olds, "metadata.name")
		}
		metadata["annotations"] = map[string]any(metadata.Obj("annotations").With(cloud.Props{autonamedAnnotation: "true"}))
	}
	if kube.Namespaced(apiVersion, kind) && !metadata.Has("namespace") {
		metadata["namespace"] = "default"
	}
	object["metadata"] = map[string]any(metadata)
	return object, nil
}

func isAutonamed(object cloud.Props) bool { return annotated(object, autonamedAnnotation) }

// PatchForced tells whether a program takes over an object that exists.
func PatchForced(object cloud.Props) bool { return annotated(object, patchForceAnnotation) }

func annotated(object cloud.Props, name string) bool {
	return object.Obj("metadata").Obj("annotations").Str(name) == "true"
}

// replacedFields are, by type, what pulumi-kubernetes replaces an object for
// besides its name and namespace.
var replacedFields = map[string][]string{
	"kubernetes:core/v1:ConfigMap":              {"data", "binaryData"},
	"kubernetes:core/v1:Secret":                 {"type", "data", "stringData"},
	"kubernetes:core/v1:ResourceQuota":          {"spec.scopes"},
	"kubernetes:storage.k8s.io/v1:StorageClass": {"parameters", "provisioner"},
}

func replacing(token string) []string {
	return append([]string{"metadata.name", "metadata.namespace"}, replacedFields[token]...)
}

// at is the value at a path of one or two names.
func at(object cloud.Props, path string) any {
	if outer, inner, ok := strings.Cut(path, "."); ok {
		return object.Obj(outer)[inner]
	}
	return object[path]
}
