package platform

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/ingress"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/check"
	"github.com/slipway-iac/slipway/stacks/sample"
)

// sampleName is the sample application's logical name, and its name in the
// environment's zone.
const sampleName = "sample"

// buildSample runs the sample application on everything that the environment has.
func (e Environment) buildSample(ctx *pulumi.Context, b *blocks, in kube.Target, aws pulumi.ResourceOption) (err error) {
	if !e.Sample {
		return nil
	}
	plan, err := network.PlanAddresses(e.networkArgs())
	if err != nil {
		return err
	}
	in.Ready = slices.Concat(in.Ready, b.frontDoors, b.volumes)
	args := sample.Args{
		Cluster: in, Region: e.Region, ServiceCIDR: e.Cluster.ServiceCIDR,
		Host: sampleName + "." + e.DNS.Domain, CertificateARN: b.certificate.ARN,
		Scheme: ingress.InternetFacing, LoadBalancerCIDRs: ranges(plan, network.Public),
		LogBucket: b.data.logs.Name,
		Bucket:    sample.Bucket{ARN: b.data.media.ARN, KeyARN: b.data.key.ARN},
	}
	if d := b.data.database; d != nil {
		args.Database = sample.Database{
			Host: d.Endpoint, ConnectARN: d.ConnectARN(sampleName), User: sampleName, CIDRs: ranges(plan, network.Data),
		}
	}
	b.sample, err = sample.New(ctx, sampleName, args, aws)
	return err
}

// ranges are those of a tier's subnets.
func ranges(p network.Plan, tier network.Tier) []string {
	var all []string
	for _, s := range p.Tier(tier) {
		all = append(all, s.CIDR.String())
	}
	return all
}

// checkSample refuses the sample application without what it shows.
func (e Environment) checkSample(p *check.Errors) {
	if !e.Sample {
		return
	}
	p.Require(e.certified(), "dns.domain", "the sample application has a name and a certificate: write dns.domain, and dns.delegated or dns.parentZoneId")
	for _, name := range []string{loadBalancerName, externalDNSName, versions.EBSCSI.Name} {
		if !e.has(name) {
			p.Add("omitAddons has %s and sample is true: the sample application needs it", name)
		}
	}
}
