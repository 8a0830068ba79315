// Package ingress makes an application's front door: an Ingress for which the
// AWS Load Balancer Controller makes a load balancer that speaks TLS, sends those
// who come without it there, and leads straight to pods.
//
// It makes no Service, no certificate and no record: external-dns writes the
// latter for the Ingress' host names.
//
// See https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
package ingress

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/loadbalancer"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/internal/object"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// every child, so a rename needs an alias.
const typeToken = "slipway:ingress:Ingress"

// Scheme says who reaches a load balancer.
type Scheme string

// The schemes. A change from one to the other makes another load balancer.
const (
	// Internal load balancers have addresses of the VPC.
	Internal Scheme = "internal"
	// InternetFacing ones are in the public subnets.
	InternetFacing Scheme = "internet-facing"
)

const (
	defaultHealthPath   = "/"
	defaultSuccessCodes = "200"
)

// Ingress is a front door in one cluster.
type Ingress struct {
	pulumi.ResourceState

	// Ready is the Ingress, which is there once its load balancer has a name.
	Ready []pulumi.Resource
}

// Args configures an Ingress.
type Args struct {
	// Cluster is where the Ingress is made. Its Ready has the load balancer
	// controller's, and external-dns' where that is to write records: what goes
	// before the Ingress leaves behind what it made for it. Required.
	Cluster kube.Target

	// Namespace is that of the Services, in which the Ingress is too. It should have
	// NamespaceLabels. Required.
	Namespace pulumi.StringInput

	// Hosts are the host names, each with its paths. A wildcard such as
	// *.example.com gets what no other host takes. Required.
	Hosts map[string][]Path

	// CertificateARNs are certificates in ACM, of the cluster's region, for all the
	// hosts. The first is for clients that name no host. Required.
	CertificateARNs []pulumi.StringInput

	// Scheme defaults to Internal.
	Scheme Scheme

	// AllowedCIDRs are who may connect. Defaults to everybody who gets there.
	AllowedCIDRs []string

	// HealthPath is what the load balancer asks each pod for, and SuccessCodes the
	// answers of one that is well, such as 200 or 200-399. Default to / and 200.
	HealthPath, SuccessCodes string

	// Group shares one load balancer between the Ingresses of the cluster that name
	// it, in any namespace: whoever may make an Ingress may join. They agree on
	// Scheme. Order is the place of this one's rules among theirs, lowest first.
	Group string
	Order int

	// WebACLARN is a web ACL of AWS WAF that requests pass. Optional. Taking it out
	// again leaves the association as it is.
	WebACLARN pulumi.StringInput

	// LogBucket is a bucket for access logs, whose policy admits the delivery of
	// logs, and LogPrefix where in it they go. Optional.
	LogBucket pulumi.StringInput
	LogPrefix string
}

// Path is where the requests for a path, and for all below it, go.
type Path struct {
	// Path defaults to "/".
	Path string

	// Service is a Service of any type: pods are reached directly, and a port on
	// the nodes is not needed. Pass the output of the one that makes it: the
	// Ingress then waits for it. Required.
	Service pulumi.StringInput

	// Port is the Service's port. Required.
	Port int
}

// New makes the Ingress. Its name in the cluster is the component's.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Ingress, error) {
	args = args.withDefaults()
	if err := args.validate(name); err != nil {
		return nil, fmt.Errorf("ingress %q: %w", name, err)
	}
	c := &Ingress{}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	made, err := object.New(ctx, name, object.Args{
		Cluster: args.Cluster, APIVersion: "networking.k8s.io/v1", Kind: "Ingress", Name: name, Namespace: args.Namespace,
		Annotations: args.annotations(),
		Body: pulumi.Map{"spec": pulumi.Map{
			"ingressClassName": pulumi.String(loadbalancer.Class), "rules": args.rules(),
		}},
	}, c)
	if err != nil {
		return nil, fmt.Errorf("ingress %q: %w", name, err)
	}
	c.Ready = []pulumi.Resource{made}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{})
}

func (a Args) withDefaults() Args {
	a.Scheme = cmp.Or(a.Scheme, Internal)
	a.HealthPath = cmp.Or(a.HealthPath, defaultHealthPath)
	a.SuccessCodes = cmp.Or(a.SuccessCodes, defaultSuccessCodes)
	hosts := map[string][]Path{}
	for host, paths := range a.Hosts {
		paths = slices.Clone(paths)
		for i := range paths {
			paths[i].Path = cmp.Or(paths[i].Path, "/")
		}
		hosts[host] = paths
	}
	a.Hosts = hosts
	return a
}

// hostNames are in the order of rules, of which the first that fits decides:
// wildcards come last, and of these the longest first.
func (a Args) hostNames() []string {
	return slices.SortedFunc(maps.Keys(a.Hosts), func(x, y string) int {
		wildX, wildY := strings.HasPrefix(x, "*"), strings.HasPrefix(y, "*")
		switch {
		case wildX && wildY:
			return cmp.Or(cmp.Compare(len(y), len(x)), cmp.Compare(x, y))
		case wildX:
			return 1
		case wildY:
			return -1
		default:
			return cmp.Compare(x, y)
		}
	})
}

// rules has one rule for each host: the controller puts the longest path first
// only within a rule.
func (a Args) rules() pulumi.Array {
	var rules pulumi.Array
	for _, host := range a.hostNames() {
		var paths pulumi.Array
		for _, p := range a.Hosts[host] {
			paths = append(paths, pulumi.Map{
				"path": pulumi.String(p.Path), "pathType": pulumi.String("Prefix"),
				"backend": pulumi.Map{"service": pulumi.Map{"name": p.Service, "port": pulumi.Map{"number": pulumi.Int(p.Port)}}},
			})
		}
		rules = append(rules, pulumi.Map{"host": pulumi.String(host), "http": pulumi.Map{"paths": paths}})
	}
	return rules
}
