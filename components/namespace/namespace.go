// Package namespace makes a Kubernetes namespace that says how much its pods
// may do.
//
// The API server itself enforces it, through the namespace's labels; there is
// no webhook that could be down. The package makes no quota, no network policy
// and no role binding.
//
// See https://kubernetes.io/docs/concepts/security/pod-security-admission/
package namespace

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/internal/check"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// every child, so a rename needs an alias.
const typeToken = "slipway:namespace:Namespace"

// objectToken is a Kubernetes namespace to Pulumi. It is registered without the
// package core/v1 of the Kubernetes SDK, which takes 40 CPU-seconds to compile.
const objectToken = "kubernetes:core/v1:Namespace"

// object is a namespace in the API server. Its ID is its name.
type object struct {
	pulumi.CustomResourceState
}

// Level is a Pod Security standard.
type Level string

// The levels. See https://kubernetes.io/docs/concepts/security/pod-security-standards/
const (
	// Restricted pods run as an ordinary user without any privilege.
	Restricted Level = "restricted"
	// Baseline pods may be root in their container, and nothing on the node.
	Baseline Level = "baseline"
	// Privileged pods may do everything, also to the node. Agents need it.
	Privileged Level = "privileged"
)

const (
	labelPrefix    = "pod-security.kubernetes.io/"
	defaultLevel   = Restricted
	defaultVersion = "latest"
)

// Namespace is a namespace of one cluster.
type Namespace struct {
	pulumi.ResourceState

	// Name is the namespace's name. What takes it waits for the namespace.
	Name pulumi.StringOutput `pulumi:"name"`
}

// Args configures a Namespace.
type Args struct {
	// Cluster is where the namespace is made. Required.
	Cluster kube.Target

	// Namespace is its name in the cluster. Defaults to the component's name.
	Namespace string

	// Level is what pods may do. Defaults to Restricted.
	Level Level

	// Version is the Kubernetes minor whose definition of the level holds, such
	// as "v1.35". Defaults to latest: that of the cluster, so that an upgrade
	// of the cluster may ask more of pods.
	Version string

	// Labels are more labels, such as those that policies select by. Optional.
	Labels map[string]string
}

// New makes the namespace.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Namespace, error) {
	args = args.withDefaults(name)
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("namespace %q: %w", name, err)
	}
	c := &Namespace{}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	made := &object{}
	if err := ctx.RegisterResource(objectToken, name, pulumi.Map{
		"apiVersion": pulumi.String("v1"), "kind": pulumi.String("Namespace"),
		"metadata": pulumi.Map{
			"name":   pulumi.String(args.Namespace),
			"labels": pulumi.ToStringMap(args.labels()),
		},
	}, made, args.Cluster.Options(c)); err != nil {
		return nil, fmt.Errorf("namespace %q: creating it: %w", name, err)
	}
	c.Name = made.ID().ToStringOutput()
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"name": c.Name})
}

func (a Args) withDefaults(name string) Args {
	a.Namespace = cmp.Or(a.Namespace, name)
	a.Level = cmp.Or(a.Level, defaultLevel)
	a.Version = cmp.Or(a.Version, defaultVersion)
	return a
}

var (
	namePattern    = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
	versionPattern = regexp.MustCompile(`^(latest|v1\.[0-9]+)$`)
)

// validate reports every problem at once, each naming the field to fix.
func (a Args) validate() error {
	var e check.Errors
	e.In("Cluster", a.Cluster.Validate())
	e.That(namePattern.MatchString(a.Namespace), "Namespace", a.Namespace,
		"up to 63 lower-case letters, digits and hyphens, a letter or digit at both ends")
	e.That(!strings.HasPrefix(a.Namespace, "kube-"), "Namespace", a.Namespace, "a name that Kubernetes does not keep for itself")
	e.That(slices.Contains([]Level{Restricted, Baseline, Privileged}, a.Level), "Level", a.Level, "restricted, baseline or privileged")
	e.That(versionPattern.MatchString(a.Version), "Version", a.Version, "latest, or a minor such as v1.35")
	for _, key := range slices.Sorted(maps.Keys(a.Labels)) {
		if strings.HasPrefix(key, labelPrefix) {
			e.Add("Labels has %s: set Level and Version instead", key)
		}
	}
	return e.Err()
}

// labels are those asked for and those of the level. Warnings and audit have
// the level of enforcement: enforcement judges pods only, so that without a
// warning a Deployment whose pods can never start is accepted in silence.
func (a Args) labels() map[string]string {
	labels := maps.Clone(a.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	for _, mode := range []string{"enforce", "warn", "audit"} {
		labels[labelPrefix+mode] = string(a.Level)
		labels[labelPrefix+mode+"-version"] = a.Version
	}
	return labels
}
