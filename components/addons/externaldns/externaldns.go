// Package externaldns installs external-dns, which keeps records of Route 53 for
// the host names of a cluster's Ingresses and Services.
//
// It makes the namespace, the role, its association and the release. The role
// changes addresses and texts in the zones that it is given, and nothing else. It
// makes no zone.
//
// See https://kubernetes-sigs.github.io/external-dns/latest/docs/tutorials/aws/
package externaldns

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/components/identity"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/components/namespace"
	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/check"
	"github.com/slipway-iac/slipway/internal/helm"
	"github.com/slipway-iac/slipway/internal/outputs"
	"github.com/slipway-iac/slipway/internal/zonepolicy"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// every child, so a rename needs an alias.
const typeToken = "slipway:externaldns:ExternalDNS"

const (
	space          = "external-dns"
	serviceAccount = "external-dns"
)

// Policy says what happens to records that nothing asks for any more.
type Policy string

// The policies.
const (
	// UpsertOnly leaves records behind: what is deleted by mistake stays reachable
	// by name once it is made again, and a zone with such records is not deleted.
	UpsertOnly Policy = "upsert-only"
	// Sync deletes them, of its own records only.
	Sync Policy = "sync"
)

// metricsPort is what whoever gathers metrics asks.
const metricsPort = 7979

// ExternalDNS is the controller in one cluster.
type ExternalDNS struct {
	pulumi.ResourceState

	// Ready is what must exist before Ingresses and Services with host names, and
	// longer than they do: what goes after it leaves its records behind.
	Ready []pulumi.Resource

	// RoleARN is the role that the controller runs as.
	RoleARN pulumi.StringOutput `pulumi:"roleArn"`
}

// Args configures an ExternalDNS.
type Args struct {
	// Cluster is where the controller is installed. Its Ready has the nodes and
	// the Pod Identity agent. Required.
	Cluster kube.Target

	// ClusterARN is the cluster's ARN. Required.
	ClusterARN pulumi.StringInput

	// OwnerID marks the records that this controller may change. Two clusters with
	// one OwnerID and one zone delete each other's records. Required: the
	// cluster's name.
	OwnerID string

	// ZoneIDs are the hosted zones that it writes to. Required: without them the
	// role would have to allow every zone of the account.
	ZoneIDs []pulumi.StringInput

	// Domains are those zones' names; other host names are left alone. Required.
	Domains []string

	// Policy defaults to UpsertOnly.
	Policy Policy
}

// New installs the controller.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*ExternalDNS, error) {
	args = args.withDefaults()
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("external-dns %q: %w", name, err)
	}
	c := &ExternalDNS{}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	place, err := namespace.New(ctx, name, namespace.Args{
		Cluster: args.Cluster, Namespace: space, OpenPorts: []int{metricsPort},
	}, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("external-dns %q: %w", name, err)
	}
	role, err := identity.New(ctx, name, identity.Args{
		ClusterName: args.Cluster.ClusterName, ClusterARN: args.ClusterARN, Namespace: space, ServiceAccount: serviceAccount,
		Policies: []identity.Policy{{Name: "records", Document: policy, Inputs: zonepolicy.Inputs(args.ClusterARN, args.ZoneIDs)}},
	}, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("external-dns %q: %w", name, err)
	}
	// After the association: pods that start without it have no credentials until
	// they are restarted.
	release, err := helm.New(ctx, name, helm.Args{
		Cluster: args.Cluster, Chart: versions.ExternalDNSChart, Namespace: place.Name, Values: args.values(),
	}, c, pulumi.DependsOn(role.Ready))
	if err != nil {
		return nil, fmt.Errorf("external-dns %q: %w", name, err)
	}
	c.Ready = append(role.Ready, release)
	c.RoleARN = role.RoleARN
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"roleArn": c.RoleARN})
}

// policy lets the controller write addresses and the texts that say whose they
// are. IAM cannot limit the listing of zones.
func policy(values []string) iampolicy.Document {
	return append(zonepolicy.Records(values, "A", "AAAA", "CNAME", "TXT"),
		iampolicy.Allow("FindZones", []string{"route53:ListHostedZones"}, []string{"*"}))
}

func (a Args) values() pulumi.Map {
	var filters pulumi.StringArray
	for _, id := range a.ZoneIDs {
		filters = append(filters, outputs.String(id, func(id string) (string, error) { return "--zone-id-filter=" + id, nil }))
	}
	return pulumi.Map{
		"provider":       pulumi.Map{"name": pulumi.String("aws")},
		"serviceAccount": pulumi.Map{"create": pulumi.Bool(true), "name": pulumi.String(serviceAccount)},
		"sources":        pulumi.ToStringArray([]string{"service", "ingress"}),
		"policy":         pulumi.String(a.Policy),
		"registry":       pulumi.String("txt"),
		"txtOwnerId":     pulumi.String(a.OwnerID),
		"domainFilters":  pulumi.ToStringArray(a.Domains),
		"extraArgs":      filters,
		// A deleted Ingress's records go at once, and not a minute later, when the
		// controller itself may be gone.
		"triggerLoopOnEvent": pulumi.Bool(true),
	}
}

func (a Args) withDefaults() Args {
	a.Policy = cmp.Or(a.Policy, UpsertOnly)
	return a
}

// validate reports every problem at once, each naming the field to fix.
func (a Args) validate() error {
	var e check.Errors
	e.In("Cluster", a.Cluster.Validate())
	e.Require(a.ClusterARN != nil, "ClusterARN", "pass the cluster's output ARN")
	e.Require(a.OwnerID != "", "OwnerID", "use the cluster's name")
	e.Require(len(a.ZoneIDs) > 0 && !slices.Contains(a.ZoneIDs, nil), "ZoneIDs", "pass the zones to write to")
	e.Require(len(a.Domains) > 0, "Domains", "write the zones' names")
	e.That(a.Policy == UpsertOnly || a.Policy == Sync, "Policy", string(a.Policy), "upsert-only or sync")
	return e.Err()
}
