// Package object makes one object in a cluster, of Kubernetes' own types and of
// those that a chart defines.
//
// It registers the resource by its token, as the Kubernetes SDK does: importing
// that SDK for one object would compile all of it. The price is that the body
// has no type; the sandbox's API server checks every field of Kubernetes' own
// types in tests.
package object

import (
	"fmt"
	"maps"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/internal/check"
)

// Args are an object.
type Args struct {
	// Cluster is where it is made. Required.
	Cluster kube.Target

	// APIVersion and Kind are its type, such as "v1" and "Service". Required.
	APIVersion, Kind string

	// Name is its name in the cluster. Required.
	Name string

	// Namespace is where it is; nil for a kind that has none.
	Namespace pulumi.StringInput

	// Labels and Annotations are its metadata. Optional.
	Labels, Annotations pulumi.StringMap

	// Body are its other fields, such as spec.
	Body pulumi.Map
}

// Object is an object in the API server.
type Object struct{ pulumi.CustomResourceState }

// New makes the object, below the component parent.
func New(ctx *pulumi.Context, name string, args Args, parent pulumi.Resource, opts ...pulumi.ResourceOption) (*Object, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("%s %q: %w", args.Kind, name, err)
	}
	o := &Object{}
	options := append([]pulumi.ResourceOption{args.Cluster.Options(parent)}, opts...)
	if err := ctx.RegisterResource(args.token(), name, args.props(), o, options...); err != nil {
		return nil, fmt.Errorf("creating %s %s: %w", args.Kind, args.Name, err)
	}
	return o, nil
}

func (a Args) validate() error {
	var e check.Errors
	e.In("Cluster", a.Cluster.Validate())
	e.Require(a.APIVersion != "", "APIVersion", "write the group and version, such as networking.k8s.io/v1")
	e.Require(a.Kind != "", "Kind", "write the kind, such as Ingress")
	e.Require(a.Name != "", "Name", "write the object's name")
	return e.Err()
}

// token is the type to Pulumi's Kubernetes provider, which writes the group of
// core, that has no name in Kubernetes.
func (a Args) token() string {
	if !strings.Contains(a.APIVersion, "/") {
		return "kubernetes:core/" + a.APIVersion + ":" + a.Kind
	}
	return "kubernetes:" + a.APIVersion + ":" + a.Kind
}

func (a Args) props() pulumi.Map {
	metadata := pulumi.Map{"name": pulumi.String(a.Name)}
	if a.Namespace != nil {
		metadata["namespace"] = a.Namespace
	}
	if len(a.Labels) > 0 {
		metadata["labels"] = a.Labels
	}
	if len(a.Annotations) > 0 {
		metadata["annotations"] = a.Annotations
	}
	props := pulumi.Map{"apiVersion": pulumi.String(a.APIVersion), "kind": pulumi.String(a.Kind), "metadata": metadata}
	maps.Copy(props, a.Body)
	return props
}
