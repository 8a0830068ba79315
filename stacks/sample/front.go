package sample

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/ingress"
	"github.com/slipway-iac/slipway/internal/object"
	"github.com/slipway-iac/slipway/internal/outputs"
)

// open makes the front, which passes requests on to the back, and its way in.
func (b *builder) open(p, back part, service pulumi.Resource) (*ingress.Ingress, error) {
	rules, err := p.rules(b.frontTraffic(p, back))
	if err != nil {
		return nil, err
	}
	files, err := frontFiles(back.role + "." + back.space + ".svc.cluster.local")
	if err != nil {
		return nil, err
	}
	config, err := p.files(files)
	if err != nil {
		return nil, err
	}
	account, err := p.account()
	if err != nil {
		return nil, err
	}
	// The web server ends at once where it finds no address for the back's name.
	after := slices.Concat(rules, []pulumi.Resource{config, account, service})
	if err := p.deploy(pod{replicas: 2, containers: []container{webServer(nil)}, files: files}, after...); err != nil {
		return nil, err
	}
	if _, err := p.object("", object.Args{
		APIVersion: "policy/v1", Kind: "PodDisruptionBudget", Name: p.role,
		Body: pulumi.Map{"spec": pulumi.Map{"maxUnavailable": pulumi.Int(1), "selector": pulumi.Map{"matchLabels": p.labels()}}},
	}); err != nil {
		return nil, err
	}
	own, err := p.service()
	if err != nil {
		return nil, err
	}
	return ingress.New(b.ctx, b.name, ingress.Args{
		Cluster: p.inside, Namespace: p.namespace, Scheme: b.args.Scheme,
		CertificateARNs: []pulumi.StringInput{b.args.CertificateARN}, HealthPath: "/healthz",
		LogBucket: b.args.LogBucket,
		Hosts:     map[string][]ingress.Path{b.args.Host: {{Service: outputs.After(b.ctx, pulumi.String(p.role), own), Port: port}}},
	}, pulumi.Parent(b.parent))
}
