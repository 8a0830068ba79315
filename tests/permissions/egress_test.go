package permissions

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/components/egress"
	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func sampleImages() egress.Need {
	return egress.Images("sample", versions.WebServerImage, versions.AWSCLIImage, versions.PostgresClientImage)
}

// What a controller is permitted to call is what package egress says it needs.
func TestControllersCallWhatTheyNeed(t *testing.T) {
	t.Parallel()
	r := recorded(t)
	// Permitted, and not called by what the components make.
	spare := map[string]string{
		"lb acm":         "components name certificates by their ARNs, so that none is looked for",
		"lb iam":         "as acm; the service-linked role is there after the account's first load balancer",
		"lb cognito-idp": "only for Ingresses that have users log in",
	}
	for name, need := range map[string]egress.Need{
		"lb": egress.LoadBalancerController(true), "records": egress.ExternalDNS(), "certificates": egress.CertManager(true), "scale": egress.Karpenter(),
	} {
		services := map[string]bool{"eks-auth": true} // Every role of Pod Identity.
		for _, x := range roles(t, r) {
			if x.name != name {
				continue
			}
			for _, text := range x.inline {
				for _, s := range parse(t, text).Statements {
					for _, action := range s.Actions {
						service, _, _ := strings.Cut(action, ":")
						if spare[name+" "+service] == "" {
							services[service] = true
						}
					}
				}
			}
		}
		want := slices.Sorted(slices.Values(need.Services))
		if d := cmp.Diff(want, slices.Sorted(maps.Keys(services))); d != "" {
			t.Errorf("%s: services that it needs and may call (-want +got):\n%s", name, d)
		}
	}
}

// Every image comes from a registry that is counted.
func TestImagesComeFromRegistriesThatAreCounted(t *testing.T) {
	t.Parallel()
	from := map[string]bool{}
	for _, x := range recorded(t).Account.Resources() {
		if x.Kind != cloud.KubernetesObject {
			continue
		}
		pod := x.Props.Obj("spec").Obj("template").Obj("spec")
		for _, c := range slices.Concat(pod.Objs("initContainers"), pod.Objs("containers")) {
			registry, _, _ := strings.Cut(c.Str("image"), "/")
			from[registry] = true
		}
	}
	counted := map[string]bool{}
	for _, n := range []egress.Need{
		egress.LoadBalancerController(true), egress.ExternalDNS(), egress.CertManager(true), egress.Karpenter(), egress.NodeLocalDNS(), sampleImages(),
	} {
		for _, registry := range n.Registries {
			counted[registry] = true
		}
	}
	if d := cmp.Diff(counted, from); d != "" {
		t.Errorf("registries (-counted +used):\n%s", d)
	}
}
