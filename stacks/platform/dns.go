package platform

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/dns/certificate"
	"github.com/slipway-iac/slipway/components/dns/zone"
	"github.com/slipway-iac/slipway/internal/check"
)

// The logical names of the environment's zone and its certificate.
const (
	zoneName        = "zone"
	certificateName = "certificate"
)

func (e Environment) zoneArgs() zone.Args {
	// A zone of an environment that comes and goes takes all names in it along.
	args := zone.Args{Domain: e.DNS.Domain, ForceDestroy: e.Tier == Dev}
	if e.DNS.ParentZoneID != "" {
		args.ParentZoneID = pulumi.String(e.DNS.ParentZoneID)
	}
	return args
}

// buildDNS makes the environment's zone, and its certificate once others can
// look up what proves the domain.
func (e Environment) buildDNS(ctx *pulumi.Context, b *blocks, aws pulumi.ResourceOption) (err error) {
	if e.DNS.Domain == "" {
		return nil
	}
	if b.zone, err = zone.New(ctx, zoneName, e.zoneArgs(), aws); err != nil || !e.certified() {
		return err
	}
	b.certificate, err = certificate.New(ctx, certificateName, certificate.Args{
		Domain: e.DNS.Domain, OtherNames: []string{"*." + e.DNS.Domain}, ZoneID: b.zone.ID, ZoneReady: b.zone.Ready,
	}, aws)
	return err
}

// certified tells whether the environment's names have a certificate.
func (e Environment) certified() bool {
	return e.DNS.Domain != "" && (e.DNS.Delegated || e.DNS.ParentZoneID != "")
}

// checkDNS refuses a section that has no domain to be about, and what the zone
// refuses.
func (e Environment) checkDNS(p *check.Errors) {
	d := e.DNS
	if d.Domain == "" {
		p.That(d == DNS{}, "dns.domain", d.Domain, "the zone's name, such as dev.example.com, beside the section's other keys")
		return
	}
	p.Join(renamed("dns", DNS{}, e.zoneArgs().Validate()))
	p.Require(d.Email != "" || !e.has(certManagerName), "dns.email", "write where Let's Encrypt warns of certificates that end, or leave cert-manager out (omitAddons)")
}
