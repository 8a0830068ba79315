package sample_test

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/loadbalancer"
	"github.com/slipway-iac/slipway/components/addons/storage"
	"github.com/slipway-iac/slipway/components/cluster"
	"github.com/slipway-iac/slipway/components/data/bucket"
	"github.com/slipway-iac/slipway/components/data/key"
	"github.com/slipway-iac/slipway/components/data/postgres"
	"github.com/slipway-iac/slipway/components/dns/certificate"
	"github.com/slipway-iac/slipway/components/ingress"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/stacks/sample"
)

// platform is what an environment has.
type platform struct {
	cluster *cluster.Cluster
	inside  kube.Target
	lb      *loadbalancer.Controller
	disks   *storage.Storage
	media   *bucket.Bucket
	key     *key.Key
	db      *postgres.Postgres
	tls     *certificate.Certificate
}

// The application on an environment's own blocks, for the internet.
func ExampleNew() {
	_ = func(ctx *pulumi.Context, p platform) error {
		inside := p.inside
		inside.Ready = slices.Concat(inside.Ready, p.disks.Ready, p.lb.Ready)
		made, err := sample.New(ctx, "sample", sample.Args{
			Cluster: inside, Region: "eu-central-1", ServiceCIDR: p.cluster.ServiceCIDR,
			Host: "sample.dev.example.com", CertificateARN: p.tls.ARN, Scheme: ingress.InternetFacing,
			LoadBalancerCIDRs: []string{"10.0.0.0/22"},
			Bucket:            sample.Bucket{ARN: p.media.ARN, KeyARN: p.key.ARN},
			Database: sample.Database{
				Host: p.db.Endpoint, User: "sample", ConnectARN: p.db.ConnectARN("sample"), CIDRs: []string{"10.0.48.0/20"},
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("address", made.Address)
		return nil
	}
}
