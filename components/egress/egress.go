// Package egress says what the controllers of this library need from outside
// their VPC: registries for images, AWS APIs, and servers of others. With it, a
// VPC without NAT is refused with the list of what is missing, where it would
// otherwise have pods that wait for their images for ever.
//
// It knows the needs, not the network. What nodes themselves need in order to
// join is network.NodeEndpoints. S3, where the layers of images in ECR are, has
// its gateway endpoint always.
package egress

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/components/versions"
)

// Need is what one thing in a cluster needs from outside the VPC.
type Need struct {
	// Name is what it is called in a list of what is missing.
	Name string

	// Registries have its images.
	Registries []string

	// Services are AWS APIs, by the short names of their endpoints.
	Services []string

	// Hosts are others on the internet.
	Hosts []string
}

// credentials is the API by which the Pod Identity agent fetches credentials.
const credentials = "eks-auth"

// LoadBalancerController is what package loadbalancer needs. It asks AWS WAF for
// every load balancer unless that is switched off.
func LoadBalancerController(waf bool) Need {
	n := Need{
		Name: "load balancer controller", Registries: []string{publicECR},
		Services: []string{"ec2", "elasticloadbalancing", credentials},
	}
	if waf {
		n.Services = append(n.Services, "wafv2")
	}
	return n
}

// ExternalDNS is what package externaldns needs.
func ExternalDNS() Need {
	return Need{Name: "external-dns", Registries: []string{kubernetes}, Services: []string{"route53", credentials}}
}

// CertManager is what package certmanager needs; with zones it asks Let's
// Encrypt, and proves there by records in Route 53.
func CertManager(zones bool) Need {
	n := Need{Name: "cert-manager", Registries: []string{quay}}
	if zones {
		n.Services = []string{"route53", credentials}
		n.Hosts = []string{"acme-v02.api.letsencrypt.org", "acme-staging-v02.api.letsencrypt.org"}
	}
	return n
}

// Karpenter is what package karpenter needs. See
// https://karpenter.sh/docs/getting-started/getting-started-with-karpenter/#private-clusters
func Karpenter() Need {
	return Need{
		Name: "Karpenter", Registries: []string{publicECR},
		Services: []string{"ec2", "eks", "iam", "pricing", "sqs", "ssm", credentials},
	}
}

// ManagedAddons is what the add-ons of package managed need, whose images are in
// the region's ECR.
func ManagedAddons() Need {
	return Need{Name: "EKS add-ons", Services: []string{"ec2", "ecr.api", "ecr.dkr", credentials}}
}

// NodeLocalDNS is what package nodelocaldns needs.
func NodeLocalDNS() Need { return Images("NodeLocal DNSCache", versions.NodeLocalDNSImage) }

// Images is what anything needs that runs images of the table of versions.
func Images(name string, images ...versions.Image) Need {
	n := Need{Name: name}
	for _, i := range images {
		registry, _, _ := strings.Cut(i.Repository, "/")
		n.Registries = append(n.Registries, registry)
	}
	slices.Sort(n.Registries)
	n.Registries = slices.Compact(n.Registries)
	return n
}

// Way is how a VPC reaches what is outside of it.
type Way struct {
	// NAT tells whether everything on the internet is reached.
	NAT bool

	// InterfaceEndpoints are the services that have one, by their short names.
	InterfaceEndpoints []string

	// Mirrored are registries whose images the nodes get from ECR instead: see
	// [Caches]. Whoever mirrors them also tells the nodes or the charts so.
	Mirrored []string
}

// Gap is something that is needed and not reached.
type Gap struct {
	// What is the service, registry or host.
	What string

	// For are the names of those who need it.
	For []string

	// Remedy is what to do.
	Remedy string
}

// String is the gap in a sentence.
func (g Gap) String() string {
	return fmt.Sprintf("%s, for %s: %s", g.What, strings.Join(g.For, " and "), g.Remedy)
}

// Missing lists what is needed and not reached, by its name; nothing where there
// is NAT.
func Missing(way Way, needs ...Need) []Gap {
	if way.NAT {
		return nil
	}
	gaps := map[string]*Gap{}
	lacks := func(what, remedy, by string) {
		g := cmp.Or(gaps[what], &Gap{What: what, Remedy: remedy})
		if !slices.Contains(g.For, by) {
			g.For = append(g.For, by)
		}
		gaps[what] = g
	}
	service := func(name, by string) {
		if remedy, ok := way.reaches(name); !ok {
			lacks(name, remedy, by)
		}
	}
	for _, n := range needs {
		for _, registry := range n.Registries {
			if !slices.Contains(way.Mirrored, registry) {
				lacks(registry, mirror(registry), n.Name)
				continue
			}
			service("ecr.api", n.Name)
			service("ecr.dkr", n.Name)
		}
		for _, name := range n.Services {
			service(name, n.Name)
		}
		for _, host := range n.Hosts {
			lacks(host, "it is on the internet, which takes NAT", n.Name)
		}
	}
	var out []Gap
	for _, what := range slices.Sorted(maps.Keys(gaps)) {
		out = append(out, *gaps[what])
	}
	return out
}

// reaches tells whether a service is reached, and what to do where it is not.
func (w Way) reaches(service string) (remedy string, ok bool) {
	if remedy, none := withoutEndpoint[service]; none {
		return remedy, false
	}
	return "add its interface endpoint", slices.Contains(w.InterfaceEndpoints, service)
}
