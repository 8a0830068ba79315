// Package namespace makes a Kubernetes namespace for a tenant: how much its pods
// may do, whom they talk to, how much they may use, and who may change them.
//
// The API server itself enforces what pods may do, through the namespace's
// labels; there is no webhook that could be down. Network policies are enforced
// by the VPC CNI. The package makes no access entry: it binds roles to the
// groups that the cluster's entries name.
//
// See https://kubernetes.io/docs/concepts/security/pod-security-admission/ and
// https://kubernetes.io/docs/concepts/security/multi-tenancy/
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
	"github.com/slipway-iac/slipway/internal/object"
	"github.com/slipway-iac/slipway/internal/outputs"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// every child, so a rename needs an alias.
const typeToken = "slipway:namespace:Namespace"

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

	// Ready is the namespace and all that governs it. What runs in it waits for
	// that, or it starts without limits and may talk to everybody.
	Ready []pulumi.Resource

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

	// ServiceCIDR is the cluster's range of Services, such as 172.20.0.0/16. With
	// it no pod of the namespace talks to anybody, either way, but asks for names:
	// of the cluster's DNS and of a cache on its node. Everything else needs a
	// NetworkPolicy of yours. Without it, everybody talks to everybody.
	ServiceCIDR string

	// OpenPorts close the namespace to everybody but at these TCP ports. Its pods
	// talk to anybody, by HTTPS and DNS alone, and get credentials on their node: for
	// controllers, whose webhooks and metrics others ask, and who ask the API server
	// and AWS. Not with ServiceCIDR. Optional.
	OpenPorts []int

	// Quota is the most that the whole namespace uses, by the names of
	// Kubernetes' quotas: "requests.cpu": "10", "pods": "50". Optional. A quota of
	// a resource refuses pods that do not say how much of it they want: set
	// Defaults with it.
	Quota map[string]string

	// Defaults are what containers get that say nothing. Optional.
	Defaults Defaults

	// Groups are the Kubernetes groups that may do something in the namespace, and
	// what. A group has the principals whose access entries name it:
	// cluster.Entry.Groups. Optional.
	Groups map[string]Role
}

// New makes the namespace.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Namespace, error) {
	args = args.withDefaults(name)
	if err := args.Validate(); err != nil {
		return nil, fmt.Errorf("namespace %q: %w", name, err)
	}
	c := &Namespace{}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	made, err := object.New(ctx, name, object.Args{
		Cluster: args.Cluster, APIVersion: "v1", Kind: "Namespace", Name: args.Namespace,
		Labels: pulumi.ToStringMap(args.labels()),
	}, c)
	if err != nil {
		return nil, fmt.Errorf("namespace %q: %w", name, err)
	}
	c.Ready = []pulumi.Resource{made}
	// Known in a preview, unlike an ID, so that a preview shows whom the policies
	// are for.
	c.Name = outputs.After(ctx, pulumi.String(args.Namespace), made)
	for _, g := range args.governance() {
		o, err := object.New(ctx, g.logical(name), object.Args{
			Cluster: args.Cluster, APIVersion: g.apiVersion, Kind: g.kind, Name: g.name,
			Namespace: c.Name, Body: g.body,
		}, c)
		if err != nil {
			return nil, fmt.Errorf("namespace %q: %w", name, err)
		}
		c.Ready = append(c.Ready, o)
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"name": c.Name})
}

func (a Args) withDefaults(name string) Args {
	a.Namespace = cmp.Or(a.Namespace, name)
	a.Level = cmp.Or(a.Level, defaultLevel)
	a.Version = cmp.Or(a.Version, defaultVersion)
	return a
}

var versionPattern = regexp.MustCompile(`^(latest|v1\.[0-9]+)$`)

// Validate reports every problem at once, each naming the field to fix. New does
// the same; a program that makes more than a namespace calls it before its first
// resource.
func (a Args) Validate() error {
	a = a.withDefaults(a.Namespace)
	var e check.Errors
	e.In("Cluster", a.Cluster.Validate())
	e.That(check.IsLabel(a.Namespace), "Namespace", a.Namespace,
		"up to 63 lower-case letters, digits and hyphens, a letter or digit at both ends")
	e.That(!strings.HasPrefix(a.Namespace, "kube-"), "Namespace", a.Namespace, "a name that Kubernetes does not keep for itself")
	e.That(slices.Contains([]Level{Restricted, Baseline, Privileged}, a.Level), "Level", a.Level, "restricted, baseline or privileged")
	e.That(versionPattern.MatchString(a.Version), "Version", a.Version, "latest, or a minor such as v1.35")
	for _, key := range slices.Sorted(maps.Keys(a.Labels)) {
		if strings.HasPrefix(key, labelPrefix) {
			e.Add("Labels has %s: set Level and Version instead", key)
		}
	}
	a.validateGovernance(&e)
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
