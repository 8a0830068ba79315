// Package helm installs a chart of the table of versions as a Helm release that
// Pulumi waits for.
//
// It registers the release by its token: the SDK's package for it compiles the
// whole Kubernetes SDK. Helm ignores a value that a chart does not have; the
// sandbox refuses it, so that every release made in a test has its values
// checked against the chart's own.
package helm

import (
	"cmp"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/check"
)

const token = "kubernetes:helm.sh/v3:Release"

// defaultTimeout is how long a release waits for its pods: twice Helm's own,
// because the first pods of a new cluster wait for their nodes and images.
const defaultTimeout = 10 * time.Minute

// Args are a release.
type Args struct {
	// Cluster is where the chart is installed. Required.
	Cluster kube.Target

	// Chart is the chart. Required.
	Chart versions.Chart

	// Name is the release's name in the cluster. Charts make the names of their
	// objects of it. Defaults to the chart's name.
	Name string

	// Namespace is where the release is. Required.
	Namespace pulumi.StringInput

	// CreateNamespace makes Helm make the namespace, and leave it behind.
	CreateNamespace bool

	// Values are the chart's. Write known and unknown ones in one [pulumi.Map]:
	// in a preview a map made by pulumi.ToMap is unknown when anything in it is.
	Values pulumi.Map

	// SkipCRDs leaves out the definitions in the chart's folder crds/. Set it where
	// another release brings them.
	SkipCRDs bool

	// Atomic takes a release that fails away again. Without it a failed release
	// stays, to be looked at, and the next update mends it.
	Atomic bool

	// SkipAwait does not wait for the pods. Whatever depends on the release then
	// depends on nothing that runs.
	SkipAwait bool

	// Timeout is how long to wait for the pods. Defaults to ten minutes.
	Timeout time.Duration
}

// Release is an installed chart.
type Release struct{ pulumi.CustomResourceState }

// New installs the chart, below the component parent.
func New(ctx *pulumi.Context, name string, args Args, parent pulumi.Resource, opts ...pulumi.ResourceOption) (*Release, error) {
	args = args.withDefaults()
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("release %q: %w", name, err)
	}
	r := &Release{}
	options := append([]pulumi.ResourceOption{args.Cluster.Options(parent)}, opts...)
	if err := ctx.RegisterResource(token, name, args.props(), r, options...); err != nil {
		return nil, fmt.Errorf("installing chart %s: %w", args.Chart.Name, err)
	}
	return r, nil
}

func (a Args) withDefaults() Args {
	a.Name = cmp.Or(a.Name, a.Chart.Name)
	a.Timeout = cmp.Or(a.Timeout, defaultTimeout)
	return a
}

func (a Args) validate() error {
	var e check.Errors
	e.In("Cluster", a.Cluster.Validate())
	e.Require(a.Chart.Name != "", "Chart", "pass a chart of package versions")
	e.Require(a.Namespace != nil, "Namespace", "say where the release is")
	e.That(a.Timeout >= time.Second, "Timeout", a.Timeout, "a second or more")
	return e.Err()
}

func (a Args) props() pulumi.Map {
	chart, repository := a.Chart.Reference()
	props := pulumi.Map{
		"chart": pulumi.String(chart), "version": pulumi.String(a.Chart.Version),
		"name": pulumi.String(a.Name), "namespace": a.Namespace,
		"timeout": pulumi.Int(int(a.Timeout.Seconds())),
	}
	if repository != "" {
		props["repositoryOpts"] = pulumi.StringMap{"repo": pulumi.String(repository)}
	}
	if len(a.Values) > 0 {
		props["values"] = a.Values
	} else {
		// Helm keeps the old values when it is given none.
		props["resetValues"] = pulumi.Bool(true)
	}
	for name, on := range map[string]bool{
		"createNamespace": a.CreateNamespace, "skipCrds": a.SkipCRDs, "atomic": a.Atomic, "skipAwait": a.SkipAwait,
	} {
		if on {
			props[name] = pulumi.Bool(true)
		}
	}
	return props
}
