package ingress_test

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/loadbalancer"
	"github.com/slipway-iac/slipway/components/ingress"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/components/namespace"
)

// A shop for the internet, whose interface has pods of its own. It waits for the
// controller, which in turn can only go after it, and for its Services, whose
// names are outputs of what makes them.
func ExampleNew() {
	_ = func(
		ctx *pulumi.Context, inside kube.Target, lb *loadbalancer.Controller, shop *namespace.Namespace,
		certificate, web, api pulumi.StringOutput,
	) error {
		inside.Ready = slices.Concat(inside.Ready, lb.Ready, shop.Ready)
		_, err := ingress.New(ctx, "shop", ingress.Args{
			Cluster: inside, Namespace: shop.Name,
			Scheme: ingress.InternetFacing, CertificateARNs: []pulumi.StringInput{certificate},
			Hosts: map[string][]ingress.Path{"shop.example.com": {
				{Service: web, Port: 80},
				{Path: "/api", Service: api, Port: 8080},
			}},
			HealthPath: "/healthz",
		})
		return err
	}
}
