package validation

import (
	"fmt"
	"net/netip"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func (c *checker) service() {
	spec := c.object.Obj("spec")
	c.oneOf(spec, "spec", "type", "ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
	c.oneOf(spec, "spec", "sessionAffinity", "ClientIP", "None")
	c.oneOf(spec, "spec", "externalTrafficPolicy", "Cluster", "Local")
	c.oneOf(spec, "spec", "internalTrafficPolicy", "Cluster", "Local")
	typ, ip := spec.Str("type"), spec.Str("clusterIP")
	switch typ {
	case "ExternalName":
		c.require(spec, "spec", "externalName", "")
		if ip != "" {
			c.add(serviceType, "spec.clusterIPs", "Forbidden: may not be set for ExternalName services")
		}
	case "LoadBalancer", "NodePort":
		if ip == "None" {
			c.invalid(serviceType, "spec.clusterIPs[0]", ip, "may not be set to 'None' for %s services", typ)
		}
	}
	if ip != "" && ip != "None" {
		if _, err := netip.ParseAddr(ip); err != nil {
			c.invalid(serviceType, "spec.clusterIPs[0]", ip, "must be empty, 'None', or a valid IP address")
		}
	}
	if spec.Has("externalTrafficPolicy") && typ != "LoadBalancer" && typ != "NodePort" {
		c.invalid(serviceType, "spec.externalTrafficPolicy", spec.Str("externalTrafficPolicy"), "may only be set for externally-accessible services")
	}
	if typ != "LoadBalancer" {
		for _, name := range []string{"loadBalancerClass", "allocateLoadBalancerNodePorts", "loadBalancerSourceRanges"} {
			if spec.Has(name) {
				c.add(serviceType, "spec."+name, "Forbidden: may only be used when `type` is 'LoadBalancer'")
			}
		}
	}
	c.servicePorts(spec, typ == "ExternalName" || ip == "None")
}

func (c *checker) servicePorts(spec cloud.Props, mayLack bool) {
	ports := spec.Objs("ports")
	if len(ports) == 0 && !mayLack {
		c.add(requiredValue, "spec.ports", "Required value")
	}
	names, numbers := map[string]bool{}, map[string]bool{}
	for i, p := range ports {
		at := fmt.Sprintf("spec.ports[%d]", i)
		name := p.Str("name")
		switch {
		case name == "" && len(ports) > 1:
			c.add(servicePorts, at+".name", "Required value")
		case name != "" && !dnsLabel.MatchString(name):
			c.invalid(servicePorts, at+".name", name, "want at most 63 lower case letters, digits and hyphens")
		case name != "" && names[name]:
			c.add(duplicate, at+".name", "Duplicate value: %q", name)
		}
		names[name] = true
		number, _ := p["port"].(float64)
		if !isPort(number) {
			c.invalid(portNumber, at+".port", number, "must be between 1 and 65535, inclusive")
		}
		c.oneOf(p, at, "protocol", "SCTP", "TCP", "UDP")
		switch target := p["targetPort"].(type) {
		case string:
			if !isPortName(target) {
				c.invalid(portNumber, at+".targetPort", target, "want the name of a container's port")
			}
		case float64:
			if !isPort(target) {
				c.invalid(portNumber, at+".targetPort", target, "must be between 1 and 65535, inclusive")
			}
		}
		key := fmt.Sprint(number, "/", p.Str("protocol"))
		if numbers[key] {
			c.add(duplicate, at, "Duplicate value: port %v", number)
		}
		numbers[key] = true
		if node, ok := p["nodePort"].(float64); ok && node != 0 {
			c.nodePort(at+".nodePort", node, spec.Str("type"))
		}
	}
}

// The ports of nodes that Services may have.
const firstNodePort, lastNodePort = 30000, 32767

func (c *checker) nodePort(path string, port float64, typ string) {
	if typ != "NodePort" && typ != "LoadBalancer" {
		c.add(serviceType, path, "Forbidden: may not be used when `type` is 'ClusterIP'")
	} else if port < firstNodePort || port > lastNodePort {
		c.invalid(servicePorts, path, port, "provided port is not in the valid range. The range of valid ports is %d-%d", firstNodePort, lastNodePort)
	}
}
