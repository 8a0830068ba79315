// Package certmanager installs cert-manager and the issuers that a cluster
// needs: Let's Encrypt for names in given zones, and a private authority for TLS
// inside the cluster.
//
// It makes the namespace, the role where there are zones, the release and the
// issuers. It makes no certificate but the private authority's own. Load
// balancers of AWS cannot use its certificates: theirs come from ACM.
//
// See https://cert-manager.io/docs/configuration/acme/dns01/route53/
package certmanager

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/components/identity"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/components/namespace"
	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/check"
	"github.com/slipway-iac/slipway/internal/helm"
	"github.com/slipway-iac/slipway/internal/zonepolicy"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// every child, so a rename needs an alias.
const typeToken = "slipway:certmanager:CertManager"

const (
	space          = "cert-manager"
	serviceAccount = "cert-manager"
)

// CertManager is cert-manager in one cluster.
type CertManager struct {
	pulumi.ResourceState

	// Ready is what must exist before a Certificate, and longer than it: the
	// release, whose webhook judges every Certificate, and the issuers.
	Ready []pulumi.Resource

	// RoleARN is the role that the controller runs as; empty without zones.
	RoleARN pulumi.StringOutput `pulumi:"roleArn"`
}

// Args configures a CertManager.
type Args struct {
	// Cluster is where it is installed. Its Ready has the nodes and the Pod
	// Identity agent. Required.
	Cluster kube.Target

	// ClusterARN is the cluster's ARN, and Region its region. Required with Zones.
	ClusterARN pulumi.StringInput
	Region     string

	// Email is where Let's Encrypt writes to. Required with Zones.
	Email string

	// Zones are the public zones for whose names there are the issuers
	// [Staging] and [Production]. None is fine.
	Zones []Zone
}

// Zone is a public hosted zone.
type Zone struct {
	// Domain is the zone's name. Required.
	Domain string
	// ID is the zone's ID. Required.
	ID pulumi.StringInput
}

// New installs cert-manager.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*CertManager, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("cert-manager %q: %w", name, err)
	}
	c := &CertManager{RoleARN: pulumi.String("").ToStringOutput()}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	place, err := namespace.New(ctx, name, namespace.Args{
		Cluster: args.Cluster, Namespace: space, OpenPorts: []int{webhookPort, metricsPort},
	}, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("cert-manager %q: %w", name, err)
	}
	if len(args.Zones) > 0 {
		role, err := args.role(ctx, name, c)
		if err != nil {
			return nil, fmt.Errorf("cert-manager %q: %w", name, err)
		}
		c.Ready, c.RoleARN = role.Ready, role.RoleARN
	}
	// After the association: pods that start without it have no credentials until
	// they are restarted.
	release, err := helm.New(ctx, name, helm.Args{
		Cluster: args.Cluster, Chart: versions.CertManagerChart, Namespace: place.Name, Values: values(),
	}, c, pulumi.DependsOn(c.Ready))
	if err != nil {
		return nil, fmt.Errorf("cert-manager %q: %w", name, err)
	}
	c.Ready = append(c.Ready, release)
	issuers, err := args.issuers(ctx, name, c, place.Name, release)
	if err != nil {
		return nil, fmt.Errorf("cert-manager %q: %w", name, err)
	}
	c.Ready = append(c.Ready, issuers...)
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"roleArn": c.RoleARN})
}

func (a Args) role(ctx *pulumi.Context, name string, parent pulumi.Resource) (*identity.Identity, error) {
	var ids []pulumi.StringInput
	for _, z := range a.Zones {
		ids = append(ids, z.ID)
	}
	return identity.New(ctx, name, identity.Args{
		ClusterName: a.Cluster.ClusterName, ClusterARN: a.ClusterARN, Namespace: space, ServiceAccount: serviceAccount,
		Policies: []identity.Policy{{Name: "challenges", Document: policy, Inputs: zonepolicy.Inputs(a.ClusterARN, ids)}},
	}, pulumi.Parent(parent))
}

// The ports that others ask: the API server that of the webhook, and whoever
// gathers metrics the other.
const (
	webhookPort = 10250
	metricsPort = 9402
)

// policy lets the controller answer challenges: write texts into the zones, and
// see when they are everywhere. Changes have no ARN before they are made.
func policy(values []string) iampolicy.Document {
	return append(zonepolicy.Records(values, "TXT"),
		iampolicy.Allow("SeeChanges", []string{"route53:GetChange"}, []string{zonepolicy.ARN(values[0], "change/*")}))
}

// values are the chart's.
func values() pulumi.Map {
	budget := pulumi.Map{"enabled": pulumi.Bool(true)}
	return pulumi.Map{
		// The definitions stay when the release goes: every Certificate of the cluster
		// would go with them.
		"crds":           pulumi.Map{"enabled": pulumi.Bool(true), "keep": pulumi.Bool(true)},
		"serviceAccount": pulumi.Map{"create": pulumi.Bool(true), "name": pulumi.String(serviceAccount)},
		"replicaCount":   pulumi.Int(2), "podDisruptionBudget": budget,
		// Without its webhook no Certificate is made or changed.
		"webhook":    pulumi.Map{"replicaCount": pulumi.Int(2), "podDisruptionBudget": budget},
		"cainjector": pulumi.Map{"replicaCount": pulumi.Int(2), "podDisruptionBudget": budget},
		"global":     pulumi.Map{"priorityClassName": pulumi.String("system-cluster-critical")},
	}
}

// validate reports every problem at once, each naming the field to fix.
func (a Args) validate() error {
	var e check.Errors
	e.In("Cluster", a.Cluster.Validate())
	if len(a.Zones) > 0 {
		e.Require(a.ClusterARN != nil, "ClusterARN", "pass the cluster's output ARN")
		e.Require(a.Region != "", "Region", "write the cluster's region")
		e.Require(a.Email != "", "Email", "write where Let's Encrypt warns of certificates that end")
	}
	seen := map[string]bool{}
	for _, z := range a.Zones {
		e.Require(z.Domain != "", "Zones.Domain", "write the zone's name")
		e.Require(z.ID != nil, "Zones.ID", "pass the zone's ID")
		e.That(!seen[z.Domain], "Zones.Domain", z.Domain, "each zone once")
		seen[z.Domain] = true
	}
	return e.Err()
}
