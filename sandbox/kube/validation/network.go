package validation

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func (c *checker) ingress() {
	spec := c.object.Obj("spec")
	rules := spec.Objs("rules")
	if len(rules) == 0 && !spec.Has("defaultBackend") {
		c.add(ingressRules, "spec", "Invalid value: null: either `defaultBackend` or `rules` must be specified")
	}
	if spec.Has("defaultBackend") {
		c.backend("spec.defaultBackend", spec.Obj("defaultBackend"))
	}
	if class, ok := spec["ingressClassName"].(string); ok && !isSubdomain(class) {
		c.invalid(nameForm, "spec.ingressClassName", class, "want the name of an IngressClass")
	}
	for i, r := range rules {
		at := fmt.Sprintf("spec.rules[%d]", i)
		c.host(at+".host", r.Str("host"))
		if !r.Has("http") {
			continue
		}
		paths := r.Obj("http").Objs("paths")
		if len(paths) == 0 {
			c.add(requiredValue, at+".http.paths", "Required value")
		}
		for j, p := range paths {
			c.ingressPath(fmt.Sprintf("%s.http.paths[%d]", at, j), p)
		}
	}
	for i, t := range spec.Objs("tls") {
		for _, host := range t.Strs("hosts") {
			c.host(fmt.Sprintf("spec.tls[%d].hosts", i), host)
		}
	}
}

func (c *checker) host(path, host string) {
	if host == "" {
		return
	}
	if _, err := netip.ParseAddr(host); err == nil {
		c.invalid(ingressHost, path, host, "must be a DNS name, not an IP address")
		return
	}
	if name := strings.TrimPrefix(host, "*."); !isSubdomain(name) {
		c.invalid(ingressHost, path, host, "want a DNS name in lower case; a wildcard stands alone at the beginning (*.example.com)")
	}
}

func (c *checker) ingressPath(path string, p cloud.Props) {
	if !p.Has("pathType") {
		c.add(requiredValue, path+".pathType", "Required value: pathType must be specified")
		return
	}
	c.oneOf(p, path, "pathType", "Exact", "ImplementationSpecific", "Prefix")
	exact := p.Str("pathType") == "Exact" || p.Str("pathType") == "Prefix"
	at := p.Str("path")
	if !strings.HasPrefix(at, "/") && (exact || at != "") {
		c.invalid(ingressPath, path+".path", at, "must be an absolute path")
	}
	for _, part := range []string{"//", "/./", "/../", "%2f", "%2F"} {
		if exact && strings.Contains(at, part) {
			c.invalid(ingressPath, path+".path", at, "must not contain '%s'", part)
		}
	}
	c.backend(path+".backend", p.Obj("backend"))
}

func (c *checker) backend(path string, b cloud.Props) {
	switch {
	case b.Has("service") && b.Has("resource"):
		c.add(backend, path, "Invalid value: \"\": cannot set both resource and service backends")
		return
	case b.Has("resource"):
		return
	case !b.Has("service"):
		c.add(backend, path, "Invalid value: \"\": resource or service backend is required")
		return
	}
	service := b.Obj("service")
	if c.require(service, path+".service", "name", "") && !dns1035.MatchString(service.Str("name")) {
		c.invalid(backend, path+".service.name", service.Str("name"), "want the name of a Service")
	}
	port := service.Obj("port")
	number, numbered := port["number"].(float64)
	switch {
	case port.Str("name") != "" && numbered:
		c.add(backend, path, "Invalid value: \"\": cannot set both port name & port number")
	case numbered && !isPort(number):
		c.invalid(portNumber, path+".service.port.number", number, "must be between 1 and 65535, inclusive")
	case !numbered && port.Str("name") == "":
		c.add(backend, path, "Required value: port name or number is required")
	}
}

func (c *checker) ingressClass() { c.require(c.object.Obj("spec"), "spec", "controller", "") }

func (c *checker) networkPolicy() {
	spec := c.object.Obj("spec")
	c.selector("spec.podSelector", spec.Obj("podSelector"))
	for i, t := range spec.Strs("policyTypes") {
		if t != "Ingress" && t != "Egress" {
			c.add(supportedValue, fmt.Sprintf("spec.policyTypes[%d]", i), "Unsupported value: %q: supported values: \"Egress\", \"Ingress\"", t)
		}
	}
	for direction, peers := range map[string]string{"ingress": "from", "egress": "to"} {
		for i, rule := range spec.Objs(direction) {
			at := fmt.Sprintf("spec.%s[%d]", direction, i)
			for j, p := range rule.Objs("ports") {
				c.policyPort(fmt.Sprintf("%s.ports[%d]", at, j), p)
			}
			for j, p := range rule.Objs(peers) {
				c.policyPeer(fmt.Sprintf("%s.%s[%d]", at, peers, j), p)
			}
		}
	}
}

func (c *checker) policyPort(path string, p cloud.Props) {
	c.oneOf(p, path, "protocol", "SCTP", "TCP", "UDP")
	end, ranged := p["endPort"].(float64)
	switch port := p["port"].(type) {
	case float64:
		if !isPort(port) {
			c.invalid(portNumber, path+".port", port, "must be between 1 and 65535, inclusive")
		}
		if ranged && end < port {
			c.invalid(policyPort, path+".endPort", end, "must be greater than or equal to `port`")
		}
	case string:
		if !isPortName(port) {
			c.invalid(portNumber, path+".port", port, "want the name of a container's port")
		}
		if ranged {
			c.invalid(policyPort, path+".endPort", end, "may not be specified when `port` is non-numeric")
		}
	default:
		if ranged {
			c.invalid(policyPort, path+".endPort", end, "may not be specified when `port` is not specified")
		}
	}
}

func (c *checker) policyPeer(path string, p cloud.Props) {
	selectors := p.Has("podSelector") || p.Has("namespaceSelector")
	switch {
	case !selectors && !p.Has("ipBlock"):
		c.add(policyPeer, path, "Required value: must specify a peer")
	case selectors && p.Has("ipBlock"):
		c.add(policyPeer, path, "Forbidden: may not specify both ipBlock and another peer")
	}
	c.selector(path+".podSelector", p.Obj("podSelector"))
	c.selector(path+".namespaceSelector", p.Obj("namespaceSelector"))
	if !p.Has("ipBlock") {
		return
	}
	block := p.Obj("ipBlock")
	whole, err := netip.ParsePrefix(block.Str("cidr"))
	if err != nil {
		c.invalid(policyBlock, path+".ipBlock.cidr", block.Str("cidr"), "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")
		return
	}
	for i, e := range block.Strs("except") {
		part, err := netip.ParsePrefix(e)
		if err != nil || part.Bits() <= whole.Bits() || !whole.Contains(part.Addr()) {
			c.invalid(policyBlock, fmt.Sprintf("%s.ipBlock.except[%d]", path, i), e, "must be a strict subset of `cidr`")
		}
	}
}
