package egress_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/components/egress"
	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/components/versions"
)

// all are the needs of everything.
func all() []egress.Need {
	return []egress.Need{
		egress.ManagedAddons(), egress.LoadBalancerController(true), egress.ExternalDNS(), egress.CertManager(true),
		egress.Karpenter(), egress.NodeLocalDNS(),
		egress.Images("sample", versions.WebServerImage, versions.AWSCLIImage, versions.PostgresClientImage),
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	nodes := network.NodeEndpoints()
	for name, tc := range map[string]struct {
		way   egress.Way
		needs []egress.Need
		want  map[string]string // What is missing, and for whom.
	}{
		"NAT reaches everything": {egress.Way{NAT: true}, all(), nil},
		"nothing is needed":      {egress.Way{}, nil, nil},
		"no endpoints": {egress.Way{}, []egress.Need{egress.ManagedAddons()}, map[string]string{
			"ec2": "EKS add-ons", "ecr.api": "EKS add-ons", "ecr.dkr": "EKS add-ons", "eks-auth": "EKS add-ons",
		}},
		"what nodes need is enough for the add-ons": {egress.Way{InterfaceEndpoints: nodes}, []egress.Need{egress.ManagedAddons()}, nil},
		"a controller's image is in no endpoint's reach": {
			egress.Way{InterfaceEndpoints: nodes}, []egress.Need{egress.LoadBalancerController(false)},
			map[string]string{"public.ecr.aws": "load balancer controller"},
		},
		"mirrored": {
			egress.Way{InterfaceEndpoints: nodes, Mirrored: []string{"public.ecr.aws"}}, []egress.Need{egress.LoadBalancerController(false)}, nil,
		},
		"mirrored where ECR is not reached": {
			egress.Way{InterfaceEndpoints: []string{"ecr.dkr"}, Mirrored: []string{"registry.k8s.io"}}, []egress.Need{egress.NodeLocalDNS()},
			map[string]string{"ecr.api": "NodeLocal DNSCache"},
		},
		"WAF": {
			egress.Way{InterfaceEndpoints: nodes, Mirrored: egress.Caches()}, []egress.Need{egress.LoadBalancerController(true)},
			map[string]string{"wafv2": "load balancer controller"},
		},
		"private certificates alone": {egress.Way{Mirrored: egress.Caches(), InterfaceEndpoints: nodes}, []egress.Need{egress.CertManager(false)}, nil},
		"an endpoint does not help where there is none": {
			egress.Way{InterfaceEndpoints: append(slices.Clone(nodes), "route53"), Mirrored: egress.Caches()}, []egress.Need{egress.ExternalDNS()},
			map[string]string{"route53": "external-dns"},
		},
		"everything without NAT": {egress.Way{InterfaceEndpoints: nodes, Mirrored: egress.Caches()}, all(), map[string]string{
			"iam": "Karpenter", "pricing": "Karpenter", "sqs": "Karpenter", "route53": "external-dns and cert-manager", "wafv2": "load balancer controller",
			"acme-v02.api.letsencrypt.org": "cert-manager", "acme-staging-v02.api.letsencrypt.org": "cert-manager",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got map[string]string
			for _, g := range egress.Missing(tc.way, tc.needs...) {
				if got == nil {
					got = map[string]string{}
				}
				got[g.What] = strings.Join(g.For, " and ")
				if g.Remedy == "" {
					t.Errorf("%s has no remedy", g.What)
				}
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("missing (-want +got):\n%s", d)
			}
		})
	}
}

func TestSentences(t *testing.T) {
	t.Parallel()
	var got []string
	for _, g := range egress.Missing(egress.Way{InterfaceEndpoints: []string{"ec2", "eks-auth", "elasticloadbalancing"}},
		egress.LoadBalancerController(false), egress.Karpenter(), egress.Need{Name: "shop", Registries: []string{"ghcr.io", "registry.example.com"}}) {
		got = append(got, g.String())
	}
	want := []string{
		"eks, for Karpenter: add its interface endpoint",
		"ghcr.io, for shop: fill a pull-through cache of ECR, which needs a login, have nodes take its images from there and say that it is mirrored; or take NAT",
		"iam, for Karpenter: a global service without an endpoint in the region; it takes NAT",
		"pricing, for Karpenter: its endpoint is in few regions; it takes NAT",
		"public.ecr.aws, for load balancer controller and Karpenter: fill a pull-through cache of ECR for public.ecr.aws, have nodes take its images from there and say that it is mirrored; or take NAT",
		"registry.example.com, for shop: copy its images to ECR, have nodes take them from there and say that it is mirrored; or take NAT",
		"sqs, for Karpenter: add its interface endpoint",
		"ssm, for Karpenter: add its interface endpoint",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("sentences (-want +got):\n%s", d)
	}
}

// The page for readers has what the package has.
func TestDocumentIsCurrent(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/egress.md")
	if err != nil {
		t.Fatal(err)
	}
	cell := func(all []string) string { return strings.TrimSuffix(" "+strings.Join(all, ", "), " ") + " |" }
	for _, n := range all() {
		if n.Name == "sample" {
			continue
		}
		row := "| " + n.Name + " |" + cell(n.Registries) + cell(n.Services) + cell(n.Hosts) + "\n"
		if !strings.Contains(string(text), row) {
			t.Errorf("docs/egress.md lacks\n%s", row)
		}
	}
	for _, registry := range egress.Caches() {
		if !strings.Contains(string(text), registry) {
			t.Errorf("docs/egress.md does not name %s", registry)
		}
	}
}

// An endpoint that is recommended is one that the network makes, and one that is
// said not to be there cannot be asked for.
func TestNetworkMakesWhatIsRecommended(t *testing.T) {
	t.Parallel()
	made := func(service string) bool {
		args := network.Args{
			Region: "eu-central-1", AccountID: "123456789012", Zones: []string{"eu-central-1a", "eu-central-1b"}, NAT: network.NATNone,
			InterfaceEndpoints: []string{service},
		}
		return args.Validate("net") == nil
	}
	for _, n := range all() {
		for _, service := range n.Services {
			recommended := slices.ContainsFunc(egress.Missing(egress.Way{}, n), func(g egress.Gap) bool {
				return g.What == service && g.Remedy == "add its interface endpoint"
			})
			if recommended != made(service) {
				t.Errorf("%s, for %s: its endpoint is recommended is %t, and the network makes it is %t", service, n.Name, recommended, made(service))
			}
		}
	}
}
