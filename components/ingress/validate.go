package ingress

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/internal/check"
)

// maxOrder is how far the order of a group goes, either way.
const maxOrder = 1000

// Ports that Kubernetes gives to Services on every node.
const firstNodePort, lastNodePort = 30000, 32767

var (
	groupPattern = regexp.MustCompile(`^[a-z0-9]([-.a-z0-9]{0,61}[a-z0-9])?$`)
	codesPattern = regexp.MustCompile(`^[2-4][0-9]{2}([,-][2-4][0-9]{2})*$`)
)

// validate reports every problem at once, each naming the field to fix.
func (a Args) validate(name string) error {
	var e check.Errors
	e.That(check.IsLabel(name), "name", name, "up to 63 lower-case letters, digits and hyphens, a letter or digit at both ends")
	e.In("Cluster", a.Cluster.Validate())
	e.Require(a.Namespace != nil, "Namespace", "pass that of the Services")
	e.Require(len(a.Hosts) > 0, "Hosts", "write a host name and where its requests go")
	for _, host := range a.hostNames() {
		e.That(check.IsHost(host), "Hosts", host,
			"a name in lower case such as shop.example.com, or a wildcard such as *.example.com")
		e.Require(len(a.Hosts[host]) > 0, "Hosts."+host, "write where its requests go")
		seen := map[string]bool{}
		for _, p := range a.Hosts[host] {
			e.That(!seen[p.Path], "Hosts."+host, p.Path, "each path once")
			seen[p.Path] = true
			e.In("Hosts."+host, p.validate())
		}
	}
	e.Require(len(a.CertificateARNs) > 0 && !slices.Contains(a.CertificateARNs, nil), "CertificateARNs", "pass a certificate in ACM for the hosts")
	e.That(a.Scheme == Internal || a.Scheme == InternetFacing, "Scheme", string(a.Scheme), "internal or internet-facing")
	for _, cidr := range a.AllowedCIDRs {
		p, err := netip.ParsePrefix(cidr)
		e.That(err == nil && p == p.Masked(), "AllowedCIDRs", cidr, "a range such as 203.0.113.0/24")
	}
	e.That(strings.HasPrefix(a.HealthPath, "/"), "HealthPath", a.HealthPath, "a path that begins with /")
	e.That(codesPattern.MatchString(a.SuccessCodes), "SuccessCodes", a.SuccessCodes, "codes such as 200, 200,302 or 200-399")
	e.That(a.Group == "" || groupPattern.MatchString(a.Group), "Group", a.Group, "up to 63 lower-case letters, digits, hyphens and dots")
	e.That(a.Order == 0 || a.Group != "", "Order", a.Order, "0 without a Group")
	e.That(-maxOrder <= a.Order && a.Order <= maxOrder, "Order", a.Order, "-1000 to 1000")
	e.That(a.LogPrefix == "" || a.LogBucket != nil, "LogPrefix", a.LogPrefix, "none without a LogBucket")
	return e.Err()
}

func (p Path) validate() error {
	var e check.Errors
	e.That(strings.HasPrefix(p.Path, "/"), "Path", p.Path, "a path that begins with /")
	e.Require(p.Service != nil, "Service", "pass the name of a Service")
	e.That(p.Port >= 1 && p.Port <= 65535, "Port", p.Port, "1 to 65535")
	e.That(p.Port < firstNodePort || p.Port > lastNodePort, "Port", p.Port,
		"the Service's own port: this is one on the nodes, which the load balancer does not use")
	return e.Err()
}
