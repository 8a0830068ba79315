package controllers

import (
	"cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// ofClass tells whether an Ingress is of a class that the controller answers
// to.
func ofClass(tx *cloud.Tx, cluster, o *cloud.Resource) bool {
	if old := o.Props.Obj("metadata").StrMap("annotations")["kubernetes.io/ingress.class"]; old != "" {
		return old == "alb"
	}
	class := classOf(tx, cluster, o)
	return class != nil && class.Props.Obj("spec").Str("controller") == "ingress.k8s.aws/alb"
}

// classOf is the class that an Ingress names, or the default one; nil when there
// is none.
func classOf(tx *cloud.Tx, cluster, o *cloud.Resource) *cloud.Resource {
	name := o.Props.Obj("spec").Str("ingressClassName")
	if name != "" {
		return objects.Find(tx, cluster, networking, "IngressClass", objects.Name{Name: name})
	}
	for _, c := range objects.List(tx, cluster, networking, "IngressClass") {
		if c.Props.Obj("metadata").StrMap("annotations")["ingressclass.kubernetes.io/is-default-class"] == "true" {
			return c
		}
	}
	return nil
}

// parameters are what the class of an Ingress says about its load balancers.
func parameters(tx *cloud.Tx, cluster, o *cloud.Resource) cloud.Props {
	class := classOf(tx, cluster, o)
	if class == nil {
		return nil
	}
	name := class.Props.Obj("spec").Obj("parameters").Str("name")
	p := objects.Find(tx, cluster, "elbv2.k8s.aws/v1beta1", "IngressClassParams", objects.Name{Name: name})
	if p == nil {
		return nil
	}
	return p.Props.Obj("spec")
}

// groupOf is the group of an Ingress; "" when it has a load balancer to itself.
func groupOf(tx *cloud.Tx, cluster, o *cloud.Resource) string {
	return cmp.Or(parameters(tx, cluster, o).Obj("group").Str("name"), annotations(o, albPrefix)["group.name"])
}
