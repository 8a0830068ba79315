package provider

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube"
)

const (
	autonamedAnnotation  = "pulumi.com/autonamed"
	patchForceAnnotation = "pulumi.com/patchForce"
	objectDigits         = 8
)

// completion is what the provider knows when it completes an object.
type completion struct {
	apiVersion, kind string
	// namespaced is whether its type lives in namespaces.
	namespaced bool
	urn        resource.URN
	seed       []byte
	// olds are what the program said before, news what it says now.
	olds, news cloud.Props
}

// NewObject completes a new Kubernetes object as pulumi-kubernetes does: with
// its apiVersion and kind, a name made from the logical name where it has none,
// and a namespace. The same URN gives the same name.
func NewObject(client *kube.Client, apiVersion, kind string, urn resource.URN, inputs cloud.Props) (cloud.Props, error) {
	return completion{apiVersion, kind, client.Namespaced(apiVersion, kind), urn, nil, nil, inputs}.completed()
}

// completed is an object with what the provider adds. A name that was made
// before is kept.
func (o completion) completed() (cloud.Props, error) {
	completed := o.news.With(cloud.Props{"apiVersion": o.apiVersion, "kind": o.kind})
	if o.news["metadata"] == cloud.Unknown {
		return completed, nil
	}
	metadata := o.news.Obj("metadata").With(nil)
	if metadata.Has("generateName") {
		return nil, errors.New("metadata.generateName: the sandbox does not model names that the API server makes")
	}
	if !metadata.Has("name") {
		metadata["name"] = o.urn.Name() + "-" + digits(o.urn, o.seed, objectDigits)
		if isAutonamed(o.olds) {
			metadata["name"] = at(o.olds, "metadata.name")
		}
		metadata["annotations"] = map[string]any(metadata.Obj("annotations").With(cloud.Props{autonamedAnnotation: "true"}))
	}
	if o.namespaced && !metadata.Has("namespace") {
		metadata["namespace"] = "default"
	}
	completed["metadata"] = map[string]any(metadata)
	return completed, nil
}

func isAutonamed(object cloud.Props) bool { return annotated(object, autonamedAnnotation) }

// PatchForced tells whether a program takes over an object that exists.
func PatchForced(object cloud.Props) bool { return annotated(object, patchForceAnnotation) }

func annotated(object cloud.Props, name string) bool {
	return object.Obj("metadata").Obj("annotations").Str(name) == "true"
}
