package controllers

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/elbv2"
	"github.com/slipway-iac/slipway/sandbox/kube/control"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// services is the half of the AWS Load Balancer Controller that makes a network
// load balancer after a Service.
var services = control.Controller{
	Name: balancerOwner, Finalizer: "service.k8s.aws/resources", Watches: []string{"v1/Service"},
	Mine: ofNetwork, Runs: balancers.Why,
	Reconcile: func(tx *cloud.Tx, cluster, o *cloud.Resource) error {
		b, err := serviceBalancer(tx, cluster, o)
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
		return newServiceBalancer(tx, cluster, o).release(tx, cluster)
	},
}

const nlbPrefix = "service.beta.kubernetes.io/aws-load-balancer-"

// ofNetwork tells whether a Service is for the controller: by its class, by an
// annotation, or because the controller's webhook gave it the class when it was
// made. What nobody's webhook saw is left to the load balancers that Kubernetes
// itself made, and that the sandbox does not have.
func ofNetwork(tx *cloud.Tx, cluster, o *cloud.Resource) bool {
	spec := o.Props.Obj("spec")
	if spec.Str("type") != "LoadBalancer" {
		return false
	}
	if class := spec.Str("loadBalancerClass"); class != "" {
		return class == "service.k8s.aws/nlb"
	}
	if kind := annotations(o, nlbPrefix)["type"]; kind != "" {
		return slices.Contains([]string{"external", "nlb-ip"}, kind)
	}
	release, ok := objects.ReleaseOf(tx, cluster, balancerOwner)
	return ok && release.Seq < o.Seq && (!release.Values.Has("enableServiceMutatorWebhook") || release.Values.Bool("enableServiceMutatorWebhook"))
}

func newServiceBalancer(tx *cloud.Tx, cluster, o *cloud.Resource) *balancer {
	name := objects.NameOf(o.Props)
	return &balancer{
		prefix: "service.k8s.aws", kind: elbv2.Network, stack: name.ID(),
		name: fmt.Sprintf("k8s-%s-%s-%s", word(8, name.Namespace), word(8, name.Name), hash(10, clusterName(tx, cluster), name.ID())),
	}
}

// serviceBalancer is what a Service wants.
func serviceBalancer(tx *cloud.Tx, cluster, o *cloud.Resource) (*balancer, error) {
	b, said, spec := newServiceBalancer(tx, cluster, o), annotations(o, nlbPrefix), o.Props.Obj("spec")
	scheme := cmp.Or(said["scheme"], "internal")
	if scheme != "internal" && scheme != "internet-facing" {
		return nil, fmt.Errorf("unknown scheme: %s", scheme)
	}
	b.internal = scheme == "internal"
	b.name = cmp.Or(said["name"], b.name)
	b.attribute(attributes(nil, said["attributes"]))
	b.groups, b.certificates = list(said["security-groups"]), list(said["ssl-cert"])
	if b.inbound = spec.Strs("loadBalancerSourceRanges"); len(b.inbound) == 0 {
		b.inbound = []string{"0.0.0.0/0"}
	}
	var err error
	if names := list(said["subnets"]); len(names) > 0 {
		b.subnets, err = findSubnets(tx, network(cluster), names)
	} else {
		b.subnets, err = discoverSubnets(tx, cluster, b.internal, 1)
	}
	if err != nil {
		return nil, err
	}
	kind := cmp.Or(said["nlb-target-type"], balancers.Values(tx, cluster).Str("defaultTargetType"), "instance")
	if err := checkTarget(tx, cluster, o, kind); err != nil {
		return nil, err
	}
	for _, p := range spec.Objs("ports") {
		protocol := cmp.Or(p.Str("protocol"), "TCP")
		if len(b.certificates) > 0 && protocol == "TCP" {
			protocol = "TLS"
		}
		b.listeners = append(b.listeners, listener{protocol, p.Int("port")})
		b.targets = append(b.targets, target{objects.NameOf(o.Props), p.Int("port"), kind})
	}
	if len(b.listeners) == 0 {
		return nil, fmt.Errorf("service %s has no ports", b.stack)
	}
	return b, nil
}
