package sample

import (
	"cmp"
	"net/netip"
	"regexp"

	"github.com/slipway-iac/slipway/components/ingress"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/internal/check"
)

const (
	defaultPort     = 5432
	defaultDatabase = "app"

	// maxName leaves room for "-front" in the name of a namespace.
	maxName = 57
)

// userPattern is what needs no quotes in SQL.
var userPattern = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

func (a Args) withDefaults() Args {
	a.Scheme = cmp.Or(a.Scheme, ingress.Internal)
	a.Database.Port = cmp.Or(a.Database.Port, defaultPort)
	a.Database.Name = cmp.Or(a.Database.Name, defaultDatabase)
	return a
}

// given tells whether there is a database.
func (d Database) given() bool {
	return d.Host != nil || d.ConnectARN != nil || d.User != "" || len(d.CIDRs) > 0
}

// validate reports every problem at once, each naming the field to fix.
func (a Args) validate(name string) error {
	var e check.Errors
	e.That(len(name) <= maxName && check.IsLabel(name), "name", name, "up to 57 lower-case letters, digits and hyphens: namespaces are called after it")
	e.In("Cluster", a.Cluster.Validate())
	e.That(check.IsRegion(a.Region), "Region", a.Region, "a region such as eu-central-1")
	if _, err := kube.ClusterDNS(a.ServiceCIDR); err != nil {
		e.Add("ServiceCIDR: %w", err)
	}
	e.That(check.IsDomain(a.Host), "Host", a.Host, "a name in lower case, such as sample.dev.example.com")
	e.Require(a.CertificateARN != nil, "CertificateARN", "pass a certificate for the host")
	e.That(a.Scheme == ingress.Internal || a.Scheme == ingress.InternetFacing, "Scheme", string(a.Scheme), "internal or internet-facing")
	ranges(&e, "LoadBalancerCIDRs", a.LoadBalancerCIDRs, "pass the ranges of the subnets that the load balancer is in")
	e.Require(a.Bucket.ARN != nil, "Bucket.ARN", "pass the bucket to write to")
	e.Require(a.Bucket.KeyARN != nil, "Bucket.KeyARN", "pass the key of the bucket")
	if a.Database.given() {
		e.In("Database", a.Database.validate())
	}
	return e.Err()
}

func (d Database) validate() error {
	var e check.Errors
	e.Require(d.Host != nil, "Host", "pass the database's endpoint")
	e.Require(d.ConnectARN != nil, "ConnectARN", "pass the database's output for the user")
	e.That(userPattern.MatchString(d.User), "User", d.User, "a user of the database: lower-case letters, digits and _")
	e.That(userPattern.MatchString(d.Name), "Name", d.Name, "a database of the instance: lower-case letters, digits and _")
	ranges(&e, "CIDRs", d.CIDRs, "pass the ranges of the subnets that the database is in")
	e.That(d.Port >= 1 && d.Port <= 65535, "Port", d.Port, "1 to 65535")
	return e.Err()
}

func ranges(e *check.Errors, field string, cidrs []string, hint string) {
	e.Require(len(cidrs) > 0, field, hint)
	for _, cidr := range cidrs {
		p, err := netip.ParsePrefix(cidr)
		e.That(err == nil && p == p.Masked(), field, cidr, "a range such as 10.0.0.0/24")
	}
}
