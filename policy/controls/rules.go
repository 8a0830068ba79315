package controls

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/cidr"
	"github.com/slipway-iac/slipway/policy/control"
)

// ingressShapes and egressShapes are the types that let a security group's
// traffic in and out: inline rules, and two generations of rules of their own.
var (
	ingressShapes = []string{securityGroup, defaultGroup, groupRule, ingressRule}
	egressShapes  = []string{securityGroup, defaultGroup, groupRule, egressRule}
)

// ingressReads are the properties that say what a rule lets in.
var ingressReads = []string{
	"ingress.cidrBlocks", "ingress.ipv6CidrBlocks", "ingress.fromPort", "ingress.toPort", "ingress.protocol",
	groupRule + " cidrBlocks", groupRule + " ipv6CidrBlocks", groupRule + " fromPort", groupRule + " toPort", groupRule + " protocol",
	ingressRule + " cidrIpv4", ingressRule + " cidrIpv6", ingressRule + " fromPort", ingressRule + " toPort", ingressRule + " ipProtocol",
}

// rule is a rule of a security group, whatever shape it came in.
type rule struct {
	// where is the property with the ranges.
	where control.Value
	// ranges are the addresses of the other side.
	ranges []netip.Prefix
	// every tells that the rule is about all protocols; from and to are ports of
	// the others. ICMP has none.
	every    bool
	protocol string
	from, to int
}

// eachIngress looks at the rules that let traffic in.
func eachIngress(do func(*control.Resource, rule)) check { return eachRule("ingress", do) }

// eachEgress looks at the rules that let traffic out.
func eachEgress(do func(*control.Resource, rule)) check { return eachRule("egress", do) }

func eachRule(direction string, do func(*control.Resource, rule)) check {
	return func(r *control.Resource) {
		switch {
		case r.Is(securityGroup, defaultGroup):
			r.Get(direction).Each(func(v control.Value) { do(r, readRule(v, "cidrBlocks", "ipv6CidrBlocks", "protocol")) })
		case r.Is(groupRule):
			if r.Get("type").Text() == direction {
				do(r, readRule(r.Value, "cidrBlocks", "ipv6CidrBlocks", "protocol"))
			}
		default:
			do(r, readRule(r.Value, "cidrIpv4", "cidrIpv6", "ipProtocol"))
		}
	}
}

func readRule(v control.Value, four, six, protocol string) rule {
	x := rule{where: v.Get(four), from: v.Get("fromPort").Int(0), to: v.Get("toPort").Int(65535), protocol: strings.ToLower(v.Get(protocol).Text())}
	if !x.where.IsSet() {
		x.where = v.Get(six)
	}
	x.ranges = cidr.Parse(append(v.Get(four).Texts(), v.Get(six).Texts()...)...)
	x.every = slices.Contains([]string{"-1", "all", ""}, x.protocol)
	return x
}

// open tells whether the rule is about the internet and not a part of it that
// has a name.
func (x rule) open() bool { return cidr.Wide(x.ranges) }

// takes tells whether the rule is about a port of TCP or UDP.
func (x rule) takes(port int) bool {
	if x.every {
		return true
	}
	return slices.Contains([]string{"tcp", "udp", "6", "17"}, x.protocol) && x.from <= port && port <= x.to
}

// takesAll tells whether the rule is about all ports.
func (x rule) takesAll() bool {
	return x.every || slices.Contains([]string{"tcp", "udp", "6", "17"}, x.protocol) && x.from <= 1 && x.to >= 65535
}

// noPortOpen refuses rules that let the internet reach a port.
func noPortOpen(name string, ports ...int) check {
	return eachIngress(func(r *control.Resource, x rule) {
		for _, port := range ports {
			if x.open() && x.takes(port) {
				r.Violate("%s is %s and lets in %s (port %d): want the ranges or security groups that need it", x.where.Path(), x.where.Describe(), name, port)
			}
		}
	})
}
