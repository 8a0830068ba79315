package kube

import (
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/control"
	"github.com/slipway-iac/slipway/sandbox/kube/controllers"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

const awaiting = "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/kubernetes-resource-await/"

var (
	ingressUnserved = failure("ingress-without-address", awaiting)
	serviceUnserved = failure("service-without-address", awaiting)
	claimUnbound    = failure("claim-not-bound", "https://kubernetes.io/docs/concepts/storage/persistent-volumes/")
	customNotReady  = failure("custom-resource-not-ready", awaiting)
)

// failure declares a rule about an object that does not become what it should.
func failure(name, source string) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: "kubernetes-" + name, Code: "NotReady", Source: source, Effect: cloud.FailsLate})
}

// settle lets controllers act on an object, and returns it as it is then. It
// fails late as Pulumi does when it has waited for it in vain.
func (c call) settle(object cloud.Props) (cloud.Props, error) {
	c.tx.React()
	o := objects.New(c.cluster, object)
	if o = c.tx.Get(o.Kind, o.ID); o == nil {
		return object, nil
	}
	if SkipAwait(o.Props) {
		return o.Props, nil
	}
	if err := c.awaitPods(o.Props); err != nil {
		return o.Props, err
	}
	return o.Props, c.awaitControllers(o)
}

func (c call) awaitControllers(o *cloud.Resource) error {
	_, kind := objects.TypeOf(o.Props)
	name, spec, status := objects.NameOf(o.Props).ID(), o.Props.Obj("spec"), o.Props.Obj("status")
	unaddressed := len(status.Obj("loadBalancer").Objs("ingress")) == 0
	switch {
	case kind == "Ingress" && unaddressed:
		return ingressUnserved.Late("Ingress %s: .status.loadBalancer field was not updated with a hostname/IP address: %s", name, c.why(o, "no controller answers to its class"))
	case kind == "Service" && spec.Str("type") == "LoadBalancer" && unaddressed:
		return serviceUnserved.Late("Service %s was not allocated an IP address; does your cloud provider support this?: %s", name,
			c.why(o, "it is not for the AWS Load Balancer Controller, and the sandbox has no Classic Load Balancers"))
	case kind == "PersistentVolumeClaim" && status.Str("phase") != "Bound" && controllers.BindsAtOnce(c.tx, c.cluster, o):
		return claimUnbound.Late("PersistentVolumeClaim %s is not bound: %s", name, c.why(o, "no class and no driver is there for it"))
	}
	for _, condition := range status.Objs("conditions") {
		if condition.Str("type") == "Ready" && condition.Str("status") == "False" && objects.Custom(o.Props.Str("apiVersion")) {
			return customNotReady.Late("%s %s is not ready: %s", kind, name, condition.Str("message"))
		}
	}
	return nil
}

// why is what keeps the controllers of an object from doing what it says.
func (c call) why(o *cloud.Resource, otherwise string) string {
	if trouble := control.Trouble(c.tx, c.cluster, o, controllers.All()); trouble != "" {
		return trouble
	}
	return otherwise
}
