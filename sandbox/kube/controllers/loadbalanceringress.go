package controllers

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/cloud/elbv2"
	"github.com/slipway-iac/slipway/sandbox/kube/control"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// ingresses is the half of the AWS Load Balancer Controller that makes an
// application load balancer after Ingresses of its class.
var ingresses = control.Controller{
	Name: balancerOwner, Finalizer: "ingress.k8s.aws/resources", Watches: []string{networking + "/Ingress"},
	Mine: func(tx *cloud.Tx, cluster, o *cloud.Resource) bool { return ofClass(tx, cluster, o) },
	Runs: balancers.Why,
	Reconcile: func(tx *cloud.Tx, cluster, o *cloud.Resource) error {
		b, err := ingressBalancer(tx, cluster, o, members(tx, cluster, o))
		if err != nil {
			return err
		}
		host, err := b.apply(tx, cluster)
		if err != nil {
			return err
		}
		reachedAt(o, host)
		return nil
	},
	Finalize: func(tx *cloud.Tx, cluster, o *cloud.Resource) error {
		left := slices.DeleteFunc(members(tx, cluster, o), func(m *cloud.Resource) bool { return m.ID == o.ID })
		if len(left) == 0 {
			b := newIngressBalancer(tx, cluster, o)
			return b.release(tx, cluster)
		}
		b, err := ingressBalancer(tx, cluster, left[0], left)
		if err == nil {
			_, err = b.apply(tx, cluster)
		}
		return err
	},
}

const (
	networking = "networking.k8s.io/v1"
	albPrefix  = "alb.ingress.kubernetes.io/"
)

// reachedAt writes the name of a load balancer into an object's status.
func reachedAt(o *cloud.Resource, host string) {
	o.Props["status"] = map[string]any(o.Props.Obj("status").With(cloud.Props{
		"loadBalancer": map[string]any{"ingress": []any{map[string]any{"hostname": host}}},
	}))
}

// members are the Ingresses that share a load balancer with one, itself
// included, without those that are being deleted.
func members(tx *cloud.Tx, cluster, o *cloud.Resource) []*cloud.Resource {
	group := groupOf(tx, cluster, o)
	return slices.DeleteFunc(objects.List(tx, cluster, networking, "Ingress"), func(m *cloud.Resource) bool {
		if control.Deleting(m) || !ofClass(tx, cluster, m) {
			return true
		}
		return m.ID != o.ID && (group == "" || groupOf(tx, cluster, m) != group)
	})
}

// newIngressBalancer is the load balancer of an Ingress, as far as its name
// goes.
func newIngressBalancer(tx *cloud.Tx, cluster, o *cloud.Resource) *balancer {
	name, group := objects.NameOf(o.Props), groupOf(tx, cluster, o)
	b := &balancer{prefix: "ingress.k8s.aws", kind: elbv2.Application, stack: cmp.Or(group, name.ID())}
	key := hash(10, clusterName(tx, cluster), b.stack)
	if group == "" {
		b.name = fmt.Sprintf("k8s-%s-%s-%s", word(8, name.Namespace), word(8, name.Name), key)
	} else {
		b.name = fmt.Sprintf("k8s-%s-%s", word(17, group), key)
	}
	return b
}

// word is the beginning of a word without what names of load balancers must not
// have.
func word(n int, s string) string {
	return short(n, strings.Map(func(r rune) rune {
		if r == '-' || r == '.' {
			return -1
		}
		return r
	}, s))
}

// ingressBalancer is what the Ingresses of a group want together.
func ingressBalancer(tx *cloud.Tx, cluster, o *cloud.Resource, group []*cloud.Resource) (*balancer, error) {
	b := newIngressBalancer(tx, cluster, o)
	said := map[string]string{}
	for _, m := range group {
		for key, value := range annotations(m, albPrefix) {
			if other, ok := said[key]; ok && other != value && slices.Contains(shared, key) {
				return nil, fmt.Errorf("conflicting %s: %v", key, slices.Sorted(slices.Values([]string{other, value})))
			}
			said[key] = value
		}
	}
	params := parameters(tx, cluster, o)
	scheme := cmp.Or(params.Str("scheme"), said["scheme"], "internal")
	if scheme != "internal" && scheme != "internet-facing" {
		return nil, fmt.Errorf("unknown scheme: %s", scheme)
	}
	b.internal = scheme == "internal"
	b.name = cmp.Or(said["load-balancer-name"], b.name)
	b.attribute(attributes(params, said["load-balancer-attributes"]))
	b.groups, b.certificates = list(said["security-groups"]), list(said["certificate-arn"])
	b.inbound = list(cmp.Or(said["inbound-cidrs"], "0.0.0.0/0"))
	var err error
	if b.listeners, err = listeners(said); err != nil {
		return nil, err
	}
	if names := append(params.Obj("subnets").Strs("ids"), list(said["subnets"])...); len(names) > 0 {
		b.subnets, err = findSubnets(tx, network(cluster), names)
	} else {
		b.subnets, err = discoverSubnets(tx, cluster, b.internal, 2)
	}
	if err != nil {
		return nil, err
	}
	for _, m := range group {
		if err := b.addTargets(tx, cluster, m); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// shared are the annotations about which the Ingresses of a group must agree.
var shared = []string{"scheme", "subnets", "security-groups", "load-balancer-name", "ip-address-type", "ssl-redirect"}

// attributes are those of a load balancer, as k=v with commas; the class's come
// first.
func attributes(params cloud.Props, text string) map[string]string {
	out := map[string]string{}
	for _, pair := range list(text) {
		key, value, _ := strings.Cut(pair, "=")
		out[strings.TrimSpace(key)] = strings.TrimSpace(value)
	}
	for _, a := range params.Objs("loadBalancerAttributes") {
		out[a.Str("key")] = a.Str("value")
	}
	return out
}

// listeners reads listen-ports: HTTP on port 80, or HTTPS on 443 where there is
// a certificate, when it is not there.
func listeners(said map[string]string) ([]listener, error) {
	text := said["listen-ports"]
	if text == "" {
		text = `[{"HTTP": 80}]`
		if said["certificate-arn"] != "" {
			text = `[{"HTTPS": 443}]`
		}
	}
	var entries []map[string]int
	if err := json.Unmarshal([]byte(text), &entries); err != nil {
		return nil, fmt.Errorf("failed to parse listen-ports configuration: %q: %w", text, err)
	}
	var out []listener
	for _, entry := range entries {
		for _, protocol := range slices.Sorted(maps.Keys(entry)) {
			if protocol != "HTTP" && protocol != "HTTPS" {
				return nil, fmt.Errorf("listen protocol must be HTTP or HTTPS: %s", protocol)
			}
			out = append(out, listener{protocol, entry[protocol]})
		}
	}
	if to := said["ssl-redirect"]; to != "" && !slices.ContainsFunc(out, func(l listener) bool { return strconv.Itoa(l.port) == to }) {
		return nil, fmt.Errorf("ssl-redirect port %s is not among listen-ports %s", to, text)
	}
	return out, nil
}

// addTargets adds the Services that an Ingress sends requests to.
func (b *balancer) addTargets(tx *cloud.Tx, cluster, o *cloud.Resource) error {
	said := annotations(o, albPrefix)
	kind := cmp.Or(said["target-type"], parameters(tx, cluster, o).Str("targetType"), balancers.Values(tx, cluster).Str("defaultTargetType"), "instance")
	spec := o.Props.Obj("spec")
	backends := []cloud.Props{spec.Obj("defaultBackend")}
	for _, rule := range spec.Objs("rules") {
		for _, path := range rule.Obj("http").Objs("paths") {
			backends = append(backends, path.Obj("backend"))
		}
	}
	for _, backend := range backends {
		service := backend.Obj("service")
		port := service.Obj("port")
		if service == nil || port.Str("name") == "use-annotation" {
			continue // The controller answers by itself, as an annotation says.
		}
		name := objects.Name{Namespace: objects.NameOf(o.Props).Namespace, Name: service.Str("name")}
		t, err := newTarget(tx, cluster, name, kind, port)
		if err != nil {
			return err
		}
		if !slices.Contains(b.targets, t) {
			b.targets = append(b.targets, t)
		}
	}
	return nil
}

// newTarget finds a port of a Service and sees whether it can be reached as it
// is to be.
func newTarget(tx *cloud.Tx, cluster *cloud.Resource, name objects.Name, kind string, port cloud.Props) (target, error) {
	service := objects.Find(tx, cluster, "v1", "Service", name)
	if service == nil {
		return target{}, fmt.Errorf("services %q not found in namespace %s", name.Name, name.Namespace)
	}
	number := 0
	for _, p := range service.Props.Obj("spec").Objs("ports") {
		if p.Int("port") == port.Int("number") || port.Str("name") != "" && p.Str("name") == port.Str("name") {
			number = p.Int("port")
		}
	}
	if number == 0 {
		return target{}, fmt.Errorf("unable to find port %s%v on service %s", port.Str("name"), port.Int("number"), name.ID())
	}
	return target{name, number, kind}, checkTarget(tx, cluster, service, kind)
}

// checkTarget wants what a type of target needs: pods with addresses of the VPC,
// or a port on every node.
func checkTarget(tx *cloud.Tx, cluster, service *cloud.Resource, kind string) error {
	name := objects.NameOf(service.Props).ID()
	switch kind {
	case "ip":
		if !eks.Runs(tx, cluster, "vpc-cni") {
			return fmt.Errorf("target-type ip needs pods with addresses of the VPC, and cluster %s has no vpc-cni", cluster.ID)
		}
	case "instance":
		if t := service.Props.Obj("spec").Str("type"); t != "NodePort" && t != "LoadBalancer" {
			return fmt.Errorf("service type must be either 'NodePort' or 'LoadBalancer': %s is %s; or set target-type to ip", name, cmp.Or(t, "ClusterIP"))
		}
	default:
		return fmt.Errorf("target type %q is neither instance nor ip", kind)
	}
	return nil
}
