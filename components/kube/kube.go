// Package kube is what a component inside a cluster may know of the cluster: a
// name, a provider and what must be ready ([Target]). It also says whether the
// machine that runs Pulumi gets through to a cluster's endpoint, and with which
// kubeconfig ([Engine]).
//
// It makes no resource and reads no file or environment.
package kube

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/check"
)

// Target is a cluster to install something in.
type Target struct {
	// ClusterName is the cluster's name in EKS. Required: Pod Identity
	// associations and controllers need it.
	ClusterName pulumi.StringInput

	// Provider is a Kubernetes provider made from the cluster's kubeconfig.
	// Required: without it Pulumi would use whatever cluster the machine's own
	// kubeconfig points to.
	Provider pulumi.ProviderResource

	// Ready are what must exist before objects are made in the cluster, and
	// longer than they do. Required. Pass the lists named Ready of components,
	// not the components: those stand only for the children that Pulumi has seen
	// by then. At the least it is the cluster's, whose access entries admit the
	// deploying role: an object that outlives them cannot be deleted. For
	// workloads it has the nodes' and the add-ons' too.
	Ready []pulumi.Resource
}

// Validate reports every field that is missing.
func (t Target) Validate() error {
	var e check.Errors
	e.Require(t.ClusterName != nil, "ClusterName", "pass the cluster's output Name")
	e.Require(t.Provider != nil, "Provider", "pass a Kubernetes provider made from the cluster's kubeconfig")
	e.Require(len(t.Ready) > 0, "Ready", "pass the cluster, and for workloads the nodes and add-ons")
	return e.Err()
}

// Options are the options of every object that a component makes in the
// cluster: the parent, the cluster's provider, and after what is ready.
func (t Target) Options(parent pulumi.Resource) pulumi.ResourceOption {
	return pulumi.Composite(pulumi.Parent(parent), pulumi.Provider(t.Provider), pulumi.DependsOn(t.Ready))
}
